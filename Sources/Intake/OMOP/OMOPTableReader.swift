// SPDX-License-Identifier: Apache-2.0
import Records

/// Reads one file of an OMOP common data model, 5.3 or 5.4, into columns.
///
/// Rows are read one by one; a row with a value that cannot be read is rejected with its reason
/// and line, and the rest is imported. Memory grows with what the rows hold, not with the file.
package struct OMOPTableReader: Sendable {
    package init() {}

    /// Reads a file to its end.
    ///
    /// - Parameter progress: told how many bytes of the file, packed where it is, have been read.
    /// - Throws: `OMOPError` where the file cannot be used as a whole.
    package func extract(
        _ file: OMOPFile, progress: (Int) -> Void = { _ in }
    ) throws(OMOPError) -> OMOPExtraction {
        let reader = try CSVReader(try file.open(), name: file.name)
        var rows = try OMOPRows(file: file, header: reader.header)
        var told = 0
        while let record = try reader.next() {
            rows.read(record, reader)
            guard rows.extraction.report.resources < Int(Int32.max) else {
                throw .tooManyRows(file: file.name)
            }
            if reader.fileBytesRead != told {
                told = reader.fileBytesRead
                progress(told)
            }
        }
        progress(reader.fileBytesRead)
        return rows.finish(bytes: reader.bytes)
    }
}

/// The rows read so far, and where in a record each column is found.
private struct OMOPRows {
    private struct FieldPlace {
        var position: Int
        var column: OMOPColumn
        var content: OMOPColumn.Content
        var range: ClosedRange<Int64>
        var isNeeded: Bool
        var empty: Int64
    }

    private struct MomentPlace {
        var date: Int?
        var datetime: Int?
        var isNeeded: Bool
        /// An end may lie beyond the years that are kept; a start may not.
        var isEnd: Bool
    }

    private(set) var extraction: OMOPExtraction
    private let fileName: String
    private let width: Int
    private var fields: [FieldPlace] = []
    private var moments: [MomentPlace] = []
    /// What issues call the fields, then the moments.
    private var names: [String] = []
    /// The columns in the order of `row`: fields, then day and minute of each moment.
    private var columns: [CompactColumn] = []
    private var keys: [OMOPColumn] = []
    private var row: [Int64] = []
    private var texts = InternTable()
    private var relationship: Int?
    private var relationshipEnd: Int?

    init(file: OMOPFile, header: [String]) throws(OMOPError) {
        fileName = file.name
        width = header.count
        extraction = OMOPExtraction(table: file.table)
        var positions: [String: Int] = [:]
        var repeated: Set<String> = []
        for (index, name) in header.enumerated() {
            let plain = OMOPRows.plainName(name)
            if positions.updateValue(index, forKey: plain) != nil { repeated.insert(plain) }
        }
        let schema = OMOPSchema(file.table)
        func missing(_ column: String) -> OMOPError {
            .missingColumn(file: file.name, table: file.table.name, column: column)
        }
        for field in schema.fields {
            guard let name = field.names.first(where: { positions[$0] != nil }),
                let position = positions[name]
            else {
                if field.need != .optional { throw missing(field.names[0]) }
                continue
            }
            fields.append(
                FieldPlace(
                    position: position, column: field.column, content: field.column.content,
                    range: field.column.range, isNeeded: field.need == .value,
                    empty: field.empty))
            names.append(name)
        }
        keys = fields.map(\.column)
        for moment in schema.moments {
            let place = MomentPlace(
                date: positions[moment.date], datetime: positions[moment.datetime],
                isNeeded: moment.need == .value, isEnd: moment.day == .endDay)
            if place.date == nil, place.datetime == nil {
                if moment.need != .optional { throw missing(moment.date) }
                continue
            }
            moments.append(place)
            names.append(moment.date)
            keys += [moment.day, moment.minute]
        }
        if file.table == .conceptRelationship {
            relationship = positions["relationship_id"]
            relationshipEnd = positions["invalid_reason"]
            if relationship == nil { throw missing("relationship_id") }
        }
        // Only names of the schema are told: without a header line, the others are somebody's data.
        if let name = names.first(where: repeated.contains) {
            throw .repeatedColumn(file: file.name, column: name)
        }
        columns = keys.map { _ in CompactColumn() }
        row = keys.map { _ in EventAttribute.missing }
    }

    /// A column's name in small letters, taken out of `date(NAME,'unixepoch')` where it is in one.
    static func plainName(_ name: String) -> String {
        var text = name.lowercased()[...]
        func trim() {
            while let first = text.first, first.isWhitespace { text.removeFirst() }
            while let last = text.last, last.isWhitespace { text.removeLast() }
        }
        trim()
        if text.hasSuffix(")"), text.hasPrefix("date(") || text.hasPrefix("datetime("),
            let open = text.firstIndex(of: "(")
        {
            text = text[text.index(after: open)...].dropLast()
            text = text.prefix { $0 != "," }
            trim()
        }
        return String(text)
    }

    mutating func finish(bytes: Int) -> OMOPExtraction {
        extraction.report.bytes = bytes
        for (key, column) in zip(keys, columns) { extraction.columns[key] = column }
        if extraction.rowCount > 0 {
            extraction.report.byType[extraction.table.name] = extraction.rowCount
        }
        return extraction
    }

    // MARK: Rows

    mutating func read(_ record: CSVReader.Record, _ reader: CSVReader) {
        extraction.report.resources += 1
        guard case .whole = record else {
            return reject(.brokenRecord, line: reader.line, column: nil)
        }
        guard reader.fieldCount == width else {
            return reject(.fieldCount, line: reader.line, column: nil)
        }
        let record = reader.record
        if let relationship {
            guard record.field(relationship) == "Maps to" else {
                return pass(OMOPRejection.otherRelationship)
            }
            if let relationshipEnd, !OMOPRows.isEmpty(record.field(relationshipEnd)) {
                return pass(OMOPRejection.endedRelationship)
            }
        }
        for index in fields.indices {
            if let reason = readField(index, record) {
                return reject(reason, line: reader.line, column: names[index])
            }
        }
        var slot = fields.count
        for index in moments.indices {
            if let reason = readMoment(moments[index], slot: slot, record) {
                return reject(reason, line: reader.line, column: names[fields.count + index])
            }
            slot += 2
        }
        for index in columns.indices { columns[index].append(row[index]) }
        extraction.rowCount += 1
        extraction.report.imported += 1
    }

    private mutating func pass(_ reason: String) {
        extraction.report.rejected[reason, default: 0] += 1
    }

    private mutating func reject(_ reason: OMOPRejection, line: Int, column: String?) {
        extraction.report.rejected[reason.rawValue, default: 0] += 1
        let place = column.map { " in column \($0)" } ?? ""
        extraction.report.add(
            IntakeIssue(
                file: fileName, line: line, kind: reason.rawValue,
                message: "\(fileName), line \(line): \(reason.rawValue)\(place);"
                    + " \(reason.expected)."))
    }

    /// Empty as the exports of databases write it.
    @inline(__always)
    private static func isEmpty(_ text: ByteText) -> Bool {
        switch text.count {
        case 0: true
        case 2: text == "\\N"
        case 4: text == "NULL" || text == "null"
        default: false
        }
    }

    /// Reads a field into its place in `row`; the reason where it cannot be read.
    private mutating func readField(_ index: Int, _ record: CSVRecord) -> OMOPRejection? {
        let place = fields[index]
        let text = OMOPRows.trimmed(record.field(place.position))
        if OMOPRows.isEmpty(text) {
            row[index] = place.empty
            return place.isNeeded ? .empty : nil
        }
        switch place.content {
        case .decimal:
            guard let value = OMOPNumber.decimal(text) else { return .notANumber }
            row[index] = Int64(bitPattern: value.bitPattern)
            // The pattern of -0.0 is the mark for missing.
            if row[index] == EventAttribute.missing { row[index] = 0 }
        case .text:
            row[index] = Int64(number(of: text))
        default:
            guard let value = OMOPNumber.integer(text) else { return .notAnInteger }
            guard place.range.contains(value) else { return .outOfRange }
            row[index] = value
        }
        return nil
    }

    private static func trimmed(_ text: ByteText) -> ByteText {
        var lower = 0
        var upper = text.count
        while lower < upper, text[lower] == 0x20 { lower += 1 }
        while upper > lower, text[upper - 1] == 0x20 { upper -= 1 }
        return upper - lower == text.count ? text : text.part(lower, upper)
    }

    private mutating func number(of text: ByteText) -> Int32 {
        let (index, isNew) = texts.index(of: text)
        if isNew { extraction.texts.append(text.string) }
        return index
    }

    /// Reads a date, and a time of the same day beside it, into two places of `row`.
    private mutating func readMoment(
        _ place: MomentPlace, slot: Int, _ record: CSVRecord
    ) -> OMOPRejection? {
        var day: Int32?
        var minute: Int32?
        for isDatetime in [false, true] {
            guard let position = isDatetime ? place.datetime : place.date else { continue }
            let text = OMOPRows.trimmed(record.field(position))
            if OMOPRows.isEmpty(text) { continue }
            switch OMOPDate.read(text) {
            case .unreadable: return .unreadableDate
            case .outOfRange(let isLate):
                guard place.isEnd, isLate else { return .dateOutOfRange }
                extraction.report.partsNotKept["end after the year 2299", default: 0] += 1
                if place.isNeeded { day = Int32(OMOPDate.days.upperBound) }
            case .date(let otherDay, let otherMinute):
                if let day, day != otherDay {
                    extraction.report.partsNotKept["time of another day", default: 0] += 1
                } else {
                    day = otherDay
                    minute = otherMinute ?? minute
                }
            }
        }
        if day == nil, place.isNeeded { return .empty }
        row[slot] = day.map { Int64($0) } ?? EventAttribute.missing
        row[slot + 1] = minute.map { Int64($0) } ?? EventAttribute.missing
        return nil
    }
}
