// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics
import Testing

@testable import Timelines

@Suite("Packed columns")
struct PackedColumnTests {
    /// A column of values as it would be read from a file.
    private func packed(_ values: [Int64], _ content: ColumnContent, cuts: Int = 1) -> PackedColumn?
    {
        var encoder = ColumnEncoder(content)
        let piece = max(1, values.count / cuts)
        for first in stride(from: 0, to: values.count, by: piece) {
            encoder.append(values[first..<min(first + piece, values.count)])
        }
        let (encoding, bytes) = encoder.finish()
        return PackedMemory(bytes).column(count: values.count, isConstant: encoding == .constant)
    }

    private func expectEqual(
        _ values: [Int64], _ content: ColumnContent, _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let column = try #require(packed(values, content), comment, sourceLocation: sourceLocation)
        let single = values.indices.map { column[$0] }
        #expect(single == values, comment, sourceLocation: sourceLocation)
        var whole = [Int64](repeating: 7, count: values.count)
        whole.withUnsafeMutableBufferPointer {
            if let start = $0.baseAddress { column.decode64(0..<values.count, into: start) }
        }
        #expect(whole == values, comment, sourceLocation: sourceLocation)
        var narrow = [UInt32](repeating: 7, count: values.count)
        narrow.withUnsafeMutableBufferPointer {
            if let start = $0.baseAddress { column.decode32(0..<values.count, into: start) }
        }
        let expected = values.map { UInt32(truncatingIfNeeded: $0) }
        #expect(narrow == expected, comment, sourceLocation: sourceLocation)
        let (first, end) = (values.count / 3, values.count - values.count / 5)
        narrow.withUnsafeMutableBufferPointer {
            if let start = $0.baseAddress { column.decode32(first..<end, into: start) }
        }
        #expect(narrow[..<(end - first)] == expected[first..<end], comment)
        whole.withUnsafeMutableBufferPointer {
            if let start = $0.baseAddress { column.decode64(first..<end, into: start) }
        }
        #expect(whole[..<(end - first)] == values[first..<end], comment)
    }

    @Test("every width gives the numbers back, one by one and all at once", arguments: 0...64)
    func widths(width: Int) throws {
        var random = SeededRandom(seed: UInt64(width))
        for count in [1, 2, 127, 128, 129, 1023, 1024, 1300] {
            let values = (0..<count).map { _ in
                Int64(bitPattern: width == 0 ? 5 : random.next() >> UInt64(64 - width))
            }
            try expectEqual(values, .integers, "\(count) numbers of \(width) bits")
        }
    }

    @Test("missing values, scales, negative numbers and constants come back", arguments: 0..<30)
    func integers(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let scale = [1, 2, 1440, 1_000_003, 1 << 40][random.below(5)]
        let range = [1, 2, 100, 1 << 20][random.below(4)]
        let share = [0, 0.1, 0.9, 1][random.below(4)]
        let values = (0..<random.below(3000) + 1).map { _ in
            random.chance(share)
                ? PackedColumn.missing : Int64(random.below(range) * scale) - Int64(scale * 3)
        }
        try expectEqual(values, .optionalIntegers, "seed \(seed)")
        let column = try #require(packed(values, .optionalIntegers))
        let bounds = column.valueBounds(areNumbers: false)
        #expect(bounds.lowerBound == values.min() && bounds.upperBound == values.max())
    }

    @Test("subjects in ascending order come back, in few bits", arguments: 0..<30)
    func ascending(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let gap = [1, 3, 300, 1 << 22][random.below(4)]
        var last = 0
        let values = (0..<random.below(4000) + 1).map { _ in
            last = min(last + random.below(gap), Int(UInt32.max) - 1)
            return Int64(last)
        }
        try expectEqual(values, .ascending, "seed \(seed)")
    }

    @Test("numbers come back bit for bit, and a block's bounds hold", arguments: 0..<40)
    func numbers(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let special = [
            -0.0, 0, .infinity, -.infinity, .nan, Double.leastNonzeroMagnitude, 1e300, 0.1 + 0.2,
            1 / 3,
        ]
        let digits = NumberBits.power(random.below(8))
        let values = (0..<random.below(2500) + 1).map { _ -> Double in
            switch seed % 4 {
            case 0: Double(random.below(100_000) - 50_000) / digits
            case 1: Double(Float(random.below(1000)) / 7 - 20)
            case 2: random.chance(0.01) ? special[random.below(special.count)] : 1.5
            default: Double(random.next() >> 11) / 9_007_199_254_740_992
            }
        }
        let bits = values.map { Int64(bitPattern: $0.bitPattern) }
        try expectEqual(bits, .numbers, "seed \(seed)")
        let column = try #require(packed(bits, .numbers))
        for block in 0..<column.blockCount {
            let own = values[column.rows(ofBlock: block)]
            guard let bounds = column.numberBounds(ofBlock: block) else {
                #expect(own.contains { $0.isNaN })
                continue
            }
            #expect(own.allSatisfy { $0.isNaN || bounds.contains($0) })
        }
    }

    @Test("decimals take the bits of their integers, constants none")
    func sizes() {
        func size(_ values: [Double]) -> Int {
            var encoder = ColumnEncoder(.numbers)
            encoder.append(values.map { Int64(bitPattern: $0.bitPattern) })
            return encoder.finish().bytes.count
        }
        #expect(size((0..<1024).map { Double($0) / 10 }) == 1280 + 32)
        #expect(size([Double](repeating: 1.0 / 3, count: 5000)) == 32)
    }

    @Test("how a column is cut into pieces does not show in its bytes", arguments: 1..<12)
    func pieces(cuts: Int) {
        var random = SeededRandom(seed: 9)
        let values = (0..<5000).map { _ in Int64(random.below(1000)) }
        var whole = ColumnEncoder(.integers)
        whole.append(values)
        var pieces = ColumnEncoder(.integers)
        for first in stride(from: 0, to: values.count, by: values.count / cuts) {
            pieces.append(values[first..<min(first + values.count / cuts, values.count)])
        }
        #expect(whole.finish().bytes == pieces.finish().bytes)
    }

    @Test("a column of any bytes is read without leaving them", arguments: 0..<300)
    func forged(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = random.below(3000) + 1
        var encoder = ColumnEncoder([.integers, .ascending, .numbers][random.below(3)])
        encoder.append((0..<count).map { Int64($0 * 7) })
        var bytes = encoder.finish().bytes
        let headers = (count + 1023) / 1024 * PackedHeader.length
        for _ in 0..<random.below(8) {
            let at = bytes.count - headers + random.below(headers)
            bytes[at] = [0, 1, 0x40, 0x7F, 0xFF, UInt8(random.below(256))][random.below(6)]
        }
        guard let column = PackedMemory(bytes).column(count: count, isConstant: false) else {
            Issue.record("the headers fit")
            return
        }
        var room = [Int64](repeating: 0, count: count)
        room.withUnsafeMutableBufferPointer {
            if let start = $0.baseAddress { column.decode64(0..<count, into: start) }
        }
        for row in stride(from: 0, to: count, by: 13) { _ = column[row] }
        _ = column.valueBounds(areNumbers: true)
        for block in 0..<column.blockCount { _ = column.bounds(ofBlock: block) }
    }
}
