// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// A log as a projection reads it: entries by index, and the root of any of its beginnings.
package protocol LedgerRecords {
    /// Entries that may be read now.
    var size: Int { get }
    /// The first entry that was not retired; 0 where none was.
    var firstIndex: Int { get }
    /// The root of the first `size` entries.
    func root(at size: Int) throws -> Digest32
    /// The bytes of the entries of a range, in order.
    func records(_ range: Range<Int>) throws -> [[UInt8]]
}

extension LedgerRecords {
    package var firstIndex: Int { 0 }
}
