// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Timelines

/// The definition of a cohort, read out loud: subject by subject, over whole timelines.
struct PlainCohortEngine {
    let store: TimelineStore

    /// Members, and how many remain after the index event and after each rule.
    func evaluate(_ definition: CohortDefinition) -> (members: [CohortMember], remaining: [Int]) {
        var remaining = [Int](repeating: 0, count: definition.rules.count + 1)
        var members: [CohortMember] = []
        for subject in 0..<store.subjectCount {
            let timeline = store.timeline(subject: subject)
            let entries = timeline.filter { definition.index.anyOf.contains($0.code) }.map(\.start)
            let entry = definition.index.occurrence == .first ? entries.min() : entries.max()
            guard let start = entry else { continue }
            remaining[0] += 1
            var isIn = true
            for (position, rule) in definition.rules.enumerated() where isIn {
                isIn = holds(rule.condition, subject, timeline, start) != rule.isNegated
                if isIn { remaining[position + 1] += 1 }
            }
            if isIn { members.append(CohortMember(subject: subject, indexStart: start)) }
        }
        return (members, remaining)
    }

    private func day(_ minutes: Int32) -> Int { Int((Double(minutes) / 1440).rounded(.down)) }

    private func holds(
        _ condition: CohortRule.Condition, _ subject: Int, _ timeline: [Event], _ start: Int32
    ) -> Bool {
        let record = store.subject(subject)
        switch condition {
        case .age(let bounds):
            if record.isAged { return within(90, bounds.min, bounds.max) }
            guard let age = record.ageAtAnchor else { return false }
            let years = Int((Double(day(start)) / 365.2425).rounded(.down))
            return within(Int(age) + years, bounds.min, bounds.max)
        case .sex(let sex): return record.sex == sex
        case .anchorYear(let bounds):
            return within(Int(record.anchorYear), bounds.min, bounds.max)
        case .event(let event):
            let found = timeline.filter { one in
                event.anyOf.contains(one.code)
                    && within(
                        day(one.start) - day(start), event.withinDays.min, event.withinDays.max)
                    && (event.value == nil || matches(one.value, event))
                    && (event.valueCode.isEmpty || hasAnswer(one.value, event))
            }
            let days = found.map { day($0.start) }
            return (event.counting == .days ? Set(days).count : days.count) >= event.atLeast
        }
    }

    private func within<Number: Comparable>(_ number: Number, _ min: Number?, _ max: Number?)
        -> Bool
    {
        (min.map { number >= $0 } ?? true) && (max.map { number <= $0 } ?? true)
    }

    private func hasAnswer(_ value: EventValue?, _ event: EventCondition) -> Bool {
        guard case .code(let code, _) = value else { return false }
        return event.valueCode.contains(code)
    }

    private func matches(_ value: EventValue?, _ event: EventCondition) -> Bool {
        guard let range = event.value else { return true }
        let bounds = range.bounds
        let (isCertain, found): (Bool, String?) =
            switch value {
            case .number(let number, let unit): (within(number, bounds.min, bounds.max), unit)
            case .below(let number, let unit):
                (bounds.min == nil && number <= bounds.max ?? .infinity, unit)
            case .above(let number, let unit):
                (bounds.max == nil && number >= bounds.min ?? -.infinity, unit)
            case .code, nil: (false, nil)
            }
        return isCertain && (range.unit == nil || range.unit == found)
    }
}
