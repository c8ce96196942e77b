// SPDX-License-Identifier: Apache-2.0
import Crypto
package import Foundation
import Vault

/// Requests and answers of calls about a subject, each sealed under that subject's own key.
///
/// The keys lie in the vault, the sealed bodies beside the ledger, named by call. Erasing a subject
/// is deleting one key: every copy of the bodies, in backups too, is noise from then on, while the
/// ledger, which holds only keyed digests, stays as it is.
package struct BodyStore: Sendable {
    private let directory: String
    private let vault: Vault

    package init(_ site: SiteDirectory) throws(SiteError) {
        directory = site.path + "/bodies"
        vault = try site.vault()
    }

    private func keyName(_ subject: String) -> String { "subject-keys/\(subject)" }

    private func path(_ call: String) -> String { "\(directory)/\(call.prefix(2))/\(call)" }

    /// Keeps a call's request and answer.
    ///
    /// - Parameter subject: the keyed digest of the subject's handle, 64 hexadecimal digits.
    package func keep(_ body: CallBodies, call: String, subject: String) throws(SiteError) {
        let sealed = try stage {
            try ChaChaPoly.seal(
                Data(Files.json(body)), using: try key(of: subject),
                authenticating: Data("\(call) \(subject)".utf8))
        }
        try Files.makeDirectory("\(directory)/\(call.prefix(2))", mode: 0o700)
        try Files.replace(path(call), with: Array(sealed.combined), mode: 0o600)
    }

    /// What was kept of a call; nil where nothing was, or its subject was erased.
    package func bodies(call: String, subject: String) throws(SiteError) -> CallBodies? {
        guard vault.contains(keyName(subject)), Files.exists(path(call)) else { return nil }
        let bytes = try Files.readBytes(path(call))
        return try stage {
            let opened = try ChaChaPoly.open(
                ChaChaPoly.SealedBox(combined: Data(bytes)), using: try key(of: subject),
                authenticating: Data("\(call) \(subject)".utf8))
            return try JSONDecoder().decode(CallBodies.self, from: opened)
        }
    }

    /// Deletes a subject's key; false where there was none.
    package func erase(subject: String) throws(SiteError) -> Bool {
        guard vault.contains(keyName(subject)) else { return false }
        try stage { try vault.remove(keyName(subject)) }
        return true
    }

    private func key(of subject: String) throws -> SymmetricKey {
        let name = keyName(subject)
        if !vault.contains(name) { try vault.seal(RandomKey.bytes(count: 32), as: name) }
        return SymmetricKey(data: try vault.unseal(name))
    }
}

/// What a call said and was told.
package struct CallBodies: Sendable, Codable, Equatable {
    package var request: Data
    package var answer: Data

    package init(request: Data, answer: Data) {
        self.request = request
        self.answer = answer
    }
}
