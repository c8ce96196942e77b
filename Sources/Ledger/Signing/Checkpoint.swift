// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A signed statement of how long a log is and what its root is, as C2SP `tlog-checkpoint` text in
/// `signed-note` form.
///
/// ```
/// bedside/hospital
/// 8
/// XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=
///
/// — bedside/hospital dGhpcyBpcyBub3QgYSBzaWduYXR1cmU=
/// ```
/// Whoever kept an older checkpoint can ask for a consistency proof to a newer one.
package struct Checkpoint: Sendable, Hashable {
    /// A line below the blank one: who signed, with which key.
    ///
    /// Witnesses add further ones.
    package struct Signature: Sendable, Hashable {
        package let name: String
        /// Four bytes that name the key, then what the algorithm defines: 64 bytes for Ed25519.
        package let bytes: [UInt8]

        init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        /// Reads a signature line without its newline; nil for anything else.
        package init?(line: some StringProtocol) {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "\u{2014}",
                LedgerPublicKey.isAllowed(String(parts[1])), let bytes = Base64.bytes(parts[2]),
                bytes.count > 4
            else { return nil }
            self.init(name: String(parts[1]), bytes: bytes)
        }

        /// The signature line without its newline.
        package var line: String {
            "\u{2014} \(name) \(Data(bytes).base64EncodedString())"
        }
    }

    /// The log's name, unique in the world.
    package let origin: String
    /// Number of entries.
    package let size: Int
    /// The root over these entries.
    package let root: Digest32
    /// At least one.
    package let signatures: [Signature]

    /// Signs a size and root.
    package init(origin: String, size: Int, root: Digest32, key: LedgerKey) throws(LedgerError) {
        guard Checkpoint.isAllowed(origin) else {
            throw .badName(expected: "an origin of one line without control characters")
        }
        let signature = try key.signature(
            of: Checkpoint.body(origin: origin, size: size, root: root))
        self.origin = origin
        self.size = size
        self.root = root
        signatures = [Signature(name: key.name, bytes: key.publicKey.keyHash + signature)]
    }

    /// Reads the text of a checkpoint without checking who signed it; extension lines are refused.
    ///
    /// - Parameter file: what to call the text in errors.
    package init(parsing text: String, file: String = "checkpoint") throws(LedgerError) {
        func refused(_ line: Int, _ expected: String) -> LedgerError {
            .badCheckpoint(file: file, line: line, expected: expected)
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.popLast() == "", lines.count >= 5 else {
            throw refused(
                min(lines.count, 5) + 1, "origin, size, root, a blank line and a signature line")
        }
        guard Checkpoint.isAllowed(String(lines[0])) else {
            throw refused(1, "the log's origin in one line")
        }
        guard let size = Int(lines[1]), size >= 0, String(size) == lines[1] else {
            throw refused(2, "the number of entries as a decimal number")
        }
        guard let root = Base64.bytes(lines[2]).flatMap({ Digest32($0) }) else {
            throw refused(3, "a root of 32 bytes in base64")
        }
        guard lines[3].isEmpty else { throw refused(4, "a blank line") }
        var signatures: [Signature] = []
        for (offset, line) in lines[4...].enumerated() {
            guard let signature = Signature(line: line) else {
                throw refused(offset + 5, "a dash, a key name and a signature in base64")
            }
            signatures.append(signature)
        }
        self.origin = String(lines[0])
        self.size = size
        self.root = root
        self.signatures = signatures
    }

    /// The text that was signed.
    package var body: String { Checkpoint.body(origin: origin, size: size, root: root) }

    /// The whole text, to hand out or to write to a file.
    package var text: String {
        signatures.reduce(body + "\n") { $0 + $1.line + "\n" }
    }

    private init(_ other: Checkpoint, signatures: [Signature]) {
        origin = other.origin
        size = other.size
        root = other.root
        self.signatures = signatures
    }

    /// The same checkpoint with further signature lines, such as those of witnesses.
    ///
    /// A line of a key that is already there takes its place.
    package func adding(_ lines: [Signature]) -> Checkpoint {
        func isSameKey(_ left: Signature, _ right: Signature) -> Bool {
            left.name == right.name && left.bytes.prefix(4) == right.bytes.prefix(4)
        }
        var all = signatures
        for line in lines {
            all.removeAll { isSameKey($0, line) }
            all.append(line)
        }
        return Checkpoint(self, signatures: all)
    }

    /// Whether this key signed; lines of other keys are passed over, as signed-note demands.
    ///
    /// Every line that claims to be of this key has to be valid.
    package func verify(_ key: LedgerPublicKey) -> Bool {
        let claimed = signatures.filter {
            $0.name == key.name && Array($0.bytes.prefix(4)) == key.keyHash
        }
        return !claimed.isEmpty
            && claimed.allSatisfy { key.isValid(Array($0.bytes.dropFirst(4)), of: body) }
    }

    /// Refuses a checkpoint of another log or one that the key did not sign.
    func check(origin expected: String, key: LedgerPublicKey, file: String) throws(LedgerError) {
        guard verify(key) else { throw .badSignature(file: file, keyName: key.name) }
        guard origin == expected else { throw .wrongOrigin(found: origin, expected: expected) }
    }

    private static func body(origin: String, size: Int, root: Digest32) -> String {
        "\(origin)\n\(size)\n\(Data(root.bytes).base64EncodedString())\n"
    }

    private static func isAllowed(_ origin: String) -> Bool {
        !origin.isEmpty
            && origin.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}

extension Checkpoint: Codable {
    /// Reads the checkpoint's text from a single string.
    package init(from decoder: any Decoder) throws {
        try self.init(parsing: try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the checkpoint's text as a single string.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
