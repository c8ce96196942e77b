// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Files that are either as before or completely new, whatever happens in between.
///
/// Everything is written beside its place under a dot name, brought to the disk, then renamed, and
/// the directory is brought to the disk as well. Files get mode 600 and directories 700.
enum DurableFile {
    private static let counter = Atomic<UInt64>(0)

    /// Ends the dot names of writes that have not been finished.
    static let unfinishedSuffix = ".unfinished"

    /// What the last failed system call said.
    static func reason() -> String { String(cString: strerror(errno)) }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The path up to its last slash; `.` where there is none.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A name in the same folder that no other write of this process or another one uses.
    static func unfinishedName(for path: String) -> String {
        let base = path.split(separator: "/").last.map(String.init) ?? "file"
        let number = counter.add(1, ordering: .relaxed).newValue
        return "\(folder(of: path))/.\(base).\(getpid()).\(number)\(unfinishedSuffix)"
    }

    /// Puts a new file in the place of `path`, filled by `fill`.
    static func replace(
        _ path: String, fill: (Int32) throws(VaultError) -> Void
    ) throws(VaultError) {
        let unfinished = unfinishedName(for: path)
        do throws(VaultError) {
            try write(to: unfinished, fill: fill)
            guard rename(unfinished, path) == 0 else {
                throw .unwritable(file: path, reason: reason())
            }
        } catch {
            unlink(unfinished)
            throw error
        }
        try syncDirectory(folder(of: path))
    }

    /// Makes a file that is not there yet, fills it and brings it to the disk.
    static func write(
        to path: String, fill: (Int32) throws(VaultError) -> Void
    ) throws(VaultError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: reason()) }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else {
            throw .unwritable(file: path, reason: reason())
        }
        try fill(descriptor)
        guard fsync(descriptor) == 0 else { throw .unwritable(file: path, reason: reason()) }
    }

    /// Writes all bytes, however many calls it takes.
    static func write(
        _ bytes: some ContiguousBytes, to descriptor: Int32, file: String
    ) throws(VaultError) {
        // The error travels as a value: `withUnsafeBytes` of Foundation has no typed throws.
        let problem: String? = bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Foundation.write(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return reason() }
                done += count
            }
            return nil
        }
        if let problem { throw .unwritable(file: file, reason: problem) }
    }

    /// Reads `count` bytes from `offset`; fewer in the file is an error.
    static func read(
        _ descriptor: Int32, count: Int, at offset: Int, file: String
    ) throws(VaultError) -> [UInt8] {
        var problem: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let part = pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled,
                    off_t(offset + filled))
                if part < 0, errno == EINTR { continue }
                guard part > 0 else {
                    problem = part == 0 ? "it became shorter while being read" : reason()
                    return
                }
                filled += part
            }
        }
        if let problem { throw .unreadable(file: file, reason: problem) }
        return bytes
    }

    /// Makes the directory and those above it that are missing, for this user only.
    static func makeDirectories(_ path: String) throws(VaultError) {
        guard !exists(path) else { return }
        let above = folder(of: path)
        if above != path, above != "." { try makeDirectories(above) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .unwritable(file: path, reason: reason())
        }
        try syncDirectory(above)
    }

    /// Brings a directory's list of names to the disk.
    static func syncDirectory(_ path: String) throws(VaultError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: reason()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unwritable(file: path, reason: reason()) }
    }
}
