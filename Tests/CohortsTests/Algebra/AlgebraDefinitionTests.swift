// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Foundation
import Records
import Testing

@Suite("Definitions of the cohort algebra")
struct AlgebraDefinitionTests {
    private static let examples = [
        "algebra-creatinine-after-nsaid", "algebra-hba1c-in-range",
        "algebra-hypertension-to-stroke",
    ]

    private static func example(_ name: String) throws -> [UInt8] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](
            try Data(contentsOf: root.appendingPathComponent("Examples/\(name).json")))
    }

    @Test("the examples are read, and read back as written", arguments: examples)
    func examplesRoundTrip(name: String) throws {
        let definition = try AlgebraDefinition(json: Self.example(name), file: "\(name).json")
        #expect(try AlgebraDefinition(json: definition.json()) == definition)
        #expect(definition.rules.count == 3)
    }

    @Test("random definitions are read back as written")
    func randomRoundTrip() throws {
        var algebra = RandomAlgebra(seed: 5)
        for _ in 0..<300 {
            let definition = algebra.definition()
            #expect(try AlgebraDefinition(json: definition.json()) == definition)
        }
    }

    @Test("the creatinine example says in English what it counts")
    func creatinineInEnglish() throws {
        let definition = try AlgebraDefinition(json: Self.example(Self.examples[0]))
        #expect(
            definition.english == """
                Serial creatinine rise in the week after a first NSAID.
                Each of the first per subject of the events with code RxNorm/310965 or RxNorm/849574 is an index row; the day it starts is day 0.
                In the cohort are the index rows for which all of this holds:
                1. a creatinine value in the year before:
                  there is at least one of the events with code LOINC/38483-4, starting between 365 days before day 0 and day 0 (both days included)
                2. two creatinine values in the week after:
                  there are at least 2 of the events with code LOINC/38483-4, starting between day 0 and 7 days after day 0 (the first day not included, the last day included)
                3. two values in a row above 1.5 times the last one before:
                  there is at least one of (runs of 2 neighbouring rows of (the events with code LOINC/38483-4, each called row A, for which it starts between day 0 and 7 days after day 0 (the first day not included, the last day included)), in order of start and then number, for each of which, called row A, its number is above 1.5 times the last number (the largest of several at one moment) of the events with code LOINC/38483-4 starting between 365 days before day 0 and day 0 (both days included)), at any time
                A stay ends on day 7.
                Members are counted by sex, age at day 0 in tens of years.
                """)
    }

    @Test("the hypertension example says which day each window counts from")
    func hypertensionInEnglish() throws {
        let definition = try AlgebraDefinition(json: Self.example(Self.examples[2]))
        #expect(
            definition.english == """
                Stroke, heart attack or death after hypertension.
                Each of the first per subject of the events with code SNOMED/38341003 or SNOMED/59621000 is an index row; the day it starts is day 0.
                In the cohort are the index rows for which all of this holds:
                1. observed for a year before:
                  one period of observation reaches from 365 days before day 0 to day 0, both days included
                2. no stroke or heart attack so far:
                  there is none of the events with code SNOMED/230690007 or SNOMED/22298006, starting on or before day 0
                3. raised on two days at least a week apart:
                  there is at least one of (the events with code LOINC/8480-6 whose number is at least 140, in the unit mm[Hg], each called row A, for which there is at least one of the events with code LOINC/8480-6 whose number is at least 140, in the unit mm[Hg], starting between 7 days after the day row A starts and 365 days after the day row A starts (both days included)), starting between 365 days before day 0 and 365 days after day 0 (both days included)
                A stay ends at the end of the period of observation around day 0, on day 0 where there is none; or before that at the start of the earliest of:
                  - (the events with code SNOMED/230690007 together with the events with code SNOMED/22298006 together with the events with code BEDSIDE/death), starting after day 0 (itself not included)
                Members are counted by sex, age at day 0 in tens of years.
                """)
    }

    @Test(
        "a mistake is refused with its line, its place and what was expected",
        arguments: [
            (
                "{\n\"algebra\": 2,\n\"name\": \"x\", \"index\": \"observed\"}",
                "d.json: line 2, algebra: expected a whole number from 1 to 1."
            ),
            (
                "{\"algebra\": 1, \"name\": \"x\",\n\"index\": {\"frist\": \"observed\"}}",
                "d.json: line 2, index.frist: unknown key \"frist\"; expected \"first\" or another key of a cohort definition."
            ),
            (
                "{\"algebra\": 1, \"name\": \"x\",\n\"index\": \"index\"}",
                "d.json: line 2, index: expected an index that does not refer to itself."
            ),
            (
                "{\"algebra\": 1, \"name\": \"x\", \"index\": \"observed\",\n\"rules\": [\n{\"name\": \"a\", \"require\": {\"age\": {\"min\": 30, \"max\": 20}}}]}",
                "d.json: line 3, rules[0].require.age: expected a \"min\" that is not above \"max\"."
            ),
            (
                "{\"algebra\": 1, \"name\": \"x\",\n\"index\": {\"codes\":\n[\"LOINC\"]}}",
                "d.json: line 3, index.codes[0]: expected a code as SYSTEM/value, such as \"LOINC/4548-4\"."
            ),
            (
                "{\"algebra\": 1, \"name\": \"x\", \"index\": \"observed\", \"rules\": [{\"name\": \"a\",\n\"require\": {\"has\": \"observed\", \"days\": {\"after\": 0, \"before\": 1}}}]}",
                "d.json: line 2, rules[0].require.days: expected a stretch with at least one day in it."
            ),
            (
                "{\"algebra\": 1,\n",
                "d.json: line 2: expected a key in quotation marks."
            ),
            (
                "{\"algebra\": 1, \"name\": \"x\", \"index\": {\"codes\": [\"A/b\"],\n\"value\": {\"min\": 1, \"above\": 1}}}",
                "d.json: line 2, index.value: expected either \"min\" or \"above\"."
            ),
        ])
    func refusals(json: String, sentence: String) {
        #expect(
            throws: CohortError.self, "expected a refusal of \(json)",
            performing: { () throws in
                do throws(CohortError) {
                    _ = try AlgebraDefinition(json: Array(json.utf8), file: "d.json")
                } catch {
                    #expect(error.sentence == sentence)
                    throw error
                }
            })
    }
}
