// SPDX-License-Identifier: Apache-2.0
import Records

/// The rows of one file of a common data model, still identified: goes to the vault and nowhere
/// else.
///
/// Columns of `rowCount` numbers each; which ones depends on the table. Text columns hold indices
/// into `texts`.
package struct OMOPExtraction: Sendable, Equatable {
    package let table: OMOPTable
    package internal(set) var rowCount = 0
    package internal(set) var columns: [OMOPColumn: CompactColumn] = [:]
    package internal(set) var texts: [String] = []
    /// `resources` are rows; `imported` are those kept here.
    package var report = IntakeReport()

    init(table: OMOPTable) {
        self.table = table
    }

    /// The value of a row; `EventAttribute.missing` where it is not stated.
    package func value(_ column: OMOPColumn, _ row: Int) -> Int64 {
        columns[column]?[row] ?? EventAttribute.missing
    }

    /// The text of a row; empty where it has none.
    package func text(_ column: OMOPColumn, _ row: Int) -> String {
        let index = value(column, row)
        return index == EventAttribute.missing ? "" : texts[Int(index)]
    }
}
