// SPDX-License-Identifier: Apache-2.0

/// Why a source file, or what was extracted from one, cannot be used at all.
///
/// What is wrong with single resources is an `IntakeIssue`, not an error. File names are the only
/// payload: no case holds anything a record says.
package enum IntakeError: Error, Equatable, Sendable {
    /// The operating system refused; `reason` is its own wording.
    case unreadable(file: String, reason: String)
    /// No file of this path can be read: none is there that has the name of one.
    case nothingToImport(path: String)
    /// The text is UTF-16 or UTF-32.
    case wideText(file: String)
    /// The compressed file ends before its end mark.
    case truncatedGzip(file: String)
    /// A checksum or the structure of the compressed file is wrong.
    case damagedGzip(file: String)
    /// A bundle or other single document is larger than can be held in memory.
    case documentTooLarge(file: String, limitMiB: Int)
    /// More events, patients or codes than one extraction can number.
    case tooManyEvents(file: String)
    /// An encoded extraction that this version did not write, or that was damaged since.
    case damagedExtraction(reason: String)

    /// One sentence for the person who can act on it.
    package var sentence: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file) cannot be read (\(reason)); expected a readable file or directory."
        case .nothingToImport(let path):
            "\(path): nothing to import; expected .ndjson or .json files, plain or .gz."
        case .wideText(let file):
            "\(file) is UTF-16 text; expected UTF-8."
        case .truncatedGzip(let file):
            "\(file) ends before the end of its gzip stream; expected the whole file, so fetch it"
                + " again."
        case .damagedGzip(let file):
            "\(file) is damaged inside its gzip stream; expected data that matches its checksum."
        case .documentTooLarge(let file, let limitMiB):
            "\(file) is a single JSON document of more than \(limitMiB) MiB; expected a smaller"
                + " bundle, or NDJSON, which has no limit."
        case .tooManyEvents(let file):
            "\(file) holds more than \(Int32.max) events or lines; expected several smaller files."
        case .damagedExtraction(let reason):
            "An extraction in the vault cannot be decoded: \(reason); expected bytes written by"
                + " this version."
        }
    }

    /// A pipe, socket, device or directory where a file was expected.
    static func notRegular(file: String) -> IntakeError {
        .unreadable(file: file, reason: "it is not a regular file")
    }
}
