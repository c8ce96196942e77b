// SPDX-License-Identifier: Apache-2.0
import Ledger

/// Reads entries of a ledger that may be in use by its writer.
package enum LedgerReading {
    /// The latest entries, oldest of them first.
    package static func latest(_ count: Int, in site: SiteDirectory) throws(SiteError)
        -> [(index: Int, record: [UInt8])]
    {
        try stage {
            let reader = try LedgerReader(directory: site.ledgerPath)
            let from = max(0, reader.size - max(0, count))
            let records = try reader.records(from..<reader.size)
            return zip(from..<reader.size, records).map { ($0, $1) }
        }
    }
}
