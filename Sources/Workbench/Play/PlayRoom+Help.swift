// SPDX-License-Identifier: Apache-2.0

extension PlayRoom {
    /// The panel's opinion, where the arm has one.
    @HTMLBuilder func panelPart(_ frame: PageFrame) -> HTML {
        if let panel {
            section("The panel", id: "panel") {
                if let commits = panel.commits {
                    Notice.confirmation("The panel would commit now:") { commits }
                }
                suggestionForm(panel.suggestions, frame)
                table(
                    "The panel's differential",
                    [
                        Column("Condition"), Column("Probability", number: true),
                        Column("Share", picture: true),
                    ],
                    rows: panel.differential.enumerated().map { position, hypothesis in
                        let percent = NumberText.percent(hypothesis.probability)
                        return [
                            Cell(hypothesis.name), Cell(percent),
                            Cell {
                                rowBar(
                                    id: "panel-\(position)", title: "Probability \(percent)",
                                    share: hypothesis.probability)
                            },
                        ]
                    })
                tag("h3") { "What its roles say" }
                tag("dl", ["class": "entries roles"]) {
                    for statement in panel.statements {
                        tag("dt") { statement.role }
                        tag("dd") { statement.text }
                    }
                }
            }
        }
    }

    @HTMLBuilder private func suggestionForm(
        _ suggestions: [Suggestion], _ frame: PageFrame
    ) -> HTML {
        if !suggestions.isEmpty {
            form(to: Place.play(id), in: frame, label: "Take the panel's suggestion") {
                tag("p") { "It would go on with:" }
                tag("p", ["class": "answers"]) {
                    for suggestion in suggestions {
                        tag(
                            "button",
                            [
                                "type": "submit", "value": suggestion.id,
                                "name": suggestion.isOrder
                                    ? PlayForm.Field.order : PlayForm.Field.ask,
                            ]
                        ) { (suggestion.isOrder ? "Order " : "Ask: ") + suggestion.name }
                    }
                }
            }
        }
    }

    /// Published figures of a condition, where the arm has references.
    func referencePart(_ frame: PageFrame) -> HTML {
        section("References", id: "references") {
            form(to: Place.play(id), in: frame, label: "Look a condition up") {
                tag("p") {
                    tag("label", ["for": "look"]) { "Condition" }
                    void(
                        "input",
                        [
                            "id": "look", "name": PlayForm.Field.look, "type": "text",
                            "required": "", "maxlength": "300",
                        ])
                }
                tag("p") { tag("button", ["type": "submit"]) { "Look up" } }
                if let reference, !reference.alternatives.isEmpty {
                    tag("p") { "No condition of exactly that name. Did you mean:" }
                    tag("p", ["class": "answers"]) {
                        for name in reference.alternatives {
                            tag(
                                "button",
                                [
                                    "type": "submit", "name": PlayForm.Field.look, "value": name,
                                    "formnovalidate": "",
                                ]
                            ) { name }
                        }
                    }
                }
            }
            if let reference, reference.alternatives.isEmpty { figures(of: reference) }
        }
    }

    @HTMLBuilder private func figures(of reference: Reference) -> HTML {
        if reference.figures.isEmpty {
            tag("p") { "There are no published figures of \(reference.condition) here." }
        } else {
            tag("h3") { "\(reference.condition): published figures" }
            table(
                "Figures of \(reference.condition)",
                [
                    Column("Finding"), Column("Outcome"), Column("Sensitivity", number: true),
                    Column("Specificity", number: true), Column("What was measured"),
                    Column("Source", number: true),
                ],
                rows: reference.figures.map { figure in
                    [
                        Cell(figure.finding), Cell(figure.outcome),
                        Cell(NumberText.percent(figure.sensitivity)),
                        Cell(figure.specificity.map(NumberText.percent) ?? "–"),
                        Cell { tag("span", ["class": "aside"]) { figure.note } },
                        Cell("[\(figure.source)]"),
                    ]
                })
            tag("ol") { for source in reference.sources { tag("li") { source } } }
        }
    }
}
