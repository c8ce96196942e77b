// SPDX-License-Identifier: Apache-2.0
import Records

/// The answer to a Circe definition: the cohort, and what it takes to switch rules off again.
package struct CirceResult: Sendable {
    /// Periods of persons in the cohort, sorted by subject and start.
    package struct Cohort: Hashable, Sendable {
        package internal(set) var subject: [Int32] = []
        /// Days since 1970-01-01.
        package internal(set) var start: [Int32] = []
        package internal(set) var end: [Int32] = []

        package var entries: Int { subject.count }
        package var persons: Int { CirceResult.persons(subject) }
    }

    /// Persons and their events or periods.
    package struct Count: Hashable, Sendable {
        package var persons: Int
        package var entries: Int

        package init(persons: Int, entries: Int) {
            self.persons = persons
            self.entries = entries
        }
    }

    /// What each rule left over.
    package struct Attrition: Hashable, Sendable {
        package struct Rule: Hashable, Sendable {
            package var name: String
            package var isEnabled: Bool
            /// Qualified events that meet this rule, whatever the others say.
            package var satisfying: Count
            /// Qualified events that meet this and all enabled rules before it.
            package var remaining: Count
        }

        /// Qualified events before any rule.
        package var qualified: Count
        package var rules: [Rule]
        /// The cohort after limits, ends and joining.
        package var final: Count
    }

    package let cohort: Cohort
    package let ruleNames: [String]
    /// For each inclusion rule the qualified events that meet it.
    package let rules: [CirceBits]
    private let events: CirceEvents
    private let exits: [Int32]
    private let limit: Circe.Limit
    private let eraPad: Int
    private let window: Circe.Period

    package var entries: Int { cohort.entries }
    package var persons: Int { cohort.persons }

    /// How many events came through the primary and additional criteria.
    package var qualifiedEvents: Int { events.count }

    init(
        _ expression: CirceExpression, events: CirceEvents, exits: [Int32], rules: [CirceBits]
    ) {
        self.events = events
        self.exits = exits
        self.rules = rules
        ruleNames = expression.inclusionRules.map(\.name)
        limit = expression.expressionLimit
        eraPad = expression.eraPad
        window = expression.censorWindow
        let included = CirceResult.included(events.count, rules, [])
        cohort = CirceResult.cohort(
            included.positions, events, exits, limit, eraPad, window)
    }

    /// A qualified event's subject and days.
    package func event(_ position: Int) -> (subject: Int32, start: Int32, end: Int32?) {
        let end = events.end[position]
        return (
            events.subject[position], events.start[position],
            end == ClinicalRows.noEnd ? nil : end
        )
    }

    /// For each rule whether a qualified event meets it.
    package func rulesMet(by position: Int) -> [Bool] {
        rules.map { $0.contains(position) }
    }

    /// The qualified events whose start lies in an entry of the cohort.
    package func events(of entry: Int) -> [Int] {
        let subject = cohort.subject[entry]
        return included([]).filter {
            events.subject[$0] == subject && events.start[$0] >= cohort.start[entry]
                && events.start[$0] <= cohort.end[entry]
        }
    }

    /// The cohort with some rules only, found without reading the source again.
    ///
    /// - Parameter enabled: one flag a rule; rules beyond its end stay on.
    package func cohort(enabled: [Bool]) -> Cohort {
        CirceResult.cohort(included(enabled), events, exits, limit, eraPad, window)
    }

    /// How many persons and events each rule leaves over, with some rules only.
    ///
    /// - Parameter enabled: one flag a rule; rules beyond its end stay on.
    package func attrition(enabled: [Bool] = []) -> Attrition {
        let enabled = rules.indices.map { $0 >= enabled.count || enabled[$0] }
        var remaining = CirceBits(allOf: events.count)
        var lines: [Attrition.Rule] = []
        for (index, bits) in rules.enumerated() {
            if enabled[index] { remaining.formIntersection(bits) }
            lines.append(
                .init(
                    name: ruleNames[index], isEnabled: enabled[index], satisfying: count(bits),
                    remaining: count(remaining)))
        }
        let final = cohort(enabled: enabled)
        return Attrition(
            qualified: count(CirceBits(allOf: events.count)), rules: lines,
            final: Count(persons: final.persons, entries: final.entries))
    }

    private func included(_ enabled: [Bool]) -> [Int] {
        CirceResult.included(events.count, rules, enabled).positions
    }

    private func count(_ bits: CirceBits) -> Count {
        let positions = bits.positions
        return Count(
            persons: CirceResult.persons(positions.map { events.subject[$0] }),
            entries: positions.count)
    }

    private static func included(
        _ count: Int, _ rules: [CirceBits], _ enabled: [Bool]
    ) -> CirceBits {
        var included = CirceBits(allOf: count)
        for (index, bits) in rules.enumerated() where index >= enabled.count || enabled[index] {
            included.formIntersection(bits)
        }
        return included
    }

    /// How many subjects differ in a sorted list.
    private static func persons(_ subjects: [Int32]) -> Int {
        var count = 0
        var last: Int32 = -1
        for subject in subjects where subject != last {
            count += 1
            last = subject
        }
        return count
    }

    private static func cohort(
        _ included: [Int], _ events: CirceEvents, _ exits: [Int32], _ limit: Circe.Limit,
        _ pad: Int, _ window: Circe.Period
    ) -> Cohort {
        let kept = events.limited(included, to: limit)
            .filter { exits[$0] != ClinicalRows.noEnd }
            .sorted {
                (events.subject[$0], events.start[$0]) < (events.subject[$1], events.start[$1])
            }
        let joined = CirceEras.joined(
            subject: kept.map { events.subject[$0] }, start: kept.map { events.start[$0] },
            end: kept.map { exits[$0] }, pad: pad)
        var cohort = Cohort()
        for index in joined.subject.indices {
            let start = max(joined.start[index], window.start?.number ?? .min)
            let end = min(joined.end[index], window.end?.number ?? .max)
            if !window.isOpen, start > end { continue }
            cohort.subject.append(joined.subject[index])
            cohort.start.append(start)
            cohort.end.append(end)
        }
        return cohort
    }
}
