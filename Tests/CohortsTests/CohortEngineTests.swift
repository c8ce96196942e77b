// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Foundation
import Records
import Statistics
import Testing
import Timelines

@Suite("Cohort evaluation")
struct CohortEngineTests {
    @Test("members and attrition equal those found by reading timelines", arguments: 0..<200)
    func twins(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: seed, in: scratch)
        let (engine, plain) = (CohortEngine(store: store), PlainCohortEngine(store: store))
        var random = SeededRandom(seed: seed ^ 0xC0)
        for _ in 0..<15 {
            let definition = RandomSite.definition(&random)
            let result = engine.evaluate(definition)
            let expected = plain.evaluate(definition)
            #expect(result.members == expected.members)
            #expect(result.attrition.map(\.remaining) == expected.remaining.map { .exact($0) })
            let before = [store.subjectCount] + expected.remaining
            #expect(
                result.attrition.map(\.removed)
                    == zip(before, expected.remaining).map { .exact($0 - $1) })
            #expect(result.persons == .exact(expected.members.count))
        }
    }

    /// One subject, so that a condition either holds or not.
    private func holds(
        _ condition: CohortRule.Condition, _ subject: SubjectRecord, _ events: [EventRow]
    )
        throws -> Bool
    {
        let scratch = try ScratchDirectory()
        let path = "\(scratch.path)/one"
        var events = events
        events.append(EventRow(subject: 0, code: 5, start: 1000 * 1440))
        try TimelineWriter.write(
            subjects: [subject], events: events, codes: RandomSite.codes, units: RandomSite.units,
            to: path)
        let definition = CohortDefinition(
            name: "one", index: IndexEvent(anyOf: [RandomSite.codes[5].code], occurrence: .first),
            rules: [CohortRule(name: "rule", condition: condition)])
        let store = try TimelineStore.open(path)
        return CohortEngine(store: store).evaluate(definition).persons == .exact(1)
    }

    private func subject(age: Int32?, isAged: Bool = false) -> SubjectRecord {
        SubjectRecord(
            id: SubjectID(high: 0, low: 1), sex: .female, anchorYear: 2000, ageAtAnchor: age,
            isAged: isAged)
    }

    @Test("age at day 0 adds whole years since the anchor; 90+ counts as 90, unknown as no age")
    func ages() throws {
        // 1,000 days are two whole years.
        #expect(try holds(.age(Bounds(min: 42, max: 42)), subject(age: 40), []))
        #expect(try !holds(.age(Bounds(min: 43)), subject(age: 40), []))
        #expect(try holds(.age(Bounds(min: 90, max: 90)), subject(age: nil, isAged: true), []))
        #expect(try holds(.age(Bounds(min: 18)), subject(age: nil, isAged: true), []))
        #expect(try !holds(.age(Bounds(min: 18, max: 89)), subject(age: nil, isAged: true), []))
        #expect(try !holds(.age(Bounds(min: 91)), subject(age: nil, isAged: true), []))
        #expect(try !holds(.age(Bounds(min: 0, max: 150)), subject(age: nil), []))
    }

    @Test("a window includes its first and last day, and the day starts at midnight")
    func windows() throws {
        let condition = CohortRule.Condition.event(
            EventCondition(anyOf: [RandomSite.codes[0].code], withinDays: Bounds(min: -3, max: 0)))
        for (start, expected) in [
            (997 * 1440 - 1, false), (997 * 1440, true), (1001 * 1440 - 1, true),
            (1001 * 1440, false),
        ] {
            let event = EventRow(subject: 0, code: 0, start: Int32(start))
            #expect(try holds(condition, subject(age: 1), [event]) == expected)
        }
    }

    @Test("twice on one day is one day but two events")
    func distinctDays() throws {
        let twice = (0..<2).map { EventRow(subject: 0, code: UInt32($0), start: 7 * 1440) }
        let codes = [RandomSite.codes[0].code, RandomSite.codes[1].code]
        for (counting, expected) in [(EventCondition.Counting.days, false), (.events, true)] {
            let condition = EventCondition(anyOf: codes, atLeast: 2, counting: counting)
            #expect(try holds(.event(condition), subject(age: 1), twice) == expected)
        }
        let named = EventCondition(anyOf: [codes[0], codes[0]], atLeast: 2, counting: .events)
        #expect(try !holds(.event(named), subject(age: 1), [twice[0]]))
    }

    @Test("less than 5 is surely at most 5, and surely neither at least 1 nor at most 4")
    func censoredValues() throws {
        let event = EventRow(subject: 0, code: 0, start: 0, kind: .below, number: 5)
        for (bounds, expected) in [
            (Bounds(max: 5.0), true), (Bounds(max: 4.0), false), (Bounds(min: 1.0), false),
            (Bounds(min: 1.0, max: 9.0), false),
        ] {
            let condition = EventCondition(
                anyOf: [RandomSite.codes[0].code], value: .init(bounds: bounds))
            #expect(try holds(.event(condition), subject(age: 1), [event]) == expected)
        }
    }

    @Test("codes the site lacks and values in several units are warned about")
    func warnings() throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 1, in: scratch)
        let codes = RandomSite.codes.map(\.code)
        let absent = Code(.snomed, "1")
        func event(_ unit: String?) -> CohortRule {
            let value = EventCondition.ValueRange(bounds: Bounds(min: 1), unit: unit)
            let condition = EventCondition(anyOf: [codes[0]], value: value)
            return CohortRule(name: "value", condition: .event(condition))
        }
        let definition = CohortDefinition(
            name: "warned", index: IndexEvent(anyOf: [codes[0], absent], occurrence: .first),
            rules: [event(nil), event("g"), event("%")])
        #expect(
            CohortEngine(store: store).evaluate(definition).warnings == [
                "index.anyOf: SNOMED/1 does not occur at this site",
                "rules[0].value: values come in several units (\"%\", \"mmol/mol\"); "
                    + "name the one you mean",
                "rules[1].value.unit: no value has the unit \"g\"; units are \"%\", \"mmol/mol\"",
            ])
    }

    @Test("a report carries no member and no hidden number", arguments: 0..<20)
    func report(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: seed, in: scratch)
        let engine = CohortEngine(store: store)
        var random = SeededRandom(seed: seed)
        let definition = RandomSite.definition(&random)
        let exact = engine.evaluate(definition)
        let released = engine.released(exact)
        #expect(released.members.isEmpty)
        #expect(engine.released(released) == released || released.attrition == exact.attrition)
        let report = engine.report(definition)
        let numbers = report.attrition.flatMap { [$0.removed, $0.remaining] } + [report.persons]
        #expect(numbers.allSatisfy { $0.map { !(1...10).contains($0) } ?? true })
        let decoded = try JSONDecoder().decode(
            CohortReport.self, from: JSONEncoder().encode(report))
        #expect(decoded == report)
        if case .exact(let persons) = exact.persons, (1...10).contains(persons) {
            #expect(report.personsText == "<11" && report.persons == nil)
        }
        let json = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        #expect(report.persons != nil || json.contains("\"persons\":null"))
        #expect(json.components(separatedBy: "\"remaining\":").count == report.attrition.count + 1)
    }
}
