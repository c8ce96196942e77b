// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Intake

@Suite("JSON")
struct JSONTests {
    /// Scans bytes as one whole value; the buffer ends right after the padding that is promised.
    private func fault(_ bytes: [UInt8], sentinel: UInt8 = 0) -> JSONFault? {
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + 9)
        defer { room.deallocate() }
        room.initialize(repeating: sentinel, count: bytes.count + 9)
        for (index, byte) in bytes.enumerated() { room[index] = byte }
        var scanner = JSONScanner(base: room, start: 0, end: bytes.count)
        do throws(JSONFault) {
            try scanner.skipValue()
            guard scanner.isAtEnd() else { throw .textAfterEnd }
            return nil
        } catch {
            return error
        }
    }

    private func fault(_ text: String) -> JSONFault? { fault(Array(text.utf8)) }

    /// A string as the scanner reads it; nil where it refuses.
    private func string(_ json: String) -> String? {
        let bytes = Array(json.utf8)
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + 9)
        defer { room.deallocate() }
        room.initialize(repeating: 0, count: bytes.count + 9)
        for (index, byte) in bytes.enumerated() { room[index] = byte }
        var scanner = JSONScanner(base: room, start: 0, end: bytes.count)
        return (try? scanner.string())??.string
    }

    @Test(
        "well-formed values pass",
        arguments: [
            "{}", "[]", " [ ] ", #"{"a":[1,2,{"b":null}],"c":{}}"#, "-0.5e-7", "0", "1E+9", "true",
            "\t\r\n[\n{\n}\n]\n", #""é✓😀 \u00e9 \ud83d\ude00 \/ \\ \" \b\f\n\r\t""#, #"{"":1}"#,
            #"[[[[],[]]],{"a":{"b":{"c":[{}]}}}]"#,
        ])
    func wellFormed(_ text: String) {
        #expect(fault(text) == nil)
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "{", "[", "{]", "[}", "{,}", "[,]", "[1,]", #"{"a":1,}"#, #"{"a" 1}"#,
            #"{"a":}"#, "{a:1}", "{1:1}", #"{"a":1 "b":2}"#, "[1 2]", "01", "-", "1.", ".5", "1e",
            "1e+", "+1", "0x1", "NaN", "Infinity", "tru", "truex", "nul", "falsE", "'a'", #""a"#,
            #"{"a":1}}"#, "[]]", #""\x""#, #""\u12G4""#, #""\ud800""#, #""\ud800\u0041""#,
            #""\udc00""#, #""\u""#, "\"\t\"", "\"\n\"", "\u{FEFF}{}", "//", "[1,2",
        ])
    func malformed(_ text: String) {
        #expect(fault(text) != nil)
    }

    @Test("each fault says what is wrong")
    func faults() {
        #expect(fault(#"{"a":1"#) == .ended)
        #expect(fault(#"{"a""#) == .ended)
        #expect(fault(#""abc"#) == .ended)
        #expect(fault(#""\ud83d\ude"#) == .ended)
        #expect(fault("[1;2]") == .unexpected)
        #expect(fault("\"a\u{1}b\"") == .controlCharacter)
        #expect(fault(#""\q""#) == .badEscape)
        #expect(fault("1 2") == .textAfterEnd)
    }

    @Test(
        "text that is not UTF-8 is refused",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3],
            [0xE2, 0x9C], [0xFF], [0xC3, 0x28],
        ] as [[UInt8]])
    func notUTF8(_ bytes: [UInt8]) {
        #expect(fault([0x22] + bytes + [0x22]) == .notUTF8)
        // Not at a word's border either.
        #expect(fault(Array("\"sixteen bytes in".utf8) + bytes + [0x22]) == .notUTF8)
    }

    @Test("UTF-8 is judged as the standard library judges it")
    func sameUTF8() {
        var dice = Dice(seed: 3)
        for _ in 0..<20_000 {
            let bytes = (0..<(1 + dice.roll(5))).map { _ in
                [
                    0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE1, 0xED,
                    0xEF,
                    0xF0, 0xF1, 0xF4, 0xF5,
                ][dice.roll(18)] as UInt8
            }
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            #expect((fault([0x22] + bytes + [0x22]) == nil) == isValid, "\(bytes)")
        }
    }

    @Test("escapes are undone, pairs of surrogates become one character")
    func unescaped() {
        #expect(string(#""\"\\\/\b\f\n\r\tA""#) == "\"\\/\u{8}\u{C}\n\r\tA")
        #expect(string(#""\u0041\u00e9\u20AC\ud83d\ude00!""#) == "Aé€😀!")
        #expect(string(#""plain ✓""#) == "plain ✓")
        #expect(string(#""""#) == "")
        #expect(string("17") == nil)
    }

    @Test("nesting is allowed to 128 levels and refused beyond, without recursion")
    func depth() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(fault(nested(128)) == nil)
        #expect(fault(nested(129)) == .tooDeep)
        #expect(fault(String(repeating: "[", count: 1_000_000)) == .tooDeep)
        #expect(fault(String(repeating: #"{"a":"#, count: 1_000_000)) == .tooDeep)
    }

    @Test(
        "the scanner accepts what Foundation accepts, over mutated documents, but no trailing comma"
    )
    func sameAsFoundation() {
        let alphabet = Array(#"{}[]",:\u01eE+-.tfn 9a"#.utf8)
        let whole = Array(#"{"a":[1.5e3,-0,true,null],"b\n":{"c":"\u0041é"}} "#.utf8)
        var dice = Dice(seed: 11)
        var accepted = 0
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0..<(1 + dice.roll(2)) {
                let place = dice.roll(bytes.count)
                switch dice.roll(3) {
                case 0: bytes[place] = alphabet[dice.roll(alphabet.count)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(alphabet[dice.roll(alphabet.count)], at: place)
                }
            }
            let plain = try? JSONSerialization.jsonObject(
                with: Data(bytes), options: .fragmentsAllowed)
            let isAccepted = fault(bytes, sentinel: 0x0A) == nil
            if isAccepted { accepted += 1 }
            let text = String(decoding: bytes, as: UTF8.self)
            // Foundation lets a comma stand before a closing bracket; the grammar does not.
            if text.contains(/,\s*[}\]]/), !isAccepted { continue }
            #expect(isAccepted == (plain != nil), "\(text)")
        }
        #expect(accepted > 100)
    }

    @Test("numbers are read as the standard library reads them")
    func numbers() {
        var dice = Dice(seed: 5)
        let texts =
            ["0", "-0", "0.1", "999999999999999", "1234567890123456", "176.35499866729558", "1e22"]
            + (0..<5000).map { _ in
                let whole = dice.roll(1 << dice.roll(50) + 1)
                let decimals = String(dice.roll(1 << dice.roll(40) + 1))
                return "\(dice.roll(2) == 0 ? "-" : "")\(whole).\(decimals)"
            }
        for text in texts {
            let bytes = Array(text.utf8)
            let value = bytes.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.flatMap {
                    NumberText.double(ByteText(start: $0, count: buffer.count))
                }
            }
            #expect(value?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }
}
