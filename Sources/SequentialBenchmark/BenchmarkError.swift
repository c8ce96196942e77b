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
    /// A JSON text breaks the rules of JSON, or is nested too deeply.
    case badJSON(file: String, line: Int, expected: String)
    /// A value of a case file isn't there or doesn't read as it must; `place` is its path, such as
    /// `findings[3].value`.
    case badCase(file: String, line: Int, place: String, expected: String)
    /// Two cases of one set have the same id.
    case duplicateCase(file: String, id: String)
    /// None of the formats of case files.
    case unknownFormat(file: String)
    /// A set, or the chosen part of it, holds no case.
    case noCases(name: String)
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
        case .badJSON(let file, let line, let expected):
            "\(file), line \(line): expected \(expected)."
        case .badCase(let file, let line, let place, let expected):
            "\(file), line \(line), \(place): expected \(expected)."
        case .duplicateCase(let file, let id):
            "\(file): expected each case id once, and \"\(id)\" came before."
        case .unknownFormat(let file):
            "\(file): expected a Bedside case, JSON lines of AgentClinic, Avey, Semigran, MediQ or "
                + "phenopackets, or a CRAFT-MD or DDXPlus table; unpack gzip first."
        case .noCases(let name):
            "\(name): expected at least one case."
        case .badOption(let name, let expected):
            "\(name): expected \(expected)."
        }
    }
}
