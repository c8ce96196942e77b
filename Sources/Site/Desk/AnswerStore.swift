// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// Answers kept for repetitions of a call: sealed under a key of the site, for 24 hours.
///
/// A file an answer, named by the keyed digest of its idempotency key. What can't be written or
/// read is left out: the ledger then still says that the call was answered and billed once.
struct AnswerStore: Sendable {
    private let directory: String
    private let key: SymmetricKey
    /// Longer answers are not kept; bytes.
    static let longest = 4 << 20

    init(directory: String, key: SymmetricKey) {
        self.directory = directory
        self.key = key
    }

    private func path(_ digest: String) -> String { "\(directory)/\(digest.prefix(2))/\(digest)" }

    /// Keeps an answer under the digest of its idempotency key.
    func keep(_ answer: [UInt8], for digest: String) {
        guard answer.count <= AnswerStore.longest,
            let box = try? ChaChaPoly.seal(
                Data(answer), using: key, authenticating: Data(digest.utf8))
        else { return }
        try? Files.makeDirectory("\(directory)/\(digest.prefix(2))", mode: 0o700)
        try? Files.replace(path(digest), with: Array(box.combined), mode: 0o600)
    }

    /// The answer kept under a digest; nil where there is none or it was altered.
    func answer(for digest: String) -> [UInt8]? {
        guard let bytes = try? Files.readBytes(path(digest)),
            let box = try? ChaChaPoly.SealedBox(combined: Data(bytes)),
            let answer = try? ChaChaPoly.open(box, using: key, authenticating: Data(digest.utf8))
        else { return nil }
        return Array(answer)
    }

    /// Removes what is older than the window in which a repetition gets the first answer.
    func prune(olderThan milliseconds: Int) {
        let files = FileManager.default
        for part in (try? files.contentsOfDirectory(atPath: directory)) ?? [] {
            let folder = "\(directory)/\(part)"
            for name in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
                var status = stat()
                guard stat("\(folder)/\(name)", &status) == 0 else { continue }
                if Int(status.st_mtim.tv_sec) * 1000 < milliseconds { unlink("\(folder)/\(name)") }
            }
        }
    }
}
