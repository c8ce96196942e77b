// SPDX-License-Identifier: Apache-2.0

extension CohortView: WorkbenchPage {
    package var title: String { "Cohort" }
    package var place: Place? { .cohort }

    package var announcement: String {
        switch outcome {
        case .notAsked: "Cohort"
        case .counted(let result): "Counted \(result.persons.text) persons."
        case .refused(let sentence): "The definition was refused. \(sentence)"
        }
    }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            switch outcome {
            case .notAsked:
                definitionForm(frame)
                Notice.note("Nothing counted yet.") {
                    "The count appears here, with what each rule removed. "
                    smallCellRule
                }
            case .refused(let sentence):
                Notice.problem("The definition was refused.") { sentence }
                definitionForm(frame)
            case .counted(let result):
                answer(result)
                definitionForm(frame)
            }
        }
    }

    private var smallCellRule: HTML {
        HTML(
            "Counts from 1 to \(NumberText.whole(smallCell - 1)) are hidden and shown as "
                + "<\(smallCell).")
    }

    private func definitionForm(_ frame: PageFrame) -> HTML {
        section("Definition", id: "definition-heading") {
            form(to: Place.cohort.rawValue, in: frame, label: "Cohort definition") {
                tag("p") {
                    tag("label", ["for": "definition"]) { "Cohort definition (JSON)" }
                    tag("span", ["class": "aside", "id": "definition-hint"]) {
                        "An index event and the rules that follow; unknown keys are refused by name."
                    }
                    tag(
                        "textarea",
                        [
                            "id": "definition", "name": CohortView.definitionField, "rows": "14",
                            "spellcheck": "false", "required": "",
                            "aria-describedby": "definition-hint",
                            "aria-invalid": isRefused ? "true" : nil,
                        ]
                    ) { definition }
                }
                tag("p") {
                    tag("button", ["type": "submit", "class": "primary"]) { "Count" }
                    " "
                    tag("span", ["class": "aside"]) {
                        "Each count released is one entry of the ledger."
                    }
                }
            }
        }
    }

    private var isRefused: Bool {
        if case .refused = outcome { true } else { false }
    }

    private func answer(_ result: Result) -> HTML {
        section(result.name.isEmpty ? "Count" : result.name, id: "count") {
            tag("p", ["class": "headline", "id": "focus", "tabindex": "-1"]) {
                tag("span", ["class": "figure"]) { result.persons.text }
                " persons"
            }
            sentences(result)
            for warning in result.warnings { Notice.note("Note.") { warning } }
            attrition(result)
            if !result.ages.isEmpty { ages(result) }
            tag("p", ["class": "aside"]) {
                smallCellRule
                if let index = result.ledgerIndex {
                    " On record as "
                    tag("a", ["href": Place.entry(index)]) {
                        "ledger entry \(NumberText.whole(index))"
                    }
                    "."
                }
            }
        }
    }

    /// The definition line by line, its numbered rules as a list; a first line that only repeats
    /// the heading is left out.
    private func sentences(_ result: Result) -> HTML {
        var lines = result.inEnglish.split(separator: "\n").map(String.init)
        if lines.count > 1, lines[0] == "\(result.name)." { lines.removeFirst() }
        let firstRule = lines.firstIndex { $0.hasPrefix("1. ") } ?? lines.endIndex
        let rules = lines[firstRule...].enumerated().map { position, line in
            let number = "\(position + 1). "
            return line.hasPrefix(number) ? String(line.dropFirst(number.count)) : line
        }
        return HTML {
            for line in lines[..<firstRule] { tag("p", ["class": "lede"]) { line } }
            if !rules.isEmpty {
                tag("ol", ["class": "lede"]) {
                    for rule in rules { tag("li") { rule } }
                }
            }
        }
    }

    private func attrition(_ result: Result) -> HTML {
        HTML {
            tag("h3") { "What each rule left" }
            barChart(
                id: "attrition", title: "Persons remaining after each rule",
                description: result.steps.map { "\($0.rule): \($0.remaining.text) remain" }
                    .joined(separator: "; ") + ".",
                bars: result.steps.map { step in
                    let note = step.removed == .exact(0) ? "" : "\(step.removed.text) removed"
                    return Bar(name: step.rule, count: step.remaining, note: note)
                })
            tag("details", ["class": "data"]) {
                tag("summary") { "The same as a table" }
                table(
                    "Attrition",
                    [
                        Column("Rule"), Column("Removed", number: true),
                        Column("Remaining", number: true),
                    ],
                    rows: result.steps.map {
                        [Cell($0.rule), Cell($0.removed), Cell($0.remaining)]
                    })
            }
        }
    }

    private func ages(_ result: Result) -> HTML {
        HTML {
            tag("h3") { "Age and sex at the index event" }
            groupedBars(
                id: "ages", title: "Persons by age band and sex",
                description: result.ages.map { band in
                    let counts = zip(result.series, band.counts).map { "\($1.text) \($0)" }
                    return "\(band.name): \(counts.joined(separator: ", "))"
                }.joined(separator: "; ") + ".",
                series: result.series,
                groups: result.ages.map { BarGroup(name: $0.name, counts: $0.counts) })
            tag("details", ["class": "data"]) {
                tag("summary") { "The same as a table" }
                table(
                    "Persons by age and sex",
                    [Column("Age")] + result.series.map { Column($0, number: true) },
                    rows: result.ages.map { band in
                        [Cell(band.name)] + band.counts.map { Cell($0) }
                    })
            }
        }
    }
}
