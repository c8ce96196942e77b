// SPDX-License-Identifier: Apache-2.0

/// A JSON value with exactly one spelling, so that equal records have equal hashes.
///
/// RFC 8785 without fractions: keys sorted by UTF-16 code units, no white space, the shortest
/// escapes, integers only. Integers keep their 64 bits exactly, also beyond the 2^53 up to which
/// RFC 8785 and JavaScript agree with them.
package indirect enum CanonicalJSON: Sendable, Hashable {
    case object([String: CanonicalJSON])
    case array([CanonicalJSON])
    case string(String)
    case int(Int)
    case bool(Bool)
    case null

    /// Reads canonical JSON and nothing else: whatever is accepted serialises to the same bytes.
    ///
    /// - Throws: `LedgerError.badJSON` for a fraction or exponent, a repeated or unsorted key,
    ///   white space, an escape that is not the shortest, bytes that are not UTF-8, more than 64
    ///   levels.
    package init(parsing bytes: [UInt8]) throws(LedgerError) {
        var parser = CanonicalJSONParser(bytes)
        self = try parser.document()
    }

    /// The member of an object; nil where there is none or this is no object.
    package subscript(key: String) -> CanonicalJSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The text of a string; nil for any other value.
    package var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number; nil for any other value.
    package var intValue: Int? {
        guard case .int(let number) = self else { return nil }
        return number
    }

    /// The truth value; nil for any other value.
    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements of an array; nil for any other value.
    package var arrayValue: [CanonicalJSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The one spelling of this value, in UTF-8.
    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .int(let number): bytes += String(number).utf8
        case .string(let text): CanonicalJSON.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let sorted = members.sorted { CanonicalJSON.precedes($0.key, $1.key) }
            for (position, member) in sorted.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                CanonicalJSON.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The order of keys: by UTF-16 code units, which differs from UTF-8 beyond U+FFFF.
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf16.lexicographicallyPrecedes(right.utf16)
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if let letter = CanonicalJSON.shortEscape(of: byte) {
                bytes += [UInt8(ascii: "\\"), letter]
            } else if byte < 0x20 {
                bytes += "\\u00\(Hex.text([byte]))".utf8
            } else {
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The letter after a backslash; nil where the byte has no two-character escape.
    static func shortEscape(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: nil
        }
    }
}
