// SPDX-License-Identifier: Apache-2.0
package import Records
import Timelines

/// How many members of a cohort are of an age band and sex, as it may leave the site.
package struct AgeSexCell: Hashable, Sendable {
    /// Completed years at the index event, such as "40–49", "90+" or "unknown".
    package var band: String
    package var sex: Sex
    package var count: SmallCount
}

extension CohortEngine {
    private static let bands: [(name: String, ages: ClosedRange<Int>)] = [
        ("0–17", 0...17), ("18–29", 18...29), ("30–39", 30...39), ("40–49", 40...49),
        ("50–59", 50...59), ("60–69", 60...69), ("70–79", 70...79), ("80–89", 80...89),
        ("90+", 90...Int.max),
    ]

    /// Members by age band at the index event and sex, in fixed order, with small cells hidden so
    /// that neither the total nor the other cells give them away.
    ///
    /// Where the number of members itself may not be shown, no cell is.
    package func ageSexTable(_ members: [CohortMember], smallCell: Int = 11) -> [AgeSexCell] {
        let names = CohortEngine.bands.map(\.name) + ["unknown"]
        var counts = [Int](repeating: 0, count: names.count * Sex.allCases.count)
        for member in members {
            let age = age(of: member.subject, at: member.indexStart)
            let band =
                age.flatMap { age in CohortEngine.bands.firstIndex { $0.ages.contains(age) } }
                ?? CohortEngine.bands.count
            let sex = Sex.allCases.firstIndex(of: store.sex(member.subject)) ?? 0
            counts[band * Sex.allCases.count + sex] += 1
        }
        let controlled = TableDisclosure.release(
            counts, population: store.subjectCount, smallCell: smallCell)
        return controlled.enumerated().map { position, count in
            AgeSexCell(
                band: names[position / Sex.allCases.count],
                sex: Sex.allCases[position % Sex.allCases.count], count: count)
        }
    }
}

/// Decides which cells of a table may be shown when everybody knows their sum.
enum TableDisclosure {
    /// Hides cells from 1 to k-1, and further cells in the order of the table until the sum of all
    /// hidden ones leaves every small one free to be anything from 1 to k-2 at least.
    ///
    /// With c small cells (1 or more each) and e larger ones (k or more each) hidden, the hidden sum
    /// H has H - c - k·e to distribute freely; k-2 or more of that let a small cell take any value
    /// from 1 to k-1. Where the table has too little for that, all of it is hidden, zeros included;
    /// likewise for the few sums so near to k-1 in every cell that an all-hidden table would tell.
    ///
    /// A hidden cell that may be large is said to be no more than the sum where that is known, else
    /// no more than the population.
    static func release(_ counts: [Int], population: Int, smallCell: Int) -> [SmallCount] {
        let total = counts.reduce(0, +)
        let small = 1..<max(smallCell, 1)
        // As `AttritionDisclosure` hides the total in these cases.
        if small.contains(total) || small.contains(population - total) {
            let bound = small.contains(total) ? smallCell : population + 1
            return counts.map { _ in .hidden(below: bound) }
        }
        let everything = SmallCount.hidden(below: total + 1)
        var hidden = Set(counts.indices.filter { small.contains(counts[$0]) })
        guard !hidden.isEmpty else { return counts.map { .exact($0) } }
        var slack = hidden.reduce(0) { $0 + counts[$1] - 1 }
        let room = counts.count * (smallCell - 1) - total
        guard !(0..<max(smallCell - 2, 0)).contains(room) else {
            return counts.map { _ in everything }
        }
        var isSafe = false
        for position in counts.indices where counts[position] >= smallCell && !isSafe {
            hidden.insert(position)
            slack += counts[position] - smallCell
            isSafe = slack >= smallCell - 2
        }
        guard isSafe else { return counts.map { _ in everything } }
        return counts.enumerated().map { position, count in
            if !hidden.contains(position) { return .exact(count) }
            return .hidden(below: count < smallCell ? smallCell : total + 1)
        }
    }
}
