// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records

@testable import Cohorts

/// Tables of the OMOP common data model as columns of numbers: days, ids, bit patterns of
/// decimals, and positions in a list of texts.
struct OMOPTables {
    private(set) var tables: [String: [String: [Int64]]] = [:]
    private(set) var texts: [String] = []
    private var positions: [String: Int64] = [:]

    enum Kind {
        case number, decimal, day, text
    }

    static func kind(_ column: String) -> Kind? {
        switch column {
        case "value_as_number", "quantity", "range_low", "range_high", "dose_value",
            "effective_drug_dose":
            .decimal
        case "stop_reason", "lot_number", "unique_device_id", "specimen_source_id",
            "value_as_string", "invalid_reason", "relationship_id", "concept_name":
            .text
        case "year_of_birth", "refills", "days_supply", "condition_occurrence_count",
            "drug_exposure_count", "gap_days":
            .number
        default:
            column.hasSuffix("_date")
                ? .day
                : column.hasSuffix("_id") || column.hasPrefix("concept_id") ? .number : nil
        }
    }

    func column(_ table: String, _ name: String) -> [Int64]? { tables[table]?[name] }

    func count(_ table: String) -> Int { tables[table]?.first?.value.count ?? 0 }

    private mutating func position(of text: String) -> Int64 {
        if let known = positions[text] { return known }
        let position = Int64(texts.count)
        texts.append(text)
        positions[text] = position
        return position
    }

    /// - Parameter text: empty for a value that is not stated.
    private mutating func value(_ text: some StringProtocol, _ kind: Kind) -> Int64 {
        guard !text.isEmpty else { return EventAttribute.missing }
        switch kind {
        case .number: return Int64(text) ?? EventAttribute.missing
        case .decimal:
            return Double(text).map { Int64(bitPattern: $0.bitPattern) } ?? EventAttribute.missing
        case .day: return OMOPTables.day(text)
        case .text: return position(of: String(text))
        }
    }

    static func day(_ text: some StringProtocol) -> Int64 {
        let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3,
            let day = CivilDay(year: parts[0], month: parts[1], day: parts[2])
        else { return EventAttribute.missing }
        return Int64(day.number)
    }

    // MARK: - From test data in JSON

    /// Adds tables such as `cdm.person`, each a list of rows.
    mutating func add(json: StrictJSON, schema: String = "cdm.") {
        guard case .object(let members) = json else { return }
        for member in members where member.key.hasPrefix(schema) {
            guard case .array(let rows) = member.value else { continue }
            let name = String(member.key.dropFirst(schema.count))
            var found: [String: [Int64]] = tables[name] ?? [:]
            var count = self.count(name)
            for case .object(let cells) in rows {
                for cell in cells {
                    guard let kind = OMOPTables.kind(cell.key) else { continue }
                    let text: String =
                        switch cell.value {
                        case .string(let text): text
                        case .number(let number):
                            Int64(exactly: number).map { String($0) } ?? String(number)
                        default: ""
                        }
                    found[cell.key, default: missing(count)].append(value(text, kind))
                }
                count += 1
                for key in found.keys where found[key, default: []].count < count {
                    found[key, default: []].append(EventAttribute.missing)
                }
            }
            tables[name] = found
        }
    }

    private func missing(_ count: Int) -> [Int64] {
        [Int64](repeating: EventAttribute.missing, count: count)
    }

    // MARK: - From CSV

    /// Columns that no test looks at.
    private static let unread: Set<String> = [
        "visit_detail_id", "provider_id", "care_site_id", "location_id", "domain_id",
        "vocabulary_id", "concept_class_id", "gender_source_concept_id",
        "race_source_concept_id", "ethnicity_source_concept_id", "unit_source_concept_id",
        "measurement_event_id", "meas_event_field_concept_id", "observation_event_id",
        "obs_event_field_concept_id", "preceding_visit_occurrence_id",
        "admitted_from_concept_id", "discharged_to_concept_id", "valid_start_date",
        "valid_end_date", "verbatim_end_date",
    ]

    /// Adds a table from comma-separated text with a heading; `date(x,'unixepoch')` is `x`.
    mutating func add(csv: [UInt8], as name: String) {
        var rows = CSVRows(csv)
        guard let heading = rows.next() else { return }
        let names = heading.map { cell -> String in
            var text = rows.text(cell).lowercased()
            if text.hasPrefix("date(") {
                text = String(text.dropFirst(5).prefix { $0 != "," })
            }
            return text
        }
        let kinds = names.map { OMOPTables.unread.contains($0) ? nil : OMOPTables.kind($0) }
        var columns = [[Int64]](repeating: [], count: names.count)
        while let cells = rows.next() {
            for (index, cell) in cells.enumerated() {
                switch kinds[index] {
                case nil: continue
                case .number: columns[index].append(rows.number(cell))
                case .day: columns[index].append(rows.day(cell))
                case .decimal: columns[index].append(value(rows.text(cell), .decimal))
                case .text: columns[index].append(value(rows.text(cell), .text))
                }
            }
        }
        var table: [String: [Int64]] = [:]
        for (index, kind) in kinds.enumerated() where kind != nil {
            table[names[index]] = columns[index]
        }
        tables[name] = table
    }

    /// The tables of the GiBleed release that have rows to select.
    static func gibleed() throws -> OMOPTables {
        var tables = OMOPTables()
        for name in [
            "person", "observation_period", "condition_occurrence", "drug_exposure",
            "procedure_occurrence", "measurement", "observation", "visit_occurrence",
            "condition_era", "drug_era", "concept", "concept_ancestor", "concept_relationship",
        ] {
            let file = CirceSuites.gibleed.appendingPathComponent("\(name).csv.gz")
            tables.add(csv: [UInt8](try CirceSuites.unzipped(file)), as: name)
        }
        return tables
    }
}

/// Lines of comma-separated text, the last one ended too.
///
/// Marks around a cell are taken off; doubled ones inside are kept.
private struct CSVRows {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The cells of the next line.
    ///
    /// The C library looks for their ends, which keeps debug builds
    /// fast.
    mutating func next() -> [Range<Int>]? {
        guard at < bytes.count else { return nil }
        let start = at
        let (cells, end) = bytes.withUnsafeBytes { all -> ([Range<Int>], Int) in
            guard let base = all.baseAddress else { return ([], start) }
            func find(_ byte: Int32, _ from: Int, _ to: Int) -> Int {
                guard let found = memchr(base + from, byte, to - from) else { return to }
                return UnsafeRawPointer(found) - base
            }
            let line = find(0x0A, start, all.count)
            var cells: [Range<Int>] = []
            cells.reserveCapacity(24)
            var from = start
            while from <= line {
                var end = find(0x2C, from, line)
                if from < line, all[from] == 0x22 {
                    var mark = find(0x22, from + 1, line)
                    while mark + 1 < line, all[mark + 1] == 0x22 {
                        mark = find(0x22, mark + 2, line)
                    }
                    end = find(0x2C, mark, line)
                }
                cells.append(from..<end)
                from = end + 1
            }
            return (cells, line + 1)
        }
        at = end
        return cells
    }

    private func trimmed(_ cell: Range<Int>) -> Range<Int> {
        var cell = cell
        if let last = cell.last, bytes[last] == 0x0D {
            cell = cell.lowerBound..<cell.upperBound - 1
        }
        guard cell.count >= 2, bytes[cell.lowerBound] == 0x22 else { return cell }
        return cell.lowerBound + 1..<cell.upperBound - 1
    }

    func text(_ cell: Range<Int>) -> String {
        String(decoding: bytes[trimmed(cell)], as: UTF8.self)
    }

    /// A whole number; digits after a point are dropped.
    func number(_ cell: Range<Int>) -> Int64 {
        let cell = trimmed(cell)
        if cell.isEmpty { return EventAttribute.missing }
        return bytes.withUnsafeBytes { all -> Int64 in
            guard let base = all.baseAddress else { return 0 }
            return Int64(
                strtoll((base + cell.lowerBound).assumingMemoryBound(to: CChar.self), nil, 10))
        }
    }

    func day(_ cell: Range<Int>) -> Int64 {
        let cell = trimmed(cell)
        guard cell.count >= 10 else { return EventAttribute.missing }
        let start = cell.lowerBound
        return CivilDay(
            year: Int(number(start..<start + 4)), month: Int(number(start + 5..<start + 7)),
            day: Int(number(start + 8..<start + 10))
        ).map { Int64($0.number) } ?? EventAttribute.missing
    }
}
