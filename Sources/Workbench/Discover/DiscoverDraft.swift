// SPDX-License-Identifier: Apache-2.0

/// What stands in the form that builds a definition, as typed.
///
/// Everything is text, so that what can't be read is shown again as it was.
package struct DiscoverDraft: Sendable, Hashable {
    /// One inclusion rule as typed.
    package struct Rule: Sendable, Hashable {
        package var name = ""
        package var codes = ""
        package var withDescendants = true
        package var sense = DiscoverQuestion.Sense.atLeast
        package var count = "1"
        /// Days from the index date; empty is open.
        package var fromDay = ""
        package var toDay = ""
        /// Nil: any value.
        package var relation: DiscoverQuestion.Relation?
        package var value = ""
        package var otherValue = ""
        package var unit = ""

        package init() {}

        /// Nothing of it was filled in, so it asks nothing.
        var isBlank: Bool {
            [name, codes, fromDay, toDay, value, otherValue, unit].allSatisfy(\.isEmpty)
        }
    }

    package var name = ""
    package var entryCodes = ""
    package var entryWithDescendants = true
    package var occurrence = DiscoverQuestion.Occurrence.first
    package var priorDays = "0"
    package var rules: [Rule] = [Rule()]
    /// Nil: the end of observation.
    package var endsAfterFixedDays = false
    package var endDays = "365"

    package init() {}

    /// More rules than a form is good for; a definition with more can be pasted.
    package static let mostRules = 20
}

/// A definition as the form asks it, read and checked.
package struct DiscoverQuestion: Sendable, Hashable {
    /// Which of a person's entry events count.
    package enum Occurrence: String, Sendable, Hashable, CaseIterable {
        case first, last, all
    }

    /// How the number of events is compared.
    package enum Sense: String, Sendable, Hashable, CaseIterable {
        case atLeast = "at-least"
        case exactly
        case atMost = "at-most"
    }

    /// How a value is compared.
    package enum Relation: String, Sendable, Hashable, CaseIterable {
        case over, atLeast = "at-least", under, atMost = "at-most", between
    }

    /// Codes such as `SNOMED/44054006` and concept ids such as `201826`, as typed; not empty.
    package struct CodeSet: Sendable, Hashable {
        package var codes: [String]
        package var withDescendants: Bool

        package init(codes: [String], withDescendants: Bool) {
            self.codes = codes
            self.withDescendants = withDescendants
        }
    }

    package struct Comparison: Sendable, Hashable {
        package var relation: Relation
        package var value: Double
        /// The upper end where the relation is `between`.
        package var otherValue: Double?
        /// Nil: any unit and none.
        package var unit: String?

        package init(
            relation: Relation, value: Double, otherValue: Double? = nil, unit: String? = nil
        ) {
            self.relation = relation
            self.value = value
            self.otherValue = otherValue
            self.unit = unit
        }
    }

    package struct Rule: Sendable, Hashable {
        package var name: String
        package var codes: CodeSet
        package var sense: Sense
        package var count: Int
        /// Days from the index date, both included; nil is open.
        package var fromDay: Int?
        package var toDay: Int?
        package var comparison: Comparison?
    }

    package var name: String
    package var entry: CodeSet
    package var occurrence: Occurrence
    /// Days of observation needed before the entry event.
    package var priorDays: Int
    package var rules: [Rule]
    /// Days after the entry at which the person leaves; nil: at the end of observation.
    package var endDays: Int?
}

/// A field that needs another value, and which.
package struct DiscoverProblem: Error, Sendable, Hashable {
    /// The field's id on the page.
    package var field: String
    package var sentence: String

    package init(field: String, sentence: String) {
        self.field = field
        self.sentence = sentence
    }
}

extension DiscoverDraft {
    /// The question the form asks; rules left blank are left out.
    ///
    /// - Throws: the first field that needs another value.
    package func question() throws(DiscoverProblem) -> DiscoverQuestion {
        let entry = try codeSet(
            entryCodes, withDescendants: entryWithDescendants, field: DiscoverForm.Field.entryCodes,
            of: "The entry event")
        let prior = try whole(
            priorDays, in: 0...36_525, field: DiscoverForm.Field.priorDays,
            named: "The days of prior observation")
        var read: [DiscoverQuestion.Rule] = []
        for (position, rule) in rules.enumerated() where !rule.isBlank {
            read.append(try self.rule(rule, at: position))
        }
        var end: Int?
        if endsAfterFixedDays {
            end = try whole(
                endDays, in: 1...36_525, field: DiscoverForm.Field.endDays,
                named: "The days after which a person leaves")
        }
        return DiscoverQuestion(
            name: name.isEmpty ? "Cohort" : name, entry: entry, occurrence: occurrence,
            priorDays: prior ?? 0, rules: read, endDays: end)
    }

    private func rule(
        _ rule: Rule, at position: Int
    ) throws(DiscoverProblem) -> DiscoverQuestion.Rule {
        let title = "Rule \(position + 1)"
        func field(_ part: String) -> String { DiscoverForm.Field.rule(position, part) }
        let codes = try codeSet(
            rule.codes, withDescendants: rule.withDescendants,
            field: field(DiscoverForm.Field.codes), of: title)
        let least = rule.sense == .atLeast ? 1 : 0
        guard
            let count = try whole(
                rule.count, in: least...1000, field: field(DiscoverForm.Field.count),
                named: "The number of events of rule \(position + 1)")
        else {
            throw DiscoverProblem(
                field: field(DiscoverForm.Field.count),
                sentence: "\(title) needs a number of events.")
        }
        let from = try whole(
            rule.fromDay, in: -36_525...36_525, field: field(DiscoverForm.Field.fromDay),
            named: "The first day of rule \(position + 1)")
        let to = try whole(
            rule.toDay, in: -36_525...36_525, field: field(DiscoverForm.Field.toDay),
            named: "The last day of rule \(position + 1)")
        if let from, let to, from > to {
            throw DiscoverProblem(
                field: field(DiscoverForm.Field.toDay),
                sentence:
                    "The last day of rule \(position + 1) needs to be no earlier than its first.")
        }
        return DiscoverQuestion.Rule(
            name: rule.name.isEmpty ? title : rule.name, codes: codes, sense: rule.sense,
            count: count, fromDay: from, toDay: to,
            comparison: try comparison(rule, at: position))
    }

    private func comparison(
        _ rule: Rule, at position: Int
    ) throws(DiscoverProblem) -> DiscoverQuestion.Comparison? {
        guard let relation = rule.relation else {
            guard rule.value.isEmpty, rule.otherValue.isEmpty else {
                throw DiscoverProblem(
                    field: DiscoverForm.Field.rule(position, DiscoverForm.Field.relation),
                    sentence: "Rule \(position + 1) needs to say how its value is compared.")
            }
            return nil
        }
        let value = try number(rule.value, at: position, DiscoverForm.Field.value)
        var other: Double?
        if relation == .between {
            other = try number(rule.otherValue, at: position, DiscoverForm.Field.otherValue)
            if let other, other < value {
                throw DiscoverProblem(
                    field: DiscoverForm.Field.rule(position, DiscoverForm.Field.otherValue),
                    sentence: "The upper value of rule \(position + 1) needs to be no less than "
                        + "the lower.")
            }
        }
        return DiscoverQuestion.Comparison(
            relation: relation, value: value, otherValue: other,
            unit: rule.unit.isEmpty ? nil : rule.unit)
    }

    private func number(
        _ text: String, at position: Int, _ part: String
    ) throws(DiscoverProblem) -> Double {
        let plain = text.replacing("−", with: "-")
        guard let number = Double(plain), number.isFinite else {
            throw DiscoverProblem(
                field: DiscoverForm.Field.rule(position, part),
                sentence: "The value of rule \(position + 1) needs to be a number such as 7.5.")
        }
        return number
    }

    private func whole(
        _ text: String, in range: ClosedRange<Int>, field: String, named name: String
    ) throws(DiscoverProblem) -> Int? {
        if text.isEmpty { return nil }
        guard let number = Int(text.replacing("−", with: "-")), range.contains(number) else {
            let ends =
                "\(NumberText.whole(range.lowerBound)) to \(NumberText.whole(range.upperBound))"
            throw DiscoverProblem(
                field: field, sentence: "\(name) need to be a whole number from \(ends).")
        }
        return number
    }

    private func codeSet(
        _ text: String, withDescendants: Bool, field: String, of part: String
    ) throws(DiscoverProblem) -> DiscoverQuestion.CodeSet {
        let codes = DiscoverForm.codes(in: text)
        guard !codes.isEmpty else {
            throw DiscoverProblem(
                field: field, sentence: "\(part) needs at least one code or concept id.")
        }
        if let odd = codes.first(where: { !DiscoverForm.isCode($0) }) {
            throw DiscoverProblem(
                field: field,
                sentence: "“\(odd)” is neither a code such as SNOMED/44054006 nor a concept id; "
                    + "search for it by name.")
        }
        return DiscoverQuestion.CodeSet(codes: codes, withDescendants: withDescendants)
    }
}
