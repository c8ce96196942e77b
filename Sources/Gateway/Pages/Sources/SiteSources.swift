// SPDX-License-Identifier: Apache-2.0
import Ledger
import Projections
import Site
import Workbench

extension WorkbenchSources {
    /// The sources of an open site.
    ///
    /// - Parameter passedOn: models of upstreams that are served beside the site's own.
    init(_ service: Service, passedOn: [ServedModel] = []) {
        let currency = service.site.configuration.currency
        let tail = UsageTail(log: service.log, currency: currency)
        self.init(
            catalogue: .cards(of: service, passedOn: passedOn),
            access: .keys(of: service, passedOn: passedOn),
            usage: UsageSource(view: {
                try await Background.run { try tail.view(at: Entry.now) }
            }),
            billing: .invoices(of: service), whoSaw: .projection(of: service))
    }
}

extension WhoSawSource {
    /// The site's SQLite view of the ledger; each search is itself on record.
    static func projection(of service: Service) -> WhoSawSource {
        WhoSawSource(
            digest: { service.subjectDigest(of: $0) },
            found: { digest, period in
                let rows = try await service.whoSaw(
                    subject: digest, from: period.lowerBound, until: period.upperBound,
                    actor: WorkUpPage.principal)
                return WhoSawView.Found(
                    digest: digest,
                    rows: rows.prefix(WhoSawSource.rowsShown).map(WhoSawView.Row.init),
                    isCut: rows.count > WhoSawSource.rowsShown, size: service.log.size)
            })
    }

    private static let rowsShown = 1000
}

extension WhoSawView.Row {
    init(_ row: AccessRow) {
        let detail = row.reason.map { ": \($0)" } ?? ""
        let action =
            switch EntryType(rawValue: row.type) {
            case .callSettled: (row.status ?? 200) < 400 ? "answered" : "failed"
            case .callRefused: "refused" + detail
            case .cardFeedback, .override: (row.outcome ?? "feedback") + detail
            case .subjectErased: "what was kept is erased"
            case .subjectExplained: "membership of a cohort explained"
            case .accessSearched: "searched who saw what"
            default: row.type
            }
        self.init(
            index: row.index, time: PageTime.text(row.milliseconds), actor: row.actor,
            team: row.team ?? "", model: row.model ?? "", version: row.version ?? "",
            action: action, use: row.use ?? "")
    }
}
