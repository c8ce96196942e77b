// SPDX-License-Identifier: Apache-2.0

/// Rows as parallel columns, in order of subject, start, then number where it was asked for.
struct RowSet: Equatable, Sendable {
    /// Positions in the subject directory.
    var subjects: [UInt32] = []
    /// Minutes since the subject's anchor.
    var starts: [Int32] = []
    /// Minutes; empty where rows are moments or nobody asked for ends.
    var ends: [Int32] = []
    /// Empty where nobody asked for numbers; what rows without one hold means nothing.
    var numbers: [Double] = []
    /// Raw values of `ValueKind`, as many as numbers.
    var kinds: [UInt8] = []

    var count: Int { subjects.count }

    func end(_ row: Int) -> Int32 { ends.isEmpty ? starts[row] : ends[row] }

    /// Where the rows of the subject of a row stop.
    func groupEnd(_ first: Int) -> Int {
        let subject = subjects[first]
        var last = first + 1
        while last < subjects.count, subjects[last] == subject { last += 1 }
        return last
    }
}

extension RowSet {
    /// Columns beyond subjects and starts that somebody reads.
    struct Needs: Equatable {
        var ends = false
        var numbers = false

        /// What choosing among rows of one moment takes, so that the choice is always the same.
        var toChoose: Needs { ends || numbers ? Needs(ends: true, numbers: true) : self }

        static func | (left: Needs, right: Needs) -> Needs {
            Needs(ends: left.ends || right.ends, numbers: left.numbers || right.numbers)
        }
    }

    /// The rows at some positions, in their order.
    func gathering(_ positions: [Int]) -> RowSet {
        func gather<Element>(_ column: [Element]) -> [Element] {
            column.isEmpty ? [] : positions.map { column[$0] }
        }
        return RowSet(
            subjects: gather(subjects), starts: gather(starts), ends: gather(ends),
            numbers: gather(numbers), kinds: gather(kinds))
    }

    /// Cuts the rows into parts of about one length, each with all rows of its subjects.
    ///
    /// - Returns: at least one.
    func parts(_ number: Int, ofAtLeast least: Int) -> [Range<Int>] {
        let number = max(1, min(number, count / max(1, least)))
        var parts: [Range<Int>] = []
        var first = 0
        for part in 1...number {
            var end = count * part / number
            if end > 0 && end < count { end = groupEnd(end - 1) }
            parts.append(first..<max(first, end))
            first = max(first, end)
        }
        return parts
    }

    /// The rows in a range, in their order.
    func slice(_ range: Range<Int>) -> RowSet {
        func slice<Element>(_ column: [Element]) -> [Element] {
            column.isEmpty ? [] : Array(column[range])
        }
        return RowSet(
            subjects: slice(subjects), starts: slice(starts), ends: slice(ends),
            numbers: slice(numbers), kinds: slice(kinds))
    }

    func keeping(_ mask: RowMask) -> RowSet {
        let kept = mask.count
        guard kept < count else { return self }
        var positions: [Int] = []
        positions.reserveCapacity(kept)
        mask.forEach { positions.append($0) }
        return gathering(positions)
    }

    private func isBefore(_ row: Int, _ other: Int) -> Bool {
        if subjects[row] != subjects[other] { return subjects[row] < subjects[other] }
        if starts[row] != starts[other] { return starts[row] < starts[other] }
        if !numbers.isEmpty {
            if numbers[row] != numbers[other] { return numbers[row] < numbers[other] }
            if kinds[row] != kinds[other] { return kinds[row] < kinds[other] }
        }
        return end(row) < end(other)
    }

    private var isSorted: Bool {
        let (subjects, starts) = (subjects.span, starts.span)
        for row in stride(from: 1, to: subjects.count, by: 1) {
            if subjects[row] > subjects[row - 1] { continue }
            if subjects[row] == subjects[row - 1] && starts[row] > starts[row - 1] { continue }
            if isBefore(row, row - 1) { return false }
        }
        return true
    }

    /// In order; O(n) for rows that are in order, as those of one code nearly are.
    func sorted() -> RowSet {
        guard !isSorted else { return self }
        let keys = subjects.indices.map { row in
            UInt64(subjects[row]) << 32 | UInt64(UInt32(bitPattern: starts[row]) ^ 0x8000_0000)
        }
        let order = subjects.indices.sorted { left, right in
            keys[left] != keys[right] ? keys[left] < keys[right] : isBefore(left, right)
        }
        return gathering(order)
    }

    /// All rows of all sets, in order.
    ///
    /// Pairs of sets are merged until one is left: O(n log k) for k sets of n rows.
    static func merged(_ sets: [RowSet]) -> RowSet {
        var sets = sets.filter { $0.count > 0 }
        let needs = Needs(
            ends: sets.contains { !$0.ends.isEmpty }, numbers: sets.contains { !$0.numbers.isEmpty }
        )
        for place in sets.indices { sets[place].fill(needs) }
        while sets.count > 1 {
            sets = stride(from: 0, to: sets.count, by: 2).map { place in
                place + 1 < sets.count ? merged(sets[place], sets[place + 1]) : sets[place]
            }
        }
        return sets.first ?? RowSet()
    }

    /// Adds the columns that other sets have.
    private mutating func fill(_ needs: Needs) {
        if needs.ends && ends.isEmpty { ends = starts }
        if needs.numbers && numbers.isEmpty {
            numbers = [Double](repeating: 0, count: count)
            kinds = [UInt8](repeating: 0, count: count)
        }
    }

    private static func merged(_ left: RowSet, _ right: RowSet) -> RowSet {
        var result = RowSet()
        result.reserve(left.count + right.count, like: left)
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            if j == right.count || i < left.count && !right.isBefore(j, left, i) {
                result.append(left, i)
                i += 1
            } else {
                result.append(right, j)
                j += 1
            }
        }
        return result
    }

    private func isBefore(_ row: Int, _ other: RowSet, _ otherRow: Int) -> Bool {
        if subjects[row] != other.subjects[otherRow] {
            return subjects[row] < other.subjects[otherRow]
        }
        if starts[row] != other.starts[otherRow] { return starts[row] < other.starts[otherRow] }
        if !numbers.isEmpty {
            let (number, otherNumber) = (numbers[row], other.numbers[otherRow])
            if number != otherNumber { return number < otherNumber }
            if kinds[row] != other.kinds[otherRow] { return kinds[row] < other.kinds[otherRow] }
        }
        return end(row) < other.end(otherRow)
    }

    mutating func reserve(_ capacity: Int, like other: RowSet) {
        subjects.reserveCapacity(capacity)
        starts.reserveCapacity(capacity)
        if !other.ends.isEmpty { ends.reserveCapacity(capacity) }
        if !other.numbers.isEmpty {
            numbers.reserveCapacity(capacity)
            kinds.reserveCapacity(capacity)
        }
    }

    /// Takes one row of a set with the same columns.
    mutating func append(_ other: RowSet, _ row: Int) {
        subjects.append(other.subjects[row])
        starts.append(other.starts[row])
        if !other.ends.isEmpty { ends.append(other.ends[row]) }
        if !other.numbers.isEmpty {
            numbers.append(other.numbers[row])
            kinds.append(other.kinds[row])
        }
    }
}
