// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The private Ed25519 key that signs a ledger's checkpoints.
package struct LedgerKey: Sendable {
    private let signing: Curve25519.Signing.PrivateKey
    /// The name that stands in signatures; by custom the ledger's origin.
    package let name: String
    /// What others check the signatures with.
    package let publicKey: LedgerPublicKey

    /// Starts a log's key file.
    static let ledgerHeading = "bedside-ledger-key-1:"
    /// Starts a witness's: neither is taken for the other.
    static let witnessHeading = "bedside-witness-key-1:"

    private init(_ signing: Curve25519.Signing.PrivateKey, name: String) throws(LedgerError) {
        self.signing = signing
        self.name = name
        publicKey = try LedgerPublicKey(
            name: name, bytes: Array(signing.publicKey.rawRepresentation))
    }

    /// Draws a key and writes it to a new file that only its owner can read (mode 0600).
    ///
    /// - Throws: `keyExists` where a file is already there: it is never overwritten.
    package static func create(at path: String, name: String) throws(LedgerError) -> LedgerKey {
        try create(at: path, name: name, heading: ledgerHeading)
    }

    static func create(at path: String, name: String, heading: String) throws(LedgerError)
        -> LedgerKey
    {
        let key = try LedgerKey(Curve25519.Signing.PrivateKey(), name: name)
        let seed = key.signing.rawRepresentation.base64EncodedString()
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw errno == EEXIST ? .keyExists(file: path) : LedgerFile.failure(path)
        }
        defer { Glibc.close(file) }
        do throws(LedgerError) {
            guard fchmod(file, 0o600) == 0 else { throw LedgerFile.failure(path) }
            try LedgerFile.writeAll(file, Array("\(heading)\(seed)\n".utf8), at: 0, path: path)
            guard fsync(file) == 0 else { throw LedgerFile.failure(path) }
            try LedgerFile.synchronizeDirectory(of: path)
        } catch {
            unlink(path)
            throw error
        }
        return key
    }

    /// Reads a key file; `name` is what the signatures will carry.
    ///
    /// - Throws: `keyNotPrivate` where its mode lets others read it.
    package static func load(_ path: String, name: String) throws(LedgerError) -> LedgerKey {
        try load(path, name: name, heading: ledgerHeading)
    }

    static func load(_ path: String, name: String, heading: String) throws(LedgerError)
        -> LedgerKey
    {
        var status = stat()
        guard stat(path, &status) == 0 else { throw LedgerFile.failure(path) }
        guard status.st_mode & 0o077 == 0 else { throw .keyNotPrivate(file: path) }
        let text = try LedgerFile.readText(path)
        guard text.hasPrefix(heading), text.hasSuffix("\n"),
            let seed = Base64.bytes(text.dropFirst(heading.count).dropLast()),
            let signing = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { throw .badKey(file: path, expected: "a key file that starts with \(heading)") }
        return try LedgerKey(signing, name: name)
    }

    /// The public key as one line, to hand to whoever checks: see `LedgerPublicKey.text`.
    package var publicKeyText: String { publicKey.text }

    func signature(of text: String) throws(LedgerError) -> [UInt8] {
        guard let signature = try? signing.signature(for: Array(text.utf8)) else {
            throw .badKey(file: name, expected: "a key that can sign")
        }
        return Array(signature)
    }
}

/// The public half of a ledger's key.
package struct LedgerPublicKey: Sendable, Hashable {
    /// The name that stands in signatures.
    package let name: String
    /// The 32 bytes of the Ed25519 key.
    package let bytes: [UInt8]

    /// The number of Ed25519 among the signature types of C2SP signed-note.
    private static let algorithm: UInt8 = 1

    /// Takes a name without blanks, plus signs or control characters, and 32 bytes.
    package init(name: String, bytes: [UInt8]) throws(LedgerError) {
        guard LedgerPublicKey.isAllowed(name) else {
            throw .badName(expected: "a key name without blanks, plus signs or control characters")
        }
        guard bytes.count == 32,
            (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil
        else { throw .badKey(file: name, expected: "32 bytes of an Ed25519 public key") }
        self.name = name
        self.bytes = bytes
    }

    /// Reads a signed-note verifier key, `name+hash+key`.
    package init(text: String) throws(LedgerError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let key = Base64.bytes(parts[2]), key.count == 33,
            key[0] == LedgerPublicKey.algorithm
        else {
            throw .badKey(file: "public key", expected: "one line `name+hash+key` of signed-note")
        }
        try self.init(name: String(parts[0]), bytes: Array(key[1...]))
        guard parts[1] == Hex.text(keyHash) else {
            throw .badKey(file: "public key", expected: "the hash that belongs to name and key")
        }
    }

    /// The signed-note verifier key: name, key hash in hexadecimal, algorithm and key in base64.
    package var text: String {
        let key = Data([LedgerPublicKey.algorithm] + bytes).base64EncodedString()
        return "\(name)+\(Hex.text(keyHash))+\(key)"
    }

    /// The four bytes that say which key signed (C2SP signed-note): the start of SHA-256 over name,
    /// newline, algorithm and key.
    var keyHash: [UInt8] {
        let named = Array(name.utf8) + [0x0A, LedgerPublicKey.algorithm] + bytes
        return Array(SHA256.hash(data: named).prefix(4))
    }

    func isValid(_ signature: [UInt8], of text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        return key.isValidSignature(signature, for: Array(text.utf8))
    }

    static func isAllowed(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7F && $0 != "+" && !$0.properties.isWhitespace
            }
    }
}

/// Base64 with exactly one spelling of each value.
enum Base64 {
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(text)), data.base64EncodedString() == text
        else {
            return nil
        }
        return Array(data)
    }
}
