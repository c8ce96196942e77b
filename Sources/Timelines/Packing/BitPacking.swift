// SPDX-License-Identifier: Apache-2.0

/// Numbers of one width, packed without gaps: the lowest layer of a packed column.
///
/// Widths up to 32 bits lie in groups of 128 numbers over four lanes, so that four are unpacked at
/// a time with the same shifts: number `i` of a group is in lane `i % 4`. The numbers after the
/// last full group, and all numbers of wider widths, lie one behind the other. Layout of the lanes
/// as in Lemire and Boytsov, "Decoding billions of integers per second through vectorization",
/// 2015 (SIMD-BP128).
///
/// Callers check that `size` bytes are there, and that 16 more may be read behind them.
enum BitPacking {
    /// Numbers of one group.
    static let groupRows = 128

    /// Bytes so many numbers take, a multiple of 8.
    static func size(width: Int, rows: Int) -> Int {
        if width > 32 { return (rows * width + 63) / 64 * 8 }
        return rows / groupRows * 16 * width + (rows % groupRows * width + 63) / 64 * 8
    }

    /// The number at an index; the width is from 1 to 64.
    @inline(__always)
    static func number(
        _ source: UnsafeRawPointer, width: Int, rows: Int, at index: Int
    ) -> UInt64 {
        if width > 32 { return field(source, width: width, at: index) }
        let group = index >> 7
        let place = source + group * 16 * width
        if (group + 1) * groupRows > rows { return field(place, width: width, at: index & 127) }
        let bit = ((index & 127) >> 2) * width
        let word = place + (bit >> 5) * 16 + (index & 3) * 4
        let both =
            UInt64(word.loadUnaligned(as: UInt32.self))
            | UInt64((word + 16).loadUnaligned(as: UInt32.self)) << 32
        return (both &>> UInt64(bit & 31)) & mask(width)
    }

    /// All bits of numbers of a width.
    @inline(__always)
    static func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 &<< UInt64(width)) &- 1 }

    /// The number at an index of numbers that lie one behind the other.
    @inline(__always)
    private static func field(_ source: UnsafeRawPointer, width: Int, at index: Int) -> UInt64 {
        let bit = index * width
        let shift = UInt64(bit & 7)
        let place = source + (bit >> 3)
        var number = place.loadUnaligned(as: UInt64.self) &>> shift
        if width > 57 && shift > 0 {
            number |= UInt64((place + 8).loadUnaligned(as: UInt8.self)) &<< (64 - shift)
        }
        return number & mask(width)
    }

    /// Unpacks numbers of up to 32 bits as `base + scale * number`, wrapping around.
    static func unpack(
        _ source: UnsafeRawPointer, width: Int, rows: Int, scale: UInt32 = 1, base: UInt32 = 0,
        into target: UnsafeMutablePointer<UInt32>
    ) {
        let full = rows / groupRows
        let (scales, bases) = (SIMD4(repeating: scale), SIMD4(repeating: base))
        for group in 0..<full {
            let (from, to) = (source + group * 16 * width, target + group * groupRows)
            if scale == 1 {
                unpackGroup(from, width: width, into: to) { $0 &+ bases }
            } else {
                unpackGroup(from, width: width, into: to) { $0 &* scales &+ bases }
            }
        }
        let rest = source + full * 16 * width
        for row in full * groupRows..<rows {
            let number = field(rest, width: width, at: row - full * groupRows)
            target[row] = UInt32(truncatingIfNeeded: number) &* scale &+ base
        }
    }

    /// Unpacks the distances of full groups and adds them up, each group from a value of its own.
    ///
    /// - Parameter firsts: 32-bit values the groups begin with, less `base`.
    static func unpackSums(
        _ source: UnsafeRawPointer, width: Int, groups: Int, firsts: UnsafeRawPointer,
        base: UInt32, into target: UnsafeMutablePointer<UInt32>
    ) {
        for group in 0..<groups {
            let first = firsts.loadUnaligned(fromByteOffset: group * 4, as: UInt32.self)
            var last = SIMD4(repeating: base &+ first)
            let zero = SIMD4<UInt32>()
            unpackGroup(
                source + group * 16 * width, width: width, into: target + group * groupRows
            ) { four in
                // Sums within the four, then what came before them.
                let pairs = four &+ SIMD4(zero.x, four.x, four.y, four.z)
                let sums = pairs &+ SIMD4(zero.x, zero.y, pairs.x, pairs.y) &+ last
                last = SIMD4(repeating: sums.w)
                return sums
            }
        }
    }

    @inline(__always)
    private static func unpackGroup(
        _ source: UnsafeRawPointer, width: Int, into target: UnsafeMutablePointer<UInt32>,
        _ finish: (SIMD4<UInt32>) -> SIMD4<UInt32>
    ) {
        let mask = SIMD4(repeating: UInt32(truncatingIfNeeded: mask(width)))
        let target = UnsafeMutableRawPointer(target)
        var bit = 0
        for step in 0..<groupRows / 4 {
            let word = source + (bit >> 5) * 16
            let shift = UInt32(truncatingIfNeeded: bit & 31)
            var four = word.loadUnaligned(as: SIMD4<UInt32>.self) &>> SIMD4(repeating: shift)
            if Int(shift) + width > 32 {
                four |=
                    (word + 16).loadUnaligned(as: SIMD4<UInt32>.self)
                    &<< SIMD4(repeating: 32 &- shift)
            }
            target.storeBytes(
                of: finish(four & mask), toByteOffset: step * 16, as: SIMD4<UInt32>.self)
            bit &+= width
        }
    }

    /// Appends numbers of a width; a multiple of 8 bytes.
    static func pack(_ numbers: [UInt64], width: Int, into bytes: inout [UInt8]) {
        guard width > 0 else { return }
        let full = width > 32 ? 0 : numbers.count / groupRows
        var words = [UInt32](repeating: 0, count: full * 4 * width)
        for index in 0..<full * groupRows {
            let bit = ((index & 127) >> 2) * width
            let word = (index >> 7) * 4 * width + (bit >> 5) * 4 + (index & 3)
            let shift = UInt64(bit & 31)
            let both = numbers[index] << shift
            words[word] |= UInt32(truncatingIfNeeded: both)
            if Int(shift) + width > 32 { words[word + 4] |= UInt32(truncatingIfNeeded: both >> 32) }
        }
        words.withUnsafeBytes { bytes.append(contentsOf: $0) }
        var rest: [UInt64] = []
        var gathered: UInt64 = 0
        var used = 0
        for index in full * groupRows..<numbers.count {
            gathered |= numbers[index] << UInt64(used)
            used += width
            if used >= 64 {
                rest.append(gathered)
                used -= 64
                gathered = used > 0 ? numbers[index] >> UInt64(width - used) : 0
            }
        }
        if used > 0 { rest.append(gathered) }
        rest.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
}
