// SPDX-License-Identifier: Apache-2.0
import Records
package import Timelines

extension AlgebraDefinition {
    /// The definition in sentences a clinician can check, with codes as they are written: one
    /// statement to a line, parts of a statement indented by two spaces.
    package var english: String { AlgebraProse { _ in nil }.text(self) }

    /// The same with the site's names for codes.
    package func inEnglish(store: TimelineStore) -> String {
        AlgebraProse { code in
            store.codeIndex(code).map { store.codes[$0].display }.flatMap { $0.isEmpty ? nil : $0 }
        }.text(self)
    }
}

extension AlgebraExpression {
    /// What the rows are, in words.
    package var english: String { AlgebraProse { _ in nil }.rows(self, .index) }
}

/// Says definitions in English.
struct AlgebraProse {
    let display: (Code) -> String?

    func text(_ definition: AlgebraDefinition) -> String {
        var lines = [
            "\(definition.name).",
            "Each of \(rows(definition.index, .index)) is an index row; the day it starts is day 0.",
        ]
        if definition.rules.isEmpty {
            lines.append("All index rows are in the cohort.")
        } else {
            lines.append("In the cohort are the index rows for which all of this holds:")
        }
        for (position, rule) in definition.rules.enumerated() {
            lines.append("\(position + 1). \(rule.name):")
            lines += statement(rule.condition, .index).indented(1)
        }
        lines += exit(definition.exit)
        if !definition.strata.isEmpty {
            lines.append(
                "Members are counted by \(definition.strata.map(name).joined(separator: ", ")).")
        }
        return lines.joined(separator: "\n")
    }

    /// What days are counted from.
    enum Reference: Equatable {
        case index
        /// A row that a condition inside is about, by how many of them stand around it.
        case row(Int)

        init(_ anchor: AlgebraAnchor, in context: Reference) {
            self = anchor == .index ? .index : context
        }

        /// Such as "row A".
        var name: String {
            switch self {
            case .index: return "the index row"
            case .row(let depth):
                let letter = Unicode.Scalar(UInt8(ascii: "A") + UInt8(min(depth, 25)))
                return "row \(letter)"
            }
        }

        /// The day it starts.
        var day: String { self == .index ? "day 0" : "the day \(name) starts" }

        /// What the next row inside is called.
        var inner: Reference {
            switch self {
            case .index: .row(0)
            case .row(let depth): .row(depth + 1)
            }
        }
    }

    private func exit(_ exit: AlgebraExit) -> [String] {
        var isOpen = false
        let plan =
            switch exit.plan {
            case .endOfRow: "at the end of the index row"
            case .days(let days, .start): days == 0 ? "on day 0" : "on day \(days)"
            case .days(let days, .end): "\(count(days, "day")) after the end of the index row"
            case .endOfEra(let inner, let gap):
                "at the end of the era around day 0 (\(eras(inner, gap, .index))), "
                    + "on day 0 where there is none"
            case .endOfObservation:
                "at the end of the period of observation around day 0, on day 0 where there is none"
            case .last(let inner):
                "at the start of the last of \(group(inner, .index)), on day 0 where none starts later"
            }
        if case .last = exit.plan { isOpen = true }
        guard !exit.stops.isEmpty else { return ["A stay ends \(plan)."] }
        let stops = exit.stops.map { stop in
            "- \(group(stop.rows, .index)), \(window(stop.window, .index))"
        }
        return [
            "A stay ends \(plan); "
                + (isOpen ? "but first of all" : "or before that")
                + " at the start of the earliest of:"
        ] + stops.indented(1)
    }

    private func name(_ stratum: AlgebraStratum) -> String {
        switch stratum {
        case .sex: "sex"
        case .ageDecade: "age at day 0 in tens of years"
        case .anchorYear: "the calendar year of the subject's first event of all"
        case .year: "the calendar year of day 0"
        }
    }

    // MARK: - Conditions

    /// A condition as lines, the parts of a composed one below it.
    private func statement(_ condition: AlgebraCondition, _ context: Reference) -> [String] {
        func list(_ title: String, _ parts: [AlgebraCondition]) -> [String] {
            guard parts.count > 1 else {
                return parts.first.map { statement($0, context) } ?? ["\(title) nothing"]
            }
            return ["\(title):"] + parts.flatMap { bullet(statement($0, context)) }.indented(1)
        }
        switch condition {
        case .all(let parts): return list("all of", parts)
        case .any(let parts): return list("at least one of", parts)
        case .atLeast(let number, let parts):
            return ["at least \(number) of:"]
                + parts.flatMap { bullet(statement($0, context)) }.indented(1)
        case .not(let part):
            if case .has(let match) = part { return [clause(match, context, isNegated: true)] }
            return ["not so:"] + bullet(statement(part, context)).indented(1)
        default: return [clause(condition, context)]
        }
    }

    private func bullet(_ lines: [String]) -> [String] {
        lines.enumerated().map { $0.offset == 0 ? "- \($0.element)" : "  \($0.element)" }
    }

    /// A condition in one line.
    func clause(_ condition: AlgebraCondition, _ context: Reference) -> String {
        let day = context.day
        switch condition {
        case .has(let match): return clause(match, context, isNegated: false)
        case .within(let window):
            return "it \(self.window(window, .index, verb: ("starts", "ends")))"
        case .value(let range): return "its number is \(self.range(range))"
        case .ratio(let range, let base):
            return "its number is \(self.range(range, suffix: " times")) \(baseline(base, context))"
        case .change(let range, let base):
            return "its number less \(baseline(base, context)) is \(self.range(range))"
        case .age(let bounds):
            return "age at \(day) is \(self.bounds(bounds)) completed years"
        case .sex(let sex): return "recorded sex is \(sex.rawValue)"
        case .anchorYear(let bounds):
            return "the calendar year of the subject's first event of all is \(self.bounds(bounds))"
        case .year(let bounds): return "the calendar year of \(day) is \(self.bounds(bounds))"
        case .observed(let before, let after):
            return "one period of observation reaches from \(moment(-before, day)) to "
                + "\(moment(after, day)), both days included"
        case .all(let parts): return joined(parts, " and ", context)
        case .any(let parts): return joined(parts, " or ", context)
        case .not(let part):
            if case .has(let match) = part { return clause(match, context, isNegated: true) }
            return "it is not so that (\(clause(part, context)))"
        case .atLeast(let number, let parts):
            return "at least \(number) of (" + joined(parts, "; ", context) + ")"
        }
    }

    private func joined(_ parts: [AlgebraCondition], _ word: String, _ context: Reference)
        -> String
    {
        guard parts.count > 1 else { return parts.map { clause($0, context) }.joined() }
        let texts = parts.map { part -> String in
            switch part {
            case .all, .any: "(\(clause(part, context)))"
            default: clause(part, context)
            }
        }
        return texts.joined(separator: word)
    }

    private func clause(_ match: AlgebraMatch, _ context: Reference, isNegated: Bool) -> String {
        let reference = Reference(match.anchor, in: context)
        let amount =
            match.atLeast == 1
            ? (isNegated ? "none" : "at least one")
            : "\(isNegated ? "fewer than" : "at least") "
                + (match.counting == .days
                    ? "\(match.atLeast) different days with a start" : "\(match.atLeast)")
        return
            "there \(match.atLeast == 1 ? "is" : "are") \(amount) of \(group(match.rows, context)), "
            + relation(match.relation, reference)
    }

    private func relation(_ relation: AlgebraRelation, _ reference: Reference) -> String {
        let row = reference.name
        return switch relation {
        case .anytime: "at any time"
        case .window(let window): self.window(window, reference)
        case .before: "ending before the day \(row) starts"
        case .after: "starting after the day \(row) ends"
        case .during: "starting and ending inside \(row), first and last day included"
        case .around: "starting no later and ending no earlier than \(row), by day"
        case .overlapping: "sharing at least one day with \(row)"
        }
    }

    private func baseline(_ baseline: AlgebraBaseline, _ context: Reference) -> String {
        let reference = Reference(baseline.anchor, in: context)
        let number =
            switch baseline.aggregate {
            case .first: "the first number (the smallest of several at one moment)"
            case .last: "the last number (the largest of several at one moment)"
            case .min: "the smallest number"
            case .max: "the largest number"
            case .mean: "the mean number"
            case .median: "the median number"
            }
        return "\(number) of \(group(baseline.rows, context)) \(window(baseline.window, reference))"
    }

    // MARK: - Days and numbers

    func window(
        _ window: AlgebraWindow, _ reference: Reference,
        verb: (start: String, end: String) = ("starting", "ending")
    ) -> String {
        let verb = window.edge == .start ? verb.start : verb.end
        let day = window.of == .start ? reference.day : "the day \(reference.name) ends"
        switch (window.from, window.to) {
        case (nil, nil): return "\(verb) at any time"
        case (let from?, nil):
            let text = moment(from.day, day)
            return from.isIncluded
                ? "\(verb) on or after \(text)" : "\(verb) after \(text) (itself not included)"
        case (nil, let to?):
            let text = moment(to.day, day)
            return to.isIncluded
                ? "\(verb) on or before \(text)" : "\(verb) before \(text) (itself not included)"
        case (let from?, let to?):
            func note(_ limit: AlgebraWindow.Limit) -> String {
                limit.isIncluded ? "included" : "not included"
            }
            if from == to { return "\(verb) on \(moment(from.day, day))" }
            let days =
                from.isIncluded == to.isIncluded
                ? "both days \(note(from))"
                : "the first day \(note(from)), the last day \(note(to))"
            return "\(verb) between \(moment(from.day, day)) and \(moment(to.day, day)) (\(days))"
        }
    }

    /// A day so many days from another.
    private func moment(_ days: Int, _ day: String) -> String {
        days == 0
            ? day
            : "\(count(Int(days.magnitude), "day")) \(days < 0 ? "before" : "after") \(day)"
    }

    func range(_ range: AlgebraRange, suffix: String = "") -> String {
        func text(_ number: Double) -> String {
            (Int(exactly: number).map { "\($0)" } ?? "\(number)") + suffix
        }
        let lower = range.lower.map { limit in
            limit.isIncluded ? "at least \(text(limit.number))" : "above \(text(limit.number))"
        }
        let upper = range.upper.map { limit in
            limit.isIncluded ? "at most \(text(limit.number))" : "below \(text(limit.number))"
        }
        return [lower, upper].compactMap(\.self).joined(separator: " and ")
    }

    private func bounds(_ bounds: Bounds<Int>) -> String {
        switch (bounds.min, bounds.max) {
        case (let min?, let max?): min == max ? "\(min)" : "from \(min) to \(max)"
        case (let min?, nil): "\(min) or more"
        case (nil, let max?): "\(max) or less"
        case (nil, nil): "any number of"
        }
    }

    func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}

extension [String] {
    /// Two spaces a level.
    fileprivate func indented(_ levels: Int) -> [String] {
        map { String(repeating: "  ", count: levels) + $0 }
    }
}
