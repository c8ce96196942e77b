// SPDX-License-Identifier: Apache-2.0
package import Records

/// A set of rows, each a subject and an interval of their time.
///
/// Rows are in order of subject, start, then number.
package indirect enum AlgebraExpression: Hashable, Sendable {
    /// `{"codes": [...], ...}`: the events with any of some codes; see `AlgebraEvent`.
    case event(AlgebraEvent)
    /// `"index"`: the index row a rule, stop or plan is judged for.
    case index
    /// `"observed"`: periods of observation; where the site records none, from each subject's first
    /// event to the start of their last.
    case observed
    /// `{"first": rows}`: each subject's first row.
    case first(AlgebraExpression)
    /// `{"last": rows}`: each subject's last row.
    case last(AlgebraExpression)
    /// `{"nth": 2, "of": rows}`: each subject's n-th row, counted from 1.
    case nth(Int, AlgebraExpression)
    /// `{"anyOf": [rows, ...]}`: all rows of all of them.
    case union([AlgebraExpression])
    /// `{"allOf": [rows, ...]}`: the first one's rows of subjects who have rows of every other.
    case intersection([AlgebraExpression])
    /// `{"noneOf": rows}`: the observed time of every subject without such rows.
    case complement(AlgebraExpression)
    /// `{"atLeast": 2, "anyOf": [rows, ...]}`: all rows of subjects who have rows of so many of them.
    case atLeast(Int, [AlgebraExpression])
    /// `{"rows": rows, "where": condition}`: the rows for which a condition holds.
    case filter(AlgebraExpression, AlgebraCondition)
    /// `{"eras": rows, "gapDays": 30}`: rows of a subject run together where at most so many days
    /// lie between the end of one and the start of the next.
    case eras(AlgebraExpression, gapDays: Int)
    /// `{"consecutive": 2, "of": rows, "each": condition}`: one row for each n neighbouring rows of
    /// a subject that all satisfy a condition, from the start of the first to the end of the last.
    case consecutive(Int, AlgebraExpression, each: AlgebraCondition)
}

/// Which events: `{"codes": [...], "table": ..., "value": {...}, "unit": ..., "valueCodes": [...]}`.
///
/// One of codes and table must be there; the rest narrows.
package struct AlgebraEvent: Hashable, Sendable {
    /// Any of these; empty for every code.
    package var codes: [Code]
    /// Rows of this OMOP table alone.
    package var table: ClinicalTable?
    package var value: AlgebraRange?
    /// Exactly this unit; nil for any and none.
    package var unit: String?
    /// Where not empty, the event's value must be one of these codes.
    package var valueCodes: [Code]

    package init(
        _ codes: [Code], table: ClinicalTable? = nil, value: AlgebraRange? = nil,
        unit: String? = nil, valueCodes: [Code] = []
    ) {
        self.codes = codes
        self.table = table
        self.value = value
        self.unit = unit
        self.valueCodes = valueCodes
    }
}

extension AlgebraExpression {
    /// Events with any of some codes.
    package static func codes(_ codes: Code...) -> AlgebraExpression {
        .event(AlgebraEvent(codes))
    }
}

/// Numbers between two limits: `{"min": 5.7}` and `{"max": 9}` include their limit, `{"above": 5.7}`
/// and `{"below": 9}` do not.
package struct AlgebraRange: Hashable, Sendable {
    package struct Limit: Hashable, Sendable {
        package var number: Double
        package var isIncluded: Bool

        package init(_ number: Double, isIncluded: Bool) {
            self.number = number
            self.isIncluded = isIncluded
        }
    }

    package var lower: Limit?
    package var upper: Limit?

    package init(lower: Limit? = nil, upper: Limit? = nil) {
        self.lower = lower
        self.upper = upper
    }

    package static func above(_ number: Double) -> AlgebraRange {
        AlgebraRange(lower: Limit(number, isIncluded: false))
    }

    package func contains(_ number: Double) -> Bool { contains(number, scale: 1) }

    /// Whether a number lies between the limits times a positive scale.
    func contains(_ number: Double, scale: Double) -> Bool {
        if let lower {
            let limit = lower.number * scale
            guard lower.isIncluded ? number >= limit : number > limit else { return false }
        }
        if let upper {
            let limit = upper.number * scale
            guard upper.isIncluded ? number <= limit : number < limit else { return false }
        }
        return true
    }

    /// Whether a value is in the range for certain.
    ///
    /// "Less than 5" satisfies only an upper limit of 5 or more without a lower one, and "greater
    /// than 5" only a lower limit of 5 or less without an upper one.
    package func contains(_ number: Double, _ kind: ValueKind) -> Bool {
        switch kind {
        case .number: contains(number)
        case .below: lower == nil && contains(number)
        case .above: upper == nil && contains(number)
        case .none, .code: false
        }
    }
}
