// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
package import Knowledge
package import Ledger
import Metering
import Synchronization
package import Timelines
import Vault

/// A site opened for serving, in the process that holds its ledger.
package final class Service: Sendable {
    package let site: SiteDirectory
    /// The models and the desk they are called through.
    package let calls: CallService
    package let desk: LocalDesk
    private let keptSize = Mutex(-1)
    private let pruned = Mutex(0)
    let billingFold = Mutex(BillingFold())
    private let segment = Mutex<(name: String, store: TimelineStore)?>(nil)

    package var log: LedgerLog { desk.log }
    package var knowledge: KnowledgeBase { calls.knowledge }
    package var panel: Panel { calls.panel }
    package var models: [ServedModel] { calls.models }
    package var keys: KeyStore { calls.keys }

    /// The name under which the panel is served.
    package static let panelName = CallService.panelName

    /// Opens the ledger as its one writer, takes in what waits for it, and loads the models.
    package init(_ site: SiteDirectory) async throws(SiteError) {
        self.site = site
        let holders = try KeyStore(site)
        desk = try await LocalDesk.open(site, holders: holders)
        do throws(SiteError) {
            calls = try CallService(site, desk: desk, keys: holders)
            try drain()
            for model in calls.models {
                try await desk.register(
                    model, card: calls.card, intendedUse: calls.intendedUse)
            }
        } catch {
            Recorder(site).close(desk.log)
            throw error
        }
    }

    /// What stands for a patient in the ledger.
    package func subjectDigest(of handle: String) -> String {
        desk.digests.subject(handle)
    }

    /// Takes entries other processes left for the ledger, keeps the latest checkpoint beside the
    /// keys and the desk's state; called about once a second by the server.
    package func drainInbox() throws(SiteError) {
        try drain()
        desk.writeWaitingReleases()
        try desk.refoldIfNeeded(snapshot: site.deskSnapshotFile)
        let size = log.size
        if keptSize.withLock({ $0 != size }) {
            Recorder(site).keep(log)
            keptSize.withLock { $0 = size }
        }
        desk.keepState(at: site.deskSnapshotFile, every: Service.stateEvery)
        let hour = Entry.now / 3_600_000
        if pruned.withLock({ $0 != hour }) {
            pruned.withLock { $0 = hour }
            desk.pruneAnswers()
        }
    }

    private func drain() throws(SiteError) {
        try Recorder.drain(site.ledgerPath + "/inbox") { records throws(SiteError) in
            try desk.appendAndWait(records)
        }
    }

    /// Entries after which the desk's state is kept again.
    private static let stateEvery = 200_000

    /// Signs a last checkpoint, keeps the desk's state and gives the log back.
    package func close() {
        desk.keepState(at: site.deskSnapshotFile, every: 1)
        Recorder(site).close(log)
    }

    /// Appends an entry; its index once it is durable.
    package func append(_ entry: Entry) async throws(SiteError) -> Int {
        try await desk.append(entry)
    }

    /// The timelines in force; a new release is picked up without a restart.
    package func timelines() throws(SiteError) -> TimelineStore {
        guard let current = try CurrentTimelines.read(site) else {
            throw .nothingImported(directory: site.path)
        }
        if let open = segment.withLock({ $0 }), open.name == current.segment { return open.store }
        let store = try site.timelines()
        segment.withLock { $0 = (current.segment, store) }
        return store
    }
}
