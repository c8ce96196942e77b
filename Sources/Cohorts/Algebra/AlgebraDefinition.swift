// SPDX-License-Identifier: Apache-2.0

/// A cohort written in the algebra: index rows, the rules they must satisfy, how long their subjects
/// stay, and what the answer is split by.
///
/// A row is one subject and a stretch of time of theirs; an event is a row, and so is an era or a
/// period of observation. Expressions make sets of rows, conditions keep some of them, and both
/// nest in each other. Each index row enters by itself: a subject with several can be in the cohort
/// several times. All times are the subject's own, in whole days from the day an index row starts.
///
/// As JSON (see `init(json:file:)`):
/// ```
/// {
///   "algebra": 1,
///   "name": "Stroke or death after hypertension",
///   "index": { "first": { "codes": ["SNOMED/38341003"] } },
///   "rules": [ { "name": "adult", "require": { "age": { "min": 18 } } } ],
///   "exit": {
///     "at": { "endOfObservation": true },
///     "stops": [ { "rows": { "codes": ["SNOMED/230690007"] }, "days": { "after": 0 } } ]
///   },
///   "strata": ["sex", "ageDecade"]
/// }
/// ```
package struct AlgebraDefinition: Hashable, Sendable {
    package var name: String
    /// Every row of it is an index row; its start is day 0.
    package var index: AlgebraExpression
    /// Each is judged by itself on every index row; a row is in the cohort if it satisfies all.
    package var rules: [AlgebraRule]
    package var exit: AlgebraExit
    package var strata: [AlgebraStratum]

    package init(
        name: String, index: AlgebraExpression, rules: [AlgebraRule] = [],
        exit: AlgebraExit = AlgebraExit(), strata: [AlgebraStratum] = []
    ) {
        self.name = name
        self.index = index
        self.rules = rules
        self.exit = exit
        self.strata = strata
    }
}

/// A named condition on index rows.
package struct AlgebraRule: Hashable, Sendable {
    package var name: String
    package var condition: AlgebraCondition

    package init(_ name: String, _ condition: AlgebraCondition) {
        self.name = name
        self.condition = condition
    }
}

/// When a subject leaves: as planned, or earlier at a stop.
///
/// No one leaves before they entered.
package struct AlgebraExit: Hashable, Sendable {
    package enum Plan: Hashable, Sendable {
        /// `{"end": true}`: at the end of the index row.
        case endOfRow
        /// `{"days": 365, "from": "start"}`: so many days after an edge of the index row.
        case days(Int, from: AlgebraEdge)
        /// `{"endOfEra": rows, "gapDays": 30}`: at the end of the era around the start of the index
        /// row; at that start where there is none.
        case endOfEra(AlgebraExpression, gapDays: Int)
        /// `{"endOfObservation": true}`: at the end of the period of observation around the start of
        /// the index row; at that start where there is none.
        case endOfObservation
        /// `{"last": rows}`: at the start of the last such row, or at the start of the index row
        /// where none starts later.
        case last(AlgebraExpression)
    }

    /// Rows that end a stay early: `{"rows": rows, "days": window}`.
    package struct Stop: Hashable, Sendable {
        package var rows: AlgebraExpression
        /// Around the index row; rows outside it stop nothing.
        package var window: AlgebraWindow

        package init(_ rows: AlgebraExpression, _ window: AlgebraWindow) {
            self.rows = rows
            self.window = window
        }
    }

    package var plan: Plan
    /// The stay ends at the start of the earliest row of any of them that starts by the planned end.
    ///
    /// With `Plan.last` a row counts whenever it starts: the plan only says how long the subject was
    /// seen.
    package var stops: [Stop]

    package init(_ plan: Plan = .endOfRow, stops: [Stop] = []) {
        self.plan = plan
        self.stops = stops
    }
}

/// What the members of a cohort are counted by.
package enum AlgebraStratum: String, Hashable, Sendable, CaseIterable {
    case sex
    /// Completed years at the index row's start, rounded down to tens.
    case ageDecade
    /// Calendar year of the subject's first event of all.
    case anchorYear
    /// Calendar year of the index row's start, where the release keeps days.
    case year
}
