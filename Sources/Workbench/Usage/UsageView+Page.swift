// SPDX-License-Identifier: Apache-2.0

extension UsageView: WorkbenchPage {
    package var title: String { "Usage" }
    package var place: Place? { .usage }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "Calls of the last \(NumberText.whole(minutes.count)) minutes, as the ledger has "
                "them. What is shown here can be counted again from it."
            }
            tag("p", ["data-part": "usage", "data-live-from": Place.usageLive, "class": "live"]) {
                tag("span", ["class": "aside", "data-state": ""]) {
                    "As of the moment this page was opened."
                }
            }
            tag("div", ["id": "live"]) { live }
        }
    }

    @HTMLBuilder var live: HTML {
        figures([
            ("Calls", NumberText.whole(calls), "answered"),
            ("Refused", NumberText.whole(refused), refusedShare),
            ("Spend", NumberText.micros(micros), currency),
            ("Median", milliseconds(median), "ms a call"),
            ("95 in 100", milliseconds(high), "ms or less"),
        ])
        if isCut {
            Notice.note("Not all of it.") {
                "There were more calls than are looked through at once; the earlier minutes lack "
                "some."
            }
        }
        section("Calls a minute", id: "calls") {
            minuteBars(
                id: "chart-calls", title: "Calls a minute",
                description: sentence("calls", minutes.map(\.calls)), times: minutes.map(\.time),
                series: [
                    .init(name: "answered", shape: "bar", values: minutes.map(\.calls)),
                    .init(name: "refused", shape: "against", values: minutes.map(\.refused)),
                ], text: NumberText.whole)
        }
        section("Spend a minute, \(currency)", id: "spend") {
            minuteBars(
                id: "chart-spend", title: "Spend a minute, \(currency)",
                description: sentence("millionths", minutes.map(\.micros)),
                times: minutes.map(\.time),
                series: [.init(name: currency, shape: "bar", values: minutes.map(\.micros))],
                text: NumberText.shortMicros)
        }
        section("Milliseconds a call", id: "latency") {
            if high == nil {
                tag("p") { latencySentence }
            } else {
                minuteSpans(
                    id: "chart-latency", title: "Milliseconds a call",
                    description: latencySentence, times: minutes.map(\.time),
                    lower: minutes.map(\.median), upper: minutes.map(\.high),
                    text: {
                        NumberText.fixed(
                            Double($0) / 1000, decimals: (1..<10_000).contains($0) ? 1 : 0)
                    })
            }
        }
        section("By model", id: "by-model") { shares(models, of: "Model", "Usage by model") }
        section("By team", id: "by-team") { shares(teams, of: "Team", "Usage by team") }
        if !reasons.isEmpty {
            section("Refused", id: "refused") {
                table(
                    "Reasons of refusals",
                    [Column("Reason", sort: true), Column("Calls", number: true, sort: true)],
                    rows: reasons.map { [Cell($0.code), Cell($0.count)] })
            }
        }
        tag("details") {
            tag("summary") { "The same minute by minute" }
            table(
                "Usage minute by minute",
                [
                    Column("Minute, UTC"), Column("Calls", number: true),
                    Column("Refused", number: true), Column("Spend, \(currency)", number: true),
                    Column("Median, ms", number: true), Column("95 in 100, ms", number: true),
                ],
                rows: minutes.reversed().map { minute in
                    [
                        Cell(minute.time), Cell(minute.calls), Cell(minute.refused),
                        Cell(NumberText.micros(minute.micros)), Cell(milliseconds(minute.median)),
                        Cell(milliseconds(minute.high)),
                    ]
                })
        }
    }

    private var refusedShare: String {
        let all = calls + refused
        return all == 0
            ? "of none" : NumberText.percent(Double(refused) / Double(all)) + " of all"
    }

    private func sentence(_ unit: String, _ values: [Int]) -> String {
        guard let most = values.max(), most > 0, let at = values.firstIndex(of: most) else {
            return "Nothing in these minutes."
        }
        return "At most \(NumberText.whole(most)) \(unit), at \(minutes[at].time); "
            + "\(NumberText.whole(values.last ?? 0)) in the minute that runs."
    }

    private var latencySentence: String {
        guard let median, let high else { return "No call in these minutes." }
        return "Median \(milliseconds(median)) ms, 95 in 100 within \(milliseconds(high)) ms."
    }

    private func milliseconds(_ micros: Int?) -> String {
        guard let micros else { return "–" }
        return NumberText.fixed(Double(micros) / 1000, decimals: micros < 100_000 ? 2 : 0)
    }

    @HTMLBuilder private func shares(_ shares: [Share], of what: String, _ caption: String) -> HTML
    {
        if shares.isEmpty {
            tag("p") { "No call in these minutes." }
        } else {
            let most = Double(max(1, shares.map(\.calls).max() ?? 1))
            table(
                caption,
                [
                    Column(what, sort: true), Column("Calls", number: true, sort: true),
                    Column("Share of the most", picture: true),
                    Column("Refused", number: true, sort: true),
                    Column("Spend, \(currency)", number: true, sort: true),
                    Column("Median, ms", number: true), Column("95 in 100, ms", number: true),
                ],
                rows: shares.enumerated().map { position, share in
                    [
                        Cell(share.name.isEmpty ? "–" : share.name), Cell(share.calls),
                        Cell {
                            rowBar(
                                id: "share-\(what.lowercased())-\(position)",
                                title: "\(NumberText.whole(share.calls)) calls",
                                share: Double(share.calls) / most)
                        },
                        Cell(share.refused),
                        Cell(NumberText.micros(share.micros), key: String(share.micros)),
                        Cell(milliseconds(share.median)), Cell(milliseconds(share.high)),
                    ]
                })
        }
    }
}
