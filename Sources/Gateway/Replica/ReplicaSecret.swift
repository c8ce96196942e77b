// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Site

/// What a replica shows the writer: a secret both read from the site's key directory.
struct ReplicaSecret: Sendable {
    static let header = "x-bedside-replica"

    let text: String

    init(text: String) {
        self.text = text
    }

    /// Reads the secret of a site, or makes it where there is none yet.
    init(_ site: SiteDirectory) throws(SiteError) {
        let path = site.configuration.keyDirectory + "/replica.secret"
        if !Files.exists(path) {
            let key = SymmetricKey(size: .bits256)
            let text = key.withUnsafeBytes { Files.hex($0) }
            try Files.replace(path, with: Array(text.utf8), mode: 0o600)
        }
        let read = try Files.readText(path).trimmingCharacters(in: .whitespacesAndNewlines)
        guard read.utf8.count >= 64 else {
            throw .badConfiguration(
                file: path, line: nil, expected: "expected 64 hexadecimal digits or more")
        }
        text = read
    }

    /// Compares in a time that does not depend on where they differ.
    func matches(_ shown: String?) -> Bool {
        guard let shown else { return false }
        // Digests compare in constant time, and hide the length.
        return SHA256.hash(data: Data(shown.utf8)) == SHA256.hash(data: Data(text.utf8))
    }
}
