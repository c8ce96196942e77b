// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A table of a count in one form for the page, for CSV and for JSON, so that none of the three
/// can say more than the others.
struct DiscoverTable {
    /// One value: what stands in a cell, and what it is in a file.
    enum Value: Equatable {
        case text(String)
        case count(ShownCount)
        case whole(Int)
        /// Nil: withheld.
        case number(Double?, decimals: Int, signed: Bool = false)
        /// A share 0...1; nil: withheld.
        case percent(Double?)
    }

    /// Its name on the page; unique there.
    var caption: String
    var columns: [Column]
    var rows: [[Value]]

    var html: HTML {
        table(caption, columns, rows: rows.map { $0.map(\.cell) })
    }

    /// Lines as RFC 4180 has them, the first with the columns' names.
    var csv: String {
        let lines = [columns.map { DiscoverTable.quoted($0.name) }] + rows.map { $0.map(\.csv) }
        return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    /// A field of a CSV file; a text that a spreadsheet would take for a formula gets an apostrophe.
    fileprivate static func quoted(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) }
        let safe = isFormula == true ? "'" + text : text
        let needsQuotes = safe.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needsQuotes ? "\"" + safe.replacing("\"", with: "\"\"") + "\"" : safe
    }
}

extension DiscoverTable.Value {
    var cell: Cell {
        switch self {
        case .text(let text): Cell(text)
        case .count(.withheld): Cell(key: "0") { withheld }
        case .count(let count): Cell(count)
        case .whole(let number): Cell(number)
        case .number(nil, _, _), .percent(nil): Cell(key: "0") { withheld }
        case .number(let number?, let decimals, let signed):
            Cell(
                signed
                    ? NumberText.signed(number, decimals: decimals)
                    : NumberText.fixed(number, decimals: decimals),
                key: plain(number, decimals: decimals))
        case .percent(let share?): Cell(NumberText.percent(share), key: plain(share, decimals: 4))
        }
    }

    private var withheld: HTML {
        tag("span", ["role": "img", "aria-label": "withheld"]) { "–" }
    }

    fileprivate var csv: String {
        switch self {
        case .text(let text): DiscoverTable.quoted(text)
        case .count(.withheld): ""
        case .count(let count): count.plainText
        case .whole(let number): String(number)
        case .number(let number, let decimals, _):
            number.map { plain($0, decimals: decimals) } ?? ""
        case .percent(let share): share.map { plain($0, decimals: 4) } ?? ""
        }
    }

    /// A number with a point and a plain minus, rounded as on the page.
    private func plain(_ number: Double, decimals: Int) -> String {
        guard number.isFinite else { return "" }
        return NumberText.fixed(number, decimals: decimals).replacing(",", with: "")
            .replacing("−", with: "-")
    }
}

extension DiscoverTable: Encodable {
    private enum Key: String, CodingKey { case caption, columns, rows }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(caption, forKey: .caption)
        try object.encode(columns.map(\.name), forKey: .columns)
        try object.encode(rows, forKey: .rows)
    }
}

extension DiscoverTable.Value: Encodable {
    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text(let text): try value.encode(text)
        case .count(.exact(let count)), .whole(let count): try value.encode(count)
        case .count(.withheld): try value.encodeNil()
        case .count(let count): try value.encode(count.plainText)
        case .number(let number, let decimals, _):
            try value.encode(number.flatMap { Double(plain($0, decimals: decimals)) })
        case .percent(let share): try value.encode(share.flatMap { Double(plain($0, decimals: 4)) })
        }
    }
}
