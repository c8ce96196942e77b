// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics
import Testing
import Timelines

@testable import Cohorts

@Suite("Why a subject is in a plain cohort or not")
struct WhyPlainTests {
    @Test("membership and every rule are those of the engine", arguments: 0..<8)
    func agrees(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: seed, in: scratch)
        let engine = CohortEngine(store: store)
        var random = SeededRandom(seed: seed ^ 0xC0)
        for _ in 0..<12 {
            let definition = RandomSite.definition(&random)
            let members = Set(engine.evaluate(definition).members.map(\.subject))
            let bits = try engine.bitsets(definition)
            let entries = Set(bits.entries.subjects)
            let passing = definition.rules.indices.map {
                Set(bits.passing(enabled: [$0]).subjects)
            }
            for subject in 0..<store.subjectCount {
                let report = WhyReport(definition, subject: subject, store: store)
                #expect(report.isMember == members.contains(subject))
                let isEntry = entries.contains(UInt32(subject))
                #expect(report.rules.count == (isEntry ? 1 + definition.rules.count : 1))
                let met = passing.map { $0.contains(UInt32(subject)) }
                if isEntry { #expect(report.rules.dropFirst().map(\.isMet) == met) }
            }
        }
    }

    @Test("events outside the window or the range are told with what they lack")
    func nearMisses() throws {
        let scratch = try ScratchDirectory()
        let codes = ["entry", "value"].map {
            CodeEntry(code: Code(.loinc, $0), display: $0 == "value" ? "HbA1c" : "")
        }
        func value(_ day: Int32, _ number: Double) -> EventRow {
            EventRow(
                subject: 0, code: 1, start: day * 1440, kind: .number, number: number, unit: 0)
        }
        let path = "\(scratch.path)/store"
        try TimelineWriter.write(
            subjects: [
                SubjectRecord(
                    id: SubjectID(high: 0, low: 1), sex: .female, anchorYear: 2020,
                    ageAtAnchor: 40, isAged: false)
            ],
            events: [
                EventRow(subject: 0, code: 0, start: 100 * 1440), value(60, 7.5), value(96, 9),
                value(99, 6.1), value(105, 8),
            ], codes: codes, units: ["%"], to: path)
        let store = try TimelineStore.open(path)
        var condition = EventCondition(
            anyOf: [codes[1].code], withinDays: Bounds(min: -30, max: 0), atLeast: 2)
        condition.value = .init(bounds: Bounds(min: 6.5), unit: "%")
        let definition = CohortDefinition(
            name: "high", index: IndexEvent(anyOf: [codes[0].code], occurrence: .first),
            rules: [CohortRule(name: "two high values", condition: .event(condition))])
        let report = WhyReport(definition, subject: 0, store: store)
        #expect(!report.isMember)
        #expect(report.rules[1].fired.map(\.day) == [-4])
        #expect(report.rules[1].fired.map(\.value) == ["9 %"])
        #expect(report.rules[1].nearMisses.map(\.day) == [-1, 5, -40])
        #expect(
            report.rules[1].nearMisses.map(\.note) == [
                "0.4 below 6.5", "5 days too late", "10 days too early",
            ])
        #expect(
            report.text == """
                Not in the cohort: “two high values” is not met.
                0. Entry event: met. The first of 1 entry event is day 0.
                   counted: day 0: LOINC/entry
                1. two high values: NOT met. Found 1 different day that counts, of 2 asked for.
                   counted: day -4: HbA1c (LOINC/value) 9 %
                   nearly: day -1: HbA1c (LOINC/value) 6.1 %; 0.4 below 6.5
                   nearly: day 5: HbA1c (LOINC/value) 8 %; 5 days too late
                   nearly: day -40: HbA1c (LOINC/value) 7.5 %; 10 days too early
                """)
        #expect(report.rules.map(\.position) == [nil, 0])
        let without = WhyReport(definition, subject: 0, store: store, enabled: [])
        #expect(without.isMember)
        #expect(!without.rules[1].isOn)
    }
}

@Suite("Why a subject is in a cohort of the algebra or not")
struct WhyAlgebraTests {
    @Test("membership and rules are those of the result", arguments: 1...4 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var algebra = RandomAlgebra(seed: seed)
        let store = try algebra.store(in: scratch)
        for _ in 0..<20 {
            let result = AlgebraEngine(store).evaluate(algebra.definition())
            let members = Set(result.rows().subjects)
            for subject in 0..<store.subjectCount {
                let report = WhyReport(result, subject: subject)
                #expect(report.isMember == members.contains(UInt32(subject)))
            }
        }
    }
}
