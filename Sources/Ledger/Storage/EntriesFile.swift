// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The open file that holds the records; closed with its last user.
final class EntriesFile: Sendable {
    let descriptor: Int32
    let path: String

    init(_ path: String, flags: Int32) throws(LedgerError) {
        self.path = path
        descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LedgerFile.failure(path) }
    }

    deinit {
        close(descriptor)
    }

    /// Reads records that lie one after the other.
    ///
    /// - Parameters:
    ///   - starts: where the frame of each starts.
    ///   - end: where the last one ends.
    func records(startingAt starts: [Int], end: Int) throws(LedgerError) -> [[UInt8]] {
        guard let first = starts.first else { return [] }
        let bytes = try LedgerFile.read(descriptor, count: end - first, at: first, path: path)
        guard bytes.count == end - first else {
            throw .fileFailed(file: path, reason: "shorter than when it was opened")
        }
        let ends = starts.dropFirst() + [end]
        return zip(starts, ends).map { start, end in
            Array(bytes[(start - first + RecordFrame.headerSize)..<(end - first)])
        }
    }
}

/// How batches reach the disk; a value, so that a full or failing disk can be tried out.
///
/// Each returns 0 or the system's error number.
struct Disk: Sendable {
    var write: @Sendable (_ file: Int32, _ bytes: [UInt8], _ offset: Int) -> Int32
    var flush: @Sendable (_ file: Int32) -> Int32
    var truncate: @Sendable (_ file: Int32, _ length: Int) -> Int32

    /// The real one.
    static let system = Disk(
        write: { LedgerFile.write($0, $1, at: $2) },
        flush: { fdatasync($0) == 0 ? 0 : errno },
        truncate: { ftruncate($0, off_t($1)) == 0 ? 0 : errno })
}
