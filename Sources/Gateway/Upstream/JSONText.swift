// SPDX-License-Identifier: Apache-2.0

/// Reads single values of JSON from the bytes between two positions.
enum JSONText {
    /// A whole number; nil for a fraction, an exponent, or what doesn't fit.
    static func integer(_ bytes: [UInt8], _ range: Range<Int>?) -> Int? {
        guard let range, !range.isEmpty else { return nil }
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        var number = 0
        for byte in bytes[range].dropFirst(isNegative ? 1 : 0) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, more) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflow, !more else { return nil }
            number = sum
        }
        return isNegative ? -number : number
    }

    /// Whether the value is `true`.
    static func isTrue(_ bytes: [UInt8], _ range: Range<Int>?) -> Bool {
        range.map { equals(bytes[$0], "true") } ?? false
    }

    /// Whether there is no value, or `null`.
    static func isNull(_ bytes: [UInt8], _ range: Range<Int>?) -> Bool {
        range.map { equals(bytes[$0], "null") } ?? true
    }

    /// A text, its escapes undone; nil for any other value.
    static func string(_ bytes: [UInt8], _ range: Range<Int>?) -> String? {
        guard let range, range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "\"") else {
            return nil
        }
        let inner = bytes[range.lowerBound + 1..<range.upperBound - 1]
        guard inner.contains(UInt8(ascii: "\\")) else {
            return String(decoding: inner, as: UTF8.self)
        }
        return String(decoding: decoded(Array(inner)), as: UTF8.self)
    }

    /// A text as JSON, with the fewest escapes.
    static func quoted(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += "\\u00".utf8
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return bytes
    }

    /// Whether bytes spell a word.
    static func equals(_ bytes: some Collection<UInt8>, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { bytes.elementsEqual($0) }
    }

    static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    static func hexValue(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(digit - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The bytes a string's inside stands for.
    ///
    /// - Parameter spelled: valid by `JSONScanner`.
    static func decoded(_ spelled: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var position = 0
        while position < spelled.count {
            let byte = spelled[position]
            position += 1
            guard byte == UInt8(ascii: "\\"), position < spelled.count else {
                bytes.append(byte)
                continue
            }
            let letter = spelled[position]
            position += 1
            switch letter {
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                bytes += String(scalar(spelled, &position)).utf8
            default: bytes.append(letter)
            }
        }
        return bytes
    }

    /// The character behind `\u`, of two escapes where they are a pair.
    private static func scalar(_ spelled: [UInt8], _ position: inout Int) -> Character {
        let high = unit(spelled, position)
        position += 4
        guard (0xD800..<0xDC00).contains(high) else {
            return Character(Unicode.Scalar(high) ?? "\u{FFFD}")
        }
        guard position + 6 <= spelled.count, spelled[position] == UInt8(ascii: "\\"),
            spelled[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let low = unit(spelled, position + 2)
        guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
        position += 6
        let value = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        return Character(Unicode.Scalar(value) ?? "\u{FFFD}")
    }

    private static func unit(_ spelled: [UInt8], _ start: Int) -> UInt32 {
        guard start + 4 <= spelled.count else { return 0xFFFD }
        return spelled[start..<start + 4].reduce(0) { $0 << 4 | (hexValue($1) ?? 0) }
    }
}
