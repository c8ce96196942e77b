// SPDX-License-Identifier: Apache-2.0

extension DiscoverView {
    /// What disclosure control let out of one count.
    package struct Result: Sendable, Hashable {
        package var name: String
        /// The name the definition is stored under: lower-case letters, digits and `-`.
        package var digest: String
        /// Which language the definition is written in, such as `Circe JSON`.
        package var language: String
        /// The definition in plain English.
        package var inEnglish: [Sentence]
        package var persons: ShownCount
        package var entries: ShownCount
        /// What the linter noticed.
        package var warnings: [Warning]
        /// In order; the first is the entry event.
        package var steps: [Step]
        /// Names of the series of `ages`, such as `Women`, `Men`; at most three.
        package var series: [String]
        package var ages: [CohortView.AgeBand]
        package var ageHistogram: Histogram?
        /// Most frequent first.
        package var codes: [CodeCount]
        package var before: Characterisation?
        package var followUp: FollowUp
        /// Seconds the count took; nil where they are not told.
        package var seconds: Double?
        /// Where the release is on record; nil where it is not.
        package var ledgerIndex: Int?

        package init(
            name: String, digest: String, language: String, inEnglish: [Sentence],
            persons: ShownCount, entries: ShownCount, warnings: [Warning] = [], steps: [Step] = [],
            series: [String] = [], ages: [CohortView.AgeBand] = [],
            ageHistogram: Histogram? = nil, codes: [CodeCount] = [],
            before: Characterisation? = nil, followUp: FollowUp = .notAsked,
            seconds: Double? = nil, ledgerIndex: Int? = nil
        ) {
            self.name = name
            self.digest = digest
            self.language = language
            self.inEnglish = inEnglish
            self.persons = persons
            self.entries = entries
            self.warnings = warnings
            self.steps = steps
            self.series = series
            self.ages = ages
            self.ageHistogram = ageHistogram
            self.codes = codes
            self.before = before
            self.followUp = followUp
            self.seconds = seconds
            self.ledgerIndex = ledgerIndex
        }
    }

    /// A sentence of the definition, and what it is made of.
    package struct Sentence: Sendable, Hashable {
        package var text: String
        package var parts: [Sentence]

        package init(_ text: String, parts: [Sentence] = []) {
            self.text = text
            self.parts = parts
        }

        /// Sentences from lines of text: two spaces more make a line part of the one above.
        ///
        /// A leading `- ` or number such as `2. ` is dropped, since the page draws its own.
        package static func tree(_ text: String) -> [Sentence] {
            let lines = text.split(whereSeparator: \.isNewline).map { line in
                let body = line.drop { $0 == " " }
                return (depth: (line.count - body.count) / 2, text: unmarked(body))
            }
            var rest = lines.filter { !$0.text.isEmpty }[...]
            return branches(&rest, atLeast: 0)
        }

        private static func branches(
            _ lines: inout ArraySlice<(depth: Int, text: String)>, atLeast depth: Int
        ) -> [Sentence] {
            var result: [Sentence] = []
            while let line = lines.first, line.depth >= depth {
                lines.removeFirst()
                result.append(
                    Sentence(line.text, parts: branches(&lines, atLeast: line.depth + 1)))
            }
            return result
        }

        private static func unmarked(_ line: Substring) -> String {
            if line.hasPrefix("- ") || line.hasPrefix("* ") { return String(line.dropFirst(2)) }
            let digits = line.prefix { $0.isASCII && $0.isNumber }
            let rest = line.dropFirst(digits.count)
            return digits.isEmpty || !rest.hasPrefix(". ")
                ? String(line) : String(rest.dropFirst(2))
        }
    }

    /// Something the definition says that its author may not have meant.
    package struct Warning: Sendable, Hashable {
        package var sentence: String
        /// Where in the definition; may be empty.
        package var place: String

        package init(_ sentence: String, place: String = "") {
            self.sentence = sentence
            self.place = place
        }
    }

    /// The entry event or one rule, and what it left.
    package struct Step: Sendable, Hashable {
        package var rule: String
        /// False: switched off, so it removed nobody.
        package var isOn: Bool
        /// Persons this step took away, given all before it that are on.
        package var removed: ShownCount
        /// Persons left after it.
        package var persons: ShownCount
        /// Entries left after it.
        package var entries: ShownCount
        /// Persons who satisfy this rule whatever the others say; nil for the entry event.
        package var alone: ShownCount?

        package init(
            rule: String, isOn: Bool = true, removed: ShownCount, persons: ShownCount,
            entries: ShownCount, alone: ShownCount? = nil
        ) {
            self.rule = rule
            self.isOn = isOn
            self.removed = removed
            self.persons = persons
            self.entries = entries
            self.alone = alone
        }
    }

    /// How a number is spread, such as the age at the index date.
    package struct Histogram: Sendable, Hashable {
        /// From `lower`, included, to `upper`, excluded.
        package struct Bin: Sendable, Hashable {
            package var lower: Int
            package var upper: Int
            package var count: ShownCount

            package init(lower: Int, upper: Int, count: ShownCount) {
                self.lower = lower
                self.upper = upper
                self.count = count
            }
        }

        package var bins: [Bin]
        /// Median and quartiles in years; nil where they were withheld.
        package var median: Double?
        package var lowerQuartile: Double?
        package var upperQuartile: Double?

        package init(
            bins: [Bin], median: Double? = nil, lowerQuartile: Double? = nil,
            upperQuartile: Double? = nil
        ) {
            self.bins = bins
            self.median = median
            self.lowerQuartile = lowerQuartile
            self.upperQuartile = upperQuartile
        }
    }

    /// How often a code is recorded for those of the cohort.
    package struct CodeCount: Sendable, Hashable {
        package var code: String
        package var name: String
        package var persons: ShownCount
        package var events: ShownCount
        /// Of the cohort's persons, 0...1.
        package var share: Double?

        package init(
            code: String, name: String, persons: ShownCount, events: ShownCount, share: Double?
        ) {
            self.code = code
            self.name = name
            self.persons = persons
            self.events = events
            self.share = share
        }
    }

    /// The cohort against others, by what was on record before the index date.
    package struct Characterisation: Sendable, Hashable {
        package struct Row: Sendable, Hashable {
            package var code: String
            package var name: String
            package var cohort: ShownCount
            package var others: ShownCount
            /// Shares of each side, 0...1.
            package var cohortShare: Double?
            package var othersShare: Double?
            /// Standardised difference of the two shares; positive where the cohort has more.
            package var difference: Double?

            package init(
                code: String, name: String, cohort: ShownCount, others: ShownCount,
                cohortShare: Double?, othersShare: Double?, difference: Double?
            ) {
                self.code = code
                self.name = name
                self.cohort = cohort
                self.others = others
                self.cohortShare = cohortShare
                self.othersShare = othersShare
                self.difference = difference
            }
        }

        /// Such as `365 days before the index date`.
        package var window: String
        /// Whom the cohort is compared with, such as `everybody else with a visit`.
        package var comparison: String
        /// Largest difference first.
        package var rows: [Row]

        package init(window: String, comparison: String, rows: [Row]) {
            self.window = window
            self.comparison = comparison
            self.rows = rows
        }
    }
}
