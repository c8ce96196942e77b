// SPDX-License-Identifier: Apache-2.0

/// A packed column of a mapped file or of memory; one of the two files that read unsafe pointers.
///
/// Whoever makes one has checked that the headers lie in the column. A block is checked against the
/// column before it is read: of a block that says something impossible every row reads as 0.
struct PackedColumn: @unchecked Sendable {
    /// Rows of one block.
    static let blockRows = 1024
    /// Stands for "no value".
    static let missing = Int64.min
    /// Bytes that may be read behind the numbers of a block; the headers lie there.
    static let slack = 16

    /// Keeps the bytes where they are.
    private let owner: AnyObject
    private let base: UnsafeRawPointer
    private let headers: UnsafeRawPointer
    /// From one header to the next of this column; 0 if there is only one for all blocks.
    private let headerStride: Int
    /// Bytes of all blocks.
    private let blockBytes: Int
    let count: Int

    /// - Parameters:
    ///   - bytes: blocks and headers of all columns of the table.
    ///   - lane: which column of a table of so many.
    /// - Returns: nil where the headers do not fit.
    init?(
        owner: AnyObject, _ bytes: UnsafeRawBufferPointer, count: Int, isConstant: Bool,
        lane: Int = 0, lanes: Int = 1
    ) {
        guard let start = bytes.baseAddress, count > 0 else { return nil }
        let blocks = isConstant ? 1 : (count - 1) / PackedColumn.blockRows + 1
        let (length, overflow) = blocks.multipliedReportingOverflow(by: PackedHeader.length * lanes)
        guard !overflow, length <= bytes.count else { return nil }
        self.owner = owner
        base = start
        blockBytes = bytes.count - length
        headers = start + blockBytes + lane * PackedHeader.length
        headerStride = isConstant ? 0 : PackedHeader.length * lanes
        self.count = count
    }

    var blockCount: Int { count == 0 ? 0 : (count - 1) / PackedColumn.blockRows + 1 }

    func rows(ofBlock block: Int) -> Range<Int> {
        let first = block * PackedColumn.blockRows
        return first..<min(first + PackedColumn.blockRows, count)
    }

    /// The block, checked; nil where it does not lie in the column.
    @inline(__always)
    private func block(_ index: Int) -> PackedBlock? {
        let header = PackedHeader(at: headers + index * headerStride)
        let rows = min(PackedColumn.blockRows, count - index * PackedColumn.blockRows)
        guard let block = PackedBlock(header, rows: rows, base: base, limit: blockBytes) else {
            return nil
        }
        return block
    }

    private func header(of block: Int) -> PackedHeader {
        precondition(block >= 0 && block < blockCount, "a block outside the column")
        return PackedHeader(at: headers + block * headerStride)
    }

    /// The value at a row the caller knows to be inside; O(1).
    @inline(__always)
    subscript(row: Int) -> Int64 {
        precondition(row >= 0 && row < count, "a row outside the column")
        return withExtendedLifetime(owner) {
            block(row / PackedColumn.blockRows)?.value(row % PackedColumn.blockRows) ?? 0
        }
    }

    /// The number at a row, for columns of numbers.
    @inline(__always)
    func number(_ row: Int) -> Double { Double(bitPattern: UInt64(bitPattern: self[row])) }

    /// The smallest and the largest value of a block, as integers; nil where no row has a value.
    func bounds(ofBlock block: Int) -> ClosedRange<Int64>? {
        withExtendedLifetime(owner) {
            let header = header(of: block)
            let (low, high) = (header.finished(header.base), header.finished(header.last))
            guard header.missing != 2, low <= high else { return nil }
            return low...high
        }
    }

    /// The smallest and the largest number of a block; nil where no row has one or one is no number.
    func numberBounds(ofBlock block: Int) -> ClosedRange<Double>? {
        withExtendedLifetime(owner) {
            let header = header(of: block)
            guard header.missing != 2 else { return nil }
            let low = Double(bitPattern: UInt64(bitPattern: header.finished(header.base)))
            let high = Double(bitPattern: UInt64(bitPattern: header.finished(header.last)))
            guard low <= high else { return nil }
            return low...high
        }
    }

    /// The raw values' smallest and largest over all rows, from the headers alone.
    ///
    /// Of numbers the bit patterns; below 0 they are in no useful order and the range is wide.
    func valueBounds(areNumbers: Bool) -> ClosedRange<Int64> {
        var least = Int64.max
        var most = Int64.min
        for block in 0..<(headerStride == 0 ? 1 : blockCount) {
            let header = withExtendedLifetime(owner) { self.header(of: block) }
            var low = header.finished(header.base)
            var high = header.finished(header.last)
            if areNumbers && (low < 0 || high < 0) { (low, high) = (.min, max(high, -1)) }
            if header.missing == 2 { (low, high) = (.min, .min) }
            if header.missing == 1 { low = .min }
            if low > high { (low, high) = (.min, .max) }
            least = Swift.min(least, low)
            most = Swift.max(most, high)
        }
        return least...Swift.max(least, most)
    }

    /// The value of every row where the column says once that all are the same.
    var sameValue: Int64? { headerStride == 0 && count > 0 ? self[0] : nil }

    /// True if some row has no value.
    var hasMissing: Bool {
        withExtendedLifetime(owner) {
            let blocks = headerStride == 0 ? 1 : blockCount
            for block in 0..<blocks where header(of: block).missing != 0 {
                return true
            }
            return false
        }
    }

    /// Decodes a block as 32-bit numbers, wrapping around, into room for all its rows.
    func decode32(block index: Int, into target: UnsafeMutablePointer<UInt32>) {
        withExtendedLifetime(owner) {
            guard let block = block(index) else {
                target.update(repeating: 0, count: rows(ofBlock: index).count)
                return
            }
            block.decode32(into: target)
        }
    }

    /// Decodes a block as 64-bit values (numbers: as their bits) into room for all its rows.
    func decode64(block index: Int, into target: UnsafeMutablePointer<Int64>) {
        withExtendedLifetime(owner) {
            guard let block = block(index) else {
                target.update(repeating: 0, count: rows(ofBlock: index).count)
                return
            }
            block.decode64(into: target)
        }
    }

    /// Decodes the 32-bit numbers of a range of rows.
    func decode32(_ range: Range<Int>, into target: UnsafeMutablePointer<UInt32>) {
        forEachPiece(of: range) { block, rows, done in
            if rows.count == self.rows(ofBlock: block).count {
                decode32(block: block, into: target + done)
            } else {
                decode32(block: block, rows, into: target + done)
            }
        }
    }

    /// Decodes some rows of a block: no more than the groups of 128 they lie in.
    private func decode32(
        block index: Int, _ rows: Range<Int>, into target: UnsafeMutablePointer<UInt32>
    ) {
        let groupRows = BitPacking.groupRows
        let first = rows.lowerBound / groupRows
        let end = min(
            (rows.upperBound + groupRows - 1) / groupRows * groupRows,
            self.rows(ofBlock: index).count)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: PackedColumn.blockRows) { room in
            guard let unpacked = room.baseAddress else { return }
            let isDone = withExtendedLifetime(owner) {
                block(index)?.decode32(groups: first, upTo: end, into: unpacked) ?? false
            }
            var skipped = rows.lowerBound - first * groupRows
            if !isDone {
                decode32(block: index, into: unpacked)
                skipped = rows.lowerBound
            }
            target.update(from: unpacked + skipped, count: rows.count)
        }
    }

    /// Decodes the 64-bit values of a range of rows.
    func decode64(_ range: Range<Int>, into target: UnsafeMutablePointer<Int64>) {
        forEachPiece(of: range) { block, rows, done in
            if rows.count == self.rows(ofBlock: block).count {
                decode64(block: block, into: target + done)
            } else {
                withUnsafeTemporaryAllocation(of: Int64.self, capacity: PackedColumn.blockRows) {
                    guard let whole = $0.baseAddress else { return }
                    decode64(block: block, into: whole)
                    (target + done).update(from: whole + rows.lowerBound, count: rows.count)
                }
            }
        }
    }

    /// Cuts a range at the bounds of blocks: the block, the rows in it, and the rows done before.
    private func forEachPiece(of range: Range<Int>, _ body: (Int, Range<Int>, Int) -> Void) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "rows outside the column")
        var row = range.lowerBound
        while row < range.upperBound {
            let block = row / PackedColumn.blockRows
            let first = block * PackedColumn.blockRows
            let end = min(range.upperBound, first + PackedColumn.blockRows)
            body(block, row - first..<end - first, row - range.lowerBound)
            row = end
        }
    }
}

/// One block that lies in its column.
private struct PackedBlock {
    let header: PackedHeader
    let coding: BlockCoding
    let rows: Int
    /// The first value of every 128 rows, for `differences`.
    let groups: UnsafeRawPointer
    let numbers: UnsafeRawPointer

    @inline(__always)
    init?(_ header: PackedHeader, rows: Int, base: UnsafeRawPointer, limit: Int) {
        guard let coding = BlockCoding(rawValue: header.coding), header.width <= 64,
            coding != .differences || header.width <= 32
        else { return nil }
        self.header = header
        self.coding = coding
        self.rows = rows
        let start = Int(header.offset) * 8
        var lead = 0
        if coding == .differences {
            lead = ((rows + BitPacking.groupRows - 1) / BitPacking.groupRows * 4 + 7) & ~7
        }
        groups = base + start
        numbers = base + start + lead
        if header.width > 0 {
            let size = BitPacking.size(width: Int(header.width), rows: rows)
            guard start + lead + size <= limit else { return nil }
        }
    }

    private var width: Int { Int(header.width) }

    @inline(__always)
    func value(_ row: Int) -> Int64 {
        if header.width == 0 || header.missing == 2 { return constant }
        let number = BitPacking.number(numbers, width: width, rows: rows, at: row)
        if coding == .integers && header.missing == 0 {
            return header.base &+ Int64(bitPattern: number &* UInt64(header.scale))
        }
        if coding == .differences {
            let group = row / BitPacking.groupRows
            var value = groups.loadUnaligned(fromByteOffset: group * 4, as: UInt32.self)
            for before in group * BitPacking.groupRows..<row + 1 {
                value &+= UInt32(
                    truncatingIfNeeded: BitPacking.number(
                        numbers, width: width, rows: rows, at: before))
            }
            return header.base &+ Int64(value)
        }
        if header.missing == 1 && number == 0 { return PackedColumn.missing }
        return header.value(number, coding)
    }

    private var constant: Int64 {
        header.missing != 0 ? PackedColumn.missing : header.finished(header.base)
    }

    func decode32(into target: UnsafeMutablePointer<UInt32>) {
        let base = UInt32(truncatingIfNeeded: header.base)
        switch coding {
        case .integers where header.missing == 0 && width > 0 && width <= 32:
            BitPacking.unpack(
                numbers, width: width, rows: rows, scale: header.scale, base: base, into: target)
        case .differences where header.missing == 0 && width > 0:
            let full = rows / BitPacking.groupRows
            BitPacking.unpackSums(
                numbers, width: width, groups: full, firsts: groups, base: base, into: target)
            guard full * BitPacking.groupRows < rows else { return }
            let rest = full * BitPacking.groupRows
            BitPacking.unpack(
                numbers + full * 16 * width, width: width, rows: rows - rest, into: target + rest)
            var value = base &+ groups.loadUnaligned(fromByteOffset: full * 4, as: UInt32.self)
            for row in rest..<rows {
                value &+= target[row]
                target[row] = value
            }
        default:
            if width == 0 || header.missing == 2 {
                target.update(repeating: UInt32(truncatingIfNeeded: constant), count: rows)
            } else {
                for row in 0..<rows { target[row] = UInt32(truncatingIfNeeded: value(row)) }
            }
        }
    }

    /// Decodes from a group to a row that ends a group or the block; false where only whole blocks
    /// can be decoded.
    func decode32(
        groups first: Int, upTo end: Int, into target: UnsafeMutablePointer<UInt32>
    ) -> Bool {
        guard coding == .integers, header.missing == 0, width > 0, width <= 32 else { return false }
        BitPacking.unpack(
            numbers + first * 16 * width, width: width, rows: end - first * BitPacking.groupRows,
            scale: header.scale, base: UInt32(truncatingIfNeeded: header.base), into: target)
        return true
    }

    func decode64(into target: UnsafeMutablePointer<Int64>) {
        if width == 0 || header.missing == 2 {
            target.update(repeating: constant, count: rows)
        } else if coding == .differences {
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: rows) { narrow in
                guard let numbers = narrow.baseAddress else { return }
                decode32(into: numbers)
                let high = header.base & ~Int64(UInt32.max)
                for row in 0..<rows { target[row] = high | Int64(numbers[row]) }
            }
        } else if width > 32 {
            for row in 0..<rows { target[row] = value(row) }
        } else {
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: rows) { narrow in
                guard let unpacked = narrow.baseAddress else { return }
                BitPacking.unpack(numbers, width: width, rows: rows, into: unpacked)
                finish(unpacked, into: target)
            }
        }
    }

    private func finish(
        _ unpacked: UnsafeMutablePointer<UInt32>, into target: UnsafeMutablePointer<Int64>
    ) {
        if header.missing == 1 {
            for row in 0..<rows {
                let number = UInt64(unpacked[row])
                target[row] = number == 0 ? PackedColumn.missing : header.value(number, coding)
            }
            return
        }
        let base = header.base
        let scale = Int64(header.scale)
        switch coding {
        case .decimals(let digits):
            let power = NumberBits.power(digits)
            for row in 0..<rows {
                let integer = base &+ Int64(unpacked[row]) &* scale
                target[row] = Int64(bitPattern: (Double(integer) / power).bitPattern)
            }
        case .integers:
            for row in 0..<rows { target[row] = base &+ Int64(unpacked[row]) &* scale }
        default:
            for row in 0..<rows { target[row] = header.value(UInt64(unpacked[row]), coding) }
        }
    }
}

extension PackedHeader {
    /// The largest value, before the last step of the coding.
    var last: Int64 { base &+ Int64(bitPattern: top) }

    /// What a number that is not "missing" stands for, for all codings but `differences`.
    @inline(__always)
    fileprivate func value(_ number: UInt64, _ coding: BlockCoding) -> Int64 {
        let shifted = number &- (missing == 1 ? 1 : 0)
        let integer = base &+ Int64(bitPattern: shifted &* UInt64(scale))
        switch coding {
        case .integers, .differences: return integer
        case .floats: return Int64(bitPattern: NumberBits.float(integer).bitPattern)
        case .doubles: return Int64(bitPattern: NumberBits.double(integer).bitPattern)
        case .decimals(let digits):
            return Int64(
                bitPattern: (Double(integer) / NumberBits.power(digits)).bitPattern)
        }
    }

    /// The last step of the coding.
    fileprivate func finished(_ integer: Int64) -> Int64 {
        switch BlockCoding(rawValue: coding) {
        case .floats: Int64(bitPattern: NumberBits.float(integer).bitPattern)
        case .doubles: Int64(bitPattern: NumberBits.double(integer).bitPattern)
        case .decimals(let digits):
            Int64(bitPattern: (Double(integer) / NumberBits.power(digits)).bitPattern)
        default: integer
        }
    }
}

/// Bytes in memory that columns may be read from.
final class PackedMemory: Sendable {
    private nonisolated(unsafe) let buffer: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        buffer = .allocate(byteCount: bytes.count, alignment: 16)
        buffer.copyBytes(from: bytes)
    }

    deinit { buffer.deallocate() }

    func column(count: Int, isConstant: Bool) -> PackedColumn? {
        PackedColumn(
            owner: self, UnsafeRawBufferPointer(buffer), count: count, isConstant: isConstant)
    }
}
