// SPDX-License-Identifier: Apache-2.0
package import Records
package import Timelines

/// Everything a reader is told of one cohort.
///
/// Made in one go from the rows that an evaluator found, so that all parts agree with each other on
/// what may be told: who gets these outputs should get no other exact count of the same definition.
package struct CohortOutputs: Hashable, Sendable, Encodable {
    package let name: String
    /// Subjects of the site.
    package let population: Int
    package let persons: ReleasedCount
    /// Rows of the cohort; nil under control, as one person may have many.
    package let rows: Int?
    /// Nil where the evaluator kept no bits of the rules.
    package let attrition: AttritionTable?
    package let histograms: [ValueHistogram]
    /// Codes at any time.
    package let codes: [CodeFrequency]
    package let characterisation: Characterisation?
    package let timeToEvent: [TimeToEvent]
    /// Counts from 1 to one less than this are hidden; 0 and 1 hide nothing.
    package let smallCell: Int
}

/// What to tell of a cohort.
package struct OutputOptions: Sendable {
    /// A number to count in bins.
    package struct Value: Sendable, Hashable {
        package var name: String
        package var code: Code
        /// The last one in this window counts.
        package var window: DayWindow
        /// Nil for the unit that most members' numbers are in.
        package var unit: String?
        /// Nil for a width that fits.
        package var binWidth: Double?

        package init(
            name: String, code: Code, window: DayWindow = DayWindow(first: -365, last: 0),
            unit: String? = nil, binWidth: Double? = nil
        ) {
            self.name = name
            self.code = code
            self.window = window
            self.unit = unit
            self.binWidth = binWidth
        }
    }

    package var name = ""
    /// Positions of the rules that count; nil for all of them.
    package var enabledRules: Set<Int>?
    /// Nil for those who entered and failed the rules, where there are any.
    package var comparator: Comparator?
    package var windows: [DayWindow] = [.yearBefore, .monthBefore, .startDay, .anyBefore]
    /// Codes rarer than this in both groups are left out of the comparison.
    package var minimumShare = 0.01
    package var values: [Value] = []
    package var outcomes: [Outcome] = []
    package var followUp = FollowUpRules()
    /// Days that curves run to; nil for as long as members are watched.
    package var horizon: Int?
    /// So many codes of `CohortOutputs.codes` are kept; 0 skips counting them.
    package var codeLimit = 100

    package init() {}
}

extension CohortOutputs {
    /// Counts, compares and follows the members of a cohort.
    ///
    /// - Parameters:
    ///   - rows: the members as the evaluator gives them for the enabled rules.
    ///   - bitsets: which entry rows satisfy which rules, where the evaluator kept them.
    /// - Throws: `OutputsError.unknownSubject` for rows of another store.
    /// - Complexity: a few passes over the events of the store.
    package static func make(
        store: TimelineStore, rows: CohortRows, bitsets: RuleBitsets? = nil,
        options: OutputOptions = OutputOptions(), policy: ReleasePolicy
    ) throws(OutputsError) -> CohortOutputs {
        let population = store.subjectCount
        for list in [rows, bitsets?.entries, options.comparator?.rows].compactMap({ $0 }) {
            // Rows are sorted by subject: the last is the greatest.
            if let last = list.subjects.last, Int(last) >= population {
                throw .unknownSubject(position: last, subjects: population)
            }
        }
        let groups = bitsets.map { RuleGroups($0, population: population, policy: policy) }
        let attrition = groups?.attrition(enabled: options.enabledRules)
        let persons = told(rows, bitsets, attrition, options, population, policy)
        var comparator = options.comparator
        if comparator == nil, let failing = bitsets?.failing(enabled: options.enabledRules),
            failing.count > 0
        {
            comparator = .failing(failing)
        }
        let isTold = persons.value != nil
        let codes =
            isTold && options.codeLimit > 0
            ? CodeFrequency.within(rows, persons: persons, in: store, policy: policy) : []
        return CohortOutputs(
            name: options.name, population: population, persons: persons,
            rows: policy.isControlled ? nil : rows.count, attrition: attrition,
            histograms: isTold ? histograms(rows, persons, options, store, policy) : [],
            codes: Array(codes.prefix(options.codeLimit)),
            characterisation: !isTold
                ? nil
                : comparator.map {
                    Characterisation(
                        rows, persons: persons, against: $0,
                        others: others($0, attrition, population, policy), windows: options.windows,
                        minimumShare: options.minimumShare, in: store, policy: policy)
                },
            timeToEvent: !isTold
                ? []
                : options.outcomes.map {
                    TimeToEvent(
                        rows, persons: persons, outcome: $0, rules: options.followUp,
                        horizon: options.horizon,
                        in: store, policy: policy)
                },
            smallCell: policy.smallCell)
    }

    /// The number of members: the attrition's where both count the same people, so that the two
    /// are not told independently of each other.
    private static func told(
        _ rows: CohortRows, _ bitsets: RuleBitsets?, _ attrition: AttritionTable?,
        _ options: OutputOptions, _ population: Int, _ policy: ReleasePolicy
    ) -> ReleasedCount {
        let count = rows.persons
        guard let bitsets, let attrition else { return policy.persons(count, of: population) }
        return bitsets.passing(enabled: options.enabledRules).persons == count
            ? attrition.persons : policy.share(count, of: .exact(population))
    }

    /// The size of the comparison as told: those who entered less those who passed, so that it says
    /// no more than the attrition does.
    private static func others(
        _ comparator: Comparator, _ attrition: AttritionTable?, _ population: Int,
        _ policy: ReleasePolicy
    ) -> ReleasedCount {
        let count = comparator.rows.persons
        guard policy.isControlled else { return .exact(count) }
        guard case .failing = comparator, let attrition else {
            return policy.share(count, of: .exact(population))
        }
        let (entered, passed) = (attrition.entered.range, attrition.persons.range)
        let low = max(0, entered.lowerBound - passed.upperBound)
        let high = max(low, entered.upperBound - passed.lowerBound)
        guard low >= policy.smallCell else { return .hidden(low...high) }
        return low == high ? .exact(low) : .about(low...high)
    }

    private static func histograms(
        _ rows: CohortRows, _ persons: ReleasedCount, _ options: OutputOptions,
        _ store: TimelineStore, _ policy: ReleasePolicy
    ) -> [ValueHistogram] {
        let members = MemberValues(rows, in: store)
        let count = rows.persons
        let days = members.days()
        let age = ValueHistogram(
            name: "age at start", unit: "years", values: members.ages(), of: persons,
            holding: count, width: 10, policy: policy)
        let stay =
            days.isEmpty
            ? []
            : [
                ValueHistogram(
                    name: "time from start to end", unit: "days", values: days,
                    of: persons, holding: count, policy: policy)
            ]
        let values = options.values.map { value in
            let found = members.numbers(of: value.code, window: value.window, unit: value.unit)
            return ValueHistogram(
                name: value.name, unit: found.unit, values: found.values, of: persons,
                holding: count,
                width: value.binWidth, policy: policy)
        }
        // What a mean or quantile is with one rule more and one less tells the one who differs.
        let isWhole = options.enabledRules.map { _ in !policy.isControlled } ?? true
        return ([age] + stay + values).map { isWhole ? $0 : $0.withoutSummaries }
    }
}
