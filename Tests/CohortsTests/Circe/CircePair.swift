// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Cohorts

/// A pair of files of Circe's own tests: tables before, tables after.
struct CircePair {
    let prepared: StrictJSON
    let verified: StrictJSON
    let source: CirceTestSource

    init(_ name: String) throws {
        prepared = try CircePair.json("\(name)_PREP")
        verified = try CircePair.json("\(name)_VERIFY")
        var tables = OMOPTables()
        tables.add(json: try CircePair.json("datasets/vocabulary"))
        tables.add(json: prepared)
        source = CirceTestSource(tables)
    }

    static func json(_ name: String) throws -> StrictJSON {
        try StrictJSON.parse([UInt8](Data(contentsOf: file(name))))
    }

    static func file(_ name: String) -> URL {
        CirceSuites.circe.appendingPathComponent("\(name).json")
    }

    static func expression(_ name: String) throws -> CirceExpression {
        try CirceDefinition([UInt8](Data(contentsOf: file(name)))).expression
    }

    typealias Row = [String: StrictJSON]

    static func rows(_ json: StrictJSON, _ isTable: (String) -> Bool) -> [Row]? {
        guard case .object(let members) = json,
            let member = members.first(where: { isTable($0.key) }),
            case .array(let rows) = member.value
        else { return nil }
        return rows.map { row in
            guard case .object(let cells) = row else { return [:] }
            return Dictionary(uniqueKeysWithValues: cells.map { ($0.key, $0.value) })
        }
    }

    func expected(_ suffix: String) -> [Row]? {
        CircePair.rows(verified) { $0.hasSuffix(suffix) }
    }

    static func number(_ value: StrictJSON?) -> Int? {
        guard case .number(let number) = value else { return nil }
        return Int(number)
    }

    static func day(_ value: StrictJSON?) -> Int? {
        guard case .string(let text) = value else { return nil }
        return Int(OMOPTables.day(text))
    }

    /// The rows of the cohort table that a numbered cohort is to have: person, start, end.
    func cohort(_ id: Int) throws -> [[Int?]] {
        try #require(expected(".cohort")).filter {
            CircePair.number($0["cohort_definition_id"]) == id
        }
        .map {
            [
                CircePair.number($0["subject_id"]), CircePair.day($0["cohort_start_date"]),
                CircePair.day($0["cohort_end_date"]),
            ]
        }
    }

    func run(_ expression: CirceExpression) throws -> CirceResult {
        var engine = CirceEngine(source)
        return try engine.run(CirceDefinition(expression).expression)
    }

    func rows(_ cohort: CirceResult.Cohort) -> [[Int?]] {
        cohort.subject.indices.map {
            [
                Int(source.persons[Int(cohort.subject[$0])]), Int(cohort.start[$0]),
                Int(cohort.end[$0]),
            ]
        }
    }

    /// The events of the prepared cohort, in the person's observation period.
    func events() throws -> CirceEvents {
        let table = try #require(CircePair.rows(prepared) { $0.hasSuffix(".cohort") })
        let periods = try #require(
            CircePair.rows(prepared) { $0 == "cdm.observation_period" })
        var events = CirceEvents()
        func event(_ row: Row) -> (Int, Int, Int) {
            (
                CircePair.number(row["subject_id"]) ?? 0,
                CircePair.day(row["cohort_start_date"]) ?? 0,
                CircePair.day(row["cohort_end_date"]) ?? 0
            )
        }
        for (person, start, end) in table.map(event).sorted(by: <) {
            for period in periods where CircePair.number(period["person_id"]) == person {
                let from = CircePair.day(period["observation_period_start_date"]) ?? 0
                let to = CircePair.day(period["observation_period_end_date"]) ?? 0
                guard from <= start, start <= to,
                    let subject = source.persons.firstIndex(of: Int64(person))
                else { continue }
                events.append(
                    subject: Int32(subject), start: Int32(start), end: Int32(end),
                    periodStart: Int32(from), periodEnd: Int32(to), visit: EventAttribute.missing)
            }
        }
        return events
    }

    /// Concept sets given by the concepts they hold.
    static func conceptSets(_ rows: [Row]) -> [Circe.ConceptSet] {
        let pairs = rows.map { (number($0["codeset_id"]) ?? 0, number($0["concept_id"]) ?? 0) }
        return Dictionary(grouping: pairs, by: \.0).map { id, pairs in
            Circe.ConceptSet(
                id: id, name: "",
                items: pairs.map {
                    Circe.ConceptSetItem(concept: ConceptEntry(id: UInt32($0.1), name: ""))
                })
        }
    }
}

extension Circe.Window {
    /// From 365 days before the index event to its day.
    static let priorYear = Circe.Window(
        start: Circe.Endpoint(days: 365, coefficient: -1),
        end: Circe.Endpoint(days: 0, coefficient: -1))

    static let anyTime = Circe.Window(
        start: Circe.Endpoint(days: nil, coefficient: -1),
        end: Circe.Endpoint(days: nil, coefficient: 1))
}
