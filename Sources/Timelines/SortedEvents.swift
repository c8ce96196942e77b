// SPDX-License-Identifier: Apache-2.0
import Records

/// Events in the order of a segment: by code, and within a code by subject, start, end (none
/// first), value kind, bits of the number, value code, unit, source and attributes.
///
/// The order is total up to events that are equal in everything, so bytes never depend on the order
/// in which events came.
struct SortedEvents {
    /// Positions in `rows`, code by code.
    let order: [UInt32]
    /// Where each code's rows begin in `order`, and behind the last, where they end.
    let bounds: [Int]

    private struct Key {
        /// Subject in the upper half, start (shifted to be unsigned) in the lower.
        var packed: UInt64
        var row: UInt32
    }

    /// - Complexity: O(n log m) for m events of the most frequent code.
    init(_ rows: [EventRow], _ attributes: [AttributeColumn], codeCount: Int) {
        var bounds = [Int](repeating: 0, count: codeCount + 1)
        for row in rows { bounds[Int(row.code) + 1] += 1 }
        for code in 0..<codeCount { bounds[code + 1] += bounds[code] }
        var next = bounds
        var keys = [Key](repeating: Key(packed: 0, row: 0), count: rows.count)
        for (index, row) in rows.enumerated() {
            let start = UInt32(bitPattern: row.start) ^ 0x8000_0000
            keys[next[Int(row.code)]] = Key(
                packed: UInt64(row.subject) << 32 | UInt64(start), row: UInt32(index))
            next[Int(row.code)] += 1
        }
        for code in 0..<codeCount {
            SortedEvents.sort(&keys[bounds[code]..<bounds[code + 1]], rows, attributes)
        }
        order = keys.map(\.row)
        self.bounds = bounds
    }

    /// Sorts by the packed key first, then settles the few ties by everything else.
    private static func sort(
        _ keys: inout ArraySlice<Key>, _ rows: [EventRow], _ attributes: [AttributeColumn]
    ) {
        keys.sort { $0.packed < $1.packed }
        var first = keys.startIndex
        while first < keys.endIndex {
            var last = first + 1
            while last < keys.endIndex, keys[last].packed == keys[first].packed { last += 1 }
            if last - first > 1 {
                keys[first..<last].sort { left, right in
                    let (left, right) = (Int(left.row), Int(right.row))
                    let (first, second) = (RowRemainder(rows[left]), RowRemainder(rows[right]))
                    if first != second { return first < second }
                    for column in attributes where column.values[left] != column.values[right] {
                        return column.values[left] < column.values[right]
                    }
                    return false
                }
            }
            first = last
        }
    }
}

/// What orders events of one subject, code and start.
struct RowRemainder: Comparable {
    /// 0 without an end, else minutes from start to end plus 1.
    var span: Int64
    var kind: UInt8
    var number: UInt64
    var valueCode: Int32
    var unit: Int32
    var source: UInt64

    init(_ row: EventRow) {
        span = row.end.map { Int64($0) - Int64(row.start) + 1 } ?? 0
        kind = row.kind.rawValue
        number = row.number.bitPattern
        valueCode = row.valueCode
        unit = row.unit
        source = row.source
    }

    static func < (left: RowRemainder, right: RowRemainder) -> Bool {
        if left.span != right.span { return left.span < right.span }
        if left.kind != right.kind { return left.kind < right.kind }
        if left.number != right.number { return left.number < right.number }
        if left.valueCode != right.valueCode { return left.valueCode < right.valueCode }
        if left.unit != right.unit { return left.unit < right.unit }
        return left.source < right.source
    }
}
