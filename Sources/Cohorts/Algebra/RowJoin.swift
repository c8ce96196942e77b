// SPDX-License-Identifier: Apache-2.0

/// Rows beside other rows of the same subject: one merge of two sets in order.
struct RowJoin {
    private let rows: RowSet
    private let others: RowSet
    /// Where relations refer to the index row of the subject instead of the row.
    private let index: DenseIndex?

    init(_ rows: RowSet, _ others: RowSet, index: DenseIndex?) {
        self.rows = rows
        self.others = others
        self.index = index
    }

    /// Calls for each row with the other rows of its subject.
    @inline(__always)
    func forEach(_ body: (Int, Range<Int>) -> Void) {
        let (rows, others) = (rows.subjects.span, others.subjects.span)
        var first = 0
        var last = 0
        var current: UInt32?
        for row in 0..<rows.count {
            let subject = rows[row]
            if subject != current {
                current = subject
                first = last
                while first < others.count, others[first] < subject { first += 1 }
                last = first
                while last < others.count, others[last] == subject { last += 1 }
            }
            body(row, first..<last)
        }
    }

    /// The rows that satisfy a test on the other rows of their subject.
    @inline(__always)
    func mask(_ holds: (Int, RowSet, Range<Int>) -> Bool) -> RowMask {
        var mask = RowMask(size: rows.count)
        forEach { row, group in
            if !group.isEmpty, holds(row, others, group) { mask.insert(row) }
        }
        return mask
    }

    /// The rows with enough others.
    func mask(_ match: AlgebraMatch) -> RowMask {
        if index == nil, match.atLeast == 1, case .window(let window) = match.relation,
            window.edge == .start, window.of == .start
        {
            return mask(first: window.first, last: window.last)
        }
        return mask { row, _, group in
            var count = 0
            var previous = Int32.min
            forEachMatch(match.relation, row, group) { candidate in
                if match.atLeast > 1, match.counting == .days {
                    let day = DayNumber.of(others.starts[candidate])
                    // No minute lies on the day of the smallest number.
                    if day != previous { count += 1 }
                    previous = day
                } else {
                    count += 1
                }
                return count < match.atLeast
            }
            return count >= match.atLeast
        }
    }

    /// The rows with another one that starts so many days after their start.
    ///
    /// The same as any other relation, for the one that most conditions have.
    private func mask(first: Int?, last: Int?) -> RowMask {
        let (starts, otherStarts) = (rows.starts.span, others.starts.span)
        var mask = RowMask(size: rows.count)
        forEach { row, group in
            let day = Int(DayNumber.of(starts[row]))
            let from = first.map { SubjectBounds.minute(day + $0) } ?? .min
            let to = last.map { SubjectBounds.minute(day + $0, isLast: true) } ?? .max
            var (low, high) = (group.lowerBound, group.upperBound)
            while low < high {
                let middle = low + (high - low) / 2
                if otherStarts[middle] < from { low = middle + 1 } else { high = middle }
            }
            if low < group.upperBound, otherStarts[low] <= to { mask.insert(row) }
        }
        return mask
    }

    /// Calls for each of a group's rows in the relation, in order, until told to stop.
    @inline(__always)
    func forEachMatch(
        _ relation: AlgebraRelation, _ row: Int, _ group: Range<Int>, _ body: (Int) -> Bool
    ) {
        var (start, end) = (rows.starts[row], rows.end(row))
        if let index {
            start = index.starts[Int(rows.subjects[row])]
            guard start != DenseIndex.none else { return }
            end = index.ends[Int(rows.subjects[row])]
        }
        if case .window(let window) = relation, window.edge == .start {
            let day = Int(DayNumber.of(window.of == .start ? start : end))
            let first = window.first.map { SubjectBounds.minute(day + $0) } ?? .min
            let last = window.last.map { SubjectBounds.minute(day + $0, isLast: true) } ?? .max
            var candidate = lowerBound(first, group)
            while candidate < group.upperBound, others.starts[candidate] <= last {
                guard body(candidate) else { return }
                candidate += 1
            }
            return
        }
        let (startDay, endDay) = (Int(DayNumber.of(start)), Int(DayNumber.of(end)))
        for candidate in group {
            let isMatch = RowJoin.holds(
                relation, Int(DayNumber.of(others.starts[candidate])),
                Int(DayNumber.of(others.end(candidate))), startDay, endDay)
            if isMatch, !body(candidate) { return }
        }
    }

    private static func holds(
        _ relation: AlgebraRelation, _ start: Int, _ end: Int, _ from: Int, _ to: Int
    ) -> Bool {
        switch relation {
        case .anytime: true
        case .window(let window):
            DayHull(window).contains(
                (window.edge == .start ? start : end) - (window.of == .start ? from : to))
        case .before: end < from
        case .after: start > to
        case .during: start >= from && end <= to
        case .around: start <= from && end >= to
        case .overlapping: start <= to && end >= from
        }
    }

    /// The first row of a group that starts at a minute or later.
    private func lowerBound(_ minute: Int32, _ group: Range<Int>) -> Int {
        var (low, high) = (group.lowerBound, group.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if others.starts[middle] < minute { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
