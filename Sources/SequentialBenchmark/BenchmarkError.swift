// SPDX-License-Identifier: Apache-2.0

/// Why a benchmark did not run.
///
/// Benchmark patients are synthetic, yet their values are not shown.
package enum BenchmarkError: Error, Equatable, Sendable {
    /// The knowledge that the method needs was refused; the text is its own sentence.
    case knowledge(sentence: String)
    case unreadable(file: String)
    case notUTF8(file: String)
    case empty(file: String)
    /// The header lacks a column.
    case missingColumn(file: String, column: String)
    /// A record has more or fewer fields than the header.
    case wrongFieldCount(file: String, line: Int, expected: Int, found: Int)
    /// A quote that was opened is not closed, or text follows a closing quote.
    case badQuoting(file: String, line: Int)
    /// A field doesn't read as its column must.
    case badField(file: String, line: Int, column: String, expected: String)
    /// An option lies outside what it may be.
    case badOption(name: String, expected: String)

    /// One sentence: where, and what was expected.
    package var sentence: String {
        switch self {
        case .knowledge(let sentence): sentence
        case .unreadable(let file): "\(file): expected a file that can be read."
        case .notUTF8(let file): "\(file): expected UTF-8 text."
        case .empty(let file):
            "\(file), line 1: expected a line of column names and at least one patient."
        case .missingColumn(let file, let column):
            "\(file), line 1: expected a column named \(column)."
        case .wrongFieldCount(let file, let line, let expected, let found):
            "\(file), line \(line): expected \(expected) fields and found \(found)."
        case .badQuoting(let file, let line):
            "\(file), line \(line): expected each quoted field to end with a quote and a comma."
        case .badField(let file, let line, let column, let expected):
            "\(file), line \(line), column \(column): expected \(expected)."
        case .badOption(let name, let expected):
            "\(name): expected \(expected)."
        }
    }
}
