// SPDX-License-Identifier: Apache-2.0

/// How the numbers of a packed block stand for values.
///
/// Raw values are written to disk; never renumber.
enum BlockCoding: Equatable {
    /// `base + scale * number`.
    case integers
    /// Each number is the distance to the row before; every 128 rows begin anew from a stated value.
    case differences
    /// `base + number` is the bits of a Float in the order of its values.
    case floats
    /// `base + number` is the bits of a Double in the order of its values.
    case doubles
    /// `(base + scale * number) / 10^digits`.
    case decimals(digits: Int)

    /// Decimal digits after the point that are tried.
    static let digitLimit = 9

    init?(rawValue: UInt8) {
        switch rawValue {
        case 0: self = .integers
        case 1: self = .differences
        case 2: self = .floats
        case 3: self = .doubles
        case 16...16 + UInt8(BlockCoding.digitLimit): self = .decimals(digits: Int(rawValue) - 16)
        default: return nil
        }
    }

    var rawValue: UInt8 {
        switch self {
        case .integers: 0
        case .differences: 1
        case .floats: 2
        case .doubles: 3
        case .decimals(let digits): 16 + UInt8(digits)
        }
    }
}

/// What is said of one block of up to 1,024 rows, in 32 bytes behind the column's blocks.
///
///     base (8)  top (8)  offset (4)  scale (4)  width (1)  coding (1)  missing (1)  zero (5)
struct PackedHeader: Equatable {
    static let length = 32

    /// The smallest value, before the last step of the coding.
    var base: Int64 = 0
    /// The largest value less `base`.
    var top: UInt64 = 0
    /// Where the block begins, in words of 8 bytes from the start of the column.
    var offset: UInt32 = 0
    var scale: UInt32 = 1
    /// Bits of each number; 0 where all are the same.
    var width: UInt8 = 0
    /// See `BlockCoding`.
    var coding: UInt8 = 0
    /// 0 if every row has a value, 2 if none has, 1 if some have.
    ///
    /// In the last case number 0 is a row without, and the others are one higher than they would be.
    var missing: UInt8 = 0

    init() {}

    /// Reads 32 bytes.
    init(at place: UnsafeRawPointer) {
        base = place.loadUnaligned(as: Int64.self)
        top = place.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        offset = place.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        scale = place.loadUnaligned(fromByteOffset: 20, as: UInt32.self)
        width = place.load(fromByteOffset: 24, as: UInt8.self)
        coding = place.load(fromByteOffset: 25, as: UInt8.self)
        missing = place.load(fromByteOffset: 26, as: UInt8.self)
    }

    func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: base) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: top) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: offset) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: scale) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: [width, coding, missing, 0, 0, 0, 0, 0])
    }
}

/// Doubles as integers in the same order, and as decimals where that is exact.
enum NumberBits {
    /// In the order of the values, -0 before 0.
    @inline(__always)
    static func ordered(_ number: Double) -> Int64 {
        let bits = Int64(bitPattern: number.bitPattern)
        return bits ^ ((bits >> 63) & .max)
    }

    @inline(__always)
    static func double(_ ordered: Int64) -> Double {
        Double(bitPattern: UInt64(bitPattern: ordered ^ ((ordered >> 63) & .max)))
    }

    @inline(__always)
    static func ordered(_ number: Float) -> Int64 {
        let bits = Int32(bitPattern: number.bitPattern)
        return Int64(bits ^ ((bits >> 31) & .max))
    }

    @inline(__always)
    static func float(_ ordered: Int64) -> Double {
        let bits = Int32(truncatingIfNeeded: ordered)
        return Double(Float(bitPattern: UInt32(bitPattern: bits ^ ((bits >> 31) & .max))))
    }

    /// Powers of ten are exact as Doubles far beyond the digits used here.
    static func power(_ digits: Int) -> Double {
        var power = 1.0
        for _ in 0..<digits { power *= 10 }
        return power
    }

    /// The integer that, divided by the power, gives the number back bit for bit; nil if none does.
    @inline(__always)
    static func scaled(_ number: Double, _ power: Double) -> Int64? {
        let scaled = (number * power).rounded()
        guard abs(scaled) <= 9_007_199_254_740_992,
            (scaled / power).bitPattern == number.bitPattern
        else { return nil }
        return Int64(scaled)
    }
}
