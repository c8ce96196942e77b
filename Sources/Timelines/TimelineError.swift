// SPDX-License-Identifier: Apache-2.0

/// Why a segment of timelines could not be written, opened or trusted.
///
/// Payloads name files, positions and expectations, never what a record says.
package enum TimelineError: Error, Equatable, Sendable {
    /// The file could not be opened, measured or mapped.
    case unreadable(file: String, reason: String)
    /// The file does not start as a segment starts.
    case notASegment(file: String)
    /// The file is of a format this version does not read.
    case unsupportedVersion(file: String, found: UInt32)
    /// The file is a segment, but torn, altered or inconsistent.
    case damaged(file: String, problem: String)
    /// The file could not be written; the file it was to replace is as it was.
    case unwritable(file: String, reason: String)
    /// The subjects given to the writer are not sorted by id, or an id occurs twice.
    case subjectsNotSorted(position: Int)
    /// An event given to the writer points outside the tables or ends before it starts.
    case invalidEvent(position: Int, expected: String)
    /// A column or table given to the writer is not as long as it must be, or not in order.
    case invalidTable(name: String, expected: String)
    /// The directory holds no timelines yet.
    case noTimelines(directory: String)
    /// Another process writes to the directory.
    case inUse(directory: String)
    /// More rows than positions of 32 bits can name.
    case tooManyRows(limit: Int)

    /// One sentence for the person who can act on it.
    package var sentence: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read (\(reason)); expected a segment of timelines."
        case .notASegment(let file):
            "\(file): is not a segment of timelines; expected a file written by an import."
        case .unsupportedVersion(let file, let found):
            "\(file): is a segment of format \(found); this version reads format "
                + "\(SegmentFormat.version), so import again to write it anew."
        case .damaged(let file, let problem):
            "\(file): the segment is damaged (\(problem)); import again to write it anew."
        case .unwritable(let file, let reason):
            "\(file): cannot be written (\(reason)); expected a writable directory with free space."
        case .subjectsNotSorted(let position):
            "subject \(position): expected subjects in strictly ascending order of their ids."
        case .invalidEvent(let position, let expected):
            "event \(position): expected \(expected)."
        case .invalidTable(let name, let expected):
            "\(name): expected \(expected)."
        case .noTimelines(let directory):
            "\(directory): holds no timelines; expected a directory that timelines were added to."
        case .inUse(let directory):
            "\(directory): another process is writing to it; expected to be the only one."
        case .tooManyRows(let limit):
            "one segment holds at most \(limit) rows; expected fewer subjects or events."
        }
    }
}
