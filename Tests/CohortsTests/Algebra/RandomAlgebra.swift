// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Statistics
import Timelines

/// Small worlds and definitions of all operators, drawn at random.
struct RandomAlgebra {
    static let units = ["%", "mmol/mol"]
    static let codes: [Code] = [
        Code(.bedside, "observation-period"), Code(.loinc, "A"), Code(.loinc, "B"),
        Code(.loinc, "C"), Code(.loinc, "D"),
    ]

    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func store(in scratch: ScratchDirectory, subjects: Int = 40) throws -> TimelineStore {
        let records = (0..<subjects).map { number in
            SubjectRecord(
                id: SubjectID(high: UInt64(number), low: random.next()),
                sex: Sex.allCases[random.below(4)], anchorYear: Int32(2000 + random.below(6)),
                ageAtAnchor: random.chance(0.9) ? Int32(random.below(90)) : nil,
                isAged: random.chance(0.1))
        }
        let hasPeriods = random.chance(0.5)
        // Some subjects have no event at all.
        let events = (0..<subjects * 9).map { _ in event(subjects - 2, hasPeriods) }
        let path = "\(scratch.path)/store-\(random.next())"
        try TimelineWriter.write(
            subjects: records, events: events,
            codes: RandomAlgebra.codes.map { CodeEntry(code: $0, display: "") },
            units: RandomAlgebra.units, to: path)
        return try TimelineStore.open(path)
    }

    private mutating func event(_ subjects: Int, _ hasPeriods: Bool) -> EventRow {
        let start = Int32(random.below(40)) * 720 - 5 * 1440
        var event = EventRow(
            subject: UInt32(random.below(subjects)), code: UInt32(1 + random.below(4)),
            start: start)
        // Rows of one moment end together: ties are settled by numbers alone.
        if start % 1440 != 0 { event.end = start + (start & 7) * 600 }
        if hasPeriods, random.chance(0.15) {
            event.code = 0
            event.end = start + Int32(random.below(8)) * 1440
            return event
        }
        if random.chance(0.7) {
            event.kind = [.number, .number, .number, .below, .above][random.below(5)]
            event.number = Double(random.below(5)) - 1
            event.unit = Int32(random.below(3)) - 1
        } else if random.chance(0.3) {
            event.kind = .code
            event.valueCode = Int32(1 + random.below(4))
        }
        return event
    }

    // MARK: - Definitions

    mutating func definition() -> AlgebraDefinition {
        var definition = AlgebraDefinition(
            name: "a \"random\" one", index: rows(2, mayUseIndex: false),
            rules: (0..<random.below(4)).map { number in
                AlgebraRule("rule \(number)", condition(2, mayUseIndex: true))
            })
        definition.exit = AlgebraExit(
            plan(),
            stops: (0..<random.below(3)).map { _ in
                AlgebraExit.Stop(rows(1, mayUseIndex: true), window())
            })
        definition.strata = AlgebraStratum.allCases.filter { _ in random.chance(0.3) }
        return definition
    }

    private mutating func plan() -> AlgebraExit.Plan {
        switch random.below(5) {
        case 0: .endOfRow
        case 1: .days(random.below(9), from: edge())
        case 2: .endOfEra(rows(1, mayUseIndex: true), gapDays: random.below(4))
        case 3: .endOfObservation
        default: .last(rows(1, mayUseIndex: true))
        }
    }

    mutating func rows(_ depth: Int, mayUseIndex: Bool) -> AlgebraExpression {
        guard depth > 0, random.chance(0.75) else {
            if mayUseIndex, random.chance(0.15) { return .index }
            return random.chance(0.1) ? .observed : .event(event())
        }
        func inner(_ algebra: inout RandomAlgebra) -> AlgebraExpression {
            algebra.rows(depth - 1, mayUseIndex: mayUseIndex)
        }
        switch random.below(10) {
        case 0: return .first(inner(&self))
        case 1: return .last(inner(&self))
        case 2: return .nth(1 + random.below(3), inner(&self))
        case 3: return .union([inner(&self), inner(&self)])
        case 4: return .intersection([inner(&self), inner(&self)])
        case 5: return .complement(inner(&self))
        case 6: return .atLeast(1 + random.below(3), [inner(&self), inner(&self), inner(&self)])
        case 7: return .eras(inner(&self), gapDays: random.below(4))
        case 8:
            return .consecutive(
                1 + random.below(3), inner(&self),
                each: condition(depth - 1, mayUseIndex: mayUseIndex))
        default:
            return .filter(inner(&self), condition(depth - 1, mayUseIndex: mayUseIndex))
        }
    }

    private mutating func event() -> AlgebraEvent {
        var event = AlgebraEvent(someCodes())
        switch random.below(5) {
        case 0: event.value = range()
        case 1: event.valueCodes = someCodes()
        case 2: event.unit = (RandomAlgebra.units + ["g"])[random.below(3)]
        default: break
        }
        return event
    }

    private mutating func someCodes() -> [Code] {
        (0...random.below(2)).map { _ in
            random.chance(0.05) ? Code(.loinc, "absent") : RandomAlgebra.codes[1 + random.below(4)]
        }
    }

    mutating func condition(_ depth: Int, mayUseIndex: Bool) -> AlgebraCondition {
        func anchor(_ algebra: inout RandomAlgebra) -> AlgebraAnchor {
            mayUseIndex && algebra.random.chance(0.4) ? .index : .row
        }
        func parts(_ algebra: inout RandomAlgebra) -> [AlgebraCondition] {
            (0...algebra.random.below(2)).map { _ in
                algebra.condition(depth - 1, mayUseIndex: mayUseIndex)
            }
        }
        if depth > 0, random.chance(0.35) {
            switch random.below(4) {
            case 0: return .all(parts(&self))
            case 1: return .any(parts(&self))
            case 2: return .not(condition(depth - 1, mayUseIndex: mayUseIndex))
            default: return .atLeast(1 + random.below(2), parts(&self))
            }
        }
        switch random.below(mayUseIndex ? 12 : 11) {
        case 0: return .value(range())
        case 1, 2:
            let baseline = AlgebraBaseline(
                AlgebraBaseline.Aggregate.allCases[random.below(6)],
                of: rows(depth - 1, mayUseIndex: mayUseIndex), window(), around: anchor(&self))
            return random.chance(0.5)
                ? .ratio(range(), to: baseline) : .change(range(), from: baseline)
        case 3: return .age(bounds(0, 100))
        case 4: return .sex(Sex.allCases[random.below(4)])
        case 5: return .anchorYear(bounds(1999, 8))
        case 6: return .observed(before: random.below(4), after: random.below(4))
        case 11: return .within(window())
        default:
            return .has(
                AlgebraMatch(
                    rows(depth - 1, mayUseIndex: mayUseIndex), relation(), of: anchor(&self),
                    atLeast: 1 + random.below(3), counting: random.chance(0.5) ? .days : .events))
        }
    }

    private mutating func relation() -> AlgebraRelation {
        switch random.below(9) {
        case 0: .anytime
        case 1: .before
        case 2: .after
        case 3: .during
        case 4: .around
        case 5: .overlapping
        default: .window(window())
        }
    }

    private mutating func edge() -> AlgebraEdge { random.chance(0.7) ? .start : .end }

    private mutating func window() -> AlgebraWindow {
        let days = [random.below(16) - 8, random.below(16) - 8].sorted()
        var window = AlgebraWindow(of: edge(), edge: edge())
        if random.chance(0.75) {
            window.from = .init(days[0] - 1, isIncluded: random.chance(0.5))
        }
        if random.chance(0.75) || window.from == nil {
            window.to = .init(days[1] + 1, isIncluded: random.chance(0.5))
        }
        return window
    }

    private mutating func range() -> AlgebraRange {
        let numbers = [Double(random.below(4)), Double(random.below(4))].sorted()
        var range = AlgebraRange()
        if random.chance(0.7) {
            range.lower = .init(
                numbers[0] - 0.5 * Double(random.below(2)), isIncluded: random.chance(0.5))
        }
        if random.chance(0.5) || range.lower == nil {
            range.upper = .init(numbers[1], isIncluded: random.chance(0.5))
        }
        return range
    }

    private mutating func bounds(_ low: Int, _ width: Int) -> Bounds<Int> {
        let ends = [low + random.below(width), low + random.below(width)].sorted()
        switch random.below(3) {
        case 0: return Bounds(min: ends[0])
        case 1: return Bounds(max: ends[1])
        default: return Bounds(min: ends[0], max: ends[1])
        }
    }
}
