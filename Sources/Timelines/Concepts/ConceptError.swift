// SPDX-License-Identifier: Apache-2.0

/// Why a site's concepts could not be written, opened or trusted.
///
/// Payloads name files, positions and concept ids of public vocabularies.
package enum ConceptError: Error, Equatable, Sendable {
    /// The file could not be opened, measured or mapped.
    case unreadable(file: String, reason: String)
    /// The file does not start as a file of concepts starts.
    case notConcepts(file: String)
    /// The file is of a format this version does not read.
    case unsupportedVersion(file: String, found: UInt32)
    /// The file holds concepts, but is torn, altered or inconsistent.
    case damaged(file: String, problem: String)
    /// The file could not be written; the file it was to replace is as it was.
    case unwritable(file: String, reason: String)
    /// Two entries of one id say different things.
    case repeatedConcept(UInt32)
    /// More than the format has room for.
    case tooMany(what: String, limit: Int)

    /// One sentence for the person who can act on it.
    package var sentence: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read (\(reason)); expected a file of concepts."
        case .notConcepts(let file):
            "\(file): is not a file of concepts; expected a file written by an import."
        case .unsupportedVersion(let file, let found):
            "\(file): is a file of concepts of format \(found); this version reads format "
                + "\(ConceptFormat.version), so import again to write it anew."
        case .damaged(let file, let problem):
            "\(file): the file of concepts is damaged (\(problem)); import again to write it anew."
        case .unwritable(let file, let reason):
            "\(file): cannot be written (\(reason)); expected a writable directory with free space."
        case .repeatedConcept(let id):
            "concept \(id): occurs twice with different entries; expected each id once."
        case .tooMany(let what, let limit):
            "one file of concepts holds at most \(limit) \(what); expected fewer."
        }
    }
}
