// SPDX-License-Identifier: Apache-2.0

/// Numbers of JSON as `Double`, correctly rounded.
enum NumberText {
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// The value of a text that has passed the JSON grammar; nil beyond the range of `Double`.
    ///
    /// Up to 15 digits without an exponent are exact in one division (Clinger, PLDI 1990); all
    /// others take the standard library's way.
    static func double(_ text: ByteText) -> Double? {
        var mantissa: Int64 = 0
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
            guard byte &- 0x30 < 10, digits < 15 else { return slow(text) }
            mantissa = mantissa &* 10 &+ Int64(byte &- 0x30)
            digits += 1
            if isFraction { decimals += 1 }
        }
        let magnitude = Double(mantissa) / powers[decimals]
        return isNegative ? -magnitude : magnitude
    }

    private static func slow(_ text: ByteText) -> Double? {
        guard let value = Double(text.string), value.isFinite else { return nil }
        return value
    }
}
