// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Testing

@Suite("a case as JSON")
struct CaseInputTests {
    let knowledge: KnowledgeBase

    init() throws { knowledge = try Fixture.ddxplus() }

    private func read(_ text: String) throws(CaseError) -> CaseInput {
        try CaseInput(json: Array(text.utf8), knowledge: knowledge)
    }

    private func refusal(_ text: String) -> CaseError? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return error
        }
    }

    @Test("reads the example that every refusal shows")
    func example() throws {
        let input = try read(CaseError.example)
        #expect(
            input
                == CaseInput(
                    age: 54, sex: .female,
                    findings: [Finding(evidence: "E_53", isPresent: true)]))
    }

    @Test("takes an evidence by code, short name or question, and the same answer twice as one")
    func names() throws {
        let question = knowledge.evidences[try #require(knowledge.evidence(named: "E_91"))].question
        let input = try read(
            """
            {"findings": [{"present": true, "evidence": "e_53"},
              {"evidence": "Sore Throat", "present": false},
              {"evidence": "\(question.uppercased())", "present": true},
              {"evidence": "E_97", "present": false}], "id": "caf\\u00e9 \\ud83d\\ude00"}
            """)
        #expect(
            input.findings == [
                Finding(evidence: "E_53", isPresent: true),
                Finding(evidence: "E_97", isPresent: false),
                Finding(evidence: "E_91", isPresent: true),
            ])
        #expect(input.id == "caf\u{e9} \u{1f600}")
        #expect(input.age == nil)
    }

    @Test("is written in the shape it is read in")
    func roundTrip() throws {
        let input = CaseInput(
            id: "1", age: 0, sex: .other,
            findings: [
                Finding(evidence: "E_53", isPresent: true),
                Finding(evidence: "E_0", isPresent: false),
            ])
        let data = try JSONEncoder().encode(input)
        #expect(try CaseInput(json: Array(data), knowledge: knowledge) == input)
        #expect(try JSONDecoder().decode(CaseInput.self, from: data) == input)
    }

    @Test(
        "is refused with the place and what was expected",
        arguments: [
            ("", CaseError.notJSON(line: 1, expected: "a JSON value")),
            ("[]", .wrongType(place: "as a whole", expected: "a JSON object")),
            ("{}", .missingKey(place: "the case itself", key: "findings")),
            ("{\"findings\":[]} x", .notJSON(line: 1, expected: "nothing after the JSON value")),
            ("{\"findings\":\n[1}", .notJSON(line: 2, expected: "a comma or a closing bracket")),
            ("{\"findings\":{}}", .wrongType(place: "findings", expected: "a list")),
            (
                "{\"findings\":[true]}",
                .wrongType(
                    place: "findings[0]", expected: "an object with \"evidence\" and \"present\"")
            ),
            (
                "{\"finding\":[]}",
                .unknownKey(
                    place: "the case itself", nearest: "findings",
                    known: ["id", "age", "sex", "findings"])
            ),
            (
                "{\"findings\":[{\"evidence\":\"E_53\",\"presnt\":true}]}",
                .unknownKey(
                    place: "findings[0]", nearest: "present", known: ["evidence", "present"])
            ),
            (
                "{\"findings\":[{\"evidence\":\"E_53\"}]}",
                .missingKey(place: "findings[0]", key: "present")
            ),
            (
                "{\"findings\":[{\"present\":true}]}",
                .missingKey(place: "findings[0]", key: "evidence")
            ),
            (
                "{\"findings\":[{\"evidence\":53,\"present\":true}]}",
                .wrongType(place: "findings[0].evidence", expected: "text")
            ),
            (
                "{\"findings\":[{\"evidence\":\"E_53\",\"present\":1}]}",
                .wrongType(place: "findings[0].present", expected: "true or false")
            ),
            (
                "{\"findings\":[{\"evidence\":\"soar throat\",\"present\":true}]}",
                .unknownEvidence(place: "findings[0].evidence", nearest: "E_97 (sore throat)")
            ),
            (
                """
                {"findings":[{"evidence":"E_53","present":true},
                {"evidence":"E_53","present":false}]}
                """, .contradiction(place: "findings[1]", evidence: "E_53")
            ),
            ("{\"age\":131,\"findings\":[]}", .ageOutOfRange),
            ("{\"age\":-1,\"findings\":[]}", .ageOutOfRange),
            ("{\"age\":3.5,\"findings\":[]}", .ageOutOfRange),
            (
                "{\"age\":\"54\",\"findings\":[]}",
                .wrongType(place: "age", expected: "whole years as a number")
            ),
            (
                "{\"age\":true,\"findings\":[]}",
                .wrongType(place: "age", expected: "whole years as a number")
            ),
            (
                "{\"sex\":\"F\",\"findings\":[]}",
                .wrongType(
                    place: "sex",
                    expected: "one of \"female\", \"male\", \"other\", \"unknown\"")
            ),
            ("{\"age\":5,\n\"age\":6,\"findings\":[]}", .repeatedKey(line: 2, place: "an object")),
            (
                "{\"id\":\"\",\"findings\":[]}",
                .wrongType(place: "id", expected: "text of 1 to 128 characters")
            ),
            ("{\"age\":01,\"findings\":[]}", .notJSON(line: 1, expected: "a JSON value")),
            (
                "{\"id\":\"\\ud800\",\"findings\":[]}",
                .notJSON(line: 1, expected: "both halves of a surrogate pair")
            ),
            (
                "{\"id\":\"a", .notJSON(line: 1, expected: "a closing double quote")
            ),
        ] as [(String, CaseError)])
    func refusals(text: String, expected: CaseError) {
        #expect(refusal(text) == expected)
        #expect(!expected.sentence.isEmpty)
    }

    @Test("cannot exhaust the reader by nesting, by length or by bytes that are not text")
    func attacks() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(refusal(deep) == .notJSON(line: 1, expected: "at most 16 levels of nesting"))
        let item = "{\"evidence\":\"E_53\",\"present\":true}"
        let long = Array(repeating: item, count: 1001).joined(separator: ",")
        #expect(refusal("{\"findings\":[\(long)]}") == .tooManyFindings(limit: 1000))
        let bytes = Array("{\"id\":\"".utf8) + [0xff, 0xfe] + Array("\",\"findings\":[]}".utf8)
        #expect(throws: CaseError.notJSON(line: 1, expected: "text in UTF-8")) {
            try CaseInput(json: bytes, knowledge: knowledge)
        }
        for length in 0..<CaseError.example.utf8.count {
            let cut = String(CaseError.example.prefix(length))
            #expect(refusal(cut) != nil)
        }
    }

    @Test("a refusal never repeats what was sent")
    func noEcho() {
        let secret = "Zebulon Q Patientname"
        for text in [
            "{\"\(secret)\":1,\"findings\":[]}", "{\"id\":{\"a\":\"\(secret)\"},\"findings\":[]}",
            "{\"sex\":\"\(secret)\",\"findings\":[]}",
            "{\"findings\":[{\"evidence\":\"\(secret)\",\"present\":true}]}",
            "{\"findings\":[{\"evidence\":\"E_53\",\"\(secret)\":true}]}", secret,
        ] {
            let sentence = refusal(text)?.sentence ?? secret
            #expect(!sentence.contains("Zebulon"))
        }
    }
}
