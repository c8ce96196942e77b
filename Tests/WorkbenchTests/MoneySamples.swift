// SPDX-License-Identifier: Apache-2.0
import Workbench

/// Pages about models, keys, money and records, in every state; invented.
extension Samples {
    var moneyPages: [(name: String, page: any WorkbenchPage)] {
        [
            ("models", catalogue), ("models-empty", CatalogueView(models: [], currency: s("USD"))),
            ("keys", access(nil)), ("keys-empty", AccessView(principals: [])),
            ("keys-issued", access(.issued(name: s("icu"), key: s("bsk_0f")))),
            ("keys-done", access(.done(s("The key of icu opens nothing any more.")))),
            ("keys-refused", access(.refused(s("A key named icu exists; choose another name.")))),
            ("usage", usage), ("usage-empty", emptyUsage), ("invoice", invoice(mismatches: 0)),
            ("invoice-differs", invoice(mismatches: 3)), ("invoice-empty", emptyInvoice),
            ("invoice-needed", neededInvoice), ("who-saw", WhoSawView()),
            ("who-saw-needed", WhoSawView(needed: s("Type the handle."))),
            ("who-saw-found", whoSaw), ("who-saw-nothing", whoSawNothing),
            ("ledger-found", foundLedger), ("ledger-needed", neededLedger),
            ("ledger-nothing", nothingLedger), ("api-try", tryAPI),
        ]
    }

    var catalogue: CatalogueView {
        CatalogueView(
            models: [
                .init(
                    id: s("bedside-panel"), owner: s("Lakeside Community Hospital"),
                    version: s("0.1.0+5f2c9ad1"), digest: s("5f2c9ad14be07c33"),
                    summary: s("Panel of five roles over 49 conditions and 223 findings."),
                    card: .init(
                        intendedUse: s("A second look at a differential, read by a clinician."),
                        users: s("Physicians and nurse practitioners"),
                        population: s("Adults seen for a new complaint"),
                        inputs: [s("Age and sex"), s("Findings answered yes or no")],
                        outputs: [s("Ranked conditions with probabilities"), s("Next questions")],
                        limits: [
                            s("Conditions other than the 49 are not considered."),
                            s("Not for use without a clinician."),
                        ],
                        evidence: [
                            .init(
                                measure: s("Top 5 holds the condition"), value: s("99.1 %"),
                                cases: s("134,529 synthetic cases, held out"),
                                source: s("DDXPlus, test split"))
                        ]),
                    prices: [
                        .init(
                            meter: s("prediction"), unit: 1, micros: 20_000, freeQuota: 100,
                            tiers: [.init(from: 10_000, micros: 15_000)]),
                        .init(
                            meter: s("prediction"), unit: 1, micros: 12_000, licensee: s("acme")),
                    ],
                    sheet: s("standard@3"),
                    snippets: [.init(name: s("curl"), code: s("curl -i http://127.0.0.1:8080"))]),
                .init(
                    id: s("general-chat"), owner: s("Upstream"), version: s("2026-08"),
                    digest: s("–"), summary: s("Passed through to an endpoint of the house.")),
            ], currency: s("USD"))
    }

    func access(_ outcome: AccessView.Outcome?) -> AccessView {
        AccessView(
            principals: [
                .init(
                    name: s("emergency"), team: s("acute"), created: s("2026-09-01"),
                    requestsPerMinute: 600, tokensPerMinute: 200_000),
                .init(
                    name: s("acme-gateway"), licensee: s("acme"), scopes: [s("calls")],
                    models: [s("bedside-panel")], created: s("2026-10-12"),
                    expires: s("2026-11-01"), isExpired: true),
            ],
            budgets: [
                .init(
                    scope: s("team:acute"), period: s("month"), limitMicros: 250_000_000,
                    spentMicros: 181_240_000, heldMicros: 4_060_000, resets: s("2026-12-01")),
                .init(
                    scope: s("licensee:acme"), model: s("bedside-panel"), period: s("total"),
                    limitMicros: 50_000_000, spentMicros: 50_000_000, heldMicros: 0),
                .init(
                    scope: s("principal:nobody"), period: s("day"), limitMicros: 0, spentMicros: 0,
                    heldMicros: 0, resets: s("2026-11-29")),
            ],
            licences: [
                .init(
                    licensee: s("acme"), sites: [s("acme-north")], jurisdictions: [s("US-OR")],
                    uses: [s("diagnosis-support")], models: [s("bedside-panel")],
                    from: s("2026-10-01"), until: s("2027-09-30"), standing: s("in force"),
                    callCap: 1_000_000, callsUsed: 41_220),
                .init(
                    licensee: s("lab"), from: s("2025-01-01"), until: s("2025-12-31"),
                    standing: s("expired")),
            ],
            models: [s("bedside-panel")], currency: s("USD"), outcome: outcome)
    }

    var usage: UsageView {
        let minutes = (0..<60).map { minute in
            let wave = (minute * 37) % 23
            return UsageView.Minute(
                time: s("14:\(minute < 10 ? "0" : "")\(minute)"), calls: 400 + wave * 31,
                refused: wave % 5 == 0 ? 12 : 0, micros: (400 + wave * 31) * 20_000,
                median: 9_000 + wave * 120, high: 14_000 + wave * 700)
        }
        return UsageView(
            minutes: minutes, median: 10_240, high: 26_100,
            models: [
                .init(
                    name: s("bedside-panel"), calls: 40_000, refused: 96, micros: 800_000_000,
                    median: 10_100, high: 25_000),
                .init(name: s("general-chat"), calls: 4_120, refused: 48, micros: 61_004_210),
            ],
            teams: [
                .init(
                    name: s("acute"), calls: 44_000, refused: 120, micros: 860_000_000,
                    median: 10_200, high: 25_900),
                .init(name: "", calls: 120, refused: 24, micros: 1_004_210),
            ],
            reasons: [
                .init(code: s("budget_exhausted"), count: 120),
                .init(code: s("outside_intended_use"), count: 24),
            ], currency: s("USD"), isCut: true)
    }

    var emptyUsage: UsageView {
        UsageView(
            minutes: (0..<60).map { .init(time: s("14:\($0)")) }, currency: s("USD"))
    }

    func invoice(mismatches: Int) -> InvoiceView {
        InvoiceView(
            month: s("2026-11"), account: .init(licensee: s("acme")),
            months: [s("2026-11"), s("2026-10")],
            accounts: [.init(licensee: ""), .init(licensee: s("acme"))], currency: s("USD"),
            bill: .init(
                calls: 10_420,
                lines: [
                    .init(
                        model: s("bedside-panel"), meter: s("prediction"), quantity: 10_420,
                        free: 100,
                        parts: [s("9,900 × 0.012000"), s("420 × 0.010000")], micros: 123_000_000),
                    .init(
                        model: s("general-chat"), meter: s("prompt_tokens"), quantity: 1_204_377,
                        free: 0, parts: [s("1,204,377 × 0.150000 / 1,000")], micros: 180_656_550),
                ],
                totalMicros: 303_656_550,
                shares: [
                    .init(party: s("owner"), micros: 182_193_930),
                    .init(party: s("distributor"), micros: 91_096_965),
                    .init(party: s("platform"), micros: 30_365_655),
                ],
                sheets: [s("standard@3")],
                evidence: .init(
                    size: 2_118, root: s(Samples.root), checkpoint: s("lakeside\n2118\nnB8K=\n"),
                    first: .init(index: 120, hashes: 12), last: .init(index: 2_117, hashes: 5)),
                mismatches: mismatches, firstMismatch: mismatches > 0 ? 412 : nil))
    }

    var emptyInvoice: InvoiceView {
        InvoiceView(
            month: s("2026-12"), account: .init(licensee: ""), months: [s("2026-12")],
            accounts: [.init(licensee: "")], currency: s("USD"))
    }

    var neededInvoice: InvoiceView {
        InvoiceView(
            month: "", account: .init(licensee: ""), accounts: [.init(licensee: "")],
            needed: s("The month is a year and a month, such as 2026-11."))
    }

    var whoSaw: WhoSawView {
        WhoSawView(
            from: s("2026-11-01"), until: s("2026-11-28"),
            found: .init(
                digest: s(Samples.root),
                rows: [
                    .init(
                        index: 412, time: s("2026-11-02 09:41:07"), actor: s("emergency"),
                        team: s("acute"), model: s("bedside-panel"), version: s("0.1.0+5f2c9ad1"),
                        action: s("answered"), use: s("diagnosis-support")),
                    .init(
                        index: 900, time: s("2026-11-03 11:02:55"), actor: s("acme-gateway"),
                        action: s("refused: outside_intended_use")),
                ], isCut: true, size: 2_118))
    }

    var whoSawNothing: WhoSawView {
        WhoSawView(found: .init(digest: s(Samples.root), rows: [], size: 2_118))
    }

    var foundLedger: LedgerView {
        var view = ledger(nil)
        view.filter = .init(
            type: s("call.settled"), actor: s("emergency & co"), model: s("bedside-panel"),
            from: s("2026-11-24T09:00"), until: s("2026-11-25T09:00"))
        view.types = [s("call.refused"), s("call.settled")]
        view.older = 1_000
        view.isTurned = true
        view.searched = 50_000
        view.publicKey = s("lakeside.example/ledger+a1b2c3d4+AQID")
        return view
    }

    var neededLedger: LedgerView {
        var view = foundLedger
        view.lines = []
        view.older = nil
        view.needed = s("From is a day and a time in UTC.")
        return view
    }

    var nothingLedger: LedgerView {
        var view = foundLedger
        view.lines = []
        return view
    }

    var tryAPI: APIView {
        var view = api
        view.example = s(#"{"age":54,"findings":[]}"#)
        view.models = [s("bedside-panel")]
        return view
    }
}
