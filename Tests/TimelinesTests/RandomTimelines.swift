// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Timelines

/// A small random site: subjects, tables and events, with ties, duplicates and every value kind.
struct RandomTimelines {
    var subjects: [SubjectRecord] = []
    var codes: [CodeEntry] = []
    var units = ["mg/dL", "%", "", "mmol/L", "µg"]
    var events: [EventRow] = []
    /// Parallel to `codes`.
    var concepts: [UInt32] = []
    /// Parallel to `events`.
    var attributes: [EventAttribute: [Int64]] = [:]
    var texts = ["zwei", "", "eins", "drei"]

    init(seed: UInt64, subjects subjectCount: Int = 12, events eventCount: Int = 300) {
        var random = SeededRandom(seed: seed)
        var ids: Set<UInt64> = []
        while ids.count < subjectCount { ids.insert(random.next() >> 40) }
        for id in ids.sorted() {
            subjects.append(
                SubjectRecord(
                    id: SubjectID(high: id >> 8, low: id),
                    sex: Sex.allCases[random.below(4)], anchorYear: Int32(1990 + random.below(30)),
                    ageAtAnchor: random.chance(0.8) ? Int32(random.below(90)) : nil,
                    isAged: random.chance(0.1), state: ["MA", "", "NY"][random.below(3)],
                    zip3: ["000", "021"][random.below(2)], race: ["", "2106-3"][random.below(2)],
                    ethnicity: ["", "2186-5"][random.below(2)]))
            if seed % 2 == 0 {
                let last = subjects.count - 1
                subjects[last].anchorDay = random.chance(0.9) ? Int32(random.below(20_000)) : nil
                subjects[last].birthDay = random.chance(0.5) ? -Int32(random.below(9000)) : nil
                subjects[last].birthYear = random.chance(0.5) ? 1950 : nil
                subjects[last].genderConcept = [0, 8507, 8532][random.below(3)]
                subjects[last].raceConcept = [0, 8527][random.below(2)]
                subjects[last].ethnicityConcept = [0, 38_003_564][random.below(2)]
            }
        }
        for number in 0..<9 {
            codes.append(
                CodeEntry(
                    code: Code(number % 2 == 0 ? .snomed : .loinc, String(100 - number)),
                    display: number == 3 ? "" : "Größe \(number)"))
            concepts.append([0, 4_000_000_000, 7][number % 3])
        }
        for _ in 0..<eventCount { events.append(RandomTimelines.event(&random, subjectCount)) }
        for _ in 0..<eventCount / 10 { events.append(events[random.below(events.count)]) }
        setAttributes(&random)
    }

    /// Attributes some codes state always, some now and then and some never.
    private mutating func setAttributes(_ random: inout SeededRandom) {
        let missing = EventAttribute.missing
        for attribute in [EventAttribute.table, .recordID, .quantity, .valueText, .refills] {
            attributes[attribute] = events.map { event in
                switch attribute {
                case .table: return Int64(event.code % 3)
                case .recordID: return Int64(bitPattern: random.next()) | 1
                case .quantity where random.chance(0.7):
                    return Int64(bitPattern: (Double(random.below(900)) / 10).bitPattern)
                case .valueText where event.code == 4: return Int64(random.below(4))
                case .refills where event.code < 3: return Int64(random.below(5)) - 2
                default: return missing
                }
            }
        }
    }

    var input: TimelineInput {
        TimelineInput(
            subjects: subjects, events: events, codes: codes, units: units,
            conceptOfCode: concepts, attributes: attributes, texts: texts)
    }

    private static func event(_ random: inout SeededRandom, _ subjects: Int) -> EventRow {
        // The code decides what its events carry, so that columns are absent for some codes.
        let code = random.below(8)
        let start = Int32(random.below(5) * 1440)
        var event = EventRow(
            subject: UInt32(random.below(subjects)), code: UInt32(code), start: start,
            source: random.chance(0.5) ? UInt64(random.below(3)) : 0)
        if code % 3 == 0 && random.chance(0.5) { event.end = start + Int32(random.below(3) * 1440) }
        if code >= 4 && random.chance(0.9) {
            event.kind = [.number, .below, .above][random.below(3)]
            event.number = Double(random.below(7)) - 2.5
            event.unit = Int32(random.below(6)) - 1
        }
        if code == 2 {
            event.kind = .code
            event.valueCode = Int32(random.below(9))
        }
        return event
    }

    func write(to path: String) throws(TimelineError) {
        try TimelineWriter.write(input, to: path)
    }

    /// The timeline of a subject, from the rows alone.
    func plainTimeline(_ subject: Int) -> [Event] {
        let rows = events.filter { Int($0.subject) == subject }
        return rows.sorted { plainlyPrecedes($0, $1) }.map { row in
            let entry = codes[Int(row.code)]
            let unit = row.unit >= 0 ? units[Int(row.unit)] : nil
            let value: EventValue? =
                switch row.kind {
                case .none: nil
                case .number: .number(row.number, unit: unit)
                case .below: .below(row.number, unit: unit)
                case .above: .above(row.number, unit: unit)
                case .code:
                    .code(
                        codes[Int(row.valueCode)].code, display: codes[Int(row.valueCode)].display)
                }
            return Event(
                code: entry.code, display: entry.display, start: row.start, end: row.end,
                value: value)
        }
    }

    private func plainlyPrecedes(_ left: EventRow, _ right: EventRow) -> Bool {
        func unit(_ row: EventRow) -> [UInt8]? {
            row.unit < 0 ? nil : Array(units[Int(row.unit)].utf8)
        }
        func valueCode(_ row: EventRow) -> Code? {
            row.valueCode < 0 ? nil : codes[Int(row.valueCode)].code
        }
        if left.start != right.start { return left.start < right.start }
        if left.code != right.code {
            return codes[Int(left.code)].code < codes[Int(right.code)].code
        }
        if left.end != right.end { return left.end ?? .min < right.end ?? .min }
        if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
        if left.number != right.number { return left.number.bitPattern < right.number.bitPattern }
        if valueCode(left) != valueCode(right) {
            guard let first = valueCode(left), let second = valueCode(right) else {
                return valueCode(left) == nil
            }
            return first < second
        }
        guard let first = unit(left) else { return unit(right) != nil }
        guard let second = unit(right) else { return false }
        return first.lexicographicallyPrecedes(second)
    }
}

/// A directory of its own that goes away with the test.
final class ScratchDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bedside-timelines-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

func contents(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}
