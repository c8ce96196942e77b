// SPDX-License-Identifier: Apache-2.0
package import Records

/// A question about which subjects form a cohort: an index event, and rules around it.
///
/// Day 0 is the day the index event starts; every other day is counted from it. Rules are applied
/// in the order written, and a subject must satisfy all of them.
package struct CohortDefinition: Hashable, Sendable {
    package var name: String
    package var index: IndexEvent
    package var rules: [CohortRule]

    package init(name: String, index: IndexEvent, rules: [CohortRule]) {
        self.name = name
        self.index = index
        self.rules = rules
    }
}

/// The event by which a subject enters.
package struct IndexEvent: Hashable, Sendable {
    /// Which of a subject's matching events counts; of events on one start, all are the same here.
    package enum Occurrence: String, Hashable, Sendable, CaseIterable {
        case first, last
    }

    /// Any of these codes; not empty.
    package var anyOf: [Code]
    package var occurrence: Occurrence

    package init(anyOf: [Code], occurrence: Occurrence) {
        self.anyOf = anyOf
        self.occurrence = occurrence
    }
}

/// One condition of a cohort.
package struct CohortRule: Hashable, Sendable {
    /// What is asked.
    package enum Condition: Hashable, Sendable {
        /// Completed years at day 0.
        ///
        /// Computed from the completed years at the anchor plus the whole years of 365.2425 days
        /// from there to day 0. Birthdays are not released, so the computed age is the true one or
        /// one year less. A subject whose ages read "90+" counts as 90 on every day, whatever the
        /// true age was; a subject of unknown age satisfies no age condition.
        case age(Bounds<Int>)
        case sex(Sex)
        /// The calendar year of the subject's anchor, their first event of all.
        case anchorYear(Bounds<Int>)
        case event(EventCondition)
    }

    package var name: String
    package var condition: Condition
    /// The rule keeps exactly those the condition does not hold for, unknown ones included.
    package var isNegated: Bool

    package init(name: String, condition: Condition, isNegated: Bool = false) {
        self.name = name
        self.condition = condition
        self.isNegated = isNegated
    }
}

/// Both ends are included; nil leaves an end open.
package struct Bounds<Value: Comparable & Hashable & Sendable>: Hashable, Sendable {
    package var min: Value?
    package var max: Value?

    package init(min: Value? = nil, max: Value? = nil) {
        self.min = min
        self.max = max
    }

    package func contains(_ value: Value) -> Bool {
        if let min, !(value >= min) { return false }
        if let max, !(value <= max) { return false }
        return true
    }
}

/// Enough events of some codes, in a window around day 0, with a value if asked for.
package struct EventCondition: Hashable, Sendable {
    /// What `atLeast` counts.
    package enum Counting: String, Hashable, Sendable, CaseIterable {
        /// Distinct days, so that one blood sample recorded twice counts once.
        case days
        case events
    }

    /// Which numbers count.
    package struct ValueRange: Hashable, Sendable {
        package var bounds: Bounds<Double>
        /// Exactly this unit; nil for any unit and none.
        package var unit: String?

        package init(bounds: Bounds<Double>, unit: String? = nil) {
            self.bounds = bounds
            self.unit = unit
        }

        /// Whether a value is in the range for certain.
        ///
        /// "Less than 5" satisfies only an upper bound of 5 or more without a lower bound, and
        /// "greater than 5" only a lower bound of 5 or less without an upper one.
        package func contains(_ number: Double, _ kind: ValueKind) -> Bool {
            switch kind {
            case .number: bounds.contains(number)
            case .below: bounds.min == nil && bounds.contains(number)
            case .above: bounds.max == nil && bounds.contains(number)
            case .none, .code: false
            }
        }
    }

    /// Any of these codes; not empty.
    package var anyOf: [Code]
    /// Days of an event's start relative to day 0; the index event itself lies at 0 and counts.
    package var withinDays: Bounds<Int>
    /// 1 or more.
    package var atLeast: Int
    package var counting: Counting
    package var value: ValueRange?
    /// Where not empty, the event's value must be one of these codes.
    package var valueCode: [Code]

    package init(
        anyOf: [Code], withinDays: Bounds<Int> = Bounds(), atLeast: Int = 1,
        counting: Counting = .days, value: ValueRange? = nil, valueCode: [Code] = []
    ) {
        self.anyOf = anyOf
        self.withinDays = withinDays
        self.atLeast = atLeast
        self.counting = counting
        self.value = value
        self.valueCode = valueCode
    }
}
