// SPDX-License-Identifier: Apache-2.0
package import Records

/// What is known of a block of rows without decoding it.
package struct BlockBounds: Hashable, Sendable {
    /// Positions in the postings.
    package let rows: Range<Int>
    package let subjects: ClosedRange<UInt32>
    /// Minutes since the subjects' anchors.
    package let starts: ClosedRange<Int32>
}

extension Postings {
    /// Rows of a block, but for the last one, which may be shorter.
    package static let blockRows = PackedColumn.blockRows

    package var blockCount: Int { columns.subjects.blockCount }

    /// What a block holds at most, from its headers; the block must be below `blockCount`.
    package func bounds(ofBlock block: Int) -> BlockBounds {
        let subjects = columns.subjects.bounds(ofBlock: block) ?? 0...0
        let starts = columns.starts.bounds(ofBlock: block) ?? 0...0
        return BlockBounds(
            rows: columns.subjects.rows(ofBlock: block),
            subjects: UInt32(
                clamping: subjects.lowerBound)...UInt32(
                    clamping: subjects.upperBound),
            starts: Int32(clamping: starts.lowerBound)...Int32(clamping: starts.upperBound))
    }

    /// What every event of the code carries; nil where the store does not say once for all.
    package var sameKind: ValueKind? {
        guard let kinds = columns.kinds else { return ValueKind.none }
        return kinds.sameValue.flatMap { UInt8(exactly: $0) }.flatMap(ValueKind.init(rawValue:))
    }

    /// The smallest and the largest number of a block; nil where one is not comparable.
    ///
    /// Rows without a number count as 0. `0...0` where no row of the code has a number.
    package func numberBounds(ofBlock block: Int) -> ClosedRange<Double>? {
        guard let numbers = columns.numbers else { return 0...0 }
        return numbers.numberBounds(ofBlock: block)
    }

    /// The two columns every query reads, decoded for one pass at the speed of memory.
    ///
    /// For long postings, `forEachBlock` needs no room for whole columns.
    package func withSubjectsAndStarts<Result>(
        _ body: (Span<UInt32>, Span<Int32>) -> Result
    ) -> Result {
        let columns = columns
        let half = (count * 4 + 63) & ~63
        return scratch.withBytes(half * 2) { bytes in
            let subjects = bytes.bindMemory(to: UInt32.self, capacity: count)
            let starts = (bytes + half).bindMemory(to: UInt32.self, capacity: count)
            columns.subjects.decode32(0..<count, into: subjects)
            columns.starts.decode32(0..<count, into: starts)
            return body(
                UnsafeBufferPointer(start: subjects, count: count).span,
                Postings.signed(starts, count).span)
        }
    }

    /// The three columns most queries read, decoded; numbers are 0 for rows without one.
    package func withColumns<Result>(
        _ body: (_ subjects: Span<UInt32>, _ starts: Span<Int32>, _ numbers: Span<Double>) -> Result
    ) -> Result {
        let columns = columns
        return withSubjectsAndStarts { subjects, starts in
            scratch.withBytes(count * 8) { bytes in
                let bits = bytes.bindMemory(to: Int64.self, capacity: count)
                if let numbers = columns.numbers {
                    numbers.decode64(0..<count, into: bits)
                } else {
                    bits.update(repeating: 0, count: count)
                }
                return body(subjects, starts, Postings.doubles(bits, count).span)
            }
        }
    }

    /// Calls for one block after the other with its rows, their subjects and their starts.
    ///
    /// - Parameters:
    ///   - blocks: which of the blocks to go through; nil for all of them.
    ///   - isWanted: says of a block, before it is decoded, whether to look at it.
    package func forEachBlock(
        in blocks: Range<Int>? = nil, where isWanted: (BlockBounds) -> Bool = { _ in true },
        _ body: (_ rows: Range<Int>, _ subjects: Span<UInt32>, _ starts: Span<Int32>) -> Void
    ) {
        let columns = columns
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Postings.blockRows * 2) { room in
            guard let subjects = room.baseAddress else { return }
            let starts = subjects + Postings.blockRows
            for block in blocks ?? 0..<blockCount where isWanted(bounds(ofBlock: block)) {
                let rows = columns.subjects.rows(ofBlock: block)
                columns.subjects.decode32(block: block, into: subjects)
                columns.starts.decode32(block: block, into: starts)
                body(
                    rows, UnsafeBufferPointer(start: subjects, count: rows.count).span,
                    Postings.signed(starts, rows.count).span)
            }
        }
    }

    /// The same with the numbers of the rows, which are 0 for rows without one.
    package func forEachBlockWithNumbers(
        in blocks: Range<Int>? = nil, where isWanted: (BlockBounds) -> Bool = { _ in true },
        _ body: (
            _ rows: Range<Int>, _ subjects: Span<UInt32>, _ starts: Span<Int32>,
            _ numbers: Span<Double>
        ) -> Void
    ) {
        let columns = columns
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: Postings.blockRows) { room in
            guard let bits = room.baseAddress else { return }
            bits.update(repeating: 0, count: Postings.blockRows)
            forEachBlock(in: blocks, where: isWanted) { rows, subjects, starts in
                columns.numbers?.decode64(block: rows.lowerBound / Postings.blockRows, into: bits)
                body(rows, subjects, starts, Postings.doubles(bits, rows.count).span)
            }
        }
    }

    /// Calls with one attribute of a block's rows; all are `missing` where no row states it.
    package func withAttribute<Result>(
        _ attribute: EventAttribute, ofBlock block: Int, _ body: (Span<Int64>) -> Result
    ) -> Result {
        let rows = columns.subjects.rows(ofBlock: block)
        let column = column(attribute)
        return withUnsafeTemporaryAllocation(of: Int64.self, capacity: rows.count) { room in
            if let values = room.baseAddress {
                if let column {
                    column.decode64(block: block, into: values)
                } else {
                    values.update(repeating: EventAttribute.missing, count: rows.count)
                }
            }
            return body(UnsafeBufferPointer(room).span)
        }
    }

    static func signed(_ numbers: UnsafeMutablePointer<UInt32>, _ count: Int)
        -> UnsafeBufferPointer<Int32>
    {
        UnsafeBufferPointer(
            start: UnsafeRawPointer(numbers).bindMemory(to: Int32.self, capacity: count),
            count: count)
    }

    private static func doubles(_ bits: UnsafeMutablePointer<Int64>, _ count: Int)
        -> UnsafeBufferPointer<Double>
    {
        UnsafeBufferPointer(
            start: UnsafeRawPointer(bits).bindMemory(to: Double.self, capacity: count),
            count: count)
    }
}
