// SPDX-License-Identifier: Apache-2.0
import Records

@testable import Cohorts

/// A handful of records written down in a test; days count from 2000-01-01.
struct CirceTables {
    static let epoch: Int32 = 10_957

    private var tables = OMOPTables()

    /// - Parameter concepts: the vocabulary.
    init(concepts: [Int] = Array(1...9)) {
        add("concept", concepts.map { ["concept_id": $0] })
    }

    /// - Parameter rows: numbers by column; those named `_date` are days since 2000-01-01.
    mutating func add(_ table: String, _ rows: [[String: Int]]) {
        let json = rows.map { row in
            StrictJSON.object(
                row.sorted { $0.key < $1.key }.map { key, value in
                    StrictJSON.Member(
                        key: key,
                        value: key.hasSuffix("_date")
                            ? .string(CirceTables.text(value)) : .number(Double(value)))
                })
        }
        tables.add(json: .object([StrictJSON.Member(key: "cdm.\(table)", value: .array(json))]))
    }

    /// A person watched from one day to another.
    mutating func person(_ id: Int, from: Int, to: Int, born: Int = 1960, gender: Int = 8507) {
        add(
            "person",
            [["person_id": id, "year_of_birth": born, "gender_concept_id": gender]])
        add(
            "observation_period",
            [
                [
                    "observation_period_id": id, "person_id": id,
                    "observation_period_start_date": from, "observation_period_end_date": to,
                ]
            ])
    }

    mutating func condition(
        _ id: Int, of person: Int, _ concept: Int, from: Int, to: Int? = nil,
        visit: Int? = nil, source: Int? = nil
    ) {
        var row = [
            "condition_occurrence_id": id, "person_id": person, "condition_concept_id": concept,
            "condition_start_date": from,
        ]
        row["condition_end_date"] = to
        row["visit_occurrence_id"] = visit
        row["condition_source_concept_id"] = source
        add("condition_occurrence", [row])
    }

    mutating func drug(
        _ id: Int, of person: Int, _ concept: Int, from: Int, to: Int? = nil,
        daysSupply: Int? = nil, source: Int? = nil
    ) {
        var row = [
            "drug_exposure_id": id, "person_id": person, "drug_concept_id": concept,
            "drug_exposure_start_date": from,
        ]
        row["drug_exposure_end_date"] = to
        row["days_supply"] = daysSupply
        row["drug_source_concept_id"] = source
        add("drug_exposure", [row])
    }

    /// The cohort's periods as person, first and last day.
    func run(_ expression: CirceExpression) throws -> [[Int]] {
        rows(try result(expression).cohort)
    }

    func result(_ expression: CirceExpression) throws -> CirceResult {
        var engine = CirceEngine(CirceTestSource(tables))
        return try engine.run(expression)
    }

    func rows(_ cohort: CirceResult.Cohort) -> [[Int]] {
        let persons = CirceTestSource(tables).persons
        return cohort.subject.indices.map {
            [
                Int(persons[Int(cohort.subject[$0])]),
                Int(cohort.start[$0] - CirceTables.epoch),
                Int(cohort.end[$0] - CirceTables.epoch),
            ]
        }
    }

    private static func text(_ day: Int) -> String {
        let parts = CivilDay(number: epoch + Int32(day)).parts
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(parts.year)-\(two(parts.month))-\(two(parts.day))"
    }
}

extension CirceExpression {
    /// Entry with every condition of concept 1; concept set n holds concept n.
    static func entering(
        with criterion: Circe.Criterion = Circe.Criterion(.conditionOccurrence, conceptSet: 1),
        _ change: (inout CirceExpression) -> Void = { _ in }
    ) -> CirceExpression {
        var expression = CirceExpression()
        expression.conceptSets = (1...9).map {
            Circe.ConceptSet(
                id: $0, name: "set \($0)",
                items: [Circe.ConceptSetItem(concept: ConceptEntry(id: UInt32($0), name: ""))])
        }
        expression.primary.criteria = [criterion]
        expression.primary.limit = .all
        expression.qualifiedLimit = .all
        expression.expressionLimit = .all
        expression.endStrategy = .offset(from: .start, days: 0)
        change(&expression)
        return expression
    }
}

extension Circe.CorrelatedCriterion {
    /// Records of a concept counted from one day to another around the index event's start.
    static func condition(
        _ concept: Int, _ occurrence: Circe.Occurrence, from: Int? = nil, to: Int? = nil
    ) -> Circe.CorrelatedCriterion {
        func endpoint(_ days: Int?, _ open: Int) -> Circe.Endpoint {
            Circe.Endpoint(
                days: days.map { abs($0) }, coefficient: days.map { $0 < 0 ? -1 : 1 } ?? open)
        }
        return Circe.CorrelatedCriterion(
            criterion: Circe.Criterion(.conditionOccurrence, conceptSet: concept),
            startWindow: Circe.Window(start: endpoint(from, -1), end: endpoint(to, 1)),
            occurrence: occurrence)
    }
}
