// SPDX-License-Identifier: Apache-2.0
import Statistics

/// What a site lets be told of the people in a cohort.
///
/// Two kinds of numbers leave the site. Cells of a table that splits everybody into groups are exact
/// where `TableDisclosure` finds that safe against whoever knows the sum. All others (shares,
/// cumulative counts, bins) are told by block: the counts 1 to k-1 are one block, the counts within k
/// of everybody another, and between them blocks of k or more. Two counts of nested groups, each
/// known to a block only, leave k-1 or more possible differences, so that none gives a few people
/// away. Percentages, differences and tests are computed from what was told, never from the counts.
package struct ReleasePolicy: Hashable, Sendable {
    /// k: counts from 1 to one less than this are hidden; 0 and 1 tell everything exactly.
    package let smallCell: Int

    package init(smallCell: Int) {
        self.smallCell = smallCell
    }

    /// For use inside the site alone.
    package static let exact = ReleasePolicy(smallCell: 1)

    package var isControlled: Bool { smallCell > 1 }

    /// How many counts share a block: k, or 6 where k is less.
    package var block: Int { isControlled ? max(6, smallCell) : 1 }

    /// How many of a group have something.
    ///
    /// - Parameter group: as it was told, the count itself at or below its upper bound.
    /// - Returns: hidden for all but 0 in a group of less than three blocks.
    func share(_ count: Int, of group: ReleasedCount) -> ReleasedCount {
        guard isControlled else { return .exact(count) }
        let (low, high) = (group.range.lowerBound, group.range.upperBound)
        if group.value == nil || low < smallCell { return .hidden(0...high) }
        if count == 0 { return .exact(0) }
        if low < 3 * block { return .hidden(1...high) }
        if count < smallCell { return .hidden(1...smallCell - 1) }
        if count > low - smallCell { return .hidden(low - smallCell + 1...high) }
        let last = (low - 2 * smallCell + 1) / block - 1
        let place = min((count - smallCell) / block, last)
        let start = smallCell + place * block
        return .about(start...(place == last ? low - smallCell : start + block - 1))
    }

    /// How many of a group have something, where everybody's having it may be told like nobody's.
    ///
    /// - Parameter all: the group's true size.
    func share(_ count: Int, of group: ReleasedCount, holding all: Int) -> ReleasedCount {
        count == all ? group : share(count, of: group)
    }

    /// A count told by itself: exact, or hidden where it is small.
    func cell(_ count: Int) -> ReleasedCount {
        (1..<max(1, smallCell)).contains(count) ? .hidden(1...smallCell - 1) : .exact(count)
    }

    /// A count whose group nobody knows, such as of events; 0 is told.
    func rounded(_ count: Int) -> ReleasedCount {
        guard isControlled, count > 0 else { return .exact(count) }
        let start = (count - 1) / block * block + 1
        let range = start...start + block - 1
        return start == 1 ? .hidden(range) : .about(range)
    }

    /// Groups that everybody is in one of, exact where `TableDisclosure` lets them be.
    func exactTable(_ counts: [Int], population: Int) -> [ReleasedCount] {
        guard isControlled else { return counts.map { .exact($0) } }
        let told = TableDisclosure.release(counts, population: population, smallCell: smallCell)
        // Where something is exact, so is every 0.
        let least = told.contains { $0.value != nil } ? 1 : 0
        return told.map { count in
            switch count {
            case .exact(let number): .exact(number)
            case .hidden(let bound): .hidden(least...max(least, bound - 1))
            }
        }
    }

    /// The number of people in a cohort, for a reader who knows the population.
    package func persons(_ count: Int, of population: Int) -> ReleasedCount {
        exactTable([max(0, population - count), count], population: population)[1]
    }

    /// Whether a mean of these values may be told: enough of them, and none that dominates.
    ///
    /// Source: the (n, k) rule for n = 2, k = 0.9 and the p-ratio rule for p = 0.1, as in ACRO.
    func allowsMean(of values: [Double]) -> Bool {
        guard isControlled else { return !values.isEmpty }
        guard values.count >= smallCell else { return false }
        let sizes = values.map(abs).sorted(by: >)
        let total = sizes.reduce(0, +)
        guard total > 0 else { return true }
        let rest = total - sizes[0] - sizes[1]
        return sizes[0] + sizes[1] <= 0.9 * total && rest >= 0.1 * sizes[0]
    }

    /// A number computed from people's values, to three digits under control.
    func number(_ value: Double?) -> Double? {
        guard isControlled, let value, value != 0 else { return value }
        return Digits.significant(value, 3)
    }
}

/// What share of a group something was found in, as told.
package struct Prevalence: Hashable, Sendable, Encodable {
    package let count: ReleasedCount
    /// 0...1, from the counts as told; nil where either is hidden.
    package let share: Double?

    init(_ count: Int, of group: ReleasedCount, policy: ReleasePolicy) {
        self.init(told: policy.share(count, of: group), of: group)
    }

    /// Of a count that has been released already.
    init(told: ReleasedCount, of group: ReleasedCount) {
        count = told
        if let value = told.value, let total = group.value, total > 0 {
            share = min(1, Double(value) / Double(total))
        } else {
            share = nil
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
        try container.encode(share, forKey: .share)
    }

    private enum CodingKeys: String, CodingKey {
        case count, share
    }
}
