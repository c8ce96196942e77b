// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The right to write to a log, held by one process and one object in it.
///
/// `flock` lets go when the process ends, however it ends.
final class WriterLock: Sendable {
    private let file: Mutex<Int32>

    init(_ paths: LedgerPaths) throws(LedgerError) {
        let descriptor = open(paths.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        file = Mutex(descriptor)
        guard descriptor >= 0 else { throw LedgerFile.failure(paths.lock) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK
                ? .inUse(directory: paths.directory) : LedgerFile.failure(paths.lock)
        }
    }

    /// Lets go; once is enough.
    func release() {
        file.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    deinit {
        release()
    }
}
