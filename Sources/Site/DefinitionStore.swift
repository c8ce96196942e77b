// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Texts of cohort definitions that were counted, each under its SHA-256 digest: what a shared link
/// names.
///
/// A file each, `definitions/DIGEST.json`, for the site's owner alone. A definition says whom
/// somebody looked for and nothing of anybody found.
package final class DefinitionStore: Sendable {
    package let path: String
    private let limit: Int
    /// Held while a text is written, so that no two writers use one temporary file.
    private let writing = Mutex(())

    /// Longest definition that is read, in bytes.
    package static let longest = 1 << 20
    /// So many are kept; the oldest go first.
    package static let most = 4096

    package convenience init(_ site: SiteDirectory) {
        self.init(path: site.path + "/definitions")
    }

    package init(path: String, limit: Int = DefinitionStore.most) {
        self.path = path
        self.limit = max(1, limit)
    }

    /// Keeps a text; its digest.
    ///
    /// One that is kept already is not written again.
    /// - Throws: `SiteError.refused` for a text of more than `longest` bytes.
    @discardableResult
    package func keep(_ json: [UInt8]) throws(SiteError) -> String {
        guard json.count <= DefinitionStore.longest else { throw DefinitionStore.tooLong }
        let digest = Files.digest(of: json)
        try writing.withLock { _ throws(SiteError) in
            guard !Files.exists(file(digest)) else { return }
            try Files.makeDirectory(path, mode: 0o700)
            try Files.replace(file(digest), with: json, mode: 0o600)
            makeRoom(besides: digest)
        }
        return digest
    }

    /// The text of a digest; nil where none is kept under it or it is no digest at all.
    ///
    /// - Throws: `SiteError.refused` where the file holds another text than its name says.
    package func text(of digest: String) throws(SiteError) -> [UInt8]? {
        guard DefinitionStore.isDigest(digest), Files.exists(file(digest)) else { return nil }
        let json = try Files.readBytes(file(digest))
        guard Files.digest(of: json) == digest else {
            throw .refused(
                "\(file(digest)): holds another text than its name says; expected its SHA-256")
        }
        return json
    }

    /// Whether a text is a digest as this store writes it: 64 lower-case hexadecimal digits.
    package static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    /// Why a longer text is refused.
    package static let tooLong = SiteError.refused(
        "the definition is longer than \(longest >> 20) MiB; expected a shorter one")

    private func file(_ digest: String) -> String { "\(path)/\(digest).json" }

    /// Removes the oldest texts beyond the limit; what can't be removed now is later.
    private func makeRoom(besides newest: String) {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { $0.hasSuffix(".json") }
        guard names.count > limit else { return }
        let dated = names.map { name in
            let facts = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return (date: facts?[.modificationDate] as? Date ?? .distantPast, name: name)
        }
        let oldest = dated.sorted { ($0.date, $0.name) < ($1.date, $1.name) }
        for old in oldest.prefix(names.count - limit) where old.name != newest + ".json" {
            unlink("\(path)/\(old.name)")
        }
    }
}
