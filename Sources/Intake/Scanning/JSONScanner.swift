// SPDX-License-Identifier: Apache-2.0

/// A pull scanner over JSON bytes: the caller asks for what it expects and skips the rest.
///
/// It validates all it passes, also what it skips: grammar, escapes, surrogates, UTF-8 and depth.
/// A value of another type than asked for is skipped and answered with nil, so that a wrong type
/// reads like an absent field. Strings are unescaped in place, which never needs more room; a text
/// can therefore be scanned only once after `string()` has been called in it.
///
/// Memory: the byte at `end` must be readable and below 0x20 (a newline or zero), and eight more
/// bytes must be readable after it. No token contains such a byte, so every loop stops there
/// without checking bounds.
struct JSONScanner {
    /// Deepest nesting of objects and arrays.
    static let depthLimit = 128

    private let base: UnsafeMutablePointer<UInt8>
    private let end: Int
    private var position: Int
    private var depth = 0
    /// Just inside a `{` or `[`: no comma is due.
    private var isFresh = false
    private let fields = FieldTable.shared

    /// Scans `base[start..<end]`; see the type for what must lie beyond.
    init(base: UnsafeMutablePointer<UInt8>, start: Int, end: Int) {
        self.base = base
        self.end = end
        position = start
    }

    // MARK: Structure

    /// Whether anything but white space is left.
    mutating func isAtEnd() -> Bool {
        skipSpace()
        return position >= end
    }

    /// Whether the next value is an object.
    mutating func isAtObject() -> Bool {
        skipSpace()
        return base[position] == UInt8(ascii: "{")
    }

    mutating func isAtArray() -> Bool {
        skipSpace()
        return base[position] == UInt8(ascii: "[")
    }

    /// Enters an object; a value of another type is skipped and answered with false.
    mutating func enterObject() throws(JSONFault) -> Bool {
        try enter(UInt8(ascii: "{"))
    }

    /// Enters an array; a value of another type is skipped and answered with false.
    mutating func enterArray() throws(JSONFault) -> Bool {
        try enter(UInt8(ascii: "["))
    }

    private mutating func enter(_ opening: UInt8) throws(JSONFault) -> Bool {
        skipSpace()
        guard base[position] == opening else {
            try skipValue()
            return false
        }
        guard depth < JSONScanner.depthLimit else { throw .tooDeep }
        depth &+= 1
        position &+= 1
        isFresh = true
        return true
    }

    /// The next member's field, `.other` for a name not known; nil at the end of the object.
    ///
    /// A name written with escapes counts as not known.
    mutating func nextField() throws(JSONFault) -> Field? {
        guard try nextItem(closing: UInt8(ascii: "}")) else { return nil }
        guard base[position] == UInt8(ascii: "\"") else { throw fault() }
        let start = position &+ 1
        let stop = try endOfString(start)
        position = stop &+ 1
        skipSpace()
        guard base[position] == UInt8(ascii: ":") else { throw fault() }
        position &+= 1
        return fields.field(base + start, count: stop &- start)
    }

    /// Moves to the next element; false at the end of the array.
    mutating func nextElement() throws(JSONFault) -> Bool {
        try nextItem(closing: UInt8(ascii: "]"))
    }

    @inline(__always)
    private mutating func nextItem(closing: UInt8) throws(JSONFault) -> Bool {
        skipSpace()
        let byte = base[position]
        if byte == closing {
            position &+= 1
            depth &-= 1
            isFresh = false
            return false
        }
        if isFresh {
            isFresh = false
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw fault() }
        position &+= 1
        skipSpace()
        return true
    }

    /// The value of the top-level member `resourceType`, looked up without moving.
    mutating func peekResourceType() throws(JSONFault) -> ByteText? {
        let saved = (position, depth, isFresh)
        defer { (position, depth, isFresh) = saved }
        guard try enterObject() else { return nil }
        while let field = try nextField() {
            guard field == .resourceType else {
                try skipValue()
                continue
            }
            skipSpace()
            guard base[position] == UInt8(ascii: "\"") else { return nil }
            let start = position &+ 1
            return ByteText(start: base + start, count: try endOfString(start) &- start)
        }
        return nil
    }

    // MARK: Values

    /// A string, unescaped; nil for a value of another type, which is skipped.
    mutating func string() throws(JSONFault) -> ByteText? {
        skipSpace()
        guard base[position] == UInt8(ascii: "\"") else {
            try skipValue()
            return nil
        }
        let start = position &+ 1
        var hasEscapes = false
        let stop = try endOfString(start, &hasEscapes)
        position = stop &+ 1
        let count = hasEscapes ? StringEscapes.unescape(base, start, stop) : stop &- start
        return ByteText(start: base + start, count: count)
    }

    /// A finite number; nil for a value of another type or beyond the range of `Double`.
    mutating func number() throws(JSONFault) -> Double? {
        skipSpace()
        let byte = base[position]
        guard byte == UInt8(ascii: "-") || (byte &- 0x30) < 10 else {
            try skipValue()
            return nil
        }
        let start = position
        position = try endOfNumber(start)
        return NumberText.double(ByteText(start: base + start, count: position &- start))
    }

    /// True or false; nil for a value of another type, which is skipped.
    mutating func boolean() throws(JSONFault) -> Bool? {
        skipSpace()
        let byte = base[position]
        try skipValue()
        switch byte {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        default: return nil
        }
    }

    /// Passes one value of any type, checking it.
    mutating func skipValue() throws(JSONFault) {
        skipSpace()
        // One bit a level, 1 for an object; the lowest bit is the innermost.
        var kinds: UInt128 = 0
        var level = 0
        let room = JSONScanner.depthLimit &- depth
        while true {
            let byte = base[position]
            if byte == UInt8(ascii: "\"") {
                position = try endOfString(position &+ 1) &+ 1
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard level < room else { throw .tooDeep }
                let isObject = byte == UInt8(ascii: "{")
                kinds = kinds << 1 | (isObject ? 1 : 0)
                level &+= 1
                position &+= 1
                skipSpace()
                // ']' and '}' are '[' and '{' plus two.
                if base[position] != byte &+ 2 {
                    if isObject { try skipName() }
                    continue
                }
                position &+= 1
                kinds >>= 1
                level &-= 1
            } else {
                try skipScalar(byte)
            }
            if try leaveClosed(&kinds, &level) { return }
        }
    }

    /// After a value: closes what ends here, up to the next member; true at the outermost end.
    @inline(__always)
    private mutating func leaveClosed(
        _ kinds: inout UInt128, _ level: inout Int
    ) throws(JSONFault) -> Bool {
        while level > 0 {
            skipSpace()
            let isObject = kinds & 1 == 1
            let byte = base[position]
            if byte == UInt8(ascii: ",") {
                position &+= 1
                skipSpace()
                if isObject { try skipName() }
                return false
            }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw fault()
            }
            position &+= 1
            kinds >>= 1
            level &-= 1
        }
        return true
    }

    @inline(__always)
    private mutating func skipName() throws(JSONFault) {
        guard base[position] == UInt8(ascii: "\"") else { throw fault() }
        position = try endOfString(position &+ 1) &+ 1
        skipSpace()
        guard base[position] == UInt8(ascii: ":") else { throw fault() }
        position &+= 1
        skipSpace()
    }

    private mutating func skipScalar(_ byte: UInt8) throws(JSONFault) {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            position = try endOfNumber(position)
        case UInt8(ascii: "t"): try skipLiteral("true")
        case UInt8(ascii: "f"): try skipLiteral("false")
        case UInt8(ascii: "n"): try skipLiteral("null")
        default: throw fault()
        }
    }

    private mutating func skipLiteral(_ word: StaticString) throws(JSONFault) {
        for index in 0..<word.utf8CodeUnitCount {
            guard base[position] == word.utf8Start[index] else { throw fault() }
            position &+= 1
        }
    }

    // MARK: Bytes

    @inline(__always)
    private mutating func skipSpace() {
        if base[position] > 0x20 { return }
        skipLongSpace()
    }

    private mutating func skipLongSpace() {
        while position < end {
            switch base[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    private func fault() -> JSONFault {
        position >= end ? .ended : .unexpected
    }

    @inline(__always)
    private func endOfString(_ start: Int) throws(JSONFault) -> Int {
        var hasEscapes = false
        return try endOfString(start, &hasEscapes)
    }

    /// The index of the closing quote of a string whose first byte is at `start`.
    @inline(__always)
    private func endOfString(
        _ start: Int, _ hasEscapes: inout Bool
    ) throws(JSONFault) -> Int {
        var index = start
        while true {
            let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
            let stops = JSONScanner.stops(UInt64(littleEndian: word))
            if stops == 0 {
                index &+= 8
                continue
            }
            index &+= stops.trailingZeroBitCount >> 3
            let byte = base[index]
            if byte == UInt8(ascii: "\"") { return index }
            index = try StringEscapes.pass(base, index, end, &hasEscapes)
        }
    }

    /// Marks, in the high bit of each byte, quotes, backslashes, control and non-ASCII bytes.
    ///
    /// The lowest mark is exact; a borrow can add false marks only above it. Method: "determine if
    /// a word has a byte equal to n", Anderson, Bit Twiddling Hacks.
    @inline(__always)
    private static func stops(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ 0x2222_2222_2222_2222
        let slashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
        let marks =
            ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)
            | ((word &- 0x2020_2020_2020_2020) & ~word) | word
        return marks & 0x8080_8080_8080_8080
    }

    /// The index after a number by the JSON grammar.
    @inline(__always)
    private func endOfNumber(_ start: Int) throws(JSONFault) -> Int {
        var index = start
        if base[index] == UInt8(ascii: "-") { index &+= 1 }
        if base[index] == UInt8(ascii: "0") {
            index &+= 1
        } else {
            index = try endOfDigits(index)
        }
        if base[index] == UInt8(ascii: ".") { index = try endOfDigits(index &+ 1) }
        if base[index] | 0x20 == UInt8(ascii: "e") {
            index &+= 1
            if base[index] == UInt8(ascii: "+") || base[index] == UInt8(ascii: "-") { index &+= 1 }
            index = try endOfDigits(index)
        }
        return index
    }

    @inline(__always)
    private func endOfDigits(_ start: Int) throws(JSONFault) -> Int {
        var index = start
        while base[index] &- 0x30 < 10 { index &+= 1 }
        guard index > start else { throw index >= end ? .ended : .unexpected }
        return index
    }
}
