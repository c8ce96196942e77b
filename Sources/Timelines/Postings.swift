// SPDX-License-Identifier: Apache-2.0
package import Records

/// The packed columns of one code.
struct PostingColumns: Sendable {
    let subjects: PackedColumn
    let starts: PackedColumn
    var durations: PackedColumn?
    var kinds: PackedColumn?
    var numbers: PackedColumn?
    var valueCodes: PackedColumn?
    var units: PackedColumn?
    var sources: PackedColumn?
    var attributes: [(attribute: EventAttribute, column: PackedColumn)] = []

    init(subjects: PackedColumn, starts: PackedColumn) {
        self.subjects = subjects
        self.starts = starts
    }

    /// Puts a column in its place; kinds must come in ascending order.
    mutating func set(_ column: PackedColumn, kind: UInt16) {
        switch ColumnKind(rawValue: kind) {
        case .postingDuration: durations = column
        case .postingKind: kinds = column
        case .postingNumber: numbers = column
        case .postingValueCode: valueCodes = column
        case .postingUnit: units = column
        case .postingSource: sources = column
        default:
            if kind > SegmentFormat.firstAttribute,
                let raw = UInt8(exactly: kind - SegmentFormat.firstAttribute),
                let attribute = EventAttribute(rawValue: raw)
            {
                attributes.append((attribute, column))
            }
        }
    }
}

/// All events of one code, across subjects, sorted by subject, then start, then the rest.
///
/// A view of packed columns: making one copies nothing. Positions run from 0 to `count - 1`; a
/// position outside stops the program. Reading one value costs some 10 ns; passes over many rows
/// decode block by block, at more than 500 million rows a second. What the file says is not
/// trusted: `verify()` of the store tells whether subjects, codes and units are all inside their
/// tables.
package struct Postings: Sendable {
    /// Behind one reference, so that postings are cheap to hand around.
    private final class Shared: Sendable {
        let columns: PostingColumns
        let scratch: ScratchPool

        init(_ columns: PostingColumns, _ scratch: ScratchPool) {
            self.columns = columns
            self.scratch = scratch
        }
    }

    private let shared: Shared
    /// Events of the code.
    package let count: Int

    init(_ columns: PostingColumns, scratch: ScratchPool) {
        shared = Shared(columns, scratch)
        count = columns.subjects.count
    }

    var columns: PostingColumns { shared.columns }
    var scratch: ScratchPool { shared.scratch }

    /// Position in the subject directory.
    package func subject(_ position: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: shared.columns.subjects[position])
    }

    /// Minutes since the subject's anchor.
    package func start(_ position: Int) -> Int32 {
        Int32(truncatingIfNeeded: shared.columns.starts[position])
    }

    /// Minutes since the subject's anchor; nil for a point in time.
    package func end(_ position: Int) -> Int32? {
        guard let duration = shared.columns.durations?[position], duration >= 0 else { return nil }
        let (end, overflow) = Int64(start(position)).addingReportingOverflow(duration)
        return overflow ? nil : Int32(exactly: end)
    }

    /// What the event carries; `.none` where no event of the code carries anything.
    package func kind(_ position: Int) -> ValueKind {
        guard let kind = shared.columns.kinds?[position] else { return .none }
        return UInt8(exactly: kind).flatMap(ValueKind.init(rawValue:)) ?? .none
    }

    /// The number, for the numeric kinds; 0 otherwise.
    package func number(_ position: Int) -> Double { shared.columns.numbers?.number(position) ?? 0 }

    /// Index into the store's codes; nil without one.
    package func valueCode(_ position: Int) -> Int? {
        Postings.index(shared.columns.valueCodes?[position])
    }

    /// Index into the store's units; nil without one.
    package func unit(_ position: Int) -> Int? { Postings.index(shared.columns.units?[position]) }

    /// Source row: import batch in the upper, line in the lower 32 bits.
    package func source(_ position: Int) -> UInt64 {
        UInt64(bitPattern: shared.columns.sources?[position] ?? 0)
    }

    private static func index(_ stored: Int64?) -> Int? {
        stored.flatMap { $0 >= 0 && $0 < Int64(UInt32.max) ? Int($0) : nil }
    }

    // MARK: Attributes

    /// Attributes that some row of the code states, in ascending order of their raw values.
    package var statedAttributes: [EventAttribute] { shared.columns.attributes.map(\.attribute) }

    func column(_ attribute: EventAttribute) -> PackedColumn? {
        for pair in shared.columns.attributes where pair.attribute == attribute {
            return pair.column
        }
        return nil
    }

    /// One attribute of every row, `EventAttribute.missing` where a row does not state it.
    ///
    /// - Returns: nil where no row states it.
    package func attributes(_ attribute: EventAttribute) -> [Int64]? {
        column(attribute).map { column in
            [Int64](unsafeUninitializedCapacity: count) { buffer, filled in
                if let start = buffer.baseAddress { column.decode64(0..<count, into: start) }
                filled = count
            }
        }
    }

    /// One attribute of one row; `EventAttribute.missing` where it is not stated.
    package func attribute(_ attribute: EventAttribute, _ position: Int) -> Int64 {
        precondition(position >= 0 && position < count, "a position outside the postings")
        return column(attribute)?[position] ?? EventAttribute.missing
    }

    /// The smallest and the largest value of an attribute, from the headers of blocks alone.
    ///
    /// Begins at `EventAttribute.missing` if some row does not state it. Of decimals the bit
    /// patterns; if one is below 0 the range is as wide as need be.
    /// - Returns: nil where no row states it.
    package func attributeBounds(_ attribute: EventAttribute) -> ClosedRange<Int64>? {
        column(attribute)?.valueBounds(areNumbers: attribute.isDecimal)
    }

    // MARK: Subjects

    /// The rows of one subject; empty where they have none.
    ///
    /// - Complexity: O(log n).
    package func rows(ofSubject subject: UInt32) -> Range<Int> {
        let first = firstRow(notBefore: subject)
        guard subject < .max else { return first..<count }
        return first..<max(first, firstRow(notBefore: subject + 1))
    }

    /// The first row of the subject or of one behind it; `count` where there is none.
    package func firstRow(notBefore subject: UInt32) -> Int {
        let column = columns.subjects
        var low = 0
        var high = blockCount
        while low < high {
            let middle = low + (high - low) / 2
            if column.bounds(ofBlock: middle)?.upperBound ?? 0 < Int64(subject) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < blockCount else { return count }
        let rows = column.rows(ofBlock: low)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: rows.count) { room in
            guard let subjects = room.baseAddress else { return rows.lowerBound }
            column.decode32(block: low, into: subjects)
            var (first, last) = (0, rows.count)
            while first < last {
                let middle = first + (last - first) / 2
                if subjects[middle] < subject { first = middle + 1 } else { last = middle }
            }
            return rows.lowerBound + first
        }
    }
}
