// SPDX-License-Identifier: Apache-2.0

/// Why knowledge tables were refused.
///
/// Tables hold no patient data, so names may be shown.
package enum KnowledgeError: Error, Equatable, Sendable {
    /// A table that should come with the program is not there or cannot be read.
    case missingTable(file: String)
    /// The first line differs from the columns the table must have.
    case wrongColumns(file: String, expected: String)
    /// A row does not read as its columns say.
    case badRow(file: String, line: Int, expected: String)
    /// A name, id, short name or question appears twice.
    case duplicate(file: String, line: Int, name: String)
    /// A likelihood refers to a condition or evidence that no table defines.
    case unknownReference(file: String, line: Int, name: String)
    /// A table has more or fewer rows than this version of the knowledge must have.
    case wrongCount(file: String, expected: Int, found: Int)
    /// Values handed over in memory don't form a knowledge base.
    case inconsistent(expected: String)

    /// One sentence: where, and what was expected.
    package var sentence: String {
        switch self {
        case .missingTable(let file):
            "\(file): expected a readable UTF-8 table beside the program, and found none."
        case .wrongColumns(let file, let expected):
            "\(file), line 1: expected the columns \(expected), separated by tabs."
        case .badRow(let file, let line, let expected):
            "\(file), line \(line): expected \(expected)."
        case .duplicate(let file, let line, let name):
            "\(file), line \(line): expected each entry once, but \"\(name)\" came before."
        case .unknownReference(let file, let line, let name):
            "\(file), line \(line): expected a condition or evidence of the other tables, "
                + "and \"\(name)\" is in none."
        case .wrongCount(let file, let expected, let found):
            "\(file): expected \(expected) rows and found \(found)."
        case .inconsistent(let expected):
            "Knowledge tables: expected \(expected)."
        }
    }
}
