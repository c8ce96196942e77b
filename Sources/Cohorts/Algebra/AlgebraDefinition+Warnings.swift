// SPDX-License-Identifier: Apache-2.0
import Records
package import Timelines

extension AlgebraDefinition {
    /// What in the definition may not mean what its author thinks, at the site of a store: codes,
    /// answers and units that do not occur there.
    package func warnings(_ store: TimelineStore) -> [String] {
        var found: [String] = []
        func check(_ expression: AlgebraExpression, _ place: String) {
            for event in expression.events {
                for code in event.codes
                where store.codeIndex(code).flatMap({ store.postings(code: $0) }) == nil {
                    found.append("\(place): \(code) does not occur at this site")
                }
                for code in event.valueCodes where store.codeIndex(code) == nil {
                    found.append("\(place): \(code) does not occur at this site")
                }
                if let unit = event.unit, !store.units.contains(unit) {
                    found.append("\(place): no value has the unit \"\(unit)\"")
                }
            }
        }
        check(index, "index")
        for rule in rules {
            // The index stands for any row: only the condition's own events are looked at.
            check(.filter(.index, rule.condition), "rule \"\(rule.name)\"")
        }
        switch exit.plan {
        case .endOfEra(let rows, _), .last(let rows): check(rows, "exit")
        case .endOfRow, .days, .endOfObservation: break
        }
        for stop in exit.stops { check(stop.rows, "exit") }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }
}

extension AlgebraExpression {
    /// Every event it reads, those of conditions inside included.
    var events: [AlgebraEvent] {
        switch self {
        case .event(let event): [event]
        case .index, .observed: []
        case .first(let inner), .last(let inner), .nth(_, let inner), .complement(let inner),
            .eras(let inner, _):
            inner.events
        case .union(let parts), .intersection(let parts), .atLeast(_, let parts):
            parts.flatMap(\.events)
        case .filter(let inner, let condition), .consecutive(_, let inner, let condition):
            inner.events + condition.events
        }
    }
}

extension AlgebraCondition {
    fileprivate var events: [AlgebraEvent] {
        switch self {
        case .has(let match): match.rows.events
        case .ratio(_, let baseline), .change(_, let baseline): baseline.rows.events
        case .all(let parts), .any(let parts), .atLeast(_, let parts): parts.flatMap(\.events)
        case .not(let part): part.events
        case .within, .value, .age, .sex, .anchorYear, .year, .observed: []
        }
    }
}
