// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The few things this target does with files, each with its error.
enum LedgerFile {
    /// What the system last said about a file.
    static func failure(_ path: String) -> LedgerError {
        .fileFailed(file: path, reason: String(cString: strerror(errno)))
    }

    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    static func size(_ file: Int32, path: String) throws(LedgerError) -> Int {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(path) }
        return Int(status.st_size)
    }

    /// The size of a file that may not be there; nil where it is not.
    static func size(at path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Writes all bytes at an offset, however many calls that takes; 0 or the error number.
    static func write(_ file: Int32, _ bytes: [UInt8], at offset: Int) -> Int32 {
        bytes.withUnsafeBytes { buffer -> Int32 in
            var done = 0
            while done < buffer.count {
                let written = pwrite(
                    file, UnsafeRawBufferPointer(rebasing: buffer[done...]).baseAddress,
                    buffer.count - done, off_t(offset + done))
                if written >= 0 { done += written } else if errno != EINTR { return errno }
            }
            return 0
        }
    }

    static func writeAll(_ file: Int32, _ bytes: [UInt8], at offset: Int, path: String)
        throws(LedgerError)
    {
        let code = write(file, bytes, at: offset)
        guard code == 0 else {
            throw .fileFailed(file: path, reason: String(cString: strerror(code)))
        }
    }

    /// Fills the buffer from an offset; fewer bytes only at the end of the file.
    static func read(
        _ file: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int, path: String
    ) throws(LedgerError) -> Int {
        var done = 0
        while done < buffer.count {
            let got = pread(
                file, UnsafeMutableRawBufferPointer(rebasing: buffer[done...]).baseAddress,
                buffer.count - done, off_t(offset + done))
            if got == 0 { break }
            if got > 0 { done += got } else if errno != EINTR { throw failure(path) }
        }
        return done
    }

    static func read(_ file: Int32, count: Int, at offset: Int, path: String)
        throws(LedgerError) -> [UInt8]
    {
        var failed: LedgerError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            do throws(LedgerError) {
                used = try read(
                    file, into: UnsafeMutableRawBufferPointer(buffer), at: offset, path: path)
            } catch { failed = error }
        }
        if let failed { throw failed }
        return bytes
    }

    static func readBytes(_ path: String) throws(LedgerError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        return try read(file, count: try size(file, path: path), at: 0, path: path)
    }

    static func readText(_ path: String) throws(LedgerError) -> String {
        guard let text = String(validating: try readBytes(path), as: UTF8.self) else {
            throw .fileFailed(file: path, reason: "not text in UTF-8")
        }
        return text
    }

    /// Puts new content in a file's place: whoever reads it sees the old or the new, never a part.
    static func replace(_ path: String, with bytes: [UInt8]) throws(LedgerError) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(temporary) }
        do throws(LedgerError) {
            defer { close(file) }
            try writeAll(file, bytes, at: 0, path: temporary)
            guard fdatasync(file) == 0 else { throw failure(temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else { throw failure(path) }
        try synchronizeDirectory(of: path)
    }

    /// Puts a file that can be made again in its place, whole but not yet durable; makes the
    /// directories above it.
    ///
    /// 0 or the error number.
    static func place(_ path: String, _ bytes: [UInt8]) -> Int32 {
        let temporary = path + ".new"
        var file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if file < 0, errno == ENOENT {
            let code = makeDirectories(above: temporary)
            guard code == 0 else { return code }
            file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        }
        guard file >= 0 else { return errno }
        let code = write(file, bytes, at: 0)
        close(file)
        guard code == 0 else {
            unlink(temporary)
            return code
        }
        return rename(temporary, path) == 0 ? 0 : errno
    }

    private static func makeDirectories(above path: String) -> Int32 {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return 0 }
        let directory = String(path[..<slash])
        if mkdir(directory, 0o700) == 0 || errno == EEXIST { return 0 }
        guard errno == ENOENT else { return errno }
        let code = makeDirectories(above: directory)
        guard code == 0 else { return code }
        return mkdir(directory, 0o700) == 0 || errno == EEXIST ? 0 : errno
    }

    /// The bytes of a file that may not be there; nil where it is not or can't be read.
    static func hint(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard let size = try? size(file, path: path) else { return nil }
        return try? read(file, count: size, at: 0, path: path)
    }

    /// Makes a new or renamed file's name durable.
    static func synchronizeDirectory(of path: String) throws(LedgerError) {
        let directory =
            path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure(directory) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure(directory) }
    }
}
