// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Statistics
import Testing
import Timelines

@Suite("The cohort algebra's engine")
struct AlgebraEngineTests {
    @Test("equals the plain reading of whole timelines", arguments: 1...10 as ClosedRange<UInt64>)
    func equalsPlainReading(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var algebra = RandomAlgebra(seed: seed)
        let store = try algebra.store(in: scratch)
        let plain = PlainAlgebra(store)
        let engine = AlgebraEngine(store)
        let inParts = AlgebraEngine(store, rowsOfPart: 1)
        for number in 0..<40 {
            let definition = algebra.definition()
            let result = engine.evaluate(definition)
            let expected = plain.evaluate(definition)
            #expect(
                sorted(entries(result)) == sorted(expected),
                "seed \(seed), definition \(number): \(definition.english)")
            let members = expected.filter { !$0.passes.contains(false) }
            #expect(result.rows().subjects == members.map { UInt32($0.subject) })
            #expect(result.remaining() == remaining(expected, definition.rules.count))
            // Small parts side by side must give what one does.
            #expect(inParts.evaluate(definition) == result)
        }
    }

    private func entries(_ result: AlgebraResult) -> [PlainAlgebra.Entry] {
        // Bit by bit through the rules switched on alone.
        let passes = result.rules.indices.map { Set(result.members(enabled: [$0])) }
        return result.subjects.indices.map { row in
            PlainAlgebra.Entry(
                subject: Int(result.subjects[row]), start: result.starts[row],
                end: result.ends[row], stop: Int(result.stops[row]),
                passes: passes.map { $0.contains(row) })
        }
    }

    /// Rows of one moment are in no order of their own.
    private func sorted(_ entries: [PlainAlgebra.Entry]) -> [PlainAlgebra.Entry] {
        entries.sorted { left, right in
            (left.subject, left.start, left.end, left.stop, left.passes.map(\.description).joined())
                < (
                    right.subject, right.start, right.end, right.stop,
                    right.passes.map(\.description).joined()
                )
        }
    }

    private func remaining(_ entries: [PlainAlgebra.Entry], _ rules: Int) -> [Int] {
        (0...rules).map { number in
            Set(entries.filter { !$0.passes.prefix(number).contains(false) }.map(\.subject)).count
        }
    }

    @Test("every kind of rows equals the plain reading", arguments: 21...28 as ClosedRange<UInt64>)
    func rowsEqualPlainReading(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var algebra = RandomAlgebra(seed: seed)
        let store = try algebra.store(in: scratch)
        let plain = PlainAlgebra(store)
        for _ in 0..<40 {
            let expression = algebra.rows(3, mayUseIndex: false)
            let found = AlgebraEngine(store).rows(expression)
            let expected = (0..<store.subjectCount).flatMap { subject in
                plain.rows(expression, subject, nil).map { (UInt32(subject), $0.start, $0.end) }
                    .sorted { $0 < $1 }
            }
            let sorted = found.subjects.indices.map {
                (found.subjects[$0], found.starts[$0], found.ends[$0])
            }.sorted { $0 < $1 }
            #expect(sorted.elementsEqual(expected, by: ==), "seed \(seed): \(expression.english)")
        }
    }

    @Test("the laws of logic hold for conditions", arguments: 41...46 as ClosedRange<UInt64>)
    func laws(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var algebra = RandomAlgebra(seed: seed)
        let engine = AlgebraEngine(try algebra.store(in: scratch))
        func members(_ condition: AlgebraCondition, _ index: AlgebraExpression) -> [Int] {
            engine.evaluate(
                AlgebraDefinition(
                    name: "law", index: index, rules: [AlgebraRule("law", condition)])
            ).members()
        }
        for _ in 0..<15 {
            let index = algebra.rows(1, mayUseIndex: false)
            let (a, b) = (
                algebra.condition(2, mayUseIndex: true), algebra.condition(1, mayUseIndex: true)
            )
            #expect(members(.not(.not(a)), index) == members(a, index))
            #expect(
                members(.not(.all([a, b])), index) == members(.any([.not(a), .not(b)]), index))
            #expect(
                members(.not(.any([a, b])), index) == members(.all([.not(a), .not(b)]), index))
            #expect(members(.atLeast(2, [a, b]), index) == members(.all([a, b]), index))
            #expect(members(.atLeast(1, [a, b]), index) == members(.any([a, b]), index))
            #expect(members(.all([a, .not(a)]), index).isEmpty)
        }
    }

    @Test("the laws of sets hold for rows", arguments: 61...66 as ClosedRange<UInt64>)
    func setLaws(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var algebra = RandomAlgebra(seed: seed)
        let store = try algebra.store(in: scratch)
        let engine = AlgebraEngine(store)
        func subjects(_ rows: AlgebraExpression) -> Set<UInt32> { Set(engine.rows(rows).subjects) }
        let everybody = subjects(.observed)
        for _ in 0..<15 {
            let (a, b) = (
                algebra.rows(2, mayUseIndex: false), algebra.rows(1, mayUseIndex: false)
            )
            #expect(subjects(.union([a, b])) == subjects(a).union(subjects(b)))
            #expect(subjects(.intersection([a, b])) == subjects(a).intersection(subjects(b)))
            #expect(subjects(.complement(a)) == everybody.subtracting(subjects(a)))
            #expect(
                subjects(.complement(.complement(a))) == everybody.intersection(subjects(a)))
            // A window without limits asks only whether there are such rows.
            #expect(
                engine.rows(.filter(a, .has(b, AlgebraWindow())))
                    == engine.rows(.intersection([a, b])))
            #expect(engine.rows(.filter(a, .has(a, .days(0, 0)))) == engine.rows(a))
            #expect(engine.rows(.nth(1, a)).subjects == engine.rows(.first(a)).subjects)
            #expect(engine.rows(.union([a])) == engine.rows(a))
        }
    }

    @Test("prevalence and codes around rows equal a count over timelines")
    func populations() throws {
        let scratch = try ScratchDirectory()
        var algebra = RandomAlgebra(seed: 81)
        let store = try algebra.store(in: scratch)
        let engine = AlgebraEngine(store)
        let asked = AlgebraExpression.codes(RandomAlgebra.codes[1])
        let strata = (0..<store.subjectCount).map { $0 % 5 - 1 }
        for cell in engine.prevalence(of: asked, by: PopulationStrata(strata)) {
            let own = strata.indices.filter { strata[$0] == cell.stratum }
            #expect(cell.stratum >= 0 && cell.subjects == own.count)
            #expect(
                cell.affected
                    == own.count { subject in
                        store.timeline(subject: subject).contains {
                            $0.code == RandomAlgebra.codes[1]
                        }
                    })
        }
        let index = engine.rows(.first(asked))
        let found = engine.subjectsByCode(around: index, .days(-7, -1))
        for (code, entry) in store.codes.enumerated() {
            let expected = index.subjects.indices.count { row in
                let day = PlainAlgebra.day(index.starts[row])
                return store.timeline(subject: Int(index.subjects[row])).contains {
                    $0.code == entry.code
                        && (day - 7..<day).contains(PlainAlgebra.day($0.start))
                }
            }
            #expect(found[code] == expected)
        }
    }
}

extension AlgebraEngineTests {
    @Test("codes and units that do not occur are told with the rule that names them")
    func warnings() throws {
        let scratch = try ScratchDirectory()
        var algebra = RandomAlgebra(seed: 3)
        let store = try algebra.store(in: scratch)
        let known = RandomAlgebra.codes[1]
        let definition = AlgebraDefinition(
            name: "warned", index: .first(.codes(known)),
            rules: [
                AlgebraRule("known", .has(.codes(known))),
                AlgebraRule(
                    "typo",
                    .not(.has(.event(AlgebraEvent([Code(.loinc, "absent")], unit: "furlong"))))),
            ])
        #expect(
            definition.warnings(store) == [
                "rule \"typo\": LOINC/absent does not occur at this site",
                "rule \"typo\": no value has the unit \"furlong\"",
            ])
    }
}
