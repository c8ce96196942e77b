// SPDX-License-Identifier: Apache-2.0
package import Records
import Crypto

extension Vault {
    /// The key for subject ids, apart from every key that seals.
    static func subjectIDKey(from master: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: master, salt: [UInt8](),
            info: Array("bedside vault subject ids v1".utf8), outputByteCount: 32)
    }

    /// The n-th subject id of a release: the first 128 bits of HMAC-SHA256 over number and release.
    ///
    /// Why this and not the system's random numbers: an import that is killed and run again must
    /// end in the same bytes, before the crosswalk was ever sealed. To everyone without the vault
    /// key the ids are as good as random (HMAC is a pseudorandom function). And nothing about the
    /// patient goes in: a number says only how many subjects the site had enrolled before, which
    /// is what 45 CFR 164.514(c) asks of a re-identification code. It is not a keyed hash of a
    /// record number, which would not do. Ids of two releases do not join without the key.
    ///
    /// - Returns: distinct ids for distinct numbers up to chance; n ids hold a pair of equal ones
    ///   with a probability below n² / 2^129. `Crosswalk.enrol` checks nevertheless.
    package func subjectID(number: UInt64, release: String) -> SubjectID {
        let message = SealedFormat.bytes(number) + Array(release.utf8)
        let code = HMAC<SHA256>.authenticationCode(for: message, using: subjectIDKey)
        let words = code.withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        return SubjectID(high: words.0, low: words.1)
    }
}
