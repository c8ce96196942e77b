// SPDX-License-Identifier: Apache-2.0

/// What the values of a packed column are, which decides how its blocks may be coded.
enum ColumnContent: Sendable {
    /// Integers that every row has.
    case integers
    /// Integers, or `PackedColumn.missing`.
    case optionalIntegers
    /// Integers from 0 to 2^32 - 1 in ascending order.
    case ascending
    /// Bit patterns of Doubles that every row has.
    case numbers
    /// Bit patterns of Doubles, or `PackedColumn.missing`.
    case optionalNumbers

    var isOptional: Bool { self == .optionalIntegers || self == .optionalNumbers }
    var isNumbers: Bool { self == .numbers || self == .optionalNumbers }
}

/// Packs the values of one block; the bytes depend on the values alone.
struct BlockEncoder {
    private var header = PackedHeader()
    private var numbers: [UInt64] = []
    private var groups: [UInt32] = []

    /// Appends a block of at most 1,024 values and says what is in it.
    static func append(
        _ values: [Int64], _ content: ColumnContent, to bytes: inout [UInt8]
    ) -> PackedHeader {
        var encoder = BlockEncoder()
        encoder.encode(values, content)
        guard encoder.header.width > 0 else { return encoder.header }
        if !encoder.groups.isEmpty {
            if encoder.groups.count % 2 == 1 { encoder.groups.append(0) }
            encoder.groups.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        BitPacking.pack(encoder.numbers, width: Int(encoder.header.width), into: &bytes)
        return encoder.header
    }

    private mutating func encode(_ values: [Int64], _ content: ColumnContent) {
        var present = values
        if content.isOptional {
            present.removeAll { $0 == PackedColumn.missing }
            guard !present.isEmpty else {
                header.missing = 2
                return
            }
            header.missing = present.count < values.count ? 1 : 0
        }
        if content.isNumbers {
            encodeNumbers(values, present)
        } else if content == .ascending {
            encodeAscending(values)
        } else {
            encodeIntegers(values, BlockRange(present))
        }
    }

    private mutating func encodeIntegers(_ values: [Int64], _ range: BlockRange) {
        header.base = range.base
        header.top = range.top
        header.scale = UInt32(range.scale)
        let shift: UInt64 = header.missing == 0 ? 0 : 1
        header.width = UInt8(64 - (range.top / range.scale &+ shift).leadingZeroBitCount)
        guard header.width > 0 else { return }
        numbers.reserveCapacity(values.count)
        for value in values {
            if shift == 1 && value == PackedColumn.missing {
                numbers.append(0)
            } else {
                let distance = UInt64(bitPattern: value &- range.base)
                numbers.append((range.scale == 1 ? distance : distance / range.scale) &+ shift)
            }
        }
    }

    private mutating func encodeAscending(_ values: [Int64]) {
        let first = values.first ?? 0
        header.base = first
        header.top = UInt64(bitPattern: (values.last ?? first) &- first)
        guard header.top > 0 else { return }
        var all: UInt64 = 0
        numbers.reserveCapacity(values.count)
        var previous = first
        for (row, value) in values.enumerated() {
            if row % BitPacking.groupRows == 0 {
                groups.append(UInt32(truncatingIfNeeded: value &- first))
                previous = value
            }
            let distance = UInt64(UInt32(truncatingIfNeeded: value &- previous))
            all |= distance
            numbers.append(distance)
            previous = value
        }
        header.coding = BlockCoding.differences.rawValue
        // A block of width 0 is a constant one, and this one is not.
        header.width = UInt8(max(1, 64 - all.leadingZeroBitCount))
    }

    /// As decimals or Floats where that is exact and narrower, else as the bits of Doubles.
    private mutating func encodeNumbers(_ values: [Int64], _ present: [Int64]) {
        func number(_ bits: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: bits)) }
        func isMissing(_ bits: Int64) -> Bool {
            header.missing == 1 && bits == PackedColumn.missing
        }
        let doubles = present.map { NumberBits.ordered(number($0)) }
        var range = BlockRange(doubles, isScaled: false)
        var coded = values.map { isMissing($0) ? $0 : NumberBits.ordered(number($0)) }
        var coding = BlockCoding.doubles
        if range.top > 0 {
            if present.allSatisfy({ bits in
                Double(Float(number(bits))).bitPattern == number(bits).bitPattern
            }) {
                coded = values.map { isMissing($0) ? $0 : NumberBits.ordered(Float(number($0))) }
                range = BlockRange(
                    present.map { NumberBits.ordered(Float(number($0))) }, isScaled: false)
                coding = .floats
            }
            if let (digits, scaled) = BlockEncoder.decimals(present) {
                let decimal = BlockRange(scaled)
                if decimal.top / decimal.scale <= range.top {
                    var next = 0
                    coded = values.map { bits in
                        guard !isMissing(bits) else { return bits }
                        next += 1
                        return scaled[next - 1]
                    }
                    range = decimal
                    coding = .decimals(digits: digits)
                }
            }
        }
        header.coding = coding.rawValue
        encodeIntegers(coded, range)
    }

    /// The fewest digits after the point with which every number is exact, and the integers.
    private static func decimals(_ present: [Int64]) -> (digits: Int, scaled: [Int64])? {
        for digits in 0...BlockCoding.digitLimit {
            let power = NumberBits.power(digits)
            var scaled: [Int64] = []
            scaled.reserveCapacity(present.count)
            for bits in present {
                let number = Double(bitPattern: UInt64(bitPattern: bits))
                guard let integer = NumberBits.scaled(number, power) else { break }
                scaled.append(integer)
            }
            if scaled.count == present.count { return (digits, scaled) }
        }
        return nil
    }
}

/// The smallest value, the largest less the smallest, and what all distances are multiples of.
private struct BlockRange {
    var base: Int64
    var top: UInt64
    /// From 1 to 2^32 - 1.
    var scale: UInt64 = 1

    init(_ values: [Int64], isScaled: Bool = true) {
        var (low, high) = (values.first ?? 0, values.first ?? 0)
        for value in values {
            low = min(low, value)
            high = max(high, value)
        }
        base = low
        top = UInt64(bitPattern: high &- low)
        guard isScaled, top > 1 else { return }
        var common = top
        for value in values where common > 1 {
            let distance = UInt64(bitPattern: value &- low)
            if distance % common != 0 { common = BlockRange.divisor(distance, common) }
        }
        if common <= UInt64(UInt32.max) { scale = common }
    }

    private static func divisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }
}
