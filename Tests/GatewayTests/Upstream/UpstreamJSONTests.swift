// SPDX-License-Identifier: Apache-2.0
import Foundation
import Statistics
import Testing

@testable import Gateway

@Suite("Scanning JSON without decoding it")
struct UpstreamJSONTests {
    @Test(
        "what JSONSerialization reads is read, with the same members at the top",
        arguments: 0..<300)
    func agreesWithTheDecoder(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let text = RandomJSON.object(depth: 0, &random)
        let bytes = Array(text.utf8)
        let object = try JSONObject(bytes)
        let plain = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let names = Set(object.members.map { String(decoding: $0.name, as: UTF8.self) })
        #expect(names == Set(plain.keys), "\(text)")
        for member in object.members {
            let value = Data(bytes[member.value])
            #expect(throws: Never.self) {
                try JSONSerialization.jsonObject(with: value, options: .fragmentsAllowed)
            }
        }
    }

    @Test(
        "with a byte added, taken away or changed nothing is read that the decoder refuses",
        arguments: 0..<300)
    func refusesWhatTheDecoderRefuses(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) + 1_000_000)
        var bytes = Array(RandomJSON.object(depth: 0, &random).utf8)
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let noise = Array("{}[]\",:\\0-.eE+tfnu \u{1}x9".utf8)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(noise.randomElement(using: &random) ?? 0, at: place)
        default: bytes[place] = noise.randomElement(using: &random) ?? 0
        }
        let isRead = (try? JSONObject(bytes)) != nil
        let decoded = try? JSONDecoder().decode([String: JSONValue].self, from: Data(bytes))
        // The decoder is the laxer one: it lets a comma stand before a closing brace.
        #expect(!isRead || decoded != nil, "\(String(decoding: bytes, as: UTF8.self))")
    }

    @Test(
        "what is no JSON object is refused",
        arguments: [
            "", " ", "[]", "1", "\"a\"", "null", "{", "}", "{}x", "{} {}", "{,}", #"{"a"}"#,
            #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{'a':1}"#, #"{"a":01}"#, #"{"a":1.}"#,
            #"{"a":.5}"#, #"{"a":+1}"#, #"{"a":1e}"#, #"{"a":-}"#, #"{"a":NaN}"#, #"{"a":tru}"#,
            #"{"a":"\x"}"#, #"{"a":"\u12G4"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\ude00"}"#,
            #"{"a":"\ud83d\u0041"}"#, #"{"a":"\ud83dx"}"#, #"{"a":"}"#, "{\"a\":\"\n\"}",
            #"{"a":[1 2]}"#,
            #"{"a":[1,]}"#, #"{"a" "b"}"#, #"{"a":1 "b":2}"#,
        ])
    func refuses(_ text: String) {
        #expect(throws: JSONFault.self) { try JSONObject(Array(text.utf8)) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func refusesOtherEncodings() {
        let bytes = Array(#"{"a":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
        #expect(throws: JSONFault.malformed) { try JSONObject(bytes) }
    }

    @Test("a text nested too deeply is refused before it can exhaust the stack")
    func refusesDepth() {
        let deep =
            #"{"a":"# + String(repeating: "[", count: 100_000)
            + String(repeating: "]", count: 100_000) + "}"
        #expect(throws: JSONFault.tooDeep) { try JSONObject(Array(deep.utf8)) }
    }

    @Test("only members of the top count, under the name their escapes spell")
    func readsTopLevelOnly() throws {
        let text =
            #"{"messages":[{"model":"inner","content":"\"model\":\"quoted\""}],"#
            + #""x":{"model":"deeper"},"mod\u0065l":"outer"}"#
        let bytes = Array(text.utf8)
        let object = try JSONObject(bytes)
        #expect(object.count(of: "model") == 1)
        #expect(JSONText.string(bytes, object["model"]) == "outer")
    }

    @Test(
        "texts are decoded as the decoder does, and written back the same",
        arguments: [
            #""""#, #""plain""#, #""\"\\\/\b\f\n\r\t""#, #""\u00e9\u20ac""#, #""\ud83d\ude00""#,
            #""é€😀""#,
        ])
    func decodesTexts(_ text: String) throws {
        let bytes = Array(text.utf8)
        let decoded = try #require(JSONText.string(bytes, 0..<bytes.count))
        #expect(decoded == (try JSONDecoder().decode(String.self, from: Data(bytes))))
        let quoted = JSONText.quoted(decoded)
        #expect(try JSONDecoder().decode(String.self, from: Data(quoted)) == decoded)
    }

    @Test("numbers are read exactly or not at all")
    func readsIntegers() {
        func read(_ text: String) -> Int? {
            JSONText.integer(Array(text.utf8), 0..<text.utf8.count)
        }
        #expect(read("0") == 0)
        #expect(read("-12") == -12)
        #expect(read("9223372036854775807") == .max)
        #expect(read("9223372036854775808") == nil)
        #expect(read("1.0") == nil)
        #expect(read("1e3") == nil)
        #expect(read("\"1\"") == nil)
    }
}

/// JSON texts with what is hard about them: escapes, nesting, white space, odd numbers.
private enum RandomJSON {
    static func object(depth: Int, _ random: inout SeededRandom) -> String {
        let names = (0..<Int.random(in: 0..<6, using: &random)).map { "k\($0)" }
        let members = names.map { name in
            "\(space(&random))\"\(escaped(name, &random))\"\(space(&random)):"
                + value(depth: depth + 1, &random)
        }
        return space(&random) + "{" + members.joined(separator: ",") + space(&random) + "}"
            + space(&random)
    }

    private static func value(depth: Int, _ random: inout SeededRandom) -> String {
        let kinds = depth > 4 ? 5 : 7
        switch Int.random(in: 0..<kinds, using: &random) {
        case 0:
            return space(&random) + (["true", "false", "null"].randomElement(using: &random) ?? "")
        case 1:
            return ["0", "-0", "12", "-3.5", "1e9", "2E-3", "0.25e+2"]
                .randomElement(using: &random) ?? ""
        case 2, 3, 4: return "\"\(words(&random))\"" + space(&random)
        case 5:
            let count = Int.random(in: 0..<4, using: &random)
            let elements = (0..<count).map { _ in value(depth: depth + 1, &random) }
            return "[" + space(&random) + elements.joined(separator: ",") + "]"
        default: return object(depth: depth, &random)
        }
    }

    private static func words(_ random: inout SeededRandom) -> String {
        let pieces = [
            "model", "{", "}", "[", "]", ",", ":", #"\""#, #"\\"#, #"\n"#, #"\u0041"#, "é", "漢",
            #"\ud83d\ude00"#, "😀", " ", #"\/"#,
        ]
        let count = Int.random(in: 0..<6, using: &random)
        return (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
    }

    private static func escaped(_ name: String, _ random: inout SeededRandom) -> String {
        guard Bool.random(using: &random) else { return name }
        return name.utf8.map { String(format: "\\u%04x", $0) }.joined()
    }

    private static func space(_ random: inout SeededRandom) -> String {
        ["", "", "", " ", "\n\t", "\r\n "].randomElement(using: &random) ?? ""
    }
}
