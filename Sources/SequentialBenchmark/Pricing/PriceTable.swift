// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A table of prices or burdens: tabs or commas between fields, a line of column names first.
struct PriceTable {
    struct Row {
        /// From 1.
        var line: Int
        /// By column; fields left empty are left out.
        var fields: [String: String]
    }

    let file: String
    let rows: [Row]

    /// - Parameters:
    ///   - known: columns that may appear.
    ///   - needed: columns that must appear.
    init(
        _ bytes: [UInt8], file: String, known: Set<String>, needed: [String]
    ) throws(BenchmarkError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(file: file)
        }
        let lines = try PriceTable.lines(text, bytes, file: file)
        guard let header = lines.first else { throw .empty(file: file) }
        let columns = header.fields.map { $0.lowercased() }
        for column in needed where !columns.contains(column) {
            throw .missingColumn(file: file, column: column)
        }
        if let column = columns.first(where: { !known.contains($0) }) {
            throw .badField(
                file: file, line: 1, column: column,
                expected: "one of the columns \(known.sorted().joined(separator: ", "))")
        }
        var rows: [Row] = []
        for line in lines.dropFirst() {
            guard line.fields.count == columns.count else {
                throw .wrongFieldCount(
                    file: file, line: line.line, expected: columns.count,
                    found: line.fields.count)
            }
            var fields: [String: String] = [:]
            for (column, field) in zip(columns, line.fields) where !field.isEmpty {
                fields[column] = field
            }
            rows.append(Row(line: line.line, fields: fields))
        }
        guard !rows.isEmpty else { throw .empty(file: file) }
        self.file = file
        self.rows = rows
    }

    private static func lines(
        _ text: String, _ bytes: [UInt8], file: String
    ) throws(BenchmarkError) -> [CommaSeparated.Record] {
        guard let first = text.split(whereSeparator: \.isNewline).first, first.contains("\t")
        else {
            return try CommaSeparated.records(bytes, file: file)
        }
        var records: [CommaSeparated.Record] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            records.append(
                CommaSeparated.Record(
                    line: index + 1,
                    fields: fields.map { $0.trimmingCharacters(in: .whitespaces) }))
        }
        return records
    }

    /// The text of a table that comes with the program.
    static func shipped(_ name: String) throws(BenchmarkError) -> [UInt8] {
        guard
            let url = Bundle.module.url(
                forResource: name, withExtension: nil, subdirectory: "Prices"),
            let data = try? Data(contentsOf: url)
        else { throw .unreadable(file: name) }
        return [UInt8](data)
    }

    /// US dollars as whole cents, without passing through a binary fraction.
    func cents(_ row: Row) throws(BenchmarkError) -> Int {
        let parts = (row.fields["usd"] ?? "").split(
            separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...7).contains(whole.count), parts.count <= 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            parts.count == 1 || (1...2).contains(parts[1].count), let dollars = Int(whole)
        else {
            throw bad(row, "usd", "US dollars with at most two decimals, such as 12.47")
        }
        guard parts.count == 2, let fraction = Int(parts[1]) else { return dollars * 100 }
        return dollars * 100 + (parts[1].count == 1 ? fraction * 10 : fraction)
    }

    func bad(_ row: Row, _ column: String, _ expected: String) -> BenchmarkError {
        .badField(file: file, line: row.line, column: column, expected: expected)
    }
}
