// SPDX-License-Identifier: Apache-2.0

/// Which entry rows satisfy which rules, each rule judged by itself.
package struct RuleBitsets: Hashable, Sendable {
    /// In the order of the definition.
    package let rules: [String]
    /// Rows with the entry event, before any rule.
    package let entries: CohortRows
    /// For each rule, bit i of word i / 64 for row i.
    private let words: [[UInt64]]

    /// So many rules fit the bits of a word.
    package static let ruleLimit = 64

    /// - Parameters:
    ///   - words: one array for each rule, of (rows + 63) / 64 words.
    ///   - entries: the rows the bits stand for, in their order.
    package init(rules: [String], words: [[UInt64]], entries: CohortRows) throws(OutputsError) {
        guard rules.count <= RuleBitsets.ruleLimit else {
            throw .tooManyRules(count: rules.count, limit: RuleBitsets.ruleLimit)
        }
        let expected = (entries.count + 63) / 64
        for (position, rule) in rules.enumerated() {
            let count = position < words.count ? words[position].count : 0
            guard count == expected else {
                throw .bitsMissing(rule: rule, words: count, expected: expected)
            }
        }
        self.rules = rules
        self.words = words
        self.entries = entries
    }

    /// Asks for each rule (by position) and row whether the row satisfies it.
    package init(rules: [String], entries: CohortRows, isMet: (Int, Int) -> Bool)
        throws(OutputsError)
    {
        let words = rules.indices.map { rule in
            stride(from: 0, to: entries.count, by: 64).map { first in
                (first..<min(first + 64, entries.count)).reduce(UInt64(0)) { word, row in
                    isMet(rule, row) ? word | 1 << UInt64(row - first) : word
                }
            }
        }
        try self.init(rules: rules, words: words, entries: entries)
    }

    /// One bit for each rule that a row satisfies; the first rule's is the lowest.
    func masks() -> [UInt64] {
        entries.subjects.indices.map { row in
            var mask: UInt64 = 0
            for rule in rules.indices {
                mask |= (words[rule][row >> 6] >> UInt64(row & 63) & 1) << UInt64(rule)
            }
            return mask
        }
    }

    /// The bits of a choice of rules; all of them for nil.
    func mask(of enabled: Set<Int>?) -> UInt64 {
        rules.indices.reduce(0) { $0 | (enabled?.contains($1) ?? true ? 1 << UInt64($1) : 0) }
    }

    /// The entry rows that satisfy the enabled rules (all of them for nil).
    package func passing(enabled: Set<Int>? = nil) -> CohortRows {
        let asked = mask(of: enabled)
        let masks = masks()
        return entries.keeping { masks[$0] & asked == asked }
    }

    /// The entry rows of subjects none of whose rows satisfies the enabled rules.
    package func failing(enabled: Set<Int>? = nil) -> CohortRows {
        let passing = Set(passing(enabled: enabled).subjects)
        return entries.keeping { !passing.contains(entries.subjects[$0]) }
    }
}

/// People grouped by the rules their entry rows satisfy: everything attrition is counted from.
///
/// Someone with several rows passes a choice of rules when one row satisfies all of it; what their
/// rows satisfy is thus the set of masks that are part of no other of their masks.
package struct RuleGroups: Sendable {
    struct Group: Hashable, Sendable {
        /// Largest first.
        var masks: [UInt64]
        var persons: ReleasedCount

        func passes(_ asked: UInt64) -> Bool {
            // Nearly everybody has one row.
            if masks.count == 1 { return masks[0] & asked == asked }
            return masks.contains { $0 & asked == asked }
        }
    }

    let rules: [String]
    let groups: [Group]
    private let population: Int
    private let policy: ReleasePolicy
    /// Told instead of the groups where those would give small numbers away.
    private let whole: ReleasedCount?

    /// Groups the subjects and hides what the policy hides.
    ///
    /// Everybody of the site is in one group or has no entry event. Each group's count is exact or
    /// hidden by itself; those without an entry event are never told. All counts for any choice of
    /// rules are sums of released groups, so that toggling rules tells nothing that the groups do
    /// not. Where nearly everybody has an entry event, so that the sum would narrow the hidden counts,
    /// only the number who satisfy all rules is told, by block.
    ///
    /// No other exact count of the same definition's steps should be told beside this.
    ///
    /// - Parameter population: subjects of the site.
    /// - Complexity: O(rows · rules).
    package init(_ bitsets: RuleBitsets, population: Int, policy: ReleasePolicy) {
        var counts: [[UInt64]: Int] = [:]
        let masks = bitsets.masks()
        let subjects = bitsets.entries.subjects
        var first = 0
        while first < subjects.count {
            var last = first + 1
            while last < subjects.count, subjects[last] == subjects[first] { last += 1 }
            let own =
                last == first + 1 ? [masks[first]] : RuleGroups.largest(Set(masks[first..<last]))
            counts[own, default: 0] += 1
            first = last
        }
        let cells = counts.map { Group(masks: $0.key, persons: policy.cell($0.value)) }
        // In order of what is told: a hidden group's place tells nothing of its count.
        groups = cells.sorted { left, right in
            let (a, b) = (left.persons.value ?? -1, right.persons.value ?? -1)
            return a != b ? a > b : right.masks.lexicographicallyPrecedes(left.masks)
        }
        rules = bitsets.rules
        self.population = population
        self.policy = policy
        if RuleGroups.fits(cells.map(\.persons), population: population, policy) {
            whole = nil
        } else {
            let all = bitsets.mask(of: nil)
            let passing = counts.reduce(0) { sum, group in
                sum + (group.key.contains { $0 & all == all } ? group.value : 0)
            }
            whole = policy.share(passing, of: .exact(population))
        }
    }

    /// Whether every reading of the hidden counts leaves the population room for those who are not
    /// listed, and these are no small number known exactly: then the sum narrows nothing.
    ///
    /// Decided from what is told alone, so that the decision tells nothing more.
    private static func fits(_ cells: [ReleasedCount], population: Int, _ policy: ReleasePolicy)
        -> Bool
    {
        guard policy.isControlled else { return true }
        let low = cells.reduce(0) { $0 + $1.range.lowerBound }
        let high = cells.reduce(0) { $0 + $1.range.upperBound }
        let isSmallRest = low == high && (1..<policy.smallCell).contains(population - low)
        return high <= population && !isSmallRest && population >= policy.smallCell
    }

    private static func largest(_ masks: Set<UInt64>) -> [UInt64] {
        masks.filter { mask in !masks.contains { $0 != mask && $0 & mask == mask } }
            .sorted(by: >)
    }

    /// People of the groups that a test takes in.
    private func sum(_ isCounted: (Group) -> Bool) -> ReleasedCount {
        var (low, high) = (0, 0)
        for place in groups.indices where isCounted(groups[place]) {
            low += groups[place].persons.range.lowerBound
            high += groups[place].persons.range.upperBound
        }
        high = max(low, min(high, population))
        if low == high { return .exact(low) }
        return low < policy.smallCell ? .hidden(low...high) : .about(low...high)
    }

    /// Whether steps are told and rules can be switched off.
    package var canToggle: Bool { whole == nil }

    /// The attrition of a choice of rules, in their order; all of them for nil.
    ///
    /// - Complexity: O(groups · rules): microseconds.
    package func attrition(enabled: Set<Int>? = nil) -> AttritionTable {
        let chosen = rules.indices.filter { enabled?.contains($0) ?? true }
        let all = chosen.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
        if let whole { return table(whole, chosen: chosen) }
        var before: UInt64 = 0
        let steps = rules.indices.map { rule in
            let bit: UInt64 = 1 << UInt64(rule)
            let isEnabled = all & bit != 0
            let earlier = before
            if isEnabled { before |= bit }
            let asked = before
            let others = all & ~bit
            return AttritionTable.Step(
                rule: rules[rule], isEnabled: isEnabled,
                alone: sum { $0.passes(bit) },
                remaining: sum { $0.passes(asked) },
                lost: sum { $0.passes(earlier) && !$0.passes(asked) },
                gain: sum { $0.passes(others) && !$0.passes(others | bit) })
        }
        return AttritionTable(
            entered: sum { _ in true }, steps: steps, persons: sum { $0.passes(all) },
            intersections: groups.map(intersection))
    }

    /// Those who satisfy all rules, where all are chosen, and nothing else.
    private func table(_ whole: ReleasedCount, chosen: [Int]) -> AttritionTable {
        let nothing = ReleasedCount.hidden(0...population)
        let steps = rules.indices.map { rule in
            AttritionTable.Step(
                rule: rules[rule], isEnabled: chosen.contains(rule), alone: nothing,
                remaining: nothing, lost: nothing, gain: nothing)
        }
        return AttritionTable(
            entered: nothing, steps: steps,
            persons: chosen.count == rules.count ? whole : nothing, intersections: [])
    }

    private func intersection(_ group: Group) -> AttritionTable.Intersection {
        AttritionTable.Intersection(
            patterns: group.masks.map { mask in
                String(rules.indices.map { mask >> UInt64($0) & 1 == 1 ? "1" : "0" })
            }, persons: group.persons)
    }
}

/// How the enabled rules led from the entry event to the cohort, counted in people.
package struct AttritionTable: Hashable, Sendable, Encodable {
    /// What one rule does, alone and among the others.
    package struct Step: Hashable, Sendable, Encodable {
        package let rule: String
        /// A rule that is not takes no part in `remaining`.
        package let isEnabled: Bool
        /// Of those who entered, how many satisfy this rule.
        package let alone: ReleasedCount
        /// How many satisfy this and all enabled rules before it.
        package let remaining: ReleasedCount
        /// How many this rule removed at its place in the order; 0 where it is not enabled.
        package let lost: ReleasedCount
        /// How many satisfy all other enabled rules and not this one: what dropping it would gain.
        package let gain: ReleasedCount
    }

    /// People whose entry rows satisfy exactly these rules.
    package struct Intersection: Hashable, Sendable, Encodable {
        /// One character for each rule, `1` where satisfied; several for someone with several rows.
        package let patterns: [String]
        package let persons: ReleasedCount
    }

    package let entered: ReleasedCount
    package let steps: [Step]
    /// Those who satisfy all enabled rules.
    package let persons: ReleasedCount
    /// Largest first, hidden ones last.
    package let intersections: [Intersection]
}
