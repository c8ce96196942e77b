// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Statistics
import Testing
import Timelines

@Suite("Cohort definitions")
struct CohortDefinitionTests {
    private static let example = """
        { "name": "Adults with diabetes and a high HbA1c",
          "index": { "anyOf": ["SNOMED/44054006"], "occurrence": "first" },
          "rules": [
            { "name": "adult", "age": { "min": 18, "max": 89 } },
            { "name": "women", "sex": "female" },
            { "name": "since 2000", "not": true, "anchorYear": { "max": 1999 } },
            { "name": "HbA1c", "anyOf": ["LOINC/4548-4"], "withinDays": [-365, 365],
              "atLeast": 2, "value": { "min": 7, "max": null, "unit": "%" } },
            { "name": "smoker", "anyOf": ["LOINC/72166-2"],
              "valueCode": ["SNOMED/449868002", "SNOMED/8517006"] },
            { "name": "no insulin before", "not": true, "anyOf": ["RxNorm/106892"],
              "withinDays": [null, -1] } ] }
        """

    @Test("a definition reads as sentences a clinician can check")
    func english() throws {
        let definition = try CohortDefinition(json: Array(Self.example.utf8))
        #expect(
            definition.inEnglish == """
                Adults with diabetes and a high HbA1c.
                A subject enters at their first event of SNOMED/44054006; the day it starts is day 0.
                Kept are those for whom all of this holds, in this order:
                1. adult: age at day 0 is from 18 to 89 years.
                2. women: recorded sex is female.
                3. since 2000: the year of the subject's first event of all is not of 1999 or less.
                4. HbA1c: there is at least 2 different days with an event of LOINC/4548-4 with a \
                value of 7 or more %, starting from 365 days before day 0 to 365 days after day 0.
                5. smoker: there is at least one event of LOINC/72166-2 with the answer \
                SNOMED/449868002 or SNOMED/8517006, at any time.
                6. no insulin before: there is NO event of RxNorm/106892, starting 1 day before \
                day 0 or earlier.
                """)
    }

    @Test("codes are printed with the names the site has for them")
    func displayNames() throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 1, in: scratch)
        let definition = CohortDefinition(
            name: "named",
            index: IndexEvent(
                anyOf: [RandomSite.codes[0].code, Code(.snomed, "9")], occurrence: .last),
            rules: [])
        #expect(
            definition.inEnglish(store: store) == """
                named.
                A subject enters at their last event of finding 0 (LOINC/L0) or SNOMED/9; \
                the day it starts is day 0.
                """)
    }

    @Test("what is written is read back as the same definition", arguments: 0..<200)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let definition = RandomSite.definition(&random)
        #expect(try CohortDefinition(json: definition.json()) == definition)
    }

    private func rule(_ text: String) -> String {
        """
        {"name": "n", "index": {"anyOf": ["SNOMED/1"]}, "rules": [
        {"name": "first", "sex": "male"},
        {"name": "r", \(text)}]}
        """
    }

    @Test(
        "a mistake is refused with its place and what was expected",
        arguments: [
            (
                #""anyOf": ["SNOMED/1"], "withinDays": [3, 1]"#,
                "f.json: rules[1].withinDays: expected a first day that is not after the last."
            ),
            (
                #""anyOf": ["SNOMED/1"], "withinDays": [0.5, 1]"#,
                "f.json: rules[1].withinDays[0]: expected a whole number from -73000 to 73000."
            ),
            (
                #""anyOf": ["SNOMED/1"], "withinDays": 30"#,
                "f.json: rules[1].withinDays: expected two whole numbers or nulls, such as "
                    + "[-365, 0]."
            ),
            (#""anyOf": []"#, "f.json: rules[1].anyOf: expected at least one code."),
            (
                #""anyOf": ["SNOMED/1", "44054006"]"#,
                "f.json: rules[1].anyOf[1]: expected a code as SYSTEM/value, such as "
                    + "\"LOINC/4548-4\"."
            ),
            (
                #""age": {"min": 40, "max": 30}"#,
                "f.json: rules[1].age: expected a \"min\" that is not above \"max\"."
            ),
            (
                #""age": {"min": null}"#,
                "f.json: rules[1].age: expected \"min\", \"max\" or both."
            ),
            (
                #""age": {"min": true}"#,
                "f.json: rules[1].age.min: expected a whole number from 0 to 150."
            ),
            (
                #""age": {"minimum": 40}"#,
                "f.json: rules[1].age: unknown key \"minimum\"; expected \"min\" or another key of "
                    + "a cohort definition."
            ),
            (
                #""anyOf": ["SNOMED/1"], "withindays": [0, 1]"#,
                "f.json: rules[1]: unknown key \"withindays\"; expected \"withinDays\" or another "
                    + "key of a cohort definition."
            ),
            (
                #""sex": "female", "anyOf": ["SNOMED/1"]"#,
                "f.json: rules[1]: expected exactly one of \"age\", \"sex\", \"anchorYear\" and "
                    + "\"anyOf\"."
            ),
            (
                #""sex": "female", "atLeast": 2"#,
                "f.json: rules[1].atLeast: expected \"atLeast\" only in a rule with \"anyOf\"."
            ),
            (
                #""sex": "woman""#,
                "f.json: rules[1].sex: expected one of \"female\", \"male\", \"other\", "
                    + "\"unknown\"."
            ),
            (
                #""anyOf": ["SNOMED/1"], "atLeast": 0"#,
                "f.json: rules[1].atLeast: expected a whole number from 1 to 1000."
            ),
            (
                #""anyOf": ["SNOMED/1"], "value": {"unit": "%"}"#,
                "f.json: rules[1].value: expected \"min\", \"max\" or both."
            ),
            (
                #""anyOf": ["SNOMED/1"], "value": {"min": 1}, "valueCode": ["SNOMED/2"]"#,
                "f.json: rules[1].valueCode: expected either \"value\" or \"valueCode\", since no "
                    + "event has a number and a code."
            ),
            (
                #""sex": "male", "not": 1"#, "f.json: rules[1].not: expected true or false."
            ),
            (
                #""sex": "male", "sex": "female""#,
                "f.json: line 3: expected each key of an object once."
            ),
            (#""sex": "male","#, "f.json: line 3: expected a key in quotation marks."),
        ])
    func refusals(text: String, sentence: String) {
        let error = #expect(throws: CohortError.self) {
            try CohortDefinition(json: Array(rule(text).utf8), file: "f.json")
        }
        #expect(error?.sentence == sentence)
    }

    @Test("a definition lacks a part: the part is named")
    func missing() {
        for (text, expected) in [
            ("[]", "the definition: expected an object with \"name\", \"index\", \"rules\"."),
            ("{}", "the definition: expected \"name\", which is missing."),
            (#"{"name": ""}"#, "name: expected a string of 1 to 200 characters on one line."),
            (#"{"name": "a", "index": {}}"#, "index: expected \"anyOf\", which is missing."),
            (
                #"{"name": "a", "index": {"anyOf": ["A/1"], "occurrence": "second"}}"#,
                "index.occurrence: expected one of \"first\", \"last\"."
            ),
            (
                #"{"name": "a", "index": {"anyOf": ["A/1"]}}"#,
                "the definition: expected \"rules\", which is missing."
            ),
        ] {
            let error = #expect(throws: CohortError.self) {
                try CohortDefinition(json: Array(text.utf8))
            }
            #expect(error?.sentence == expected)
        }
    }

    @Test("text that is not JSON is refused with its line, whatever bytes it holds")
    func notJSON() throws {
        let wrong = [
            "", "{", "{\"name\" 1}", "{\"name\": 01}", "nul", "[1,]", "\"\\x\"", "\"\\ud800\"",
            "{} {}", "1e999", "\"a\nb\"", "-", "[" + String(repeating: "[", count: 100_000),
        ]
        for text in wrong {
            let error = #expect(throws: CohortError.self) {
                try CohortDefinition(json: Array(text.utf8))
            }
            guard case .notJSON = error else {
                Issue.record("\(text.prefix(20)) is not called broken JSON")
                continue
            }
        }
        #expect(throws: CohortError.notJSON(file: nil, line: 1, expected: "UTF-8 text throughout"))
        {
            try CohortDefinition(json: [0x22, 0xFF, 0x22])
        }
        var random = SeededRandom(seed: 5)
        let bytes = Array(Self.example.utf8)
        for _ in 0..<2000 {
            var altered = bytes
            for _ in 0...random.below(3) {
                altered[random.below(altered.count)] = UInt8(random.below(128))
            }
            _ = try? CohortDefinition(json: altered)
        }
    }
}
