// SPDX-License-Identifier: Apache-2.0

/// Reads canonical JSON from left to right and refuses every other spelling.
struct CanonicalJSONParser {
    private let bytes: [UInt8]
    private var at = 0
    private var depth = 0

    private static let deepest = 64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(LedgerError) -> CanonicalJSON {
        let value = try value()
        guard at == bytes.count else { throw expected("the end of the record") }
        return value
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func expected(_ what: String) -> LedgerError {
        .badJSON(offset: at, expected: what)
    }

    /// Moves past a byte if it is the next one.
    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func value() throws(LedgerError) -> CanonicalJSON {
        switch next {
        case UInt8(ascii: "{"):
            return try nested { (self) throws(LedgerError) in try self.object() }
        case UInt8(ascii: "["): return try nested { (self) throws(LedgerError) in try self.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            return .int(try integer())
        default: throw expected("a value, without white space before it")
        }
    }

    private mutating func nested(
        _ read: (inout CanonicalJSONParser) throws(LedgerError) -> CanonicalJSON
    ) throws(LedgerError) -> CanonicalJSON {
        guard depth < CanonicalJSONParser.deepest else {
            throw expected("at most \(CanonicalJSONParser.deepest) levels")
        }
        depth += 1
        at += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func word(_ text: String, _ value: CanonicalJSON) throws(LedgerError)
        -> CanonicalJSON
    {
        guard bytes[at...].starts(with: text.utf8) else { throw expected(text) }
        at += text.utf8.count
        return value
    }

    private mutating func object() throws(LedgerError) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        var last: String?
        if skip(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            let start = at
            guard next == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
            let key = try string()
            guard members[key] == nil else {
                throw .badJSON(offset: start, expected: "each key once")
            }
            if let last, !CanonicalJSON.precedes(last, key) {
                throw .badJSON(offset: start, expected: "keys in the order of UTF-16 code units")
            }
            guard skip(UInt8(ascii: ":")) else { throw expected("a colon right after the key") }
            members[key] = try value()
            last = key
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw expected("a comma or a closing brace") }
        return .object(members)
    }

    private mutating func array() throws(LedgerError) -> CanonicalJSON {
        var elements: [CanonicalJSON] = []
        if skip(UInt8(ascii: "]")) { return .array(elements) }
        repeat { elements.append(try value()) } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw expected("a comma or a closing bracket") }
        return .array(elements)
    }

    private mutating func integer() throws(LedgerError) -> Int {
        let start = at
        let isNegative = skip(UInt8(ascii: "-"))
        let digits = at
        while let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { at += 1 }
        switch next {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            throw expected("an integer without fraction or exponent")
        default: break
        }
        let hasLeadingZero = at - digits > 1 && bytes[digits] == UInt8(ascii: "0")
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard at > digits, !hasLeadingZero, let number = Int(text), number != 0 || !isNegative
        else {
            throw .badJSON(
                offset: start, expected: "an integer of 64 bits without leading zeros or minus zero"
            )
        }
        return number
    }

    private mutating func string() throws(LedgerError) -> String {
        let opening = at
        at += 1
        var unescaped: [UInt8]?
        var plain = at
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw expected("control characters to be escaped") }
            guard byte == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            var text = unescaped ?? []
            text += bytes[plain..<at]
            text.append(try escaped())
            unescaped = text
            plain = at
        }
        let closing = at
        guard skip(UInt8(ascii: "\"")) else { throw expected("a closing quote") }
        let content = (unescaped ?? []) + bytes[plain..<closing]
        guard let text = String(validating: content, as: UTF8.self) else {
            throw .badJSON(offset: opening, expected: "a string in UTF-8")
        }
        return text
    }

    /// One escape; only control characters, quote and backslash have one in canonical JSON.
    private mutating func escaped() throws(LedgerError) -> UInt8 {
        let rest = bytes[(at + 1)...]
        if rest.first == UInt8(ascii: "u") {
            for byte in UInt8(0)..<0x20 where CanonicalJSON.shortEscape(of: byte) == nil {
                guard rest.dropFirst().starts(with: "00\(Hex.text([byte]))".utf8) else { continue }
                at += 6
                return byte
            }
        } else if let letter = rest.first {
            for byte in UInt8(0)...0x5C where CanonicalJSON.shortEscape(of: byte) == letter {
                at += 2
                return byte
            }
        }
        throw expected("the shortest escape of a control character, a quote or a backslash")
    }
}
