// SPDX-License-Identifier: Apache-2.0
import Ledger
import Governance
import Metering
import Projections
import Site
import Workbench

extension BillingSource {
    /// Invoices of an open site, every call priced again from the published sheets.
    static func invoices(of service: Service) -> BillingSource {
        BillingSource(
            accounts: {
                try await Background.run {
                    let spent = try service.projection().spend(by: .licensee).compactMap(\.name)
                    let licensed = service.licences().map(\.term.licence.licensee)
                    return Set(spent + licensed + [""]).sorted().map { .init(licensee: $0) }
                }
            },
            months: { try await Background.run { try months(of: service.log, until: Entry.now) } },
            bill: { month, account in
                try await Background.run {
                    try Reckoning(service, month, account)?.bill
                }
            },
            file: { month, account, kind in
                try await Background.run {
                    try Reckoning(service, month, account)?.file(kind)
                }
            }, currency: service.priceList.currency ?? service.site.configuration.currency)
    }

    private static let monthsShown = 24

    /// From the month of the log's first entry to this one, newest first.
    private static func months(of log: LedgerLog, until now: Int) throws -> [String] {
        guard log.size > 0 else { return [] }
        let last = Month(containing: now)
        let first = try CanonicalJSON(parsing: log.record(at: 0))["ts"]?.intValue
        var month = Month(containing: first ?? now)
        var months: [String] = []
        while month <= last {
            months.append(month.text)
            month = month.next
        }
        return Array(months.suffix(monthsShown).reversed())
    }
}

/// One account's month: the invoice, who receives it, and the proofs, at one state of the ledger.
private struct Reckoning {
    let invoice: Invoice
    let payouts: Payouts
    let mismatches: Int
    let evidence: StatementEvidence
    let licensee: String?

    /// Nil where the account settled nothing in the month.
    init?(_ service: Service, _ month: String, _ account: InvoiceView.Account) throws {
        guard let month = Month(month) else { return nil }
        let fold = try service.billing()
        licensee = account.licensee.isEmpty ? nil : account.licensee
        invoice = try fold.invoice(for: licensee.map { .licensee($0) } ?? .house, month: month)
        guard invoice.calls > 0 else { return nil }
        payouts = try fold.payouts(month: month, licensee: licensee)
        mismatches = fold.mismatches
        evidence = try Reckoning.evidence(of: invoice, in: service.log)
    }

    private static func evidence(of invoice: Invoice, in log: LedgerLog) throws
        -> StatementEvidence
    {
        let checkpoint = try log.signedHead()
        func proof(_ index: Int) throws -> EntryProof {
            EntryProof(
                index: index, record: String(decoding: try log.record(at: index), as: UTF8.self),
                hashes: try log.inclusionProof(index: index, size: checkpoint.size).map(\.hex))
        }
        return StatementEvidence(
            size: checkpoint.size, root: checkpoint.root.hex, checkpoint: checkpoint.text,
            first: try invoice.firstEntry.map(proof), last: try invoice.lastEntry.map(proof))
    }

    func file(_ kind: InvoiceFile) -> [UInt8] {
        switch kind {
        case .html: Array(invoice.html(evidence).utf8)
        case .csv: Array(invoice.csv(evidence).utf8)
        case .json: invoice.json(evidence).serialized()
        }
    }

    var bill: InvoiceView.Bill {
        var bill = InvoiceView.Bill(
            calls: invoice.calls, lines: lines, totalMicros: invoice.totalMicros, shares: shares,
            sheets: Set(invoice.lines.map(\.sheet)).subtracting([""]).sorted(),
            evidence: .init(
                size: evidence.size, root: evidence.root, checkpoint: evidence.checkpoint,
                first: evidence.first.map { .init(index: $0.index, hashes: $0.hashes.count) },
                last: evidence.last.map { .init(index: $0.index, hashes: $0.hashes.count) }),
            mismatches: mismatches, firstMismatch: invoice.mismatch?.index)
        bill.differenceMicros = invoice.differenceMicros
        return bill
    }

    /// One line a meter of a model; its tiers are the parts.
    private var lines: [InvoiceView.Line] {
        var lines: [InvoiceView.Line] = []
        for part in invoice.lines {
            let price = NumberText.money(part.unitPriceMicros)
            let unit = part.unit == 1 ? "" : " / \(NumberText.whole(part.unit))"
            let text =
                part.isCharged
                ? "\(NumberText.whole(part.quantity)) × \(price)\(unit)"
                : "\(NumberText.whole(part.quantity)) not charged"
            if let last = lines.indices.last, lines[last].model == part.model,
                lines[last].meter == part.meter.code
            {
                lines[last].quantity += part.quantity
                lines[last].free += part.isFree ? part.quantity : 0
                lines[last].parts.append(text)
                lines[last].micros += part.micros
            } else {
                lines.append(
                    InvoiceView.Line(
                        model: part.model, meter: part.meter.code, quantity: part.quantity,
                        free: part.isFree ? part.quantity : 0, parts: [text], micros: part.micros))
            }
        }
        return lines
    }

    /// Each party's part of this account's bills, most first.
    private var shares: [InvoiceView.Share] {
        var sums: [String: Int] = [:]
        for pot in payouts.pots where pot.licensee == licensee {
            for share in pot.shares { sums[share.party, default: 0] += share.micros }
        }
        return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { InvoiceView.Share(party: $0.key, micros: $0.value) }
    }
}
