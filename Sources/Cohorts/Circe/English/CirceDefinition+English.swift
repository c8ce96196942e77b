// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceDefinition {
    /// The definition in sentences a clinician can check, down to the date each window counts from.
    package var inEnglish: String { CirceProse(expression).text }
}

/// Says a Circe expression in English, one statement a line, nested statements indented.
struct CirceProse {
    let expression: CirceExpression
    private let names: [Int: String]

    init(_ expression: CirceExpression) {
        self.expression = expression
        var names: [Int: String] = [:]
        for set in expression.conceptSets where names[set.id] == nil { names[set.id] = set.name }
        self.names = names
    }

    var text: String {
        var page = Lines()
        if let title = expression.title, !title.isEmpty { page.add("\(title)") }
        entry(&page)
        rules(&page)
        exit(&page)
        conceptSets(&page)
        return page.text
    }

    /// A concept set by its name, or by its number where the expression doesn't hold it.
    func name(ofSet id: Int) -> String {
        names[id].map { "“\($0)”" } ?? "concept set \(id), which the definition does not hold"
    }

    private func entry(_ page: inout Lines) {
        let primary = expression.primary
        var observed: [String] = []
        if primary.priorDays > 0 { observed.append("\(Prose.days(primary.priorDays)) before") }
        if primary.postDays > 0 { observed.append("\(Prose.days(primary.postDays)) after") }
        let within =
            observed.isEmpty
            ? "inside an observation period"
            : "with at least \(observed.joined(separator: " and ")) it in the same observation period"
        page.add("Entry. An entry event is any of these, \(within):")
        for criterion in primary.criteria { add(criterion, to: &page, level: 1) }
        page.add(
            "The start of an entry event is its index start, its end the index end. "
                + kept(primary.limit, "entry events"))
        if let additional = expression.additional {
            page.add("An entry event qualifies only if \(phrase(additional)):")
            add(additional, to: &page, level: 1, index: .entry)
            page.add(kept(expression.qualifiedLimit, "qualified events"))
        }
    }

    private func rules(_ page: inout Lines) {
        guard !expression.inclusionRules.isEmpty else {
            page.add(kept(expression.expressionLimit, "events"))
            return
        }
        page.add("Inclusion rules. An event stays only if all of them hold:")
        for (number, rule) in expression.inclusionRules.enumerated() {
            let name = rule.name.isEmpty ? "unnamed rule" : rule.name
            page.add("\(number + 1). \(name): \(phrase(rule.expression)):", level: 1)
            add(rule.expression, to: &page, level: 2, index: .entry)
        }
        page.add(kept(expression.expressionLimit, "events that satisfy every rule"))
    }

    private func exit(_ page: inout Lines) {
        switch expression.endStrategy {
        case nil:
            page.add("Exit. A person stays to the end of the observation period.")
        case .offset(let field, let days):
            let from = field == .start ? "index start" : "index end"
            page.add(
                "Exit. A person leaves \(Prose.days(days)) after the \(from), and no later than "
                    + "the observation period ends.")
        case .drugEra(let set, let gap, let offset, let supply):
            let length =
                supply.map { "each exposure taken to last \(Prose.days($0))" }
                ?? "each exposure as long as stated or supplied for"
            page.add(
                "Exit. A person leaves at the end of continuous exposure to \(name(ofSet: set)): "
                    + "\(length), gaps of up to \(Prose.days(gap)) bridged"
                    + (offset == 0 ? "" : ", and \(Prose.days(offset)) added")
                    + "; at the end of observation if that comes first, or if the index start lies "
                    + "in no exposure.")
        }
        if !expression.censoring.isEmpty {
            page.add("A person leaves earlier at the first of these on or after the index start:")
            for criterion in expression.censoring { add(criterion, to: &page, level: 1) }
        }
        page.add(
            expression.eraPad == 0
                ? "Periods of a person that share a day are joined."
                : "Periods of a person up to \(Prose.days(expression.eraPad)) apart are joined.")
        let window = expression.censorWindow
        if !window.isOpen {
            page.add("Only the part of a period that lies \(Prose.period(window)) counts.")
        }
    }

    private func conceptSets(_ page: inout Lines) {
        guard !expression.conceptSets.isEmpty else { return }
        page.add("Concept sets.")
        for set in expression.conceptSets {
            page.add(
                "“\(set.name)”:" + (set.items.isEmpty ? " empty; no record matches." : ""), level: 1
            )
            for item in set.items {
                let concept = item.concept
                let code = [concept.vocabulary, concept.code].filter { !$0.isEmpty }
                    .joined(separator: " ")
                var words = item.isExcluded ? "not " : ""
                words += concept.name.isEmpty ? "concept \(concept.id)" : concept.name
                if !code.isEmpty { words += " (\(code))" }
                if item.includesDescendants { words += ", with descendants" }
                if item.includesMapped { words += ", with what maps to it" }
                page.add(words, level: 2)
            }
        }
    }

    private func kept(_ limit: Circe.Limit, _ what: String) -> String {
        switch limit {
        case .all: "All \(what) of a person are kept."
        case .first: "Of a person's \(what) the earliest is kept."
        case .last: "Of a person's \(what) the latest is kept."
        }
    }
}

/// Statements with their depth.
struct Lines {
    private var lines: [String] = []

    var text: String { lines.joined(separator: "\n") }

    mutating func add(_ words: String, level: Int = 0) {
        lines.append(String(repeating: "   ", count: level) + words)
    }
}
