// SPDX-License-Identifier: Apache-2.0
import Ledger
package import Projections

extension LedgerReader: LedgerRecords {}
extension LedgerLog: LedgerRecords {}

/// Who saw what of a subject, and erasure of what was kept.
package struct AccessDesk: Sendable {
    private let site: SiteDirectory
    private let digests: CallDigests

    package init(_ site: SiteDirectory) throws(SiteError) {
        self.site = site
        digests = try CallDigests(site)
    }

    /// What a search found.
    package struct Found: Sendable {
        /// The keyed digest that stands for the subject in the ledger.
        package let subject: String
        package let rows: [AccessRow]
        /// Why the search took longer than it should; nil where it did not.
        package let notice: String?
    }

    /// Searches the ledger for a handle, and puts the search on record.
    ///
    /// - Parameters:
    ///   - from: milliseconds since 1970, UTC.
    ///   - until: not included.
    ///   - size: as the ledger stood after so many entries; nil for now.
    package func whoSaw(handle: String, from: Int, until: Int, size: Int? = nil, actor: String)
        throws(SiteError) -> Found
    {
        let subject = digests.subject(handle)
        let found = try stage {
            let reader = try LedgerReader(directory: site.ledgerPath)
            try Files.makeDirectory(site.path + "/projections", mode: 0o700)
            let (projection, notice) = try LedgerProjection.current(site.projectionFile, reader)
            return Found(
                subject: subject,
                rows: try projection.whoSaw(
                    subject: subject, from: from, to: until, asOf: size),
                notice: notice)
        }
        try Recorder(site).record(
            AccessDesk.searched(subject, rows: found.rows.count, actor: actor))
        return found
    }

    /// The entry of a search.
    package static func searched(_ subject: String, rows: Int, actor: String) -> Entry {
        Entry(
            .accessSearched, actor: actor,
            body: ["subject": .string(subject), "rows": .int(rows)])
    }

    /// Deletes the key under which a subject's requests and answers are kept; false where nothing
    /// was.
    package func erase(handle: String, actor: String) throws(SiteError) -> Bool {
        let subject = digests.subject(handle)
        let wasThere = try BodyStore(site).erase(subject: subject)
        try Recorder(site).record(
            Entry(
                .subjectErased, actor: actor,
                body: ["subject": .string(subject), "kept": .bool(wasThere)]))
        return wasThere
    }
}
