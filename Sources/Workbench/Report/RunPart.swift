// SPDX-License-Identifier: Apache-2.0
import Statistics

extension RunReportView.Run {
    /// Agent, variant and prices in one line.
    var name: String { "\(agent), \(variant), \(prices)" }

    /// Everything about one run.
    func part(_ position: Int) -> HTML {
        let letter = RunReportView.letter(position)
        return section("\(letter). \(name)", id: "run-\(position)") {
            made
            shareTable(letter)
            tag("h3") { "Where it was right" }
            for group in groups where !group.rows.isEmpty {
                table(
                    "\(letter): by \(group.name.lowercased())",
                    [Column(group.name)] + RunReportView.columns,
                    rows: group.rows.map { [Cell($0.name)] + RunReportView.cells($0) })
            }
            calibration(letter, position)
            failureList(letter)
            caseTable(letter, position)
        }
    }

    private var made: HTML {
        tag("dl", ["class": "entries"]) {
            fact("Agent", agent)
            fact("Variant", variant)
            fact("Prices", prices)
            fact("Seed", String(seed))
            for fact in facts {
                tag("dt") { fact.name }
                tag("dd") { tag("code", ["class": "long"]) { fact.value } }
            }
            for fact in further { self.fact(fact.name, fact.value) }
        }
    }

    private func fact(_ name: String, _ value: String) -> HTML {
        HTML {
            tag("dt") { name }
            tag("dd") { value }
        }
    }

    private func shareTable(_ letter: String) -> HTML {
        let shown = shares.filter { $0.share.count > 0 }
        return HTML {
            tag("h3") { "What matters beside accuracy" }
            table(
                "\(letter): shares",
                [
                    Column("Share"), Column("Count", number: true),
                    Column("Value", number: true), Column("95 % interval", number: true),
                    Column("What is counted"),
                ],
                rows: shown.map { entry in
                    [
                        Cell(entry.name),
                        Cell("\(entry.share.successes) of \(entry.share.count)"),
                        Cell(NumberText.percent(entry.share.value)), Cell(ends(entry.share)),
                        Cell { tag("span", ["class": "aside"]) { entry.note } },
                    ]
                })
            tag("p") {
                "Answers that were not in a case's record and were filled in by its default: "
                "\(NumberText.percent(defaultAnswerShare))."
            }
        }
    }

    private func calibration(_ letter: String, _ position: Int) -> HTML {
        HTML {
            tag("h3") { "Calibration" }
            if bins.isEmpty {
                tag("p") { "The agent stated no probability for its diagnoses." }
            } else {
                reliabilityPlot(id: "reliability-\(position)")
                tag("p") {
                    if let brier { "Brier score \(NumberText.fixed(brier, decimals: 4)). " }
                    if let calibrationError {
                        "Expected calibration error "
                        "\(NumberText.fixed(calibrationError, decimals: 4)). "
                    }
                    "On the dashed line stated and observed agree."
                }
                tag("details") {
                    tag("summary") { "The bins as a table" }
                    table(
                        "\(letter): calibration",
                        [
                            Column("Stated"), Column("Cases", number: true),
                            Column("Right", number: true), Column("95 % interval", number: true),
                        ],
                        rows: bins.map { bin in
                            [
                                Cell(NumberText.percent(bin.stated)), Cell(bin.right.count),
                                Cell(NumberText.percent(bin.right.value)), Cell(ends(bin.right)),
                            ]
                        })
                }
            }
        }
    }

    private func failureList(_ letter: String) -> HTML {
        HTML {
            tag("h3") { "Failures" }
            if failures.isEmpty {
                tag("p") { "No call of the agent or of a language model failed." }
            } else {
                table(
                    "\(letter): failures", [Column("Kind"), Column("Times", number: true)],
                    rows: failures.map { [Cell($0.kind), Cell($0.count)] })
            }
        }
    }

    private func caseTable(_ letter: String, _ position: Int) -> HTML {
        HTML {
            tag("h3") { "Every case" }
            table(
                "\(letter): cases",
                [
                    Column("Case"), Column("Stratum"), Column("Truth"), Column("Stated"),
                    Column("Score", number: true), Column("Reason"),
                    Column("Cost", number: true), Column("Questions", number: true),
                    Column("Tests", number: true),
                ],
                rows: cases.enumerated().map { index, item in
                    let anchor = RunReportView.anchor(position, index, item.id)
                    return [
                        Cell {
                            tag("a", ["class": "whole", "id": anchor, "href": "#\(anchor)"]) {
                                item.id
                            }
                        },
                        Cell(item.stratum), Cell(item.truth),
                        Cell(item.stated ?? "none"),
                        Cell {
                            tag("span", ["class": item.isCorrect ? "present" : "absent"]) {
                                "\(item.score) \(item.isCorrect ? "right" : "wrong")"
                            }
                        },
                        Cell { tag("span", ["class": "aside"]) { item.reason } },
                        Cell(NumberText.dollars(item.cost)), Cell(item.questions),
                        Cell(item.tests),
                    ]
                })
        }
    }
}

extension RunReportView {
    /// The name of a case's place on the page: of plain characters, unique by its number.
    static func anchor(_ run: Int, _ index: Int, _ id: String) -> String {
        let plain = id.map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
        }
        return "case-\(run)-\(index + 1)-\(String(plain))"
    }
}
