// SPDX-License-Identifier: Apache-2.0

/// What can stop the ledger.
///
/// Payloads name files, indexes and sizes, never a record's content.
package enum LedgerError: Error, Equatable, Sendable {
    /// The system refused to read, write or make a file.
    case fileFailed(file: String, reason: String)
    /// Another process or another object holds the log for writing.
    case inUse(directory: String)
    /// The entries file does not start as one.
    case notALedger(file: String)
    /// A signed checkpoint without entries, or entries without a checkpoint.
    case missing(file: String)
    /// An entry was altered, or stands where another belongs; `problem` says how it was noticed.
    case damagedEntry(index: Int, problem: String)
    /// The log ends before the size that was signed.
    case rolledBack(size: Int, signedSize: Int)
    /// The entries do not add up to the signed root, and nothing tells which one it is.
    case rootMismatch(size: Int)
    /// Not a checkpoint; the line is counted from 1.
    case badCheckpoint(file: String, line: Int, expected: String)
    /// A checkpoint nobody signed with the expected key.
    case badSignature(file: String, keyName: String)
    /// A checkpoint of another log.
    case wrongOrigin(found: String, expected: String)
    /// A key file or key text that is not one.
    case badKey(file: String, expected: String)
    /// A key file that already exists and is never overwritten.
    case keyExists(file: String)
    /// Others than its owner may read a private key.
    case keyNotPrivate(file: String)
    /// A key or origin name with characters a checkpoint can't carry.
    case badName(expected: String)
    /// A record above the limit; sizes in bytes.
    case recordTooLarge(bytes: Int, limit: Int)
    /// An index or size outside the log.
    case outOfRange(requested: Int, size: Int)
    /// The batch could not be made durable; the log is as it was before.
    case notWritten(reason: String)
    /// After a failed flush nobody knows what is on disk: the log has to be opened again.
    case writerStopped(reason: String)
    /// The log was closed.
    case closed
    /// The record was deleted by policy; its hash is still in the tree.
    case retired(first: Int, end: Int)
    /// A tile of hashes that does not fit the signed root and can't be made again.
    case badTile(path: String)
    /// A checkpoint with fewer signatures of known witnesses than demanded.
    case notWitnessed(found: Int, required: Int)
    /// Bytes that are not canonical JSON; the offset is counted from 0.
    case badJSON(offset: Int, expected: String)

    /// One sentence that says what went wrong and what was expected.
    package var sentence: String {
        switch self {
        case .fileFailed(let file, let reason): "\(file): \(reason)."
        case .inUse(let directory):
            "\(directory): another process is writing this ledger; expected to be its only writer."
        case .notALedger(let file):
            "\(file): expected a ledger of version 1, but the file does not start like one."
        case .missing(let file):
            "\(file): expected this file, because the rest of the ledger is there."
        case .damagedEntry(let index, let problem): "Entry \(index) of the ledger \(problem)."
        case .rolledBack(let size, let signedSize):
            "The ledger ends after \(size) entries; expected at least the \(signedSize) that were "
                + "signed, so entry \(size) and what follows was removed."
        case .rootMismatch(let size):
            "The first \(size) entries do not add up to the signed root; at least one was changed."
        case .badCheckpoint(let file, let line, let expected):
            "\(file), line \(line): expected \(expected)."
        case .badSignature(let file, let keyName):
            "\(file): expected a valid signature of the key named \(keyName)."
        case .wrongOrigin(let found, let expected):
            "The checkpoint belongs to the ledger \(found); expected \(expected)."
        case .badKey(let file, let expected): "\(file): expected \(expected)."
        case .keyExists(let file):
            "\(file): a key is already there and is not overwritten; expected a new path."
        case .keyNotPrivate(let file):
            "\(file): others can read this private key; expected mode 0600 (chmod 600)."
        case .badName(let expected): "A ledger name was refused: expected \(expected)."
        case .recordTooLarge(let bytes, let limit):
            "A record of \(bytes) bytes was refused; expected at most \(limit)."
        case .outOfRange(let requested, let size):
            "Entry or size \(requested) was asked for; expected one within the \(size) entries."
        case .notWritten(let reason):
            "The entries were not recorded: \(reason); the ledger is as it was before."
        case .writerStopped(let reason):
            "The ledger stopped writing after \(reason); expected it to be opened again."
        case .closed: "The ledger is closed; expected it to be opened again."
        case .retired(let first, let end):
            "Entries \(first) to \(end - 1) of the ledger were deleted by policy; expected a later one."
        case .badTile(let path):
            "\(path): these hashes do not fit the signed root, and the entries below are not there to "
                + "make them again."
        case .notWitnessed(let found, let required):
            "The checkpoint carries \(found) signatures of known witnesses; expected \(required)."
        case .badJSON(let offset, let expected): "Byte \(offset) of a record: expected \(expected)."
        }
    }
}
