// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Foundation
import Records
import Statistics
import Timelines

/// A directory of its own that goes away with the test.
final class ScratchDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bedside-cohorts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Random stores and random definitions over the same few codes, so that much of it matches.
struct RandomSite {
    static let units = ["%", "mmol/mol"]
    static let codes: [CodeEntry] = (0..<6).map {
        CodeEntry(code: Code(.loinc, "L\($0)"), display: $0 == 5 ? "" : "finding \($0)")
    }

    static func store(seed: UInt64, subjects: Int = 60, in scratch: ScratchDirectory) throws
        -> TimelineStore
    {
        var random = SeededRandom(seed: seed)
        let records = (0..<subjects).map { number in
            SubjectRecord(
                id: SubjectID(high: UInt64(number), low: random.next()),
                sex: Sex.allCases[random.below(4)], anchorYear: Int32(2000 + random.below(6)),
                ageAtAnchor: random.chance(0.9) ? Int32(random.below(90)) : nil,
                isAged: random.chance(0.1))
        }
        let events = (0..<subjects * 8).map { _ in event(&random, subjects) }
        let path = "\(scratch.path)/store"
        try TimelineWriter.write(
            subjects: records, events: events, codes: codes, units: units, to: path)
        return try TimelineStore.open(path)
    }

    private static func event(_ random: inout SeededRandom, _ subjects: Int) -> EventRow {
        // Minutes, some before the anchor, so that the rounding to days matters.
        let start = Int32(random.below(20 * 1440)) - 2 * 1440
        var event = EventRow(
            subject: UInt32(random.below(subjects)), code: UInt32(random.below(5)),
            start: random.chance(0.1) ? start * 150 : start)
        if random.chance(0.6) {
            event.kind = [.number, .number, .below, .above][random.below(4)]
            event.number = Double(random.below(6))
            event.unit = Int32(random.below(3)) - 1
        } else if random.chance(0.5) {
            event.kind = .code
            event.valueCode = Int32(random.below(6))
        }
        return event
    }

    static func definition(_ random: inout SeededRandom) -> CohortDefinition {
        CohortDefinition(
            name: "random \"\\ü\t".filter { $0 != "\t" },
            index: IndexEvent(
                anyOf: someCodes(&random), occurrence: random.chance(0.5) ? .first : .last),
            rules: (0..<random.below(5)).map { rule(&random, $0) })
    }

    private static func rule(_ random: inout SeededRandom, _ number: Int) -> CohortRule {
        let condition: CohortRule.Condition =
            switch random.below(6) {
            case 0: .age(bounds(&random, 0, 100))
            case 1: .sex(Sex.allCases[random.below(4)])
            case 2: .anchorYear(bounds(&random, 1999, 8))
            default: .event(event(&random))
            }
        return CohortRule(
            name: "rule \(number)", condition: condition, isNegated: random.chance(0.3))
    }

    private static func event(_ random: inout SeededRandom) -> EventCondition {
        var event = EventCondition(
            anyOf: someCodes(&random), atLeast: 1 + random.below(3),
            counting: random.chance(0.5) ? .days : .events)
        if random.chance(0.8) {
            event.withinDays = Bounds(
                min: random.chance(0.7) ? random.below(12) - 10 : nil,
                max: random.chance(0.7) ? 1 + random.below(12) : nil)
        }
        if random.chance(0.4) {
            let range = bounds(&random, 0, 6)
            event.value = .init(
                bounds: Bounds(min: range.min.map(Double.init), max: range.max.map(Double.init)),
                unit: random.chance(0.5) ? (units + ["g"])[random.below(3)] : nil)
        } else if random.chance(0.3) {
            event.valueCode = someCodes(&random)
        }
        return event
    }

    private static func someCodes(_ random: inout SeededRandom) -> [Code] {
        (0...random.below(2)).map { _ in
            random.chance(0.05) ? Code(.loinc, "absent") : codes[random.below(6)].code
        }
    }

    private static func bounds(_ random: inout SeededRandom, _ low: Int, _ width: Int)
        -> Bounds<Int>
    {
        let ends = [low + random.below(width), low + random.below(width)].sorted()
        switch random.below(3) {
        case 0: return Bounds(min: ends[0])
        case 1: return Bounds(max: ends[1])
        default: return Bounds(min: ends[0], max: ends[1])
        }
    }
}
