// SPDX-License-Identifier: Apache-2.0

/// A JSON value that remembers the line it began on, so that every complaint can name a line.
///
/// Foundation's reader takes `1` for `true`, drops a repeated key and forgets lines.
struct CaseJSON: Sendable {
    indirect enum Value: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case array([CaseJSON])
        case object([(key: String, value: CaseJSON)])
    }

    var line: Int
    var value: Value

    /// Reads JSON values that follow each other: one object, an object a line, or one array, whose
    /// elements are then the values.
    ///
    /// At most 16 levels deep.
    static func records(_ bytes: [UInt8], file: String) throws(BenchmarkError) -> [CaseJSON] {
        var reader = CaseJSONReader(bytes: bytes, file: file)
        var records: [CaseJSON] = []
        reader.skipSpace()
        while !reader.isAtEnd {
            records.append(try reader.value(depth: 0))
            reader.skipSpace()
        }
        if records.count == 1, case .array(let items) = records[0].value { return items }
        return records
    }
}

private struct CaseJSONReader {
    let bytes: [UInt8]
    let file: String
    var position = 0
    var line = 1

    init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    var isAtEnd: Bool { position >= bytes.count }
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    func expected(_ what: String) -> BenchmarkError {
        .badJSON(file: file, line: line, expected: what)
    }

    /// Line breaks lie between values only: inside a text they must be escaped.
    mutating func skipSpace() {
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

    mutating func value(depth: Int) throws(BenchmarkError) -> CaseJSON {
        guard depth < 16 else { throw expected("at most 16 levels of nesting") }
        let start = line
        let value: CaseJSON.Value
        switch next {
        case UInt8(ascii: "{"): value = try object(depth: depth)
        case UInt8(ascii: "["): value = try array(depth: depth)
        case UInt8(ascii: "\""): value = .string(try string())
        case UInt8(ascii: "t"): value = try word("true", .bool(true))
        case UInt8(ascii: "f"): value = try word("false", .bool(false))
        case UInt8(ascii: "n"): value = try word("null", .null)
        default: value = .number(try number())
        }
        return CaseJSON(line: start, value: value)
    }

    private mutating func word(
        _ text: StaticString, _ value: CaseJSON.Value
    ) throws(BenchmarkError) -> CaseJSON.Value {
        let word = text.description.utf8
        guard bytes[position...].starts(with: word) else { throw expected("a JSON value") }
        position += word.count
        return value
    }

    private mutating func object(depth: Int) throws(BenchmarkError) -> CaseJSON.Value {
        position += 1
        var members: [(key: String, value: CaseJSON)] = []
        var seen: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw expected("a key in double quotes") }
            let key = try string()
            guard seen.insert(key).inserted else { throw expected("each key once in an object") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw expected("a colon after a key") }
            skipSpace()
            members.append((key, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw expected("a comma or a closing brace") }
        }
    }

    private mutating func array(depth: Int) throws(BenchmarkError) -> CaseJSON.Value {
        position += 1
        var items: [CaseJSON] = []
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

    private mutating func number() throws(BenchmarkError) -> Double {
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
        guard position - start <= 64,
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

    private mutating func string() throws(BenchmarkError) -> String {
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

    private mutating func escape(into content: inout [UInt8]) throws(BenchmarkError) {
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
    private mutating func scalar() throws(BenchmarkError) -> Character {
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

    private mutating func hexadecimal() throws(BenchmarkError) -> UInt32 {
        let end = position + 4
        guard end <= bytes.count,
            bytes[position..<end].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
        else { throw expected("four hexadecimal digits") }
        position = end
        return value
    }
}
