// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Ledger
import Site
import Workbench

/// The ledger as pages: the latest entries, one entry with its proof, and the whole verified.
struct LedgerPage: Sendable {
    let service: Service

    private static let shown = 50

    /// What the address asks for.
    func view(_ request: Request) async throws -> LedgerView {
        let query = request.uri.queryParameters
        func part(_ name: Substring) -> String { String((query[name] ?? "").prefix(120)) }
        let filter = LedgerView.Filter(
            type: part("type"), actor: part("actor"), model: part("model"), from: part("from"),
            until: part("until"))
        let before = query["before"].flatMap { Int($0) }
        let page = self
        return try await Background.run { try page.view(before: before, filter: filter) }
    }

    /// - Parameters:
    ///   - before: shows entries that come before this index; the latest without it.
    ///   - filter: shows those of them that are like this.
    func view(before: Int? = nil, filter: LedgerView.Filter = .init()) throws -> LedgerView {
        let checkpoint = try service.log.signedHead()
        let end = min(max(0, before ?? checkpoint.size), checkpoint.size)
        var view = LedgerView(
            origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root.hex,
            checkpoint: checkpoint.text, lines: [],
            currency: service.site.configuration.currency)
        view.filter = filter
        view.types = EntryType.allCases.map(\.rawValue).sorted()
        view.isTurned = end < checkpoint.size
        view.publicKey = try publicKey()
        let found: LedgerSearch.Found
        do throws(LedgerSearch.Problem) {
            found = try LedgerSearch(filter).page(of: service.log, before: end, LedgerPage.shown)
        } catch {
            view.needed = error.sentence
            return view
        }
        view.lines = found.entries.map { LedgerView.Line(index: $0.index, record: $0.record) }
        view.older = found.older
        view.searched = filter.isEmpty ? nil : found.searched
        return view
    }

    /// The key that checkpoints are signed with, as whoever checks one writes it.
    private func publicKey() throws -> String {
        try Files.readText(service.site.publicKeyFile)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Reads every entry again from disk, as anybody with the public key can.
    func verified() async throws -> LedgerView {
        let site = service.site
        let started = ContinuousClock.now
        let result = try await Background.run { try site.verifyLedger() }
        let seconds = (ContinuousClock.now - started).seconds
        var view = try view()
        view.verification = LedgerView.Verification(
            verdict: result.ok
                ? .sound
                : .broken(
                    at: result.firstBadIndex,
                    problem: result.problem ?? "The entries do not fit the signed root."),
            size: result.size, root: result.root.hex, seconds: seconds)
        return view
    }

    func entry(_ index: Int?) throws -> LedgerEntryView {
        let checkpoint = try service.log.signedHead()
        guard let index, (0..<checkpoint.size).contains(index) else { throw PageRefusal.noEntry }
        let record = try service.log.record(at: index)
        var view = LedgerEntryView(
            index: index, size: checkpoint.size, root: checkpoint.root.hex,
            type: (try? CanonicalJSON(parsing: record))?["type"]?.stringValue ?? "unknown",
            record: String(decoding: record, as: UTF8.self),
            leafHash: MerkleTree.leafHash(record).hex,
            proof: try service.log.inclusionProof(index: index, size: checkpoint.size).map(\.hex))
        view.publicKey = try publicKey()
        return view
    }
}

extension LedgerPage {
    /// What a browser needs to check one entry by itself.
    func proof(_ index: Int?) throws -> Response {
        let checkpoint = try service.log.signedHead()
        guard let index, (0..<checkpoint.size).contains(index) else { throw PageRefusal.noEntry }
        let path = try service.log.inclusionProof(index: index, size: checkpoint.size)
        return JSONBody.response(
            BrowserProof(
                index: index, size: checkpoint.size, proof: path.map(\.hex),
                checkpoint: checkpoint.text, publicKey: try publicKey()))
    }

    /// The bytes of an entry, as hashed.
    func record(_ index: Int?) throws -> Response {
        guard let index, (0..<service.log.size).contains(index) else { throw PageRefusal.noEntry }
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream"],
            body: ResponseBody(
                byteBuffer: ByteBuffer(bytes: try service.log.record(at: index))))
    }

    /// The proof that the tree of an older size is the beginning of today's.
    func consistency(from size: Int?) throws -> Response {
        let checkpoint = try service.log.signedHead()
        guard let size, (0...checkpoint.size).contains(size) else { throw PageRefusal.noEntry }
        let path =
            size == 0 || size == checkpoint.size
            ? [] : try service.log.consistencyProof(from: size, to: checkpoint.size)
        return JSONBody.response(
            BrowserProof(
                from: size, size: checkpoint.size, proof: path.map(\.hex),
                checkpoint: checkpoint.text, publicKey: try publicKey()))
    }
}

/// A proof as the pages' script reads it; hashes as 64 hexadecimal digits.
private struct BrowserProof: Encodable {
    var index: Int?
    var from: Int?
    var size: Int
    var proof: [String]
    /// The signed text whose size and root the proof is for.
    var checkpoint: String
    var publicKey: String

    enum CodingKeys: String, CodingKey {
        case index, from, size, proof, checkpoint
        case publicKey = "public_key"
    }
}

extension LedgerView.Line {
    init(index: Int, record: [UInt8]) {
        let entry = try? CanonicalJSON(parsing: record)
        let body = entry?["body"]
        let type = entry?["type"]?.stringValue ?? "unknown"
        // The reservation names the same price; only what was settled was charged.
        let isSettled = type == EntryType.callSettled.rawValue
        self.init(
            index: index,
            time: entry?["ts"]?.intValue.map(PageTime.text) ?? "",
            type: type, actor: entry?["actor"]?.stringValue ?? "",
            model: body?["model"]?.stringValue ?? "", digest: MerkleTree.leafHash(record).hex,
            priceMicros: isSettled ? body?["price_micros"]?.intValue : nil)
    }

}
