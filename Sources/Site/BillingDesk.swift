// SPDX-License-Identifier: Apache-2.0
import Ledger
package import Metering

/// Invoices and payouts of a site, recomputed from its ledger as of a signed checkpoint.
package struct BillingDesk: Sendable {
    private let site: SiteDirectory
    private let ledger: LedgerFold
    private let fold: BillingFold
    private let checkpoint: Checkpoint

    /// A finished statement in every form, and whether it stands.
    package struct Statement: Sendable {
        package let summary: String
        package let json: String
        package let csv: String
        package let html: String
        /// Every price on record is the one that the published sheets give.
        package let isSound: Bool

        init(
            summary: [String], json: String, csv: String, html: String, mismatch: BillingMismatch?
        ) {
            self.summary =
                (summary + [mismatch.map { "NOT sound: \($0.sentence)" }].compactMap { $0 })
                .joined(separator: "\n")
            self.json = json
            self.csv = csv
            self.html = html
            isSound = mismatch == nil
        }
    }

    /// Folds the ledger once.
    ///
    /// - Parameter size: as the ledger stood after so many entries; nil for the latest checkpoint.
    package init(_ site: SiteDirectory, size: Int? = nil) throws(SiteError) {
        self.site = site
        let whole = try LedgerFold(site)
        guard let signed = whole.reader.checkpoint else {
            throw .refused("\(site.ledgerPath)/checkpoint: expected a signed checkpoint here")
        }
        checkpoint = signed
        ledger = try LedgerFold(site, size: size ?? signed.size)
        fold = try ledger.billing()
    }

    private func account(_ licensee: String?) -> Account {
        licensee.map { .licensee($0) } ?? .house
    }

    /// The invoice of a licensee, or of the hospital's own calls, for a month.
    package func invoice(_ licensee: String?, month: Month) throws(SiteError) -> Statement {
        let invoice = try stage { try fold.invoice(for: account(licensee), month: month) }
        let evidence = try evidence(invoice.firstEntry, invoice.lastEntry)
        return Statement(
            summary: [
                "invoice of \(licensee ?? "the house") for \(month.text), as of entry \(ledger.size)"
            ]
                + invoice.lines.map { line in
                    "  \(line.model)  \(line.meter.code)  \(line.tier)  \(line.quantity)  "
                        + Amount.text(line.micros, invoice.currency)
                } + ["total \(Amount.text(invoice.totalMicros, invoice.currency))"],
            json: text(invoice.json(evidence)), csv: invoice.csv(evidence),
            html: invoice.html(evidence), mismatch: invoice.mismatch)
    }

    /// What a party is owed for a month.
    package func payout(_ party: String, _ licensee: String?, month: Month) throws(SiteError)
        -> Statement
    {
        let payouts = try stage { try fold.payouts(month: month, licensee: licensee) }
        let statement = payouts.statement(for: party)
        let evidence = try evidence(
            statement.lines.map(\.firstEntry).min(), statement.lines.map(\.lastEntry).max())
        return Statement(
            summary: [
                "payout of \(party) for \(month.text), as of entry \(ledger.size)"
            ]
                + statement.lines.map { line in
                    "  \(line.licensee ?? "house")  \(line.sheet)  \(line.basisPoints) of 10,000 of "
                        + Amount.text(line.billedMicros, statement.currency) + "  "
                        + Amount.text(line.micros, statement.currency)
                } + ["total \(Amount.text(statement.totalMicros, statement.currency))"],
            json: text(statement.json(evidence)), csv: statement.csv(evidence),
            html: statement.html(evidence), mismatch: statement.mismatch)
    }

    /// Puts a month's payouts on record, with the checkpoint they were folded from.
    package func recordPayouts(_ licensee: String?, month: Month) throws(SiteError) {
        let payouts = try stage { try fold.payouts(month: month, licensee: licensee) }
        guard case .object(let body) = payouts.entryBody(checkpointRoot: try root.hex) else {
            return
        }
        try Recorder(site).record(Entry(.payoutComputed, actor: "ledger", body: body))
    }

    private var root: Digest32 {
        get throws(SiteError) { try stage { try ledger.reader.root(at: ledger.size) } }
    }

    private func text(_ json: CanonicalJSON) -> String {
        String(decoding: json.serialized(), as: UTF8.self)
    }

    /// Checkpoint and proofs of the first and last entry that a statement counts.
    private func evidence(_ first: Int?, _ last: Int?) throws(SiteError) -> StatementEvidence {
        StatementEvidence(
            size: ledger.size, root: try root.hex,
            checkpoint: checkpoint.size == ledger.size ? checkpoint.text : "",
            first: try first.map { index throws(SiteError) in try proof(index) },
            last: try last.map { index throws(SiteError) in try proof(index) })
    }

    private func proof(_ index: Int) throws(SiteError) -> EntryProof {
        try stage {
            EntryProof(
                index: index,
                record: String(
                    decoding: try ledger.reader.records(index..<index + 1)[0], as: UTF8.self),
                hashes: try ledger.reader.inclusionProof(index: index, size: ledger.size)
                    .map(\.hex))
        }
    }
}
