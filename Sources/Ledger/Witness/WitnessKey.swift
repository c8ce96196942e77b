// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The public half of a witness's key, C2SP `tlog-cosignature` version 1 (Ed25519).
package struct WitnessPublicKey: Sendable, Hashable {
    /// The name that stands in its signature lines.
    package let name: String
    /// The 32 bytes of the Ed25519 key.
    package let bytes: [UInt8]

    /// The number of timestamped cosignatures among the signature types of C2SP signed-note.
    static let algorithm: UInt8 = 4

    /// Takes a name without blanks, plus signs or control characters, and 32 bytes.
    package init(name: String, bytes: [UInt8]) throws(LedgerError) {
        let key = try LedgerPublicKey(name: name, bytes: bytes)
        self.name = key.name
        self.bytes = key.bytes
    }

    /// Reads a signed-note verifier key of a witness, `name+hash+key`.
    package init(text: String) throws(LedgerError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let key = Base64.bytes(parts[2]), key.count == 33,
            key[0] == WitnessPublicKey.algorithm
        else {
            throw .badKey(file: "witness key", expected: "one line `name+hash+key` of signed-note")
        }
        try self.init(name: String(parts[0]), bytes: Array(key[1...]))
        guard parts[1] == Hex.text(keyHash) else {
            throw .badKey(file: "witness key", expected: "the hash that belongs to name and key")
        }
    }

    /// The signed-note verifier key: name, key hash in hexadecimal, algorithm and key in base64.
    package var text: String {
        let key = Data([WitnessPublicKey.algorithm] + bytes).base64EncodedString()
        return "\(name)+\(Hex.text(keyHash))+\(key)"
    }

    /// The four bytes that say which key signed.
    var keyHash: [UInt8] {
        let named = Array(name.utf8) + [0x0A, WitnessPublicKey.algorithm] + bytes
        return Array(SHA256.hash(data: named).prefix(4))
    }

    /// When this witness signed, in seconds since 1970, by a signature line; nil where the line is
    /// another key's or not valid.
    package func seconds(of line: Checkpoint.Signature, on checkpoint: Checkpoint) -> Int? {
        guard line.name == name, Array(line.bytes.prefix(4)) == keyHash,
            line.bytes.count == 4 + 8 + 64,
            let seconds = Int(
                exactly: line.bytes[4..<12].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes),
            key.isValidSignature(
                line.bytes[12...],
                for: Array(WitnessPublicKey.message(seconds: seconds, on: checkpoint).utf8))
        else { return nil }
        return seconds
    }

    /// What a witness signs.
    static func message(seconds: Int, on checkpoint: Checkpoint) -> String {
        "cosignature/v1\ntime \(seconds)\n\(checkpoint.body)"
    }
}

/// The private key of a witness.
///
/// A key of its own: the signed message does not name the witness, so a key that signs for two, or
/// for a log too, would let one pass for the other.
package struct WitnessKey: Sendable {
    private let key: LedgerKey
    /// What others check its signatures with.
    package let publicKey: WitnessPublicKey

    private init(_ key: LedgerKey) throws(LedgerError) {
        self.key = key
        publicKey = try WitnessPublicKey(name: key.name, bytes: key.publicKey.bytes)
    }

    /// The name that stands in its signature lines.
    package var name: String { key.name }

    /// Draws a key and writes it to a new file that only its owner can read (mode 0600).
    package static func create(at path: String, name: String) throws(LedgerError) -> WitnessKey {
        try WitnessKey(
            try LedgerKey.create(at: path, name: name, heading: LedgerKey.witnessHeading))
    }

    /// Reads a witness's key file; a log's key file is refused.
    package static func load(_ path: String, name: String) throws(LedgerError) -> WitnessKey {
        try WitnessKey(try LedgerKey.load(path, name: name, heading: LedgerKey.witnessHeading))
    }

    /// Signs a checkpoint, whatever it says: whether it may is for `Witness` to decide.
    func cosign(_ checkpoint: Checkpoint, seconds: Int) throws(LedgerError) -> Checkpoint.Signature
    {
        let message = WitnessPublicKey.message(seconds: seconds, on: checkpoint)
        let signature = try key.signature(of: message)
        let time = withUnsafeBytes(of: UInt64(seconds).bigEndian) { Array($0) }
        return Checkpoint.Signature(name: name, bytes: publicKey.keyHash + time + signature)
    }
}

/// A witness that signed a checkpoint, and when.
package struct Cosigner: Sendable, Hashable, Codable {
    /// The name of its key.
    package let name: String
    /// Seconds since 1970, UTC.
    package let seconds: Int
}

extension Checkpoint {
    /// The witnesses of a set that signed this checkpoint, each once.
    ///
    /// A line that claims to be a known witness's and is not valid counts for nothing and spoils
    /// that witness's other lines too, as signed-note recommends.
    package func cosigners(among witnesses: [WitnessPublicKey]) -> [Cosigner] {
        Set(witnesses).sorted { $0.text < $1.text }.compactMap { witness in
            let claimed = signatures.filter {
                $0.name == witness.name && Array($0.bytes.prefix(4)) == witness.keyHash
            }
            let times = claimed.map { witness.seconds(of: $0, on: self) }
            guard !times.contains(nil), let seconds = times.compactMap({ $0 }).max() else {
                return nil
            }
            return Cosigner(name: witness.name, seconds: seconds)
        }
    }

    /// Whether at least so many witnesses of a set signed.
    package func isWitnessed(by required: Int, of witnesses: [WitnessPublicKey]) -> Bool {
        cosigners(among: witnesses).count >= required
    }
}
