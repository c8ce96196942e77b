// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose objects keep the order of their keys and have each key once.
indirect enum StrictJSON: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([StrictJSON])
    case object([(key: String, value: StrictJSON)])

    /// What was wrong, and on which line.
    struct SyntaxError: Error, Equatable {
        var line: Int
        var expected: String
    }

    /// Reads one value that fills the text; whatever RFC 8259 leaves open is refused.
    static func parse(_ bytes: [UInt8]) throws(SyntaxError) -> StrictJSON {
        var parser = Parser(bytes: bytes)
        return try parser.document()
    }

    static func == (left: StrictJSON, right: StrictJSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }
}

private struct Parser {
    let bytes: [UInt8]
    private var at = 0
    private var depth = 0

    private static let sizeLimit = 1 << 20
    private static let depthLimit = 32

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(StrictJSON.SyntaxError) -> StrictJSON {
        guard bytes.count <= Parser.sizeLimit else { throw failure("at most 1 MiB of text") }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw failure("UTF-8 text throughout")
        }
        let value = try value()
        skipSpace()
        guard at == bytes.count else { throw failure("nothing after the end of the value") }
        return value
    }

    private func failure(_ expected: String) -> StrictJSON.SyntaxError {
        .init(line: 1 + bytes.prefix(at).count { $0 == UInt8(ascii: "\n") }, expected: expected)
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func value() throws(StrictJSON.SyntaxError) -> StrictJSON {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"):
            return try nested { parser throws(StrictJSON.SyntaxError) in
                try parser.object()
            }
        case UInt8(ascii: "["):
            return try nested { parser throws(StrictJSON.SyntaxError) in
                try parser.array()
            }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func nested(
        _ body: (inout Parser) throws(StrictJSON.SyntaxError) -> StrictJSON
    ) throws(StrictJSON.SyntaxError) -> StrictJSON {
        guard depth < Parser.depthLimit else {
            throw failure("at most \(Parser.depthLimit) levels of nesting")
        }
        depth += 1
        defer { depth -= 1 }
        at += 1
        return try body(&self)
    }

    private mutating func object() throws(StrictJSON.SyntaxError) -> StrictJSON {
        var members: [(key: String, value: StrictJSON)] = []
        var keys: Set<String> = []
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("a key in quotation marks") }
            let key = try string()
            guard keys.insert(key).inserted else { throw failure("each key of an object once") }
            skipSpace()
            guard take(":") else { throw failure("a colon after a key") }
            members.append((key, try value()))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw failure("a comma or the closing brace of an object") }
        }
    }

    private mutating func array() throws(StrictJSON.SyntaxError) -> StrictJSON {
        var elements: [StrictJSON] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw failure("a comma or the closing bracket of an array") }
        }
    }

    private mutating func word(_ text: String, _ value: StrictJSON)
        throws(StrictJSON.SyntaxError) -> StrictJSON
    {
        guard bytes[at...].starts(with: text.utf8) else { throw failure("a JSON value") }
        at += text.utf8.count
        return value
    }

    private mutating func number() throws(StrictJSON.SyntaxError) -> Double {
        let start = at
        _ = take("-")
        let first = next
        let whole = skipDigits()
        guard whole > 0 else { throw failure("a JSON value") }
        guard whole == 1 || first != UInt8(ascii: "0") else {
            throw failure("a number without leading zeros")
        }
        if take(".") {
            guard skipDigits() > 0 else { throw failure("a digit after the decimal point") }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard skipDigits() > 0 else { throw failure("a digit in the exponent") }
        }
        guard let number = Double(String(decoding: bytes[start..<at], as: UTF8.self)),
            number.isFinite
        else { throw failure("a number of ordinary size") }
        return number
    }

    private mutating func skipDigits() -> Int {
        let start = at
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        return at - start
    }

    private mutating func string() throws(StrictJSON.SyntaxError) -> String {
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                at += 1
                text.append(contentsOf: String(try escaped()).utf8)
            case ..<0x20:
                throw failure("no line break or control character inside a string")
            default:
                text.append(byte)
                at += 1
            }
        }
        throw failure("the closing quotation mark of a string")
    }

    private mutating func escaped() throws(StrictJSON.SyntaxError) -> Unicode.Scalar {
        let simple: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
            UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
            UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]
        if let byte = next, let scalar = simple[byte] {
            at += 1
            return scalar
        }
        guard take("u") else { throw failure("a known escape after a backslash") }
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, take("\\"), take("u") else { throw failure("a surrogate pair") }
        let low = try codeUnit()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw failure("a surrogate pair") }
        return scalar
    }

    private mutating func codeUnit() throws(StrictJSON.SyntaxError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }
}
