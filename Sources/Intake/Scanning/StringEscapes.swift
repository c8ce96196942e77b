// SPDX-License-Identifier: Apache-2.0

/// What a JSON string may hold besides plain ASCII: escapes and UTF-8, off the fast path.
///
/// All functions rely on the scanner's memory promise: a byte below 0x20 at `end`.
enum StringEscapes {
    /// Checks the escape or UTF-8 sequence at `index` and returns the index after it.
    static func pass(
        _ base: UnsafeMutablePointer<UInt8>, _ index: Int, _ end: Int, _ hasEscapes: inout Bool
    ) throws(JSONFault) -> Int {
        let byte = base[index]
        if byte >= 0x80 { return try passUTF8(base, index, end) }
        guard byte == UInt8(ascii: "\\") else {
            throw index >= end ? .ended : .controlCharacter
        }
        hasEscapes = true
        switch base[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case UInt8(ascii: "u"):
            return try passUnicode(base, index, end)
        default:
            throw index + 1 >= end ? .ended : .badEscape
        }
    }

    /// A `\uXXXX`, or a pair of them for a surrogate pair; a lone surrogate is refused.
    private static func passUnicode(
        _ base: UnsafeMutablePointer<UInt8>, _ index: Int, _ end: Int
    ) throws(JSONFault) -> Int {
        let unit = try hex(base, index + 2, end)
        guard unit & 0xF800 == 0xD800 else { return index + 6 }
        guard unit < 0xDC00 else { throw .badEscape }
        for (offset, expected) in [(6, UInt8(ascii: "\\")), (7, UInt8(ascii: "u"))]
        where base[index + offset] != expected {
            throw index + offset >= end ? .ended : .badEscape
        }
        guard try hex(base, index + 8, end) & 0xFC00 == 0xDC00 else { throw .badEscape }
        return index + 12
    }

    private static func hex(
        _ base: UnsafeMutablePointer<UInt8>, _ index: Int, _ end: Int
    ) throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = digit(base[index + offset]) else {
                throw index + offset >= end ? .ended : .badEscape
            }
            value = value << 4 | digit
        }
        return value
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 0x41 + 10
        default: nil
        }
    }

    /// One sequence of well-formed UTF-8 (Unicode 15, table 3-7); returns the index after it.
    private static func passUTF8(
        _ base: UnsafeMutablePointer<UInt8>, _ index: Int, _ end: Int
    ) throws(JSONFault) -> Int {
        let lead = base[index]
        let length: Int
        var range: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, range) = (3, 0xA0...0xBF)
        case 0xED: (length, range) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, range) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, range) = (4, 0x80...0x8F)
        default: throw .notUTF8
        }
        for offset in 1..<length {
            guard range.contains(base[index + offset]) else {
                throw index + offset >= end ? .ended : .notUTF8
            }
            range = 0x80...0xBF
        }
        return index + length
    }

    /// Replaces the escapes of `base[start..<stop]` in place and returns the new count.
    ///
    /// The string has passed `pass`, so every escape is whole.
    static func unescape(_ base: UnsafeMutablePointer<UInt8>, _ start: Int, _ stop: Int) -> Int {
        var from = start
        var to = start
        while from < stop {
            let byte = base[from]
            guard byte == UInt8(ascii: "\\") else {
                base[to] = byte
                (from, to) = (from + 1, to + 1)
                continue
            }
            let mark = base[from + 1]
            guard mark == UInt8(ascii: "u") else {
                base[to] = plain(mark)
                (from, to) = (from + 2, to + 1)
                continue
            }
            var scalar = fourDigits(base, from + 2)
            from += 6
            if scalar & 0xFC00 == 0xD800 {
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + (fourDigits(base, from + 2) & 0x3FF)
                from += 6
            }
            to = write(scalar, base, to)
        }
        return to - start
    }

    private static func plain(_ mark: UInt8) -> UInt8 {
        switch mark {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: mark
        }
    }

    private static func fourDigits(_ base: UnsafeMutablePointer<UInt8>, _ index: Int) -> UInt32 {
        (0..<4).reduce(UInt32(0)) { $0 << 4 | (digit(base[index + $1]) ?? 0) }
    }

    private static func write(
        _ scalar: UInt32, _ base: UnsafeMutablePointer<UInt8>, _ index: Int
    ) -> Int {
        var to = index
        func put(_ value: UInt32) {
            base[to] = UInt8(truncatingIfNeeded: value)
            to += 1
        }
        switch scalar {
        case 0..<0x80:
            put(scalar)
        case 0x80..<0x800:
            put(0xC0 | scalar >> 6)
            put(0x80 | scalar & 0x3F)
        case 0x800..<0x10000:
            put(0xE0 | scalar >> 12)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        default:
            put(0xF0 | scalar >> 18)
            put(0x80 | scalar >> 12 & 0x3F)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        }
        return to
    }
}
