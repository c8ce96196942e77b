// SPDX-License-Identifier: Apache-2.0

/// A JSON value that remembers the line it began on, so that every complaint can name a line.
///
/// Foundation's reader takes `1` for `true`, drops a repeated key and forgets lines; for a case about
/// a patient all three must be refused, so this one exists.
package struct LinedJSON: Sendable {
    package indirect enum Value: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case array([LinedJSON])
        case object([(key: String, value: LinedJSON)])
    }

    package var line: Int
    package var value: Value

    package init(line: Int, value: Value) {
        self.line = line
        self.value = value
    }
}

/// Where a text stopped being JSON (RFC 8259), and what was expected there.
package struct JSONFault: Error, Equatable, Sendable {
    /// Of the value being read.
    package var line: Int
    /// Bytes read so far.
    package var position: Int
    package var expected: String
    package var isRepeatedKey = false
}

/// Reads JSON values one after the other.
package struct LinedJSONReader {
    private let bytes: [UInt8]
    private let longestNumber: Int
    private var position: Int
    private var line = 1

    /// - Parameters:
    ///   - start: where the text begins, after a byte-order mark.
    ///   - longestNumber: characters of a number; a longer one is not of ordinary size.
    package init(bytes: [UInt8], start: Int = 0, longestNumber: Int = .max) {
        self.bytes = bytes
        self.longestNumber = longestNumber
        position = start
    }

    package var isAtEnd: Bool { position >= bytes.count }
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    package func expected(_ what: String) -> JSONFault {
        JSONFault(line: line, position: position, expected: what)
    }

    /// Line breaks lie between values only: inside a text they must be escaped.
    package mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// The value at this place; at most 16 levels deep.
    package mutating func value(depth: Int = 0) throws(JSONFault) -> LinedJSON {
        guard depth < 16 else { throw expected("at most 16 levels of nesting") }
        let start = line
        let value: LinedJSON.Value
        switch next {
        case UInt8(ascii: "{"): value = try object(depth: depth)
        case UInt8(ascii: "["): value = try array(depth: depth)
        case UInt8(ascii: "\""): value = .string(try string())
        case UInt8(ascii: "t"): value = try word("true", .bool(true))
        case UInt8(ascii: "f"): value = try word("false", .bool(false))
        case UInt8(ascii: "n"): value = try word("null", .null)
        default: value = .number(try number())
        }
        return LinedJSON(line: start, value: value)
    }

    private mutating func word(
        _ text: StaticString, _ value: LinedJSON.Value
    ) throws(JSONFault) -> LinedJSON.Value {
        let word = text.description.utf8
        guard bytes[position...].starts(with: word) else { throw expected("a JSON value") }
        position += word.count
        return value
    }

    private mutating func object(depth: Int) throws(JSONFault) -> LinedJSON.Value {
        position += 1
        var members: [(key: String, value: LinedJSON)] = []
        var seen: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw expected("a key in double quotes") }
            let key = try string()
            guard seen.insert(key).inserted else {
                throw JSONFault(
                    line: line, position: position, expected: "each key once in an object",
                    isRepeatedKey: true)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw expected("a colon after a key") }
            skipSpace()
            members.append((key, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw expected("a comma or a closing brace") }
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) -> LinedJSON.Value {
        position += 1
        var items: [LinedJSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            skipSpace()
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(items) }
            guard take(UInt8(ascii: ",")) else { throw expected("a comma or a closing bracket") }
        }
    }

    private mutating func number() throws(JSONFault) -> Double {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let hasLeadingZero = next == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, whole == 1 || !hasLeadingZero else { throw expected("a JSON value") }
        if take(UInt8(ascii: ".")) {
            guard digits() > 0 else { throw expected("digits after a decimal point") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw expected("digits in an exponent") }
        }
        guard position - start <= longestNumber,
            let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)),
            value.isFinite
        else { throw expected("a number of ordinary size") }
        return value
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        return position - start
    }

    private mutating func string() throws(JSONFault) -> String {
        position += 1
        var content: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw expected("text in UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0..<0x20: throw expected("control characters to be escaped in text")
            default: content.append(byte)
            }
        }
        throw expected("a closing double quote")
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONFault) {
        guard let byte = next else { throw expected("a closing double quote") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content.append(contentsOf: String(try scalar()).utf8)
        default: throw expected("a known escape after a backslash")
        }
    }

    /// The scalar of `XXXX` or of a surrogate pair `XXXX\uXXXX`, the first `\u` being read.
    private mutating func scalar() throws(JSONFault) -> Character {
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw expected("both halves of a surrogate pair")
            }
            let second = try hexadecimal()
            guard (0xDC00..<0xE000).contains(second) else {
                throw expected("both halves of a surrogate pair")
            }
            code = 0x10000 + (code - 0xD800) << 10 + (second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw expected("both halves of a surrogate pair")
        }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
        let end = position + 4
        guard end <= bytes.count,
            bytes[position..<end].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
        else { throw expected("four hexadecimal digits") }
        position = end
        return value
    }
}
