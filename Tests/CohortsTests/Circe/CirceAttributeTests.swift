// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Cohorts

@Suite("Circe attributes")
struct CirceAttributeTests {
    @Test("an attribute that a record does not state meets no condition, not even a negated one")
    func missingValues() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 100)
        func measurement(_ id: Int, _ day: Int, _ columns: [String: Int]) {
            tables.add(
                "measurement",
                [
                    columns.merging([
                        "measurement_id": id, "person_id": 1, "measurement_concept_id": 1,
                        "measurement_date": day,
                    ]) { first, _ in first }
                ])
        }
        measurement(1, 10, [:])
        measurement(2, 20, ["value_as_number": 6, "unit_concept_id": 2, "range_low": 3])
        measurement(3, 30, ["value_as_number": 2, "unit_concept_id": 3, "range_low": 3])
        measurement(4, 40, ["value_as_number": 8, "range_low": 0, "range_high": 7])
        func found(_ field: Circe.Field, _ test: Circe.Test) throws -> [Int] {
            try tables.run(
                .entering(
                    with: Circe.Criterion(
                        .measurement, conceptSet: 1, attributes: [Circe.Attribute(field, test)])
                )
            ).map { $0[1] }
        }
        #expect(try found(.valueNumber, .numbers(.init(.between, 2, 6))) == [20, 30])
        #expect(try found(.valueNumber, .numbers(.init(.notBetween, 2, 6))) == [40])
        #expect(try found(.valueNumber, .numbers(.init(.notEqual, 2))) == [20, 40])
        #expect(try found(.rangeLowRatio, .numbers(.init(.greaterOrEqual, 2))) == [20])
        #expect(try found(.rangeLowRatio, .numbers(.init(.less, 2))) == [30])
        #expect(try found(.abnormal, .holds) == [30, 40])
        let two = [ConceptEntry(id: 2, name: "")]
        #expect(try found(.unit, .concepts(two, isExcluded: false)) == [20])
        #expect(try found(.unit, .concepts(two, isExcluded: true)) == [30])
        #expect(try found(.unit, .conceptSet(2, isExcluded: true)) == [30])
        #expect(try found(.unit, .concepts([], isExcluded: false)) == [10, 20, 30, 40])
    }

    @Test("age is the difference of years; gender comes from the person")
    func persons() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 800, born: 1982)
        tables.condition(1, of: 1, 1, from: 10)
        tables.condition(2, of: 1, 1, from: 366)
        tables.person(2, from: 0, to: 800, born: 1970, gender: 8532)
        tables.condition(3, of: 2, 1, from: 10)
        func found(_ field: Circe.Field, _ test: Circe.Test) throws -> [[Int]] {
            try tables.run(
                .entering(
                    with: Circe.Criterion(
                        .conditionOccurrence, conceptSet: 1,
                        attributes: [Circe.Attribute(field, test)]))
            ).map { [$0[0], $0[1]] }
        }
        #expect(try found(.age, .numbers(.init(.equal, 18))) == [[1, 10]])
        #expect(try found(.age, .numbers(.init(.greater, 18.9))) == [[1, 366], [2, 10]])
        let women = [ConceptEntry(id: 8532, name: "")]
        #expect(try found(.gender, .concepts(women, isExcluded: false)) == [[2, 10]])
    }

    @Test(
        "text is compared as SQL's LIKE does",
        arguments: [
            (Circe.TextFilter(.equal, "lot 7"), "lot 7", true),
            (Circe.TextFilter(.equal, "lot 7"), "LOT 7", false),
            (Circe.TextFilter(.startsWith, "lot"), "lot 7", true),
            (Circe.TextFilter(.endsWith, "7"), "lot 7", true),
            (Circe.TextFilter(.contains, "t 7"), "lot 78", true),
            (Circe.TextFilter(.contains, "t7"), "lot 78", false),
            (Circe.TextFilter(.contains, "t7", isNegated: true), "lot 78", true),
            (Circe.TextFilter(.equal, "l_t%"), "lot 78", true),
            (Circe.TextFilter(.endsWith, "aab"), "aaaab", true),
        ])
    func text(filter: Circe.TextFilter, text: String, expected: Bool) {
        #expect(CirceTextPattern(filter).holds(text) == expected)
    }

    @Test("a condition without its value is read but not run")
    func unfinished() {
        let range = Circe.NumericRange(.between, 3)
        let expression = CirceExpression.entering(
            with: Circe.Criterion(
                .measurement, attributes: [Circe.Attribute(.valueNumber, .numbers(range))]))
        #expect(throws: CirceError.unfinished(place: "A condition on valueNumber of measurement")) {
            try CirceTables().run(expression)
        }
    }

    @Test("offsets beyond any calendar end at the observation's end instead of failing")
    func extremes() throws {
        var tables = CirceTables()
        tables.person(1, from: 0, to: 100)
        tables.condition(1, of: 1, 1, from: 10)
        tables.drug(1, of: 1, 1, from: 10, daysSupply: .max)
        let far = Int(Int32.max)
        for strategy in [
            Circe.EndStrategy.offset(from: .end, days: far),
            .drugEra(conceptSet: 1, gapDays: far, offset: far, daysSupply: nil),
            .drugEra(conceptSet: 1, gapDays: 0, offset: far, daysSupply: far),
        ] {
            let found = try tables.run(
                .entering {
                    $0.endStrategy = strategy
                    $0.eraPad = far
                })
            #expect(found == [[1, 10, 100]])
        }
        var criterion = Circe.Criterion(.conditionOccurrence, conceptSet: 1)
        criterion.dateAdjustment = Circe.DateAdjustment(startOffset: -far, endOffset: far)
        #expect(try tables.run(.entering(with: criterion)) == [])
    }
}
