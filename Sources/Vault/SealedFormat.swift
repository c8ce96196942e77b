// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// How a blob looks when sealed: a header and frames of AES-256-GCM.
///
/// ```
/// "BVLT" | version 1 | 3 zero bytes | 32 random bytes (salt)          40 bytes
/// frame 0 | frame 1 | ... | last frame      up to 1 MiB of ciphertext and 16 bytes of tag each
/// ```
/// Each blob has a key of its own, HKDF-SHA256 of the vault's key with the random salt and the
/// name. Under that key the nonce of frame n is n, so a nonce cannot repeat: a key never sees a
/// second blob, and sealing the same name again draws a new salt. Every frame authenticates the
/// header, its number, whether it is the last, and the name, so flipping, cutting, reordering,
/// splicing and swapping blobs are all refused.
///
/// Not detected: an older version of a blob put back in its own place. Who can do that holds the
/// disk; the ledger's digests are the answer to it.
///
/// Source of the frame construction: Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated
/// Encryption and its Nonce-Reuse Misuse-Resistance" (STREAM), CRYPTO 2015.
struct SealedFormat {
    static let frameLength = 1 << 20
    static let tagLength = 16
    static let headerLength = 40
    private static let opening: [UInt8] = Array("BVLT".utf8) + [1, 0, 0, 0]

    let header: [UInt8]
    private let key: SymmetricKey
    private let name: [UInt8]

    /// A new blob with a salt of its own.
    init(sealing name: BlobName, under master: SymmetricKey) {
        let salt = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        self.init(header: SealedFormat.opening + salt, name: name, master: master)
    }

    /// An existing blob, from its first bytes; nil where they are not a header of this version.
    init?(header: [UInt8], of name: BlobName, under master: SymmetricKey) {
        guard header.count == SealedFormat.headerLength, header.starts(with: SealedFormat.opening)
        else { return nil }
        self.init(header: header, name: name, master: master)
    }

    private init(header: [UInt8], name: BlobName, master: SymmetricKey) {
        self.header = header
        self.name = Array(name.text.utf8)
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: master, salt: header[SealedFormat.opening.count...],
            info: Array("bedside vault blob v1\n".utf8) + self.name, outputByteCount: 32)
    }

    /// Frames a plaintext of this length has; an empty one has one empty frame.
    static func frameCount(plaintext length: Int) -> Int {
        max(1, (length + frameLength - 1) / frameLength)
    }

    /// The sealed bytes of one frame; nil where the library refuses, which it does not for frames
    /// of this size.
    func seal(_ plaintext: ArraySlice<UInt8>, frame: Int, isLast: Bool) -> Data? {
        guard let nonce = nonce(frame),
            let box = try? AES.GCM.seal(
                plaintext, using: key, nonce: nonce, authenticating: context(frame, isLast: isLast))
        else { return nil }
        return box.ciphertext + box.tag
    }

    /// The plaintext of one sealed frame; nil unless it is exactly the frame that was sealed.
    func open(_ sealed: ArraySlice<UInt8>, frame: Int, isLast: Bool) -> Data? {
        guard sealed.count >= SealedFormat.tagLength, let nonce = nonce(frame),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce, ciphertext: sealed.dropLast(SealedFormat.tagLength),
                tag: sealed.suffix(SealedFormat.tagLength))
        else { return nil }
        return try? AES.GCM.open(box, using: key, authenticating: context(frame, isLast: isLast))
    }

    private func nonce(_ frame: Int) -> AES.GCM.Nonce? {
        try? AES.GCM.Nonce(data: [0, 0, 0, 0] + SealedFormat.bytes(UInt64(frame)))
    }

    private func context(_ frame: Int, isLast: Bool) -> [UInt8] {
        header + SealedFormat.bytes(UInt64(frame)) + [isLast ? 1 : 0] + name
    }

    /// The number, most significant byte first.
    static func bytes(_ number: UInt64) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
