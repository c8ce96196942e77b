// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A table of texts separated by tabs, one line of column names first.
struct Table {
    struct Row {
        var line: Int
        var fields: [String]
    }

    let file: String
    let rows: [Row]

    /// - Parameter mayBeEmpty: columns whose fields may be left out.
    init(
        _ text: String, file: String, columns: String, mayBeEmpty: Set<String> = []
    ) throws(KnowledgeError) {
        let names = columns.split(separator: " ")
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        guard let header = lines.first, header.split(separator: "\t") == names else {
            throw .wrongColumns(file: file, expected: names.joined(separator: ", "))
        }
        var rows: [Row] = []
        for (index, line) in lines.enumerated().dropFirst() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == names.count,
                zip(names, fields).allSatisfy({ !$1.isEmpty || mayBeEmpty.contains(String($0)) })
            else {
                throw .badRow(
                    file: file, line: index + 1,
                    expected: mayBeEmpty.isEmpty
                        ? "\(names.count) filled fields" : "\(names.count) fields")
            }
            rows.append(Row(line: index + 1, fields: fields.map(String.init)))
        }
        self.file = file
        self.rows = rows
    }

    /// The text of a table that comes with the program.
    static func shipped(_ file: String, folder: String) throws(KnowledgeError) -> String {
        guard
            let url = Bundle.module.url(
                forResource: file, withExtension: nil, subdirectory: folder),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { throw .missingTable(file: "\(folder)/\(file)") }
        return text
    }

    func expect(rows expected: Int) throws(KnowledgeError) {
        guard rows.count == expected else {
            throw .wrongCount(file: file, expected: expected, found: rows.count)
        }
    }

    func bad(_ row: Row, _ expected: String) -> KnowledgeError {
        .badRow(file: file, line: row.line, expected: expected)
    }

    func duplicate(_ row: Row, _ name: String) -> KnowledgeError {
        .duplicate(file: file, line: row.line, name: name)
    }

    func unknown(_ row: Row, _ name: String) -> KnowledgeError {
        .unknownReference(file: file, line: row.line, name: name)
    }
}
