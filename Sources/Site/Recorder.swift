// SPDX-License-Identifier: Apache-2.0
import Foundation
package import Ledger
import Records

/// The kinds of ledger entry this version writes.
package enum EntryType: String, Sendable, CaseIterable {
    case siteCreated = "site.created"
    case timelinesReleased = "timelines.released"
    case cohortCounted = "cohort.counted"
    /// Somebody asked why one subject is in a cohort or not.
    case subjectExplained = "subject.explained"
    /// A case was worked up on the command line; the entry holds no case.
    case caseAssessed = "case.assessed"
    case keyCreated = "key.created"
    case keyRevoked = "key.revoked"
    case callReserved = "call.reserved"
    case callSettled = "call.settled"
    case callRefused = "call.refused"
    /// A reservation whose call was never answered; it costs nothing.
    case callReleased = "call.released"
    case keyRotated = "key.rotated"
    case budgetSet = "budget.set"
    case licenceGranted = "license.granted"
    case licenceRevoked = "license.revoked"
    case pricePublished = "price.published"
    case versionRegistered = "version.registered"
    /// What became of an answer at the bedside, and why it was not followed.
    case cardFeedback = "card.feedback"
    case override = "override"
    /// The key under which a subject's requests and answers were kept is gone.
    case subjectErased = "subject.erased"
    case payoutComputed = "payout.computed"
    case segmentRetired = "segment.retired"
    /// Somebody asked who saw what of a subject.
    case accessSearched = "access.searched"
}

/// One ledger entry before it is written: who did what, with counts and digests only.
package struct Entry: Sendable {
    package var type: EntryType
    package var actor: String
    /// Milliseconds since 1970, UTC.
    package var milliseconds: Int
    package var body: [String: CanonicalJSON]

    package init(
        _ type: EntryType, actor: String, milliseconds: Int = Entry.now,
        body: [String: CanonicalJSON]
    ) {
        self.type = type
        self.actor = actor
        self.milliseconds = milliseconds
        self.body = body
    }

    /// The clock the ledger uses.
    package static var now: Int { Int(Date().timeIntervalSince1970 * 1000) }

    /// The entry's bytes: canonical JSON, the same whoever writes it.
    package var record: [UInt8] {
        CanonicalJSON.object([
            "type": .string(type.rawValue), "actor": .string(actor), "ts": .int(milliseconds),
            "body": .object(body),
        ]).serialized()
    }
}

/// Writes entries from commands that run beside a server.
///
/// The log has one writer. Where a server holds it, the entry goes to `ledger/inbox` as a file of
/// its own, and the server takes it from there; where nobody does, this process is the writer.
package struct Recorder: Sendable {
    private let site: SiteDirectory

    package init(_ site: SiteDirectory) {
        self.site = site
    }

    private var inbox: String { site.ledgerPath + "/inbox" }

    /// Puts an entry on record; durable when it returns.
    package func record(_ entry: Entry) throws(SiteError) {
        try Files.makeDirectory(inbox, mode: 0o700)
        let name = String(
            format: "%016ld-%d-%08x", entry.milliseconds, getpid(), UInt32.random(in: 0 ... .max))
        try Files.replace("\(inbox)/\(name).json", with: entry.record, mode: 0o600)
        guard let log = try openLogUnlessInUse() else { return }
        defer { close(log) }
        try Recorder.drain(inbox) { records throws(SiteError) in
            try stage { _ = try log.appendAndWait(records) }
        }
    }

    /// Opens the log as its one writer; refuses one that was cut back or exchanged since the last
    /// checkpoint that was kept beside the keys.
    func openLog() throws(SiteError) -> LedgerLog {
        try stage { try opened() }
    }

    /// The log, or nil where a server holds it and will take what waits.
    private func openLogUnlessInUse() throws(SiteError) -> LedgerLog? {
        try stage {
            do {
                return try opened()
            } catch LedgerError.inUse {
                return nil
            }
        }
    }

    private func opened() throws -> LedgerLog {
        let key = try LedgerKey.load(site.ledgerKeyFile, name: site.origin)
        let log = try LedgerLog.open(directory: site.ledgerPath, origin: site.origin, key: key)
        do {
            if let kept = try site.keptCheckpoint() {
                try log.check(remembered: kept, publicKey: key.publicKey)
            }
        } catch {
            log.close()
            throw error
        }
        return log
    }

    /// Gives the log back and keeps its last checkpoint beside the keys.
    func close(_ log: LedgerLog) {
        log.close()
        keep(log)
    }

    /// Keeps the latest signed checkpoint beside the keys; what can't be kept now is kept later.
    func keep(_ log: LedgerLog) {
        guard let head = try? log.signedHead() else { return }
        try? Files.replace(site.keptCheckpointFile, with: Array(head.text.utf8), mode: 0o600)
    }

    /// Moves waiting entries into the log, oldest first.
    ///
    /// An entry may be appended twice if the process dies between append and removal; each carries
    /// its own time and body, and said twice none of the types that wait here means anything else.
    ///
    /// - Parameter append: returns once the records are durable.
    static func drain(_ inbox: String, append: ([[UInt8]]) throws(SiteError) -> Void)
        throws(SiteError)
    {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: inbox)) ?? [])
            .filter { $0.hasSuffix(".json") }.sorted()
        guard !names.isEmpty else { return }
        var records: [[UInt8]] = []
        for name in names { records.append(try Files.readBytes("\(inbox)/\(name)")) }
        try append(records)
        for name in names { unlink("\(inbox)/\(name)") }
    }

    /// Records a release, once for each list of imports, signer, profile and segment.
    ///
    /// A crash between the entry and its marker leads to a second, equal entry: a release is rather
    /// on record twice than not at all.
    func recordRelease(_ summary: ReleaseSummary, imports: ImportList) throws(SiteError) {
        let marker = site.timelinesPath + "/RECORDED"
        let recorded = Files.exists(marker) ? try Files.readText(marker) : ""
        let release = [
            imports.digest, site.configuration.signer, site.configuration.profile,
            summary.segmentSHA256,
        ].joined(separator: " ")
        guard recorded != release else { return }
        try record(
            Entry(
                .timelinesReleased, actor: "import",
                body: [
                    "profile": .string(site.configuration.profile),
                    "signer": .string(site.configuration.signer),
                    "imports": .string(imports.digest),
                    "segment": .string(summary.segmentSHA256),
                    "files": .int(summary.files), "resources": .int(summary.resources),
                    "imported": .int(summary.imported),
                    "rejected": .object(summary.rejected.mapValues { .int($0) }),
                    "subjects": .int(summary.subjects), "events": .int(summary.events),
                    "notes_withheld": .int(summary.notesWithheld),
                ]))
        try Files.replace(marker, with: Array(release.utf8))
    }
}
