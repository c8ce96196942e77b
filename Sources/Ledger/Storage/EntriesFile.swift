// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An open file of records; closed with its last user.
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
}

/// How batches reach the disk; a value, so that a full or failing disk can be tried out.
///
/// Each returns 0 or the system's error number.
struct Disk: Sendable {
    var write: @Sendable (_ file: Int32, _ bytes: [UInt8], _ offset: Int) -> Int32
    var flush: @Sendable (_ file: Int32) -> Int32
    var truncate: @Sendable (_ file: Int32, _ length: Int) -> Int32
    /// Puts a hint in its place.
    var place: @Sendable (_ path: String, _ bytes: [UInt8]) -> Int32 = { LedgerFile.place($0, $1) }

    /// The real one.
    static let system = Disk(
        write: { LedgerFile.write($0, $1, at: $2) },
        flush: { fdatasync($0) == 0 ? 0 : errno },
        truncate: { ftruncate($0, off_t($1)) == 0 ? 0 : errno })
}
