// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Timelines

@testable import Cohorts

/// A small random release with rows of OMOP tables, and what a plain reading of the rows answers.
struct RandomClinicalWorld {
    struct Row {
        var subject: Int32
        var code: Int
        var table: ClinicalTable?
        var start: Int32
        var end: Int32?
        var record: Int64
        var attributes: [EventAttribute: Int64]
    }

    static let texts = ["recovered", "moved away"]

    var subjects: [SubjectRecord] = []
    var codes: [CodeEntry] = []
    var conceptOfCode: [UInt32] = []
    var rows: [Row] = []

    /// - Parameter hasTrueDates: subjects know the day of their anchor.
    init(seed: UInt64, rows count: Int = 400, hasTrueDates: Bool = true) {
        var random = SeededRandom(seed: seed)
        for number in 0..<15 {
            var subject = SubjectRecord(
                id: SubjectID(high: 0, low: UInt64(number)), sex: .female, anchorYear: 2000,
                ageAtAnchor: nil, isAged: false)
            if hasTrueDates { subject.anchorDay = Int32(random.below(20_000)) - 2_000 }
            subject.birthYear = random.chance(0.8) ? Int32(1920 + random.below(90)) : nil
            subject.genderConcept = [8507, 8532, 0][random.below(3)]
            subject.raceConcept = UInt32(random.below(3))
            subject.ethnicityConcept = UInt32(random.below(3))
            subjects.append(subject)
        }
        // Two codes for each concept, as for a condition and its era, one with both tables' rows,
        // and some without a concept.
        for number in 0..<14 {
            codes.append(CodeEntry(code: Code(.snomed, String(10 + number)), display: ""))
            conceptOfCode.append(number < 12 ? UInt32(100 + number / 2) : 0)
        }
        codes.append(CodeEntry(code: .death, display: "Death"))
        conceptOfCode.append(0)
        for record in 0..<count {
            rows.append(RandomClinicalWorld.row(Int64(record), &random))
        }
    }

    private static func row(_ record: Int64, _ random: inout SeededRandom) -> Row {
        let code = random.below(15)
        var row = Row(
            subject: Int32(random.below(14)), code: code,
            table: [.conditionOccurrence, .conditionEra, .measurement][code % 3],
            start: Int32(random.below(9_000)) - 1_500, record: record * 7 % 400, attributes: [:])
        if code == 4 { row.table = random.chance(0.5) ? .visitOccurrence : .conditionOccurrence }
        if code == 5 { row.table = random.chance(0.2) ? nil : .measurement }
        if code == 14 {
            row.table = .death
            if random.chance(0.7) { row.attributes[.concept] = Int64(100 + random.below(4)) }
        }
        if random.chance(0.5) { row.end = row.start + Int32(random.below(4_000)) }
        if code % 2 == 0, random.chance(0.6) {
            row.attributes[.typeConcept] = Int64(random.below(5))
        }
        if code == 6 { row.attributes[.stopReason] = Int64(random.below(2)) }
        if code % 5 == 0 { row.attributes[.visit] = Int64(random.below(90)) << 20 }
        return row
    }

    /// Written and opened again.
    func store(at path: String) throws -> TimelineStore {
        var columns: [EventAttribute: [Int64]] = [:]
        func set(_ attribute: EventAttribute, _ row: Int, _ value: Int64) {
            let missing = [Int64](repeating: EventAttribute.missing, count: rows.count)
            columns[attribute, default: missing][row] = value
        }
        for (index, row) in rows.enumerated() {
            guard let table = row.table else { continue }
            set(.table, index, Int64(table.rawValue))
            set(.recordID, index, row.record)
            for (attribute, value) in row.attributes { set(attribute, index, value) }
        }
        let events = rows.map {
            EventRow(
                subject: UInt32($0.subject), code: UInt32($0.code), start: $0.start, end: $0.end)
        }
        let input = TimelineInput(
            subjects: subjects, events: events, codes: codes, units: [],
            conceptOfCode: conceptOfCode, attributes: columns, texts: RandomClinicalWorld.texts)
        try TimelineWriter.write(input, to: path)
        return try TimelineStore.open(path)
    }

    /// All rows of a table by filtering and sorting.
    func rows(
        _ table: ClinicalTable, _ concepts: Set<UInt32>?, _ attributes: Set<EventAttribute>
    ) -> ClinicalRows {
        func day(_ row: Row, _ minutes: Int32) -> Int32 {
            (subjects[Int(row.subject)].anchorDay ?? 0)
                + Int32((Double(minutes) / 1440).rounded(.down))
        }
        func concept(_ row: Row) -> UInt32 {
            table == .death ? UInt32(row.attributes[.concept] ?? 0) : conceptOfCode[row.code]
        }
        let found = rows.filter { $0.table == table && concepts?.contains(concept($0)) ?? true }
            .sorted {
                ($0.subject, day($0, $0.start), $0.record) < (
                    $1.subject, day($1, $1.start), $1.record
                )
            }
        var result = ClinicalRows()
        result.subject = found.map(\.subject)
        result.start = found.map { day($0, $0.start) }
        result.end = found.map { row in row.end.map { day(row, $0) } ?? ClinicalRows.noEnd }
        result.record = found.map(\.record)
        result.concept = found.map(concept)
        for attribute in attributes {
            result.attributes[attribute] = found.map { row in
                switch attribute {
                case .table: Int64(table.rawValue)
                case .recordID: row.record
                default: row.attributes[attribute] ?? EventAttribute.missing
                }
            }
        }
        return result
    }
}

extension ClinicalRows {
    /// What a test compares: every column.
    var columns: [[Int64]] {
        [
            subject.map { Int64($0) }, start.map { Int64($0) }, end.map { Int64($0) }, record,
            concept.map { Int64($0) },
        ]
            + attributes.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                [Int64($0.key.rawValue)] + $0.value
            }
    }
}
