// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Ledger

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    @Test("keys stand in the order of UTF-16 code units, as RFC 8785 orders them")
    func keyOrder() {
        // The keys of the example in RFC 8785, 3.2.3; U+1F600 sorts before U+FB33 in UTF-16 only.
        let value = CanonicalJSON.object([
            "\u{20AC}": .int(1), "\r": .int(2), "\u{FB33}": .int(3), "1": .int(4),
            "\u{1F600}": .int(5), "\u{80}": .int(6), "\u{F6}": .int(7),
        ])
        #expect(
            String(decoding: value.serialized(), as: UTF8.self)
                == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{F6}\":7,\"\u{20AC}\":1,"
                + "\"\u{1F600}\":5,\"\u{FB33}\":3}")
    }

    @Test("only what must be escaped is, in the shortest way")
    func escapes() {
        let text = "\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}\"\\/\u{7F}\u{E9}\u{2028}"
        #expect(
            String(decoding: CanonicalJSON.string(text).serialized(), as: UTF8.self)
                == #""\u0000\b\t\n\u000b\f\r\u001f\"\\/"# + "\u{7F}\u{E9}\u{2028}\"")
    }

    private static let values: [CanonicalJSON] = [
        .null, .bool(true), .bool(false), .int(0), .int(-1), .int(.max), .int(.min), .string(""),
        .string("\u{0}\"\\\u{1F600}\u{E9}e\u{301}\n"), .array([]), .object([:]),
        .array([.int(1), .array([.null]), .string("a")]),
        .object(["b": .object(["": .bool(false)]), "a": .array([.object([:])]), "\"": .int(-7)]),
    ]

    @Test("what was written is read back the same", arguments: values)
    func roundTrip(value: CanonicalJSON) throws {
        #expect(try CanonicalJSON(parsing: value.serialized()) == value)
    }

    @Test("members are found by name, and values only as what they are")
    func access() throws {
        let value = try CanonicalJSON(parsing: Array(#"{"a":[true],"n":5,"s":"x"}"#.utf8))
        #expect(value["n"]?.intValue == 5 && value["s"]?.stringValue == "x")
        #expect(value["a"]?.arrayValue?.first?.boolValue == true)
        #expect(value["n"]?.stringValue == nil && value["s"]?.intValue == nil)
        #expect(value["missing"] == nil && value["n"]?["a"] == nil)
    }

    @Test(
        "every other spelling is refused",
        arguments: [
            "", " ", "1 ", " 1", "1.0", "1.5", "1e3", "1E3", "-0", "01", "-", "+1", "--1",
            "9223372036854775808", "-9223372036854775809", "tru", "nul", "NaN", "Infinity",
            "[1,]", "[,1]", "[1 ,2]", "[1", "]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
            #"{"a":1,"a":2}"#, #"{"b":1,"a":2}"#, #"{"a": 1}"#, "{a:1}", #"{1:1}"#, #"""#,
            #""\/""#, #""\u0041""#, #""\u000A""#, #""\u000a""#, #""\u00e9""#, #""\ud800""#,
            #""\u00""#, #""\x""#, #""\"#, "\"\n\"", "\"\t\"", "1 2", "{}{}", "'a'",
        ])
    func refusals(text: String) {
        #expect(throws: LedgerError.self) { try CanonicalJSON(parsing: Array(text.utf8)) }
    }

    @Test("bytes that are not UTF-8 and nesting without end are refused")
    func hostile() {
        let quote = UInt8(ascii: "\"")
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
            #expect(throws: LedgerError.self) {
                try CanonicalJSON(parsing: [quote] + bytes + [quote])
            }
        }
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        #expect(throws: LedgerError.badJSON(offset: 64, expected: "at most 64 levels")) {
            try CanonicalJSON(parsing: deep)
        }
    }

    @Test("keys that differ only in Unicode normalisation are one key to us, and refused")
    func equivalentKeys() {
        let text = "{\"e\u{301}\":1,\"\u{E9}\":2}"
        #expect(throws: LedgerError.badJSON(offset: 9, expected: "each key once")) {
            try CanonicalJSON(parsing: Array(text.utf8))
        }
    }

    @Test("whatever single byte is changed, the result is refused or is again canonical")
    func mutations() throws {
        let bytes = Array(#"{"a":[1,-20,true],"b":{"c":"x\ny\u0001","d":null}}"#.utf8)
        #expect(try CanonicalJSON(parsing: bytes).serialized() == bytes)
        for position in bytes.indices {
            for value in UInt8.min ... .max {
                var changed = bytes
                changed[position] = value
                guard let parsed = try? CanonicalJSON(parsing: changed) else { continue }
                #expect(parsed.serialized() == changed)
            }
        }
    }
}
