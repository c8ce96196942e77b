// SPDX-License-Identifier: Apache-2.0

/// Why a file of an OMOP common data model cannot be used at all.
///
/// What is wrong with single rows stands in the report. File, table and column names are the only
/// payload: no case holds anything a row says.
package enum OMOPError: Error, Equatable, Sendable {
    /// The file itself cannot be read or decompressed, or an extraction cannot be decoded.
    case source(IntakeError)
    /// The ZIP archive is cut, or its structure or a checksum is wrong.
    case damagedArchive(file: String, reason: String)
    /// A file in the archive needs a password.
    case encryptedArchive(file: String, member: String)
    /// A file in the archive is packed by another method than stored and deflate.
    case unsupportedPacking(file: String, member: String, method: Int)
    /// The text has no line of column names.
    case noHeader(file: String)
    /// The table cannot be read without this column.
    case missingColumn(file: String, table: String, column: String)
    /// The header names one column twice.
    case repeatedColumn(file: String, column: String)
    /// The path holds no file of a table that is used.
    case nothingToImport(path: String)
    /// More rows than one extraction can number.
    case tooManyRows(file: String)

    /// One sentence for the person who can act on it.
    package var sentence: String {
        switch self {
        case .source(let error): error.sentence
        case .damagedArchive(let file, let reason):
            "\(file) is not a whole ZIP archive (\(reason)); expected a complete one, so fetch it"
                + " again."
        case .encryptedArchive(let file, let member):
            "\(file) holds \(member) encrypted; expected an archive without a password."
        case .unsupportedPacking(let file, let member, let method):
            "\(file) holds \(member) packed by method \(method); expected a ZIP archive that uses"
                + " deflate, or the files themselves."
        case .noHeader(let file):
            "\(file) has no first line; expected the names of the columns."
        case .missingColumn(let file, let table, let column):
            "\(file) has no column \(column); expected the columns of the OMOP table \(table)."
        case .repeatedColumn(let file, let column):
            "\(file) has the column \(column) twice; expected each column once."
        case .nothingToImport(let path):
            "\(path): nothing to import; expected the tables of an OMOP common data model as .csv"
                + " files, plain, .gz or in one .zip, named after their tables."
        case .tooManyRows(let file):
            "\(file) holds more than \(Int32.max) rows; expected several smaller files."
        }
    }
}
