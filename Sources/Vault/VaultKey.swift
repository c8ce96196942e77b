// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The vault's master key and the file it lives in.
///
/// The file has two lines, a heading and 32 random bytes in base64, so that a person who finds it
/// knows what it is. It is made once and never overwritten: without it the vault is lost.
struct VaultKey: Sendable {
    static let heading = "bedside vault key v1"

    let material: SymmetricKey

    /// Reads a key file that nobody but its owner may use.
    static func load(_ file: String) throws(VaultError) -> VaultKey {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw .keyFileMissing(file: file) }
            throw .unreadable(file: file, reason: DurableFile.reason())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(file: file, reason: DurableFile.reason())
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .keyFileMalformed(file: file) }
        guard status.st_mode & 0o077 == 0 else {
            throw .keyFileOpenToOthers(
                file: file, mode: String(status.st_mode & 0o777, radix: 8))
        }
        guard (1...1024).contains(status.st_size) else { throw .keyFileMalformed(file: file) }
        let bytes = try DurableFile.read(
            descriptor, count: Int(status.st_size), at: 0, file: file)
        guard let key = VaultKey(text: bytes) else { throw .keyFileMalformed(file: file) }
        return key
    }

    /// Makes a key file with a new random key unless there is a file already, and reads it.
    static func make(_ file: String) throws(VaultError) -> VaultKey {
        if !DurableFile.exists(file) {
            try VaultKey(material: SymmetricKey(size: .bits256)).place(at: file)
        }
        return try load(file)
    }

    /// Writes the key file, unless one is there by now.
    ///
    /// The finished file appears in one step and `link` never replaces, so two processes that make
    /// a key at once end with the same one.
    func place(at file: String) throws(VaultError) {
        let folder = DurableFile.folder(of: file)
        try DurableFile.makeDirectories(folder)
        let unfinished = DurableFile.unfinishedName(for: file)
        defer { unlink(unfinished) }
        try DurableFile.write(to: unfinished) { (descriptor) throws(VaultError) in
            try DurableFile.write(text, to: descriptor, file: file)
        }
        if link(unfinished, file) != 0, errno != EEXIST {
            throw .unwritable(file: file, reason: DurableFile.reason())
        }
        try DurableFile.syncDirectory(folder)
    }

    init(material: SymmetricKey) {
        self.material = material
    }

    private init?(text: [UInt8]) {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count == 2 || (lines.count == 3 && lines[2].isEmpty),
            lines[0].elementsEqual(VaultKey.heading.utf8),
            let bytes = Data(base64Encoded: Data(lines[1])), bytes.count == 32
        else { return nil }
        material = SymmetricKey(data: bytes)
    }

    private var text: [UInt8] {
        let encoded = material.withUnsafeBytes { Data($0).base64EncodedString() }
        return Array("\(VaultKey.heading)\n\(encoded)\n".utf8)
    }
}
