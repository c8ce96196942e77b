// SPDX-License-Identifier: Apache-2.0
package import Records

/// One column of some rows.
package enum RowValues<Value: Sendable>: Sendable {
    /// No row has a value.
    case none
    /// Every row has the same.
    case same(Value)
    /// One for each row.
    case each([Value])
}

/// Some rows of one code as columns of one length, sorted by subject, then start.
package struct PostingRows: Sendable {
    /// Positions in the subject directory, ascending.
    package var subjects: [UInt32] = []
    /// Minutes since the subjects' anchors.
    package var starts: [Int32] = []
    /// Minutes from start to end; `EventAttribute.missing` for a point in time.
    package var durations: RowValues<Int64> = .none
    package var kinds: RowValues<ValueKind> = .none
    /// 0 for rows that carry no number.
    package var numbers: RowValues<Double> = .none
    /// Indices into the codes; -1 without one.
    package var valueCodes: RowValues<Int32> = .none
    /// Indices into the units; -1 without one.
    package var units: RowValues<Int32> = .none
    package var sources: RowValues<UInt64> = .none
    /// `EventAttribute.missing` where a row does not state one.
    package var attributes: [EventAttribute: RowValues<Int64>] = [:]

    package init() {}

    package var count: Int { subjects.count }
}
