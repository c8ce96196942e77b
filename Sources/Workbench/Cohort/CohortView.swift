// SPDX-License-Identifier: Apache-2.0

/// A cohort definition and, once asked, what the site answers.
package struct CohortView: Sendable, Hashable {
    /// One rule and what it left.
    package struct Step: Sendable, Hashable {
        package var rule: String
        package var removed: ShownCount
        package var remaining: ShownCount

        package init(rule: String, removed: ShownCount, remaining: ShownCount) {
            self.rule = rule
            self.removed = removed
            self.remaining = remaining
        }
    }

    /// An age band, with a count for each series of the result.
    package struct AgeBand: Sendable, Hashable {
        package var name: String
        package var counts: [ShownCount]

        package init(name: String, counts: [ShownCount]) {
            self.name = name
            self.counts = counts
        }
    }

    /// What disclosure control let out.
    package struct Result: Sendable, Hashable {
        package var name: String
        /// The definition in sentences, one a line; rules are numbered from `1. `.
        package var inEnglish: String
        package var persons: ShownCount
        /// In order; the first is the index event.
        package var steps: [Step]
        /// Names of the series of `ages`, such as `Women`, `Men`; at most three.
        package var series: [String]
        package var ages: [AgeBand]
        /// What the linter noticed, one sentence each.
        package var warnings: [String]
        /// Where the release of this count is on record; nil where it is not.
        package var ledgerIndex: Int?

        package init(
            name: String, inEnglish: String, persons: ShownCount, steps: [Step],
            series: [String], ages: [AgeBand], warnings: [String], ledgerIndex: Int?
        ) {
            self.name = name
            self.inEnglish = inEnglish
            self.persons = persons
            self.steps = steps
            self.series = series
            self.ages = ages
            self.warnings = warnings
            self.ledgerIndex = ledgerIndex
        }
    }

    /// Nothing asked yet, an answer, or why there is none.
    package enum Outcome: Sendable, Hashable {
        case notAsked
        case counted(Result)
        /// What was wrong with the definition and what was expected.
        case refused(String)
    }

    /// The definition as JSON text: what the visitor typed, or an example to start from.
    package var definition: String
    /// Counts from 1 to one less than this are hidden.
    package var smallCell: Int
    package var outcome: Outcome

    package init(definition: String, smallCell: Int = 11, outcome: Outcome = .notAsked) {
        self.definition = definition
        self.smallCell = smallCell
        self.outcome = outcome
    }

    /// Name of the form field with the definition.
    package static let definitionField = "definition"
}
