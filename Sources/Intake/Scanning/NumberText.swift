// SPDX-License-Identifier: Apache-2.0

/// Numbers of JSON as `Double`, correctly rounded.
enum NumberText {
    /// The powers of ten that fit into 64 bits.
    private static let powers: [UInt64] = (0...19).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// The value of a text that has passed the JSON grammar; nil beyond the range of `Double`.
    ///
    /// Up to 19 digits without an exponent are one division of whole numbers, rounded once; all
    /// others take the standard library's way.
    static func double(_ text: ByteText) -> Double? {
        var mantissa: UInt64 = 0
        var digits = 0
        var decimals = 0
        var isFraction = false
        let isNegative = text[0] == UInt8(ascii: "-")
        var index = isNegative ? 1 : 0
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: ".") {
                isFraction = true
                continue
            }
            guard byte &- 0x30 < 10, digits < 19 else { return slow(text) }
            mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
            digits += 1
            if isFraction { decimals += 1 }
        }
        let magnitude = quotient(mantissa, powers[decimals])
        return isNegative ? -magnitude : magnitude
    }

    /// The quotient of two whole numbers, rounded to the nearest `Double`, halves to even.
    private static func quotient(_ dividend: UInt64, _ divisor: UInt64) -> Double {
        // Both exact, so the one division is rounded correctly (Clinger, PLDI 1990).
        if dividend <= 1 << 53, divisor <= 1 << 53 { return Double(dividend) / Double(divisor) }
        let shift = dividend.leadingZeroBitCount
        let scale = divisor.leadingZeroBitCount
        let (above, below) = (dividend << shift, divisor << scale)
        // Halved where needed, the quotient has its highest bit at 63: 53 bits to keep, 11 to round.
        let isHalved = above >= below
        let (quotient, remainder) = below.dividingFullWidth(
            isHalved ? (above >> 1, above << 63) : (above, 0))
        var kept = quotient >> 11
        let rest = quotient & 0x7FF
        if rest > 0x400 || rest == 0x400 && (remainder > 0 || kept & 1 == 1) { kept += 1 }
        let exponent = scale - shift - (isHalved ? 63 : 64) + 11
        return Double(kept) * Double(bitPattern: UInt64(1023 + exponent) << 52)
    }

    private static func slow(_ text: ByteText) -> Double? {
        guard let value = Double(text.string), value.isFinite else { return nil }
        return value
    }
}
