// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing
import Timelines

@testable import Cohorts

/// The GiBleed export as a release of timelines, without the steps between.
struct GiBleedTimelines {
    let tables: OMOPTables
    let plain: CirceTestSource

    private init(_ tables: OMOPTables) {
        self.tables = tables
        plain = CirceTestSource(tables)
    }

    /// Read once for all tests.
    private static let read = Result { GiBleedTimelines(try OMOPTables.gibleed()) }

    static func shared() throws -> GiBleedTimelines { try read.get() }

    /// Written and opened again.
    func source(in scratch: ScratchDirectory) throws -> TimelineClinicalSource {
        let timelines = "\(scratch.path)/timelines"
        let concepts = "\(scratch.path)/concepts"
        try TimelineWriter.write(input(), to: timelines)
        try writeConcepts(to: concepts)
        return TimelineClinicalSource(
            store: try TimelineStore.open(timelines), concepts: try ConceptStore.open(concepts))
    }

    /// The first subjects only in a debug build, where all would take long.
    static let subjectLimit: Int32 = Int32(CirceSuites.stride(150) == 1 ? Int32.max : 150)

    func rows(_ table: ClinicalTable, attributes: Set<EventAttribute>) -> ClinicalRows {
        let rows = plain.rows(table, concepts: nil, attributes: attributes)
        let count = rows.subject.firstIndex { $0 >= GiBleedTimelines.subjectLimit } ?? rows.count
        return count == rows.count ? rows : rows.rows(at: Array(0..<count))
    }

    func input() -> TimelineInput {
        let all = ClinicalTable.allCases.map { table in
            (table, rows(table, attributes: Set(EventAttribute.allCases)))
        }
        var anchors = [Int32](repeating: .max, count: plain.subjectCount)
        for (_, rows) in all {
            for (subject, start) in zip(rows.subject, rows.start) {
                anchors[Int(subject)] = min(anchors[Int(subject)], start)
            }
        }
        var input = TimelineInput(
            subjects: subjects(anchors), events: [], codes: [], units: [], texts: tables.texts)
        for attribute in EventAttribute.allCases {
            let column = all.flatMap { table, rows -> [Int64] in
                switch attribute {
                case .table: [Int64](repeating: Int64(table.rawValue), count: rows.count)
                case .recordID: rows.record
                default: rows.attributes[attribute] ?? []
                }
            }
            if column.contains(where: { $0 != EventAttribute.missing }) {
                input.attributes[attribute] = column
            }
        }
        struct Key: Hashable {
            var system: CodeSystem
            var concept: UInt32
        }
        var numbers: [Key: UInt32] = [:]
        for (table, rows) in all {
            // One code for a concept in all tables but the derived ones, as in a release.
            let isOwn = table.isDerived || table == .observationPeriod
            let system = CodeSystem(rawValue: isOwn ? table.name : "OMOP")
            for row in 0..<rows.count {
                let key = Key(system: system, concept: rows.concept[row])
                let number = numbers[key] ?? UInt32(input.codes.count)
                if numbers.updateValue(number, forKey: key) == nil {
                    let code = Code(system, String(key.concept))
                    input.codes.append(CodeEntry(code: code, display: ""))
                    input.conceptOfCode.append(key.concept)
                }
                let anchor = anchors[Int(rows.subject[row])]
                let end = rows.end[row]
                input.events.append(
                    EventRow(
                        subject: UInt32(rows.subject[row]), code: number,
                        start: (rows.start[row] - anchor) * 1440,
                        end: end == ClinicalRows.noEnd ? nil : (end - anchor) * 1440))
            }
        }
        return input
    }

    private func subjects(_ anchors: [Int32]) -> [SubjectRecord] {
        anchors.indices.map { index in
            let person = plain.person(index)
            var subject = SubjectRecord(
                id: SubjectID(high: 0, low: UInt64(index)), sex: .unknown, anchorYear: 2000,
                ageAtAnchor: nil, isAged: false)
            subject.anchorDay = anchors[index] == .max ? nil : anchors[index]
            subject.birthYear = person.yearOfBirth
            subject.genderConcept = person.genderConcept
            subject.raceConcept = person.raceConcept
            subject.ethnicityConcept = person.ethnicityConcept
            return subject
        }
    }

    private func writeConcepts(to path: String) throws {
        func ids(_ table: String, _ column: String) -> [UInt32] {
            (tables.column(table, column) ?? []).map { UInt32(exactly: $0) ?? 0 }
        }
        func text(_ table: String, _ column: String) -> [String] {
            (tables.column(table, column) ?? []).map {
                $0 == EventAttribute.missing ? "" : tables.texts[Int($0)]
            }
        }
        let names = text("concept", "concept_name")
        let reasons = text("concept", "invalid_reason")
        let entries = ids("concept", "concept_id").enumerated().map { row, id in
            ConceptEntry(id: id, name: names[row], invalidReason: reasons[row])
        }
        let relations = text("concept_relationship", "relationship_id")
        let relationReasons = text("concept_relationship", "invalid_reason")
        let (from, to) = (
            ids("concept_relationship", "concept_id_1"), ids("concept_relationship", "concept_id_2")
        )
        try ConceptStore.write(
            entries: entries,
            ancestors: zip(
                ids("concept_ancestor", "ancestor_concept_id"),
                ids("concept_ancestor", "descendant_concept_id")
            ).map { ConceptLink(from: $0, to: $1) },
            mapsTo: relations.indices
                .filter { relations[$0] == "Maps to" && relationReasons[$0].isEmpty }
                .map { ConceptLink(from: from[$0], to: to[$0]) }, to: path)
    }
}

@Suite(
    "GiBleed as timelines",
    .enabled(if: CirceSuites.isPresent, "skipped: shared data not found"))
struct GiBleedTimelinesTests {
    @Test("tables read from timelines are the tables, and cohorts those of Circe's own SQL")
    func equal() throws {
        let scratch = try ScratchDirectory()
        let world = try GiBleedTimelines.shared()
        let source = try world.source(in: scratch)
        #expect(source.hasTrueDates)
        for table in ClinicalTable.allCases {
            let attributes: Set<EventAttribute> = [.sourceConcept, .visit, .quantity]
            let own = source.rows(table, concepts: nil, attributes: attributes)
            let plain = world.rows(table, attributes: attributes)
            #expect(own.count == plain.count)
            #expect(own.count == 0 || own.columns == plain.columns, "\(table)")
        }
        for position in 0..<source.subjectCount {
            #expect(source.person(position) == world.plain.person(position))
        }
        guard GiBleedTimelines.subjectLimit == .max else { return }
        var engine = CirceEngine(source)
        var differing: [String] = []
        for definition in CirceSuites.definitions {
            let expression = try CirceDefinition(definition.source).expression
            let result = try engine.run(expression)
            let expected = ExpectedCohort.all.first { $0.cohortId == definition.id }
            if let text = expected?.differences(from: result.cohort) { differing.append(text) }
        }
        #expect(differing == [])
    }
}
