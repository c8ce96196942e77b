// SPDX-License-Identifier: Apache-2.0

extension PlayVerdict {
    var content: HTML {
        HTML {
            tag("div", ["id": "focus", "tabindex": "-1"]) {
                if own.isCorrect {
                    Notice.confirmation("Score \(own.score) of 5.") { own.reason }
                } else {
                    Notice.note("Score \(own.score) of 5.") { own.reason }
                }
            }
            tag("dl", ["class": "entries"]) {
                fact("The truth", truth)
                fact("You said", own.diagnosis)
                fact("Cost", NumberText.dollars(Double(own.cents) / 100))
                fact("Minutes taken", NumberText.fixed(minutes, decimals: 1))
                fact("Arm", arm.rawValue)
                fact("Case", caseID)
            }
            comparison
            section("The case", id: "case") {
                tag("p", ["class": "lede"]) { abstract }
                if !exchanges.isEmpty { PlayExchange.list(exchanges) }
            }
            sourceList
            playCaveat
            tag("p") { tag("a", ["href": Place.play.rawValue]) { "Choose another case" } }
        }
    }

    private func fact(_ name: String, _ value: String) -> HTML {
        HTML {
            tag("dt") { name }
            tag("dd") { value }
        }
    }

    private var comparison: HTML {
        section("You and the panel", id: "comparison") {
            table(
                "You and the panel on this case",
                [
                    Column("Who"), Column("Diagnosis"), Column("Score", number: true),
                    Column("Certainty", number: true), Column("Cost", number: true),
                    Column("Visits", number: true), Column("Questions", number: true),
                    Column("Tests", number: true),
                ],
                rows: [own, panel].map { side in
                    [
                        Cell(side.name), Cell(side.diagnosis),
                        Cell("\(side.score) \(side.isCorrect ? "right" : "wrong")"),
                        Cell(side.certainty.map(NumberText.percent) ?? "–"),
                        Cell(NumberText.dollars(Double(side.cents) / 100)), Cell(side.visits),
                        Cell(side.questions), Cell(side.tests),
                    ]
                })
            tag("p", ["class": "aside"]) { "The panel: \(panel.reason)" }
        }
    }

    @HTMLBuilder private var sourceList: HTML {
        if !sources.isEmpty {
            section("What the case was built on", id: "sources") {
                tag("ul") { for source in sources { tag("li") { source } } }
            }
        }
    }
}
