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

    /// - Parameter before: shows entries that come before this index; the latest without it.
    func view(before: Int? = nil) throws -> LedgerView {
        let checkpoint = try service.log.signedHead()
        let end = min(max(0, before ?? checkpoint.size), checkpoint.size)
        let range = max(0, end - LedgerPage.shown)..<end
        let records = try service.log.records(range)
        return LedgerView(
            origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root.hex,
            checkpoint: checkpoint.text,
            lines: zip(range, records).reversed().map { LedgerView.Line(index: $0, record: $1) },
            currency: service.site.configuration.currency)
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
        return LedgerEntryView(
            index: index, size: checkpoint.size, root: checkpoint.root.hex,
            type: (try? CanonicalJSON(parsing: record))?["type"]?.stringValue ?? "unknown",
            record: String(decoding: record, as: UTF8.self),
            leafHash: MerkleTree.leafHash(record).hex,
            proof: try service.log.inclusionProof(index: index, size: checkpoint.size).map(\.hex))
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
            time: entry?["ts"]?.intValue.map(LedgerView.Line.time) ?? "",
            type: type, actor: entry?["actor"]?.stringValue ?? "",
            model: body?["model"]?.stringValue ?? "", digest: MerkleTree.leafHash(record).hex,
            priceMicros: isSettled ? body?["price_micros"]?.intValue : nil)
    }

    /// Milliseconds since 1970 as `2026-06-02 14:05:09 UTC`.
    private static func time(_ milliseconds: Int) -> String {
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
            .year().month().day().dateTimeSeparator(.space)
            .time(includingFractionalSeconds: false)
        return date.formatted(style) + " UTC"
    }
}
