// SPDX-License-Identifier: Apache-2.0
import Crypto
package import Foundation

/// The site's dealings with the file system: whole files, written so that a crash leaves either
/// the old or the new one.
package enum Files {
    /// Reads a UTF-8 text file.
    package static func readText(_ path: String) throws(SiteError) -> String {
        guard let text = String(validating: try readBytes(path), as: UTF8.self) else {
            throw .fileSystem(path: path, reason: "not UTF-8 text")
        }
        return text
    }

    /// Reads a whole file.
    package static func readBytes(_ path: String) throws(SiteError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Replaces a file as one step: temporary file, fsync, rename, fsync of the directory.
    ///
    /// - Parameter mode: permission bits; 0o600 for what only the owner may read.
    package static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o644)
        throws(SiteError)
    {
        let temporary = "\(path).tmp-\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure(path) }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let error = failure(path)
                close(file)
                unlink(temporary)
                throw error
            }
            done += count
        }
        let synced = fsync(file)
        close(file)
        guard synced == 0, rename(temporary, path) == 0 else {
            let error = failure(path)
            unlink(temporary)
            throw error
        }
        syncDirectory(of: path)
    }

    /// Makes a directory and those above it; one that is there is left as it is.
    package static func makeDirectory(_ path: String, mode: Int = 0o755) throws(SiteError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: mode])
        } catch {
            throw .fileSystem(path: path, reason: "the directory could not be made")
        }
    }

    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// SHA-256 of a file's bytes, read in pieces, as 64 hexadecimal digits.
    package static func digest(_ path: String) throws(SiteError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { break }
            buffer.withUnsafeBytes { hash.update(bufferPointer: .init(rebasing: $0[..<count])) }
        }
        return hex(hash.finalize())
    }

    /// SHA-256 of bytes as 64 hexadecimal digits.
    package static func digest(of bytes: [UInt8]) -> String {
        hex(SHA256.hash(data: bytes))
    }

    /// Bytes as lower-case hexadecimal digits.
    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func syncDirectory(of path: String) {
        let directory = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private static func failure(_ path: String) -> SiteError {
        .fileSystem(path: path, reason: String(cString: strerror(errno)))
    }
}

/// An exclusive lock on a file, held until it goes out of use or the process ends.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock at once or returns nil where another process holds it.
    ///
    /// - Throws: `SiteError.fileSystem` where the file can't be opened or made.
    package init?(_ path: String) throws(SiteError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .fileSystem(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            return nil
        }
        descriptor = file
    }

    deinit {
        close(descriptor)
    }
}

extension Files {
    /// Bytes of a file; 0 where there is none.
    package static func size(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? Int) ?? 0
    }
}
