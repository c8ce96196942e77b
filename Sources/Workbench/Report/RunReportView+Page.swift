// SPDX-License-Identifier: Apache-2.0
import Statistics

extension RunReportView {
    /// The whole document: its own style sheet, no script, nothing fetched.
    package func render() -> String {
        document(language: "en") {
            head
            tag("body", ["class": "report"]) {
                tag("a", ["class": "skip", "href": "#main"]) { "Skip to content" }
                banner
                tag("main", ["id": "main", "tabindex": "-1"]) {
                    tag("h1") { title }
                    content
                }
                imprint
            }
        }.render()
    }

    private var title: String {
        runs.count == 1 ? "Benchmark run: \(runs[0].agent)" : "Benchmark runs"
    }

    private var head: HTML {
        tag("head") {
            void("meta", ["charset": "utf-8"])
            void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            void("meta", ["name": "color-scheme", "content": "light dark"])
            void(
                "meta",
                [
                    "http-equiv": "Content-Security-Policy",
                    "content": "default-src 'none'; style-src 'unsafe-inline'",
                ])
            tag("title") { title }
            shippedStyleSheet()
        }
    }

    private var banner: HTML {
        tag("header", ["class": "banner"]) {
            tag("div", ["class": "measure"]) {
                tag("p", ["class": "site"]) {
                    tag("strong") { "Sequential diagnosis" }
                    " "
                    tag("span", ["class": "product"]) { "Bedside benchmark" }
                }
            }
        }
    }

    private var imprint: HTML {
        tag("footer", ["class": "imprint"]) {
            tag("div", ["class": "measure"]) {
                tag("p") {
                    tag("strong") { "Not a medical device; not reviewed by clinicians." }
                    " For evaluation and research. Do not act on it in the care of a patient."
                }
            }
        }
    }

    private var content: HTML {
        HTML {
            caveats
            if runs.isEmpty { tag("p") { "No run was given." } }
            if runs.count == 1 { figures(headline(runs[0])) }
            if !runs.isEmpty { comparison }
            if !differences.isEmpty { pairedTests }
            for position in runs.indices { runs[position].part(position) }
        }
    }

    private var caveats: HTML {
        Notice.note("Read this first.") {
            "The protocol is compatible with SDBench; these figures are never an SDBench score. "
            "Prices are those of the schedule named, not the published study's. Own cases are "
            "written for software testing and not reviewed by clinicians; they say nothing about "
            "care. Intervals are 95 %: Wilson for shares, bootstrap for means."
        }
    }

    private func headline(_ run: Run) -> [(name: String, value: String, note: String)] {
        let row = run.all
        let recall = run.shares.first
        return [
            ("Accuracy", NumberText.percent(row.accuracy.value), ends(row.accuracy)),
            (
                "Mean cost", NumberText.dollars(row.meanCost),
                RunReportView.range(row.costInterval)
            ),
            ("Cases", NumberText.whole(row.accuracy.count), "\(row.accuracy.successes) right"),
        ]
            + (recall.map { [($0.name, NumberText.percent($0.share.value), ends($0.share))] } ?? [])
            + (run.brier.map { [("Brier score", NumberText.fixed($0, decimals: 3), "")] } ?? [])
    }

    private var comparison: HTML {
        section("Cost and accuracy", id: "runs") {
            paretoPlot
            tag("p", ["class": "aside"]) {
                "Filled: no other run shown is both cheaper and more accurate. Lines are 95 % "
                "intervals."
            }
            table(
                "Runs", [Column("Run")] + RunReportView.columns,
                rows: runs.indices.map { position in
                    [
                        Cell {
                            tag("a", ["href": "#run-\(position)"]) {
                                "\(RunReportView.letter(position)). \(runs[position].name)"
                            }
                        }
                    ] + RunReportView.cells(runs[position].all)
                })
        }
    }

    private var pairedTests: HTML {
        section("Paired tests", id: "paired") {
            tag("p") {
                "McNemar, exact and two-sided, over the cases two runs share: how likely a split "
                "at least as uneven is, were both equally good. Not corrected for the number of "
                "tests."
            }
            table(
                "Paired tests",
                [
                    Column("Runs"), Column("Shared cases", number: true),
                    Column("Difference in accuracy", number: true), Column("p", number: true),
                ],
                rows: differences.filter {
                    runs.indices.contains($0.first) && runs.indices.contains($0.second)
                }.map { pair in
                    let gap =
                        runs[pair.first].all.accuracy.value - runs[pair.second].all.accuracy.value
                    return [
                        Cell(
                            "\(RunReportView.letter(pair.first)) and "
                                + RunReportView.letter(pair.second)),
                        Cell(pair.shared),
                        Cell(NumberText.signed(gap * 100, decimals: 1) + " points"),
                        Cell(RunReportView.probability(pair.probability)),
                    ]
                })
            tag("p", ["class": "aside"]) {
                "The difference is over all cases of each run, the test over the shared ones."
            }
        }
    }

    static func probability(_ value: Double) -> String {
        value < 0.0001 ? "<0.0001" : NumberText.fixed(value, decimals: 4)
    }

    /// Whole dollars: cents would say more than an interval of means knows.
    private static func range(_ interval: Interval) -> String {
        "$\(NumberText.fixed(interval.lower, decimals: 0)) to "
            + "$\(NumberText.fixed(interval.upper, decimals: 0))"
    }

    static let columns = [
        Column("Cases", number: true), Column("Right", number: true),
        Column("95 % interval", number: true), Column("Mean cost", number: true),
        Column("95 % interval of the cost", number: true), Column("Questions", number: true),
        Column("Tests", number: true),
    ]

    static func cells(_ row: Row) -> [Cell] {
        [
            Cell(row.accuracy.count), Cell(NumberText.percent(row.accuracy.value)),
            Cell(ends(row.accuracy)), Cell(NumberText.dollars(row.meanCost)),
            Cell(range(row.costInterval)),
            Cell(NumberText.fixed(row.questions, decimals: 1)),
            Cell(NumberText.fixed(row.tests, decimals: 1)),
        ]
    }
}

/// Both ends of a share's interval; an end that is 0 or 1 but for rounding is written as such.
func ends(_ share: Proportion) -> String {
    let lower = share.successes == 0 ? 0 : share.interval.lower
    let upper = share.successes == share.count ? 1 : share.interval.upper
    return "\(NumberText.percent(lower)) to \(NumberText.percent(upper))"
}
