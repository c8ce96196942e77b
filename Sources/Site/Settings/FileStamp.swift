// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Which file lies at a path, and when it was last written.
///
/// The clock of a file system is coarser than two changes in a row, so time alone won't do.
package struct FileStamp: Sendable, Equatable {
    private let file: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int
    /// Whether everybody on the machine may read or write it.
    package let isOpenToAll: Bool

    /// Nil where there is no file.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        file = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = Int(status.st_mtim.tv_sec)
        nanoseconds = Int(status.st_mtim.tv_nsec)
        isOpenToAll = status.st_mode & 0o007 != 0
    }

    /// Seconds since it was written.
    package func age(at now: Date = Date()) -> Double {
        max(0, now.timeIntervalSince1970 - Double(seconds) - Double(nanoseconds) / 1e9)
    }
}
