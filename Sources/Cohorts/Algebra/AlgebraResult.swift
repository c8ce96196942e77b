// SPDX-License-Identifier: Apache-2.0

/// Who is in a cohort of the algebra, from when to when; exact, for use inside the site.
///
/// Every index row is there with a bit for each rule, so that rules can be switched off afterwards.
package struct AlgebraResult: Sendable, Equatable {
    package let rules: [String]
    /// Positions in the subject directory, one for each index row, ascending.
    package let subjects: [UInt32]
    /// Minutes since the subject's anchor.
    package let starts: [Int32]
    /// Minutes; equal to or after the start.
    package let ends: [Int32]
    /// Position of the stop that ended the stay; -1 where it ended as planned.
    package let stops: [Int8]
    let passes: [RowMask]
    /// For each stratum of the definition, one number for each index row: position in
    /// `Sex.allCases`, years or a calendar year; `Int32.min` where unknown.
    package let strata: [[Int32]]
    /// Subjects of the site.
    package let population: Int
}

extension AlgebraResult {
    /// Index rows that satisfy the enabled rules (all of them for nil), by position, ascending.
    package func members(enabled: Set<Int>? = nil) -> [Int] {
        var positions: [Int] = []
        mask(enabled).forEach { positions.append($0) }
        return positions
    }

    func mask(_ enabled: Set<Int>?) -> RowMask {
        var mask = RowMask(size: subjects.count, all: true)
        for (rule, passed) in passes.enumerated() where enabled?.contains(rule) ?? true {
            mask.formIntersection(passed)
        }
        return mask
    }

    /// Members as rows with entry and exit.
    package func rows(enabled: Set<Int>? = nil) -> CohortRows {
        let kept = members(enabled: enabled)
        return CohortRows(
            subjects: kept.map { subjects[$0] }, starts: kept.map { starts[$0] },
            ends: kept.map { ends[$0] })
    }

    /// The bits of the rules, for attrition with rules switched on and off.
    package func bitsets() throws(OutputsError) -> RuleBitsets {
        try RuleBitsets(
            rules: rules, words: passes.map(\.words),
            entries: CohortRows(subjects: subjects, starts: starts, ends: ends))
    }

    /// Distinct subjects with an index row, then those left after each of the enabled rules; a rule
    /// that is switched off keeps the number before it.
    package func remaining(enabled: Set<Int>? = nil) -> [Int] {
        var mask = RowMask(size: subjects.count, all: true)
        var counts = [persons(mask)]
        for (rule, passed) in passes.enumerated() {
            if enabled?.contains(rule) ?? true { mask.formIntersection(passed) }
            counts.append(persons(mask))
        }
        return counts
    }

    private func persons(_ mask: RowMask) -> Int {
        var count = 0
        var previous: UInt32?
        mask.forEach { row in
            if subjects[row] != previous { count += 1 }
            previous = subjects[row]
        }
        return count
    }
}

/// Members who are alike in every stratum.
package struct AlgebraGroup: Hashable, Sendable {
    /// One for each stratum of the definition; see `AlgebraResult.strata`.
    package var key: [Int32]
    /// Index rows.
    package var rows: Int
    /// Sum of days from the day of entry to the day of exit.
    package var days: Int
}

extension AlgebraResult {
    /// Counts members by strata, in ascending order of keys.
    ///
    /// - Complexity: O(index rows).
    package func groups(enabled: Set<Int>? = nil) -> [AlgebraGroup] {
        var groups: [[Int32]: AlgebraGroup] = [:]
        // Neighbours are often alike, and few keys occur: one look-up for each change.
        var current = AlgebraGroup(key: [], rows: 0, days: 0)
        func store() {
            guard current.rows > 0 else { return }
            groups[current.key, default: AlgebraGroup(key: current.key, rows: 0, days: 0)]
                .add(current)
        }
        mask(enabled).forEach { row in
            let isSame = strata.indices.allSatisfy { place in
                current.rows > 0 && current.key[place] == strata[place][row]
            }
            if !isSame || current.rows == 0 {
                store()
                current = AlgebraGroup(key: strata.map { $0[row] }, rows: 0, days: 0)
            }
            current.rows += 1
            current.days += Int(DayNumber.of(ends[row])) - Int(DayNumber.of(starts[row]))
        }
        store()
        return groups.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// How long members stayed and whether a stop ended it, for survival curves: members whose stay
    /// ended on the day they entered are left out.
    ///
    /// - Parameter stratum: position in the definition's strata, or nil for everybody in one.
    /// - Returns: for each value of the stratum, ascending, the days and whether a stop ended them.
    package func stays(by stratum: Int? = nil, enabled: Set<Int>? = nil)
        -> [(key: Int32, days: [Int32], isStopped: [Bool])]
    {
        var result: [(key: Int32, days: [Int32], isStopped: [Bool])] = []
        var place = 0
        mask(enabled).forEach { row in
            let days = DayNumber.of(ends[row]) - DayNumber.of(starts[row])
            guard days > 0 else { return }
            let key = stratum.map { strata[$0][row] } ?? 0
            if place >= result.count || result[place].key != key {
                // Few keys occur.
                place = result.firstIndex { $0.key == key } ?? result.count
                if place == result.count { result.append((key, [], [])) }
            }
            result[place].days.append(days)
            result[place].isStopped.append(stops[row] >= 0)
        }
        return result.sorted { $0.key < $1.key }
    }
}

extension AlgebraGroup {
    fileprivate mutating func add(_ other: AlgebraGroup) {
        rows += other.rows
        days += other.days
    }
}
