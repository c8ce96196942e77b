// SPDX-License-Identifier: Apache-2.0
import Records

/// The binary form of an extraction, as it is sealed in the vault.
///
/// A version byte, the table, the number of rows, the texts, the report, then each column by its
/// tag: one value for all rows; or differences from row to row as LEB128; or bit patterns with
/// their bytes turned round (short for numbers of few digits); or eight bytes each. The same extraction gives the same
/// bytes. The first column is always written row by row, so that the number of rows is never more
/// than there are bytes.
extension OMOPExtraction {
    private static let version: UInt8 = 1

    private enum Form: UInt8 {
        case constant = 0
        case difference = 1
        case decimal = 2
        case fixed = 3
    }

    /// The bytes `init(decoding:)` reads.
    package func encoded() -> [UInt8] {
        var writer = BlobWriter()
        writer.byte(OMOPExtraction.version)
        writer.byte(table.tag)
        writer.count(rowCount)
        writer.texts(texts)
        writer.report(report)
        let keys = columns.keys.sorted { $0.tag < $1.tag }
        writer.count(keys.count)
        for (index, key) in keys.enumerated() {
            guard let column = columns[key] else { continue }
            writer.byte(key.tag)
            write(column, of: key, mustBeWhole: index == 0, to: &writer)
        }
        return writer.bytes
    }

    private func write(
        _ column: CompactColumn, of key: OMOPColumn, mustBeWhole: Bool,
        to writer: inout BlobWriter
    ) {
        if !mustBeWhole, let single = column.single {
            writer.byte(Form.constant.rawValue)
            writer.fixed(UInt64(bitPattern: single))
            return
        }
        if key.content == .decimal {
            writer.byte(Form.decimal.rawValue)
            for row in 0..<rowCount {
                let value = column[row]
                // No finite number turns round into all ones, so that one more always fits.
                writer.unsigned(
                    value == EventAttribute.missing
                        ? 0 : UInt64(bitPattern: value).byteSwapped &+ 1)
            }
            return
        }
        if hasLargeSteps(column) {
            writer.byte(Form.fixed.rawValue)
            for row in 0..<rowCount { writer.fixed(UInt64(bitPattern: column[row])) }
            return
        }
        writer.byte(Form.difference.rawValue)
        var last: Int64 = 0
        for row in 0..<rowCount {
            let value = column[row]
            if value == EventAttribute.missing {
                writer.byte(0)
                continue
            }
            let step = value &- last
            last = value
            writer.unsigned(UInt64(bitPattern: (step &<< 1) ^ (step >> 63)) + 1)
        }
    }

    /// Whether some difference takes more bytes than the number itself, as with random keys.
    private func hasLargeSteps(_ column: CompactColumn) -> Bool {
        guard column.isWide else { return false }
        var last: Int64 = 0
        for row in 0..<rowCount where column[row] != EventAttribute.missing {
            let (step, overflow) = column[row].subtractingReportingOverflow(last)
            if overflow || step.magnitude >= 1 << 55 { return true }
            last = column[row]
        }
        return false
    }

    /// Reads an encoded extraction, checking every number against its column.
    ///
    /// - Throws: `.source(.damagedExtraction)` for any bytes that `encoded()` cannot have written.
    package init(decoding bytes: [UInt8]) throws(OMOPError) {
        do throws(IntakeError) {
            var reader = BlobReader(bytes)
            guard try reader.byte() == OMOPExtraction.version else {
                throw .damagedExtraction(reason: "its version is not known")
            }
            guard let table = OMOPTable(tag: try reader.byte()) else {
                throw .damagedExtraction(reason: "its table is not known")
            }
            self.init(table: table)
            rowCount = try reader.count()
            guard rowCount <= Int(Int32.max) else {
                throw .damagedExtraction(reason: "it has too many rows")
            }
            texts = try reader.texts()
            report = try reader.report()
            let count = try reader.count()
            guard count > 0 || rowCount == 0 else {
                throw .damagedExtraction(reason: "it has rows without columns")
            }
            var last: UInt8?
            for _ in 0..<count {
                guard let key = OMOPColumn(known: try reader.byte()),
                    last.map({ $0 < key.tag }) ?? true
                else { throw .damagedExtraction(reason: "a column is not known") }
                columns[key] = try column(key, isFirst: last == nil, from: &reader)
                last = key.tag
            }
            guard reader.isAtEnd else {
                throw .damagedExtraction(reason: "bytes follow after its end")
            }
        } catch {
            throw .source(error)
        }
    }

    private func column(
        _ key: OMOPColumn, isFirst: Bool, from reader: inout BlobReader
    ) throws(IntakeError) -> CompactColumn {
        guard let form = Form(rawValue: try reader.byte()), !isFirst || form != .constant,
            form == .constant || (form == .decimal) == (key.content == .decimal)
        else { throw .damagedExtraction(reason: "the form of a column is not known") }
        let range = key.range
        let content = key.content
        let textCount = texts.count
        func check(_ value: Int64) throws(IntakeError) {
            let isFinite =
                content != .decimal || Double(bitPattern: UInt64(bitPattern: value)).isFinite
            guard isFinite, range.contains(value), content != .text || value < textCount
            else {
                throw .damagedExtraction(reason: "a number is out of its range")
            }
        }
        if form == .constant {
            let value = Int64(bitPattern: try reader.fixed())
            if value != EventAttribute.missing { try check(value) }
            return CompactColumn(repeating: value, count: rowCount)
        }
        var column = CompactColumn()
        var last: Int64 = 0
        for _ in 0..<rowCount {
            if form == .fixed {
                let value = Int64(bitPattern: try reader.fixed())
                if value != EventAttribute.missing { try check(value) }
                column.append(value)
                continue
            }
            let code = try reader.unsigned()
            if code == 0 {
                column.append(EventAttribute.missing)
            } else if form == .decimal {
                let value = Int64(bitPattern: (code - 1).byteSwapped)
                try check(value)
                column.append(value)
            } else {
                let zigzag = code - 1
                last &+= Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
                try check(last)
                column.append(last)
            }
        }
        return column
    }
}
