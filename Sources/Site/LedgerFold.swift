// SPDX-License-Identifier: Apache-2.0
package import Ledger
package import Metering

/// What a site's ledger says, folded beside a server that may be writing it.
package struct LedgerFold: Sendable {
    private let site: SiteDirectory
    /// The log as of the moment of opening.
    package let reader: LedgerReader
    /// Entries folded: all, or those a checkpoint covers.
    package let size: Int
    private static let batch = 4096

    /// - Parameter size: fold the first so many entries; nil for all there are.
    /// - Throws: `SiteError.refused` where the log is shorter or can't be read.
    package init(_ site: SiteDirectory, size: Int? = nil) throws(SiteError) {
        self.site = site
        reader = try stage { try LedgerReader(directory: site.ledgerPath) }
        guard size ?? 0 <= reader.size else {
            throw .refused(
                "the ledger has \(reader.size) entries; expected a size from 0 to that")
        }
        self.size = size ?? reader.size
    }

    /// Hands out every entry folded, in order.
    package func forEach(
        from first: Int = 0, _ body: (Int, [UInt8]) throws(SiteError) -> Void
    ) throws(SiteError) {
        var next = first
        while next < size {
            let range = next..<min(size, next + LedgerFold.batch)
            let records = try stage { try reader.records(range) }
            for (offset, record) in records.enumerated() {
                try body(range.lowerBound + offset, record)
            }
            next = range.upperBound
        }
    }

    /// What the desk of a server would know.
    func desk() throws(SiteError) -> DeskState {
        var state = DeskState()
        var entries = EntryReader()
        if size == reader.size,
            let kept = DeskSnapshot.read(
                site.deskSnapshotFile, root: { try? reader.root(at: $0) })
        {
            state = kept
        }
        try forEach(from: state.size) { index, record throws(SiteError) in
            state.apply(record, index: index, reader: &entries)
        }
        return state
    }

    /// Every settled call priced again from the published sheets: invoices and payouts.
    package func billing() throws(SiteError) -> BillingFold {
        var fold = BillingFold()
        try forEach { index, record throws(SiteError) in
            try stage { try fold.add(record, index: index) }
        }
        return fold
    }

    /// Balances, spending, service levels and override rates.
    package func folds() throws(SiteError) -> LedgerFolds {
        var folds = LedgerFolds()
        try forEach { index, record throws(SiteError) in
            try stage { try folds.add(record, index: index) }
        }
        return folds
    }
}
