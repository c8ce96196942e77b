// SPDX-License-Identifier: Apache-2.0

/// Numbers of a table's fields.
enum OMOPNumber {
    /// A whole number, also written with a fraction of zeros or an exponent; nil otherwise.
    static func integer(_ text: ByteText) -> Int64? {
        var at = 0
        var isNegative = false
        if text.count > 0, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
            isNegative = text[0] == UInt8(ascii: "-")
            at = 1
        }
        guard at < text.count else { return nil }
        var value: Int64 = 0
        let firstDigit = at
        while at < text.count {
            let digit = text[at] &- 0x30
            guard digit < 10 else { break }
            if at - firstDigit < 18 {
                value = value &* 10 &+ Int64(digit)
            } else {
                let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
                let (sum, overflow) = tens.addingReportingOverflow(Int64(digit))
                guard !tooLarge, !overflow else { return nil }
                value = sum
            }
            at += 1
        }
        let whole = isNegative ? -value : value
        if at == text.count { return whole }
        guard at > firstDigit else { return nil }
        if text[at] == UInt8(ascii: ".") {
            var zero = at + 1
            while zero < text.count, text[zero] == 0x30 { zero += 1 }
            if zero == text.count { return whole }
        }
        guard let double = decimal(text), double.magnitude < 9_007_199_254_740_992 else {
            return nil
        }
        return Int64(exactly: double)
    }

    /// A finite number; nil otherwise.
    static func decimal(_ text: ByteText) -> Double? {
        guard text.count > 0 else { return nil }
        var digits = 0
        for index in 0..<text.count {
            switch text[index] {
            case 0x30...0x39: digits += 1
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                break
            default: return nil
            }
        }
        guard digits > 0 else { return nil }
        if digits == text.count || isPlain(text) { return NumberText.double(text) }
        guard let value = Double(text.string), value.isFinite else { return nil }
        return value
    }

    /// An optional minus, digits, and perhaps one point and more digits.
    private static func isPlain(_ text: ByteText) -> Bool {
        var points = 0
        for index in 0..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                points += 1
            } else if byte == UInt8(ascii: "-") {
                if index > 0 { return false }
            } else if byte &- 0x30 >= 10 {
                return false
            }
        }
        return points <= 1 && text[text.count - 1] != UInt8(ascii: ".")
            && text[0] != UInt8(ascii: ".")
    }
}
