// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose objects keep the order of their keys and have each key once.
enum StrictJSON: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([StrictJSON])
    case object([Member])

    /// What was wrong, and on which line.
    struct SyntaxError: Error, Equatable {
        var line: Int
        var expected: String
    }

    /// Reads one value that fills the text; whatever RFC 8259 leaves open is refused.
    static func parse(
        _ bytes: [UInt8], limits: Limits = Limits()
    ) throws(SyntaxError) -> StrictJSON {
        var parser = Parser(bytes: bytes, limits: limits)
        return try parser.document()
    }

    /// The line on which the value at a path begins, counted from 1; the first where there is none.
    ///
    /// Reads the text again, so that trees of values need not carry lines for the rare refusal.
    static func line(of path: [Step], in bytes: [UInt8], limits: Limits = Limits()) -> Int {
        var parser = Parser(bytes: bytes, limits: limits)
        parser.sought = path
        _ = try? parser.document()
        return 1 + bytes.prefix(parser.found ?? 0).count { $0 == UInt8(ascii: "\n") }
    }
}

extension StrictJSON {
    /// A key of an object and what it holds.
    struct Member: Equatable {
        var key: String
        var value: StrictJSON
    }

    /// How large a text may be, and how deeply its values may lie in one another.
    struct Limits: Sendable {
        var mebibytes = 1
        var levels = 32
    }

    /// One step from a value to a value inside it.
    enum Step: Equatable, Sendable {
        case key(String)
        case index(Int)
    }
}

private struct Parser {
    let bytes: [UInt8]
    let limits: StrictJSON.Limits
    /// A path to look for, and where its value begins.
    var sought: [StrictJSON.Step]?
    private(set) var found: Int?
    private var path: [StrictJSON.Step] = []
    private var at = 0
    private var depth = 0

    init(bytes: [UInt8], limits: StrictJSON.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(StrictJSON.SyntaxError) -> StrictJSON {
        guard bytes.count <= limits.mebibytes << 20 else {
            throw failure("at most \(limits.mebibytes) MiB of text")
        }
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
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            at += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func value() throws(StrictJSON.SyntaxError) -> StrictJSON {
        skipSpace()
        if let sought, found == nil, sought == path { found = at }
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
        guard depth < limits.levels else {
            throw failure("at most \(limits.levels) levels of nesting")
        }
        depth += 1
        defer { depth -= 1 }
        at += 1
        return try body(&self)
    }

    private mutating func object() throws(StrictJSON.SyntaxError) -> StrictJSON {
        var members: [StrictJSON.Member] = []
        var keys: Set<String> = []
        /// Few keys are compared one by one, which costs less than hashing them.
        func isNew(_ key: String) -> Bool {
            guard members.count >= 24 else { return !members.contains { $0.key == key } }
            if keys.isEmpty { keys = Set(members.lazy.map(\.key)) }
            return keys.insert(key).inserted
        }
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("a key in quotation marks") }
            let key = try string()
            guard isNew(key) else { throw failure("each key of an object once") }
            skipSpace()
            guard take(":") else { throw failure("a colon after a key") }
            members.append(.init(key: key, value: try inside(.key(key))))
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
            elements.append(try inside(.index(elements.count)))
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw failure("a comma or the closing bracket of an array") }
        }
    }

    private mutating func inside(
        _ step: @autoclosure () -> StrictJSON.Step
    ) throws(StrictJSON.SyntaxError) -> StrictJSON {
        guard sought != nil else { return try value() }
        path.append(step())
        defer { path.removeLast() }
        return try value()
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
        if let plain = plainString() { return plain }
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

    /// A string up to its closing mark where nothing in it is escaped.
    private mutating func plainString() -> String? {
        let start = at
        let end = bytes.withUnsafeBufferPointer { all -> Int? in
            var end = start
            while end < all.count, all[end] != UInt8(ascii: "\"") {
                guard all[end] != UInt8(ascii: "\\"), all[end] >= 0x20 else { return nil }
                end += 1
            }
            return end < all.count ? end : nil
        }
        guard let end else { return nil }
        at = end + 1
        return String(decoding: bytes[start..<end], as: UTF8.self)
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
