// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Vault

/// Digests that only the site can compute, so that a small set of possible cases or handles can't
/// be tried against the ledger.
package struct CallDigests: Sendable {
    private let key: SymmetricKey

    private init(key: SymmetricKey) {
        self.key = key
    }

    /// The digests of a site, whose key lies in its vault.
    package init(_ site: SiteDirectory) throws(SiteError) {
        let vault = try site.vault()
        self.init(
            key: SymmetricKey(data: try stage { try vault.unseal(SiteDirectory.digestKeyName) }))
    }

    /// The key under which answers are kept for repetitions.
    var answersKey: SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Data("bedside answers".utf8), outputByteCount: 32)
    }

    package func keyed(_ bytes: [UInt8]) -> String {
        Files.hex(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }

    /// What stands for a patient in the ledger.
    package func subject(_ handle: String) -> String {
        keyed(Array("subject\n\(handle)".utf8))
    }

    /// What stands for a caller's own name of a call; nil where there is none.
    package func idempotency(_ key: String?, of principal: String) -> String? {
        key.map { keyed(Array("\(principal)\n\($0)".utf8)) }
    }

    /// Twelve random bytes as hexadecimal digits.
    package static func callID() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for _ in 0..<2 {
            withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
        }
        return Files.hex(bytes.prefix(12))
    }
}
