// SPDX-License-Identifier: Apache-2.0

/// A run of bytes inside the reading buffer: a string of the source before it becomes a `String`.
///
/// Valid only until the buffer it was cut from is filled again, so it is never stored beyond the
/// resource it belongs to. Every access is checked against `count`.
struct ByteText {
    private let start: UnsafePointer<UInt8>
    let count: Int

    init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    /// A constant of the program, for comparisons and tables.
    init(_ constant: StaticString) {
        start = constant.utf8Start
        count = constant.utf8CodeUnitCount
    }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "byte outside its text")
        return start[index]
    }

    /// The bytes from `lower` up to `upper`; both are checked.
    func part(_ lower: Int, _ upper: Int) -> ByteText {
        precondition(lower >= 0 && lower <= upper && upper <= count, "part outside its text")
        return ByteText(start: start + lower, count: upper - lower)
    }

    @inline(__always)
    static func == (left: ByteText, right: StaticString) -> Bool {
        left.count == right.utf8CodeUnitCount
            && Bytes.areEqual(left.start, right.utf8Start, left.count)
    }

    func hasPrefix(_ prefix: StaticString) -> Bool {
        count >= prefix.utf8CodeUnitCount
            && Bytes.areEqual(start, prefix.utf8Start, prefix.utf8CodeUnitCount)
    }

    /// The text as a `String`; the scanner has checked that it is UTF-8.
    var string: String {
        String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// Appends the bytes to an arena.
    func append(to arena: inout [UInt8]) {
        arena.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }

    /// Whether the bytes are those of the arena from `offset` on.
    func isEqual(to arena: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, offset + count <= arena.count else { return false }
        return arena.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return count == 0 }
            return Bytes.areEqual(start, base + offset, count)
        }
    }

    /// A fast mixing hash for tables in memory; its values are never stored.
    func hash(seed: UInt64) -> UInt64 {
        var state = seed ^ (UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
        let raw = UnsafeRawPointer(start)
        var offset = 0
        while offset &+ 8 <= count {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
            state ^= state >> 32
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < count {
            tail = tail << 8 | UInt64(start[offset])
            offset &+= 1
        }
        state = (state ^ tail) &* 0xC4CE_B9FE_1A85_EC53
        return state ^ (state >> 29)
    }
}

/// Comparison of raw bytes.
enum Bytes {
    @inline(__always)
    static func areEqual(
        _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        var index = 0
        while index &+ 8 <= count {
            let one = UnsafeRawPointer(left).loadUnaligned(
                fromByteOffset: index, as: UInt64.self)
            let other = UnsafeRawPointer(right).loadUnaligned(
                fromByteOffset: index, as: UInt64.self)
            if one != other { return false }
            index &+= 8
        }
        while index < count {
            if left[index] != right[index] { return false }
            index &+= 1
        }
        return true
    }
}
