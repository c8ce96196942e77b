// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Cohorts

@Suite("Circe evaluation")
struct CirceEngineTests {
    /// One person watched for days 0 to 1000, with conditions given as (concept, day).
    private func person(_ conditions: [(Int, Int)]) -> CirceTables {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 1000)
        for (index, (concept, day)) in conditions.enumerated() {
            tables.condition(index + 1, of: 1, concept, from: day)
        }
        return tables
    }

    private func starts(
        _ tables: CirceTables, _ change: (inout CirceExpression) -> Void = { _ in }
    ) throws -> [Int] {
        try tables.run(.entering(change)).map { $0[1] }
    }

    // MARK: - Entry

    @Test("an event counts with the observation before and after it that is asked for")
    func observationWindow() throws {
        let tables = person([(1, 0), (1, 29), (1, 30), (1, 990), (1, 991), (1, 1000)])
        let found = try starts(tables) {
            $0.primary.priorDays = 30
            $0.primary.postDays = 10
        }
        #expect(found == [30, 990])
    }

    @Test("persons without an observation period and events outside of it never enter")
    func outsideObservation() throws {
        var tables = person([(1, 1001)])
        tables.add("person", [["person_id": 2, "year_of_birth": 1970]])
        tables.condition(9, of: 2, 1, from: 5)
        #expect(try starts(tables) == [])
    }

    @Test("first is asked before the attributes of the record, within the concept set")
    func firstOfSet() throws {
        let tables = person([(2, 1), (1, 10), (1, 20)])
        var criterion = Circe.Criterion(.conditionOccurrence, conceptSet: 1, isFirst: true)
        #expect(try tables.run(.entering(with: criterion)) == [[1, 10, 10]])
        let later = CivilDay(number: CirceTables.epoch + 15)
        criterion.attributes = [Circe.Attribute(.startDate, .dates(.init(.greater, later)))]
        #expect(try tables.run(.entering(with: criterion)) == [])
    }

    @Test("events of one day keep the order of their records, from either side")
    func ties() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 100)
        tables.condition(2, of: 1, 1, from: 5, to: 50)
        tables.condition(1, of: 1, 1, from: 5, to: 9)
        for limit in [Circe.Limit.first, .last] {
            let found = try tables.run(
                .entering {
                    $0.primary.limit = limit
                    $0.endStrategy = .offset(from: .end, days: 0)
                })
            #expect(found == [[1, 5, 9]])
        }
    }

    @Test("the source concept and the standard concept must both be in their sets")
    func sourceConcepts() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 100)
        tables.condition(1, of: 1, 1, from: 1, source: 5)
        tables.condition(2, of: 1, 1, from: 2, source: 6)
        tables.condition(3, of: 1, 2, from: 3, source: 5)
        tables.condition(4, of: 1, 1, from: 4)
        func found(_ standard: Int?, _ source: Int?) throws -> [Int] {
            try tables.run(
                .entering(
                    with: Circe.Criterion(
                        .conditionOccurrence, conceptSet: standard, sourceConceptSet: source))
            ).map { $0[1] }
        }
        #expect(try found(1, 5) == [1])
        #expect(try found(nil, 5) == [1, 3])
        #expect(try found(1, nil) == [1, 2, 4])
    }

    @Test("concept sets reach valid descendants and sources, less the excluded ones")
    func conceptSets() {
        var omop = OMOPTables()
        omop.add(
            csv: Array("concept_id,invalid_reason\n1,\n2,\n3,D\n4,\n5,\n".utf8), as: "concept")
        omop.add(
            csv: Array(
                "ancestor_concept_id,descendant_concept_id\n1,1\n1,2\n1,3\n1,4\n1,7\n".utf8),
            as: "concept_ancestor")
        omop.add(
            csv: Array(
                """
                concept_id_1,concept_id_2,relationship_id,invalid_reason
                8,2,Maps to,
                9,2,Maps to,D
                6,4,Mapped from,

                """.utf8), as: "concept_relationship")
        func set(_ items: Circe.ConceptSetItem...) -> [UInt32] {
            Circe.ConceptSet(id: 0, name: "", items: items)
                .resolved(in: CirceTestConcepts(omop)).sorted()
        }
        func item(
            _ id: UInt32, excluded: Bool = false, below: Bool = false, mapped: Bool = false
        ) -> Circe.ConceptSetItem {
            Circe.ConceptSetItem(
                concept: ConceptEntry(id: id, name: ""), isExcluded: excluded,
                includesDescendants: below, includesMapped: mapped)
        }
        #expect(set(item(1), item(3), item(77)) == [1, 3])
        #expect(set(item(1, below: true)) == [1, 2, 4])
        #expect(set(item(1, below: true, mapped: true)) == [1, 2, 4, 8])
        #expect(
            set(item(1, below: true, mapped: true), item(2, excluded: true, mapped: true))
                == [1, 4])
        #expect(set(item(2, excluded: true)) == [])
    }

    // MARK: - Correlated criteria

    @Test("both days of a window count, and only days under observation unless they are ignored")
    func windows() throws {
        let tables = person([(2, -40), (2, 20), (1, 50), (1, 51), (1, 90), (1, 91)])
        func found(_ from: Int?, _ to: Int?, ignoring: Bool = false) throws -> [Int] {
            try starts(tables) {
                var member = Circe.CorrelatedCriterion.condition(
                    2, Circe.Occurrence(.atLeast, 1), from: from, to: to)
                member.ignoreObservationPeriod = ignoring
                $0.additional = Circe.Group(.all, criteria: [member])
            }
        }
        #expect(try found(-70, -31) == [51, 90])
        #expect(try found(-90, -90) == [])
        #expect(try found(-90, -90, ignoring: true) == [50])
        #expect(try found(nil, -71) == [91])
        #expect(try found(nil, -90, ignoring: true) == [50, 51, 90, 91])
        #expect(try found(nil, -132, ignoring: true) == [])
    }

    @Test("counts: exactly, at most, at least, and different values only")
    func counts() throws {
        let tables = person([(1, 100), (2, 10), (2, 10), (2, 11), (3, 12)])
        func found(_ occurrence: Circe.Occurrence, any: Bool = false) throws -> Bool {
            try !starts(tables) {
                var member = Circe.CorrelatedCriterion.condition(2, occurrence)
                if any { member.criterion.conceptSet = nil }
                $0.additional = Circe.Group(.all, criteria: [member])
            }.isEmpty
        }
        #expect(try found(.init(.exactly, 3)))
        #expect(try !found(.init(.exactly, 2)))
        #expect(try !found(.init(.exactly, 0)))
        #expect(try found(.init(.atMost, 3)))
        #expect(try !found(.init(.atMost, 2)))
        #expect(try !found(.init(.atLeast, 4)))
        #expect(try found(.init(.exactly, 2, isDistinct: true, column: .startDate)))
        #expect(try found(.init(.exactly, 1, isDistinct: true)))
        #expect(try found(.init(.exactly, 3, isDistinct: true), any: true))
        #expect(try found(.init(.exactly, 0, isDistinct: true, column: .visit)))
    }

    @Test("a record can be held to the index event's visit, which must be known")
    func restrictVisit() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 100)
        tables.condition(1, of: 1, 1, from: 10, visit: 7)
        tables.condition(2, of: 1, 2, from: 11, visit: 7)
        tables.condition(3, of: 1, 1, from: 20, visit: 8)
        tables.condition(4, of: 1, 1, from: 30)
        tables.condition(5, of: 1, 2, from: 31)
        let found = try starts(tables) {
            var member = Circe.CorrelatedCriterion.condition(2, Circe.Occurrence(.atLeast, 1))
            member.restrictVisit = true
            $0.additional = Circe.Group(.all, criteria: [member])
        }
        #expect(found == [10])
    }

    @Test("windows can count from the index event's end and look at the record's end")
    func endDates() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 100)
        tables.condition(1, of: 1, 1, from: 10, to: 30)
        tables.condition(2, of: 1, 2, from: 12, to: 40)
        func found(_ window: Circe.Window) throws -> Bool {
            try !starts(tables) {
                var member = Circe.CorrelatedCriterion.condition(2, Circe.Occurrence(.atLeast, 1))
                member.startWindow = window
                $0.additional = Circe.Group(.all, criteria: [member])
            }.isEmpty
        }
        func window(_ days: Int, indexEnd: Bool, eventEnd: Bool) -> Circe.Window {
            let endpoint = Circe.Endpoint(days: abs(days), coefficient: days < 0 ? -1 : 1)
            return Circe.Window(
                start: endpoint, end: endpoint, useIndexEnd: indexEnd, useEventEnd: eventEnd)
        }
        #expect(try found(window(2, indexEnd: false, eventEnd: false)))
        #expect(try found(window(-18, indexEnd: true, eventEnd: false)))
        #expect(try found(window(30, indexEnd: false, eventEnd: true)))
        #expect(try found(window(10, indexEnd: true, eventEnd: true)))
        #expect(try !found(window(10, indexEnd: false, eventEnd: true)))
    }

    @Test("a group counts criteria, persons' facts and inner groups alike; an empty one holds")
    func groups() throws {
        let tables = person([(1, 100), (2, 10)])
        let yes = Circe.CorrelatedCriterion.condition(2, Circe.Occurrence(.atLeast, 1))
        let no = Circe.CorrelatedCriterion.condition(3, Circe.Occurrence(.atLeast, 1))
        let age = Circe.NumericRange(.greaterOrEqual, 40)
        let adult = Circe.Demographics(attributes: [Circe.Attribute(.age, .numbers(age))])
        func holds(_ kind: Circe.Group.Kind, _ groups: [Circe.Group] = []) throws -> Bool {
            try !starts(tables) {
                $0.additional = Circe.Group(
                    kind, criteria: [yes, no], demographics: [adult], groups: groups)
            }.isEmpty
        }
        #expect(try holds(.any))
        #expect(try !holds(.all))
        #expect(try holds(.atLeast(2)))
        #expect(try !holds(.atLeast(3)))
        #expect(try holds(.atLeast(3), [Circe.Group(.all)]))
        #expect(try holds(.atMost(2)))
        #expect(try !holds(.atMost(1)))
    }

    @Test("a criterion inside a criterion is asked around each of its records")
    func nested() throws {
        let tables = person([(1, 100), (2, 50), (3, 45), (1, 300), (2, 250)])
        let found = try starts(tables) {
            var member = Circe.CorrelatedCriterion.condition(
                2, Circe.Occurrence(.atLeast, 1), from: -60, to: 0)
            member.criterion.correlated = Circe.Group(
                .all,
                criteria: [.condition(3, Circe.Occurrence(.atLeast, 1), from: -10, to: 0)])
            $0.additional = Circe.Group(.all, criteria: [member])
        }
        #expect(found == [100])
    }

    // MARK: - Limits and rules

    @Test("the qualified limit works only where additional criteria are stated")
    func qualifiedLimit() throws {
        let tables = person([(1, 10), (1, 20)])
        #expect(try starts(tables) { $0.qualifiedLimit = .first } == [10, 20])
        let last = try starts(tables) {
            $0.qualifiedLimit = .last
            $0.additional = Circe.Group(.all)
        }
        #expect(last == [20])
    }

    @Test("rules are switched off without running again; attrition adds up")
    func attrition() throws {
        var tables = person([(1, 10), (2, 12), (1, 50), (1, 100), (3, 101)])
        tables.person(2, from: 0, to: 100, gender: 8532)
        tables.condition(20, of: 2, 1, from: 30)
        let result = try tables.result(
            .entering {
                $0.expressionLimit = .first
                $0.inclusionRules = [2, 3].map { concept in
                    Circe.InclusionRule(
                        name: "no \(concept) in the week after",
                        expression: Circe.Group(
                            .all,
                            criteria: [
                                .condition(
                                    concept, Circe.Occurrence(.exactly, 0), from: 0, to: 7)
                            ]))
                }
            })
        #expect(tables.rows(result.cohort) == [[1, 50, 50], [2, 30, 30]])
        #expect(
            tables.rows(result.cohort(enabled: [false, true])) == [[1, 10, 10], [2, 30, 30]])
        #expect(result.cohort(enabled: [true, true]) == result.cohort)
        let attrition = result.attrition()
        #expect(attrition.qualified == .init(persons: 2, entries: 4))
        #expect(attrition.rules.map(\.satisfying.entries) == [3, 3])
        #expect(attrition.rules.map(\.remaining.entries) == [3, 2])
        #expect(attrition.final == .init(persons: 2, entries: 2))
        let without = result.attrition(enabled: [false, true])
        #expect(without.rules.map(\.remaining.entries) == [4, 3])
        #expect(without.final == .init(persons: 2, entries: 2))
        #expect(result.events(of: 0).map { result.event($0).start - CirceTables.epoch } == [50])
        #expect((0..<4).map { result.rulesMet(by: $0) }.filter { $0 == [true, true] }.count == 2)
    }

    // MARK: - Ends

    @Test("without a strategy the end of observation ends the cohort; an offset never passes it")
    func ends() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 100)
        tables.condition(1, of: 1, 1, from: 10, to: 20)
        func end(_ strategy: Circe.EndStrategy?) throws -> Int? {
            try tables.run(.entering { $0.endStrategy = strategy }).first?[2]
        }
        #expect(try end(nil) == 100)
        #expect(try end(.offset(from: .start, days: 5)) == 15)
        #expect(try end(.offset(from: .end, days: 5)) == 25)
        #expect(try end(.offset(from: .end, days: 500)) == 100)
        #expect(try end(.offset(from: .start, days: -1)) == nil)
    }

    @Test("continuous exposure bridges gaps, adds its offset and can be given a supply")
    func drugEras() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 1000)
        tables.condition(1, of: 1, 1, from: 12)
        tables.condition(2, of: 1, 1, from: 500)
        tables.drug(1, of: 1, 4, from: 10, daysSupply: 20)
        tables.drug(2, of: 1, 4, from: 35, to: 40)
        tables.drug(3, of: 1, 9, from: 44, source: 4)
        func ends(_ gap: Int, _ offset: Int, _ supply: Int? = nil) throws -> [Int] {
            try tables.run(
                .entering {
                    $0.endStrategy = .drugEra(
                        conceptSet: 4, gapDays: gap, offset: offset, daysSupply: supply)
                }
            ).map { $0[2] }
        }
        #expect(try ends(0, 0) == [30, 1000])
        #expect(try ends(5, 0) == [45, 1000])
        #expect(try ends(4, 0) == [30, 1000])
        #expect(try ends(4, 1) == [46, 1000])
        #expect(try ends(0, 0, 2) == [12, 1000])
    }

    @Test("the first censoring event from the start on ends the time in the cohort")
    func censoring() throws {
        let tables = person([(1, 10), (2, 5), (2, 30), (2, 20), (1, 40)])
        let found = try tables.run(
            .entering {
                $0.endStrategy = nil
                $0.censoring = [Circe.Criterion(.conditionOccurrence, conceptSet: 2)]
            })
        #expect(found == [[1, 10, 20], [1, 40, 1000]])
    }

    @Test("periods are joined up to the pad and cut to the window")
    func joining() throws {
        let tables = person([(1, 10), (1, 16), (1, 23), (1, 40)])
        func found(_ pad: Int, _ window: Circe.Period = Circe.Period()) throws -> [[Int]] {
            try tables.run(
                .entering {
                    $0.endStrategy = .offset(from: .start, days: 5)
                    $0.eraPad = pad
                    $0.censorWindow = window
                }
            ).map { [$0[1], $0[2]] }
        }
        #expect(try found(0) == [[10, 15], [16, 21], [23, 28], [40, 45]])
        #expect(try found(1) == [[10, 21], [23, 28], [40, 45]])
        #expect(try found(2) == [[10, 28], [40, 45]])
        let window = Circe.Period(
            start: CivilDay(number: CirceTables.epoch + 12),
            end: CivilDay(number: CirceTables.epoch + 24))
        #expect(try found(2, window) == [[12, 24]])
        #expect(try found(0, window) == [[12, 15], [16, 21], [23, 24]])
    }

    @Test("a missing end is a day after the start, or the days supplied, or none")
    func missingEnds() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 100)
        tables.condition(1, of: 1, 1, from: 10)
        tables.drug(1, of: 1, 1, from: 20, daysSupply: 7)
        tables.drug(2, of: 1, 1, from: 40)
        tables.add(
            "visit_occurrence",
            [
                [
                    "visit_occurrence_id": 1, "person_id": 1, "visit_concept_id": 1,
                    "visit_start_date": 60,
                ]
            ])
        func found(_ table: ClinicalTable) throws -> [[Int]] {
            try tables.run(
                .entering(with: Circe.Criterion(table, conceptSet: 1)) {
                    $0.endStrategy = .offset(from: .end, days: 0)
                }
            ).map { [$0[1], $0[2]] }
        }
        #expect(try found(.conditionOccurrence) == [[10, 11]])
        #expect(try found(.drugExposure) == [[20, 27], [40, 41]])
        #expect(try found(.visitOccurrence) == [])
    }

    @Test("rows kept from earlier definitions change nothing, even when none may be kept")
    func cache() throws {
        var omop = OMOPTables()
        omop.add(csv: Array("concept_id\n1\n2\n".utf8), as: "concept")
        omop.add(csv: Array("person_id,year_of_birth\n1,1960\n".utf8), as: "person")
        omop.add(
            csv: Array(
                """
                observation_period_id,person_id,observation_period_start_date,\
                observation_period_end_date
                1,1,2000-01-01,2001-01-01

                """.utf8), as: "observation_period")
        omop.add(
            csv: Array(
                """
                condition_occurrence_id,person_id,condition_concept_id,condition_start_date,\
                condition_type_concept_id
                1,1,1,2000-02-01,5
                2,1,1,2000-03-01,6

                """.utf8), as: "condition_occurrence")
        let source = CirceTestSource(omop)
        let five = [ConceptEntry(id: 5, name: "")]
        let plain = CirceExpression.entering()
        let typed = CirceExpression.entering(
            with: Circe.Criterion(
                .conditionOccurrence, conceptSet: 1,
                attributes: [Circe.Attribute(.type, .concepts(five, isExcluded: false))]))
        for limit in [0, 1_000_000] {
            var engine = CirceEngine(source, rowLimit: limit)
            let entries = try [plain, typed, plain].map { try engine.run($0).entries }
            #expect(entries == [2, 1, 2])
        }
    }
}
