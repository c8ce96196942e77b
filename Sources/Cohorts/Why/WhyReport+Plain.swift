// SPDX-License-Identifier: Apache-2.0
import Records
package import Timelines

extension WhyReport {
    /// Explains a plain definition for one subject; the index must be in the directory.
    ///
    /// - Parameter enabled: rules that are switched on; nil for all.
    /// - Complexity: O(events of the subject · rules).
    package init(
        _ definition: CohortDefinition, subject: Int, store: TimelineStore,
        enabled: Set<Int>? = nil
    ) {
        let events = SubjectEvents(subject, in: store)
        let codes = Set(definition.index.anyOf.compactMap(store.codeIndex))
        let entries = events.places.filter { codes.contains($0.code) }
        let isFirst = definition.index.occurrence == .first
        guard let index = isFirst ? entries.first : entries.last else {
            self.init(
                isMember: false, summary: "Not in the cohort: there is no entry event.",
                rules: [
                    Rule(
                        name: "Entry event", isMet: false, isOn: true,
                        reason: "None of the codes asked for was ever recorded.", fired: [],
                        nearMisses: [])
                ])
            return
        }
        let judge = PlainJudge(
            events: events, engine: CohortEngine(store: store), index: index)
        var rules = [
            Rule(
                name: "Entry event", isMet: true, isOn: true,
                reason: "The \(isFirst ? "first" : "last") of \(entries.count) entry "
                    + "\(entries.count == 1 ? "event" : "events") is day 0.",
                fired: [events.mention(index, day: 0)], nearMisses: [])
        ]
        for (number, rule) in definition.rules.enumerated() {
            rules.append(judge.rule(rule, at: number, isOn: enabled?.contains(number) ?? true))
        }
        self.init(rules)
    }

    /// A member is whoever meets all rules that are on.
    init(_ rules: [Rule]) {
        let missed = rules.filter { $0.isOn && !$0.isMet }
        self.init(
            isMember: missed.isEmpty,
            summary: missed.isEmpty
                ? "In the cohort: every rule that is switched on is met."
                : "Not in the cohort: "
                    + missed.map { "“\($0.name)”" }.joined(separator: " and ") + " "
                    + (missed.count == 1 ? "is" : "are") + " not met.",
            rules: rules)
    }
}

/// Judges the rules of a plain definition around one index event.
private struct PlainJudge {
    let events: SubjectEvents
    let engine: CohortEngine
    let index: SubjectEvents.Place

    func rule(_ rule: CohortRule, at position: Int, isOn: Bool) -> WhyReport.Rule {
        var found: (isMet: Bool, reason: String, fired: [WhyReport.Mention], near: [NearMiss])
        switch rule.condition {
        case .age(let bounds):
            let age = engine.age(of: events.subject, at: index.start)
            found = (
                age.map(bounds.contains) ?? false,
                age.map { "Age at day 0 is \($0)." } ?? "The age is not known.", [], []
            )
        case .sex(let sex):
            let own = events.store.sex(events.subject)
            found = (own == sex, "Recorded sex is \(own.rawValue).", [], [])
        case .anchorYear(let bounds):
            let year = Int(events.store.anchorYear(events.subject))
            found = (bounds.contains(year), "The first event of all was in \(year).", [], [])
        case .event(let condition): found = judge(condition)
        }
        return WhyReport.Rule(
            position: position, name: rule.name, isMet: found.isMet != rule.isNegated,
            isOn: isOn,
            reason: found.reason + (rule.isNegated ? " The rule asks for the contrary." : ""),
            fired: Array(found.fired.prefix(WhyReport.mentionLimit)),
            nearMisses: NearMiss.nearest(found.near))
    }

    private func judge(
        _ condition: EventCondition
    ) -> (isMet: Bool, reason: String, fired: [WhyReport.Mention], near: [NearMiss]) {
        let store = events.store
        let codes = Set(condition.anyOf.compactMap(store.codeIndex))
        let zero = Int(DayNumber.of(index.start))
        var fired: [WhyReport.Mention] = []
        var near: [NearMiss] = []
        for place in events.places where codes.contains(place.code) {
            let day = Int(DayNumber.of(place.start)) - zero
            let late = outside(day, condition.withinDays)
            let wrong = fault(place, condition)
            switch (late, wrong) {
            case (nil, nil): fired.append(events.mention(place, day: day))
            case (let days?, nil):
                let side = days < 0 ? "too early" : "too late"
                let note = "\(WhyWords.days(abs(days))) \(side)"
                near.append(
                    NearMiss(
                        mention: events.mention(place, day: day, note: note),
                        distance: Double(abs(days))))
            case (nil, let note?):
                near.append(
                    NearMiss(
                        mention: events.mention(place, day: day, note: note), distance: 0))
            case (_?, _?): continue
            }
        }
        let days = Set(fired.map(\.day)).count
        let count = condition.counting == .days ? days : fired.count
        let noun = condition.counting == .days ? "different day" : "event"
        return (
            count >= condition.atLeast,
            "Found \(count) \(noun)\(count == 1 ? "" : "s") that "
                + "\(count == 1 ? "counts" : "count"), of \(condition.atLeast) asked for.",
            fired, near
        )
    }

    /// Days before (negative) or after the window; nil inside.
    private func outside(_ day: Int, _ window: Bounds<Int>) -> Int? {
        if let min = window.min, day < min { return day - min }
        if let max = window.max, day > max { return day - max }
        return nil
    }

    /// Why a value does not count; nil where it does or none is asked for.
    private func fault(_ place: SubjectEvents.Place, _ condition: EventCondition) -> String? {
        guard let postings = events.postings(place) else { return "cannot be read" }
        let kind = postings.kind(place.row)
        guard let range = condition.value else {
            guard !condition.valueCode.isEmpty else { return nil }
            let wanted = Set(condition.valueCode.compactMap(events.store.codeIndex))
            let isWanted =
                kind == .code && postings.valueCode(place.row).map(wanted.contains) ?? false
            return isWanted ? nil : "another answer than asked for"
        }
        let number = postings.number(place.row)
        guard range.contains(number, kind) else {
            switch kind {
            case .none, .code: return "without a number"
            case .number, .below, .above:
                return WhyWords.distance(number, range.bounds.min, range.bounds.max)
                    ?? "not certainly in the range asked for"
            }
        }
        guard let unit = range.unit else { return nil }
        let own = postings.unit(place.row).flatMap {
            events.store.units.indices.contains($0) ? events.store.units[$0] : nil
        }
        return own == unit ? nil : "not in \(unit.isEmpty ? "an empty unit" : unit)"
    }
}
