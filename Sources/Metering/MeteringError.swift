// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a price sheet, an entry, a snapshot or an amount.
///
/// Payloads hold paths, names of sheets and entry indexes; never a principal or a subject.
package enum MeteringError: Error, Equatable, Sendable {
    /// A sum or product does not fit in 64 bits.
    case amountTooLarge
    /// A price sheet is not as it must be; `path` such as `items[2].tiers[0].from`.
    case badSheet(path: String, expected: String)
    /// A sheet with this id and version was published before and says something else.
    case sheetChanged(name: String)
    /// A ledger entry is not as this version writes it.
    case badEntry(index: Int, field: String, expected: String)
    /// A budget, quantity or snapshot in JSON is not as it must be.
    case badValue(path: String, expected: String)
    /// A call is to be settled for which nothing is held.
    case nothingHeld
    /// Entries must be added in order and without gaps.
    case outOfOrder(expected: Int, found: Int)
    /// Folds to be merged do not follow each other.
    case notAdjacent(end: Int, start: Int)

    /// One sentence for the person who can put it right.
    package var sentence: String {
        switch self {
        case .amountTooLarge:
            "An amount does not fit in 64 bits of micro-units."
        case .badSheet(let path, let expected):
            "Price sheet: \(path): expected \(expected)."
        case .sheetChanged(let name):
            "Price sheet \(name) is published already with other content; give it a new version."
        case .badEntry(let index, let field, let expected):
            "Ledger entry \(index): \(field): expected \(expected)."
        case .badValue(let path, let expected):
            "\(path): expected \(expected)."
        case .nothingHeld:
            "Nothing is held for this call; it was settled or released before."
        case .outOfOrder(let expected, let found):
            "Entries are read in order: expected entry \(expected), found \(found)."
        case .notAdjacent(let end, let start):
            "Folds are merged where one ends and the next begins: \(end) is not \(start)."
        }
    }
}
