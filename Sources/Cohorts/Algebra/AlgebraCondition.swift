// SPDX-License-Identifier: Apache-2.0
package import Records

/// What is asked of one row.
package indirect enum AlgebraCondition: Hashable, Sendable {
    /// `{"has": rows, "days": window}`: enough other rows of the subject stand in a relation to it.
    case has(AlgebraMatch)
    /// `{"within": window}`: the row itself lies in a window around the index row.
    case within(AlgebraWindow)
    /// `{"value": {"above": 5.7}}`: the row's number lies in a range for certain.
    case value(AlgebraRange)
    /// `{"ratio": {"above": 1.5}, "to": baseline}`: the row's number divided by a baseline above 0.
    ///
    /// Compared as number against limit times baseline, so that no rounding of a quotient decides.
    case ratio(AlgebraRange, to: AlgebraBaseline)
    /// `{"change": {"min": 0.3}, "from": baseline}`: the row's number less a baseline.
    case change(AlgebraRange, from: AlgebraBaseline)
    /// `{"age": {"min": 18, "max": 75}}`: completed years at the row's start.
    ///
    /// Whole years of 365.25 days since the day of birth where the release keeps it; else as
    /// `CohortRule.Condition.age` has it.
    case age(Bounds<Int>)
    /// `{"sex": "female"}`.
    case sex(Sex)
    /// `{"anchorYear": {"min": 2010}}`: calendar year of the subject's first event of all.
    case anchorYear(Bounds<Int>)
    /// `{"year": {"min": 2010}}`: calendar year of the row's start, where the release keeps days;
    /// else never.
    case year(Bounds<Int>)
    /// `{"observed": {"before": 365, "after": 0}}`: one period of observation reaches from so many
    /// days before the row's start to so many after.
    case observed(before: Int, after: Int)
    /// `{"all": [condition, ...]}`.
    case all([AlgebraCondition])
    /// `{"any": [condition, ...]}`.
    case any([AlgebraCondition])
    /// `{"not": condition}`.
    case not(AlgebraCondition)
    /// `{"atLeast": 2, "of": [condition, ...]}`.
    case atLeast(Int, [AlgebraCondition])
}

/// Either end of an interval.
package enum AlgebraEdge: String, Hashable, Sendable, CaseIterable {
    case start, end
}

/// Which row something is told relative to.
package enum AlgebraAnchor: String, Hashable, Sendable, CaseIterable {
    /// The row a condition is judged for.
    case row
    /// The index row of the cohort.
    case index
}

/// A stretch of days around a row: `{"from": -365, "to": 0}` includes its limits,
/// `{"after": 0, "before": 30}` does not; a limit left out is open.
///
/// Day 0 is the day of the reference row's start, or with `"of": "end"` of its end. What must lie in
/// the stretch is another row's start, or with `"edge": "end"` its end.
package struct AlgebraWindow: Hashable, Sendable {
    package struct Limit: Hashable, Sendable {
        package var day: Int
        package var isIncluded: Bool

        package init(_ day: Int, isIncluded: Bool = true) {
            self.day = day
            self.isIncluded = isIncluded
        }
    }

    package var from: Limit?
    package var to: Limit?
    package var of: AlgebraEdge
    package var edge: AlgebraEdge

    package init(
        from: Limit? = nil, to: Limit? = nil, of: AlgebraEdge = .start, edge: AlgebraEdge = .start
    ) {
        self.from = from
        self.to = to
        self.of = of
        self.edge = edge
    }

    /// Both days included; nil leaves an end open.
    package static func days(_ from: Int?, _ to: Int?) -> AlgebraWindow {
        AlgebraWindow(from: from.map { Limit($0) }, to: to.map { Limit($0) })
    }

    /// After a day, that day left out.
    package static func after(_ day: Int) -> AlgebraWindow {
        AlgebraWindow(from: Limit(day, isIncluded: false))
    }

    /// Before a day, that day left out.
    package static func before(_ day: Int) -> AlgebraWindow {
        AlgebraWindow(to: Limit(day, isIncluded: false))
    }

    /// The first day inside.
    var first: Int? { from.map { $0.isIncluded ? $0.day : $0.day + 1 } }
    /// The last day inside.
    var last: Int? { to.map { $0.isIncluded ? $0.day : $0.day - 1 } }
}

/// How another row must lie to a reference row; everything is compared by day.
package enum AlgebraRelation: Hashable, Sendable {
    case anytime
    /// `"days": {...}`.
    case window(AlgebraWindow)
    /// `"relation": "before"`: it ends before the day the reference starts.
    case before
    /// It starts after the day the reference ends.
    case after
    /// It starts and ends inside the reference.
    case during
    /// The reference starts and ends inside it.
    case around
    /// They share a day.
    case overlapping

    static let named: [(name: String, relation: AlgebraRelation)] = [
        ("anytime", .anytime), ("before", .before), ("after", .after), ("during", .during),
        ("around", .around), ("overlapping", .overlapping),
    ]

    /// Whether ends of rows play a part.
    var needsEnds: Bool {
        switch self {
        case .anytime, .after: false
        case .window(let window): window.edge == .end
        case .before, .during, .around, .overlapping: true
        }
    }

    /// Whether ends of the reference play a part.
    var needsReferenceEnds: Bool {
        switch self {
        case .anytime, .before: false
        case .window(let window): window.of == .end
        case .after, .during, .around, .overlapping: true
        }
    }
}

/// Enough rows in a relation:
/// `{"has": rows, "days": {...}, "of": "row", "atLeast": 2, "counting": "days"}`.
///
/// A row that is itself among the rows asked for counts where the relation lets it.
package struct AlgebraMatch: Hashable, Sendable {
    package var rows: AlgebraExpression
    package var relation: AlgebraRelation
    package var anchor: AlgebraAnchor
    /// 1 or more.
    package var atLeast: Int
    /// Distinct days of starts, or all rows.
    package var counting: EventCondition.Counting

    package init(
        _ rows: AlgebraExpression, _ relation: AlgebraRelation = .anytime,
        of anchor: AlgebraAnchor = .row, atLeast: Int = 1,
        counting: EventCondition.Counting = .days
    ) {
        self.rows = rows
        self.relation = relation
        self.anchor = anchor
        self.atLeast = atLeast
        self.counting = counting
    }
}

/// One number made of the rows in a window:
/// `{"take": "last", "of": rows, "days": {"from": -365, "to": 0}, "around": "index"}`.
///
/// Only exact numbers count, not "less than 5". Without any there is no baseline, and a condition
/// on it does not hold.
package struct AlgebraBaseline: Hashable, Sendable {
    package enum Aggregate: String, Hashable, Sendable, CaseIterable {
        /// Of several at the first moment, the smallest.
        case first
        /// Of several at the last moment, the largest.
        case last
        case min, max, mean
        /// The mean of the middle two where their number is even.
        case median
    }

    package var aggregate: Aggregate
    package var rows: AlgebraExpression
    package var window: AlgebraWindow
    package var anchor: AlgebraAnchor

    package init(
        _ aggregate: Aggregate, of rows: AlgebraExpression, _ window: AlgebraWindow,
        around anchor: AlgebraAnchor = .row
    ) {
        self.aggregate = aggregate
        self.rows = rows
        self.window = window
        self.anchor = anchor
    }
}

extension AlgebraCondition {
    /// At least one row in a window.
    package static func has(
        _ rows: AlgebraExpression, _ window: AlgebraWindow, of anchor: AlgebraAnchor = .row,
        atLeast: Int = 1, counting: EventCondition.Counting = .days
    ) -> AlgebraCondition {
        .has(
            AlgebraMatch(
                rows, .window(window), of: anchor, atLeast: atLeast, counting: counting))
    }

    /// At least one row at any time.
    package static func has(_ rows: AlgebraExpression) -> AlgebraCondition {
        .has(AlgebraMatch(rows))
    }
}
