// SPDX-License-Identifier: Apache-2.0

/// Why one row is not imported; the raw value is the reason counted in the report.
enum OMOPRejection: String, CaseIterable {
    case brokenRecord = "broken quotation"
    case fieldCount = "wrong number of fields"
    case empty = "empty field"
    case notAnInteger = "not a whole number"
    case notANumber = "not a number"
    case outOfRange = "number out of range"
    case unreadableDate = "unreadable date"
    case dateOutOfRange = "date out of range"

    var expected: String {
        switch self {
        case .brokenRecord:
            "expected quotation marks around whole fields, doubled inside, and a row of at most"
                + " \(CSVReader.recordLimit / 1024 / 1024) MiB"
        case .fieldCount: "expected as many fields as the header has"
        case .empty: "expected a value"
        case .notAnInteger: "expected a whole number"
        case .notANumber: "expected a number such as 7.25"
        case .outOfRange: "expected a number the column can hold"
        case .unreadableDate: "expected a date such as 2024-05-31 or 2024-05-31 08:30:00"
        case .dateOutOfRange: "expected a year from 1800 to 2299"
        }
    }

    /// Rows that are left out on purpose, without an issue.
    static let otherRelationship = "relationship not used"
    static let endedRelationship = "relationship no longer valid"
}
