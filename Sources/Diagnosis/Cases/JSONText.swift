// SPDX-License-Identifier: Apache-2.0

/// A JSON value as written: keys keep their order, nothing is converted.
///
/// Foundation's reader takes `1` for `true` and drops a repeated key without a word; for a case
/// about a patient both must be refused, so this one exists.
indirect enum JSONText: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONText])
    case object([(key: String, value: JSONText)])

    static func == (left: JSONText, right: JSONText) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.elementsEqual(b) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// Reads exactly one JSON value (RFC 8259), at most 16 levels deep.
    /// - Throws: `CaseError.notJSON` or `.repeatedKey` with the line.
    static func read(_ bytes: [UInt8]) throws(CaseError) -> JSONText {
        var reader = JSONReader(bytes: bytes)
        reader.skipSpace()
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.isAtEnd else { throw reader.expected("nothing after the JSON value") }
        return value
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var line: Int {
        1 + bytes[..<min(position, bytes.count)].count(where: { $0 == UInt8(ascii: "\n") })
    }

    func expected(_ what: String) -> CaseError { .notJSON(line: line, expected: what) }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func value(depth: Int) throws(CaseError) -> JSONText {
        guard depth < 16 else { throw expected("at most 16 levels of nesting") }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(
        _ text: StaticString, _ value: JSONText
    ) throws(CaseError) -> JSONText {
        let word = text.description.utf8
        guard bytes[position...].starts(with: word) else { throw expected("a JSON value") }
        position += word.count
        return value
    }

    private mutating func object(depth: Int) throws(CaseError) -> JSONText {
        position += 1
        var members: [(key: String, value: JSONText)] = []
        var seen: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw expected("a key in double quotes") }
            let key = try string()
            guard seen.insert(key).inserted else {
                throw .repeatedKey(line: line, place: "an object")
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

    private mutating func array(depth: Int) throws(CaseError) -> JSONText {
        position += 1
        var items: [JSONText] = []
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

    private mutating func number() throws(CaseError) -> JSONText {
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
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)),
            value.isFinite
        else { throw expected("a number of ordinary size") }
        return .number(value)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        return position - start
    }

    private mutating func string() throws(CaseError) -> String {
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

    private mutating func escape(into content: inout [UInt8]) throws(CaseError) {
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
    private mutating func scalar() throws(CaseError) -> Character {
        let first = try hexadecimal()
        var code = first
        if (0xD800..<0xDC00).contains(first) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw expected("both halves of a surrogate pair")
            }
            let second = try hexadecimal()
            guard (0xDC00..<0xE000).contains(second) else {
                throw expected("both halves of a surrogate pair")
            }
            code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw expected("both halves of a surrogate pair")
        }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(CaseError) -> UInt32 {
        let end = position + 4
        guard end <= bytes.count, bytes[position] != UInt8(ascii: "+"),
            bytes[position] != UInt8(ascii: "-"),
            let value = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
        else { throw expected("four hexadecimal digits") }
        position = end
        return value
    }
}
