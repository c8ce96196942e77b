// SPDX-License-Identifier: Apache-2.0
import Governance
import Ledger
import Metering
import Synchronization

extension LocalDesk {
    /// Opens the ledger as its one writer, folds what it says about money and calls, releases
    /// reservations a crash left behind and sees that calls have a price on record.
    static func open(_ site: SiteDirectory, holders: KeyStore) async throws(SiteError) -> LocalDesk
    {
        let digests = try CallDigests(site)
        let log = try Recorder(site).openLog()
        do throws(SiteError) {
            let state = try DeskFold.state(of: log, snapshot: site.deskSnapshotFile)
            let desk = LocalDesk(
                log: log, state: state, digests: digests,
                answers: AnswerStore(
                    directory: site.path + "/answers", key: digests.answersKey),
                holders: holders, currency: site.configuration.currency,
                bodies: site.configuration.gateway.keepBodies ? try BodyStore(site) : nil)
            try await desk.releaseOrphans()
            try await desk.publishDefaultPrices(site.configuration)
            return desk
        } catch {
            Recorder(site).close(log)
            throw error
        }
    }

    /// Reservations of a process that ended without settling them: they cost nothing.
    private func releaseOrphans() async throws(SiteError) {
        let orphans = state.withLock { $0.orphans }
        for (call, principal) in orphans.sorted(by: { $0.key < $1.key }) {
            _ = try await append(
                Entry(
                    .callReleased, actor: principal,
                    body: ["call": .string(call), "reason": .string("server_stopped")]))
        }
    }

    /// Puts the price of `site.yaml` on record where the hospital has published no sheet of its
    /// own, so that every bill can be recomputed from the ledger alone.
    private func publishDefaultPrices(_ configuration: Configuration) async throws(SiteError) {
        let sheet = try DefaultPrices.sheet(configuration)
        let current = state.withLock { state in
            state.rater.prices.inForce(for: nil, at: state.budgets.time(Entry.now))
        }
        if let current {
            guard DefaultPrices.isDefault(current), current.name != sheet.name else { return }
        }
        _ = try await append(
            Entry(.pricePublished, actor: "serve", body: ["sheet": sheet.json]))
    }

    /// Puts a model's version with its intended use and card on record, where it is not the one
    /// registered last.
    func register(_ model: ServedModel, card: ModelCard, intendedUse: IntendedUse)
        async throws(SiteError)
    {
        let body: [String: CanonicalJSON] = [
            "model": .string(model.id), "version": .string(model.version),
            "digest": .string(model.digest), "intended_use": intendedUse.json,
            "intended_use_digest": .string(intendedUse.digest), "card": card.json,
        ]
        let digest = DeskState.digest(of: .object(body))
        guard state.withLock({ $0.registered[model.id] != digest }) else { return }
        _ = try await append(Entry(.versionRegistered, actor: "serve", body: body))
    }

    /// Keeps the state on disk for the next opening, where it has grown enough to be worth it.
    ///
    /// - Parameter entries: how many entries must have come since the last time.
    func keepState(at path: String, every entries: Int) {
        let copy: DeskState? = state.withLock { state in
            guard state.size - state.keptSize >= entries, state.waiting == 0 else { return nil }
            state.keptSize = state.size
            return state.settled
        }
        guard let copy, let root = try? log.root(at: copy.size) else { return }
        // Without it the next opening takes longer, no more.
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        try? Files.makeDirectory(directory, mode: 0o700)
        try? DeskSnapshot.write(copy, root: root, to: path)
    }

    /// Folds the log again where an entry that prices or budgets follow could not be written.
    func refoldIfNeeded(snapshot path: String) throws(SiteError) {
        guard state.withLock({ $0.isStale && $0.inFlight.isEmpty && $0.waiting == 0 }) else {
            return
        }
        var folded = try DeskFold.state(of: log, snapshot: path)
        state.withLock { state in
            guard state.inFlight.isEmpty, state.waiting == 0, folded.size == log.size else {
                return
            }
            folded.keep(callsOf: state)
            state = folded
        }
    }
}

/// The sheet that holds until the hospital publishes its own.
enum DefaultPrices {
    /// The id under which everybody's sheets are published.
    static let id = "standard"
    private static let prefix = "site-yaml-"

    static func sheet(_ configuration: Configuration) throws(SiteError) -> PriceSheet {
        let version = "\(prefix)\(configuration.predictionMicros)-\(configuration.currency)"
        let json = CanonicalJSON.object([
            "id": .string(id), "version": .string(version), "effective": .int(0),
            "currency": .string(configuration.currency),
            "items": .array([
                .object([
                    "model": .string("*"), "meter": .string(Meter.prediction.code),
                    "unit": .int(1), "unit_price_micros": .int(configuration.predictionMicros),
                ])
            ]),
            "split": .object([
                "owner": .int(10_000), "distributor": .int(0), "platform": .int(0),
            ]),
        ])
        do throws(MeteringError) {
            return try PriceSheet(json: json)
        } catch { throw .refused(error.sentence) }
    }

    static func isDefault(_ sheet: PriceSheet) -> Bool {
        sheet.id == id && sheet.version.hasPrefix(prefix)
    }
}

/// Folds a log into the desk's state.
enum DeskFold {
    /// Records read at a time.
    private static let batch = 4096

    static func state(of log: LedgerLog, snapshot path: String) throws(SiteError) -> DeskState {
        var state =
            DeskSnapshot.read(path) { size in try? log.root(at: size) } ?? DeskState()
        var reader = EntryReader()
        let size = log.size
        var next = state.size
        while next < size {
            let range = next..<min(size, next + batch)
            let records = try stage { try log.records(range) }
            for (offset, record) in records.enumerated() {
                state.apply(record, index: range.lowerBound + offset, reader: &reader)
            }
            next = range.upperBound
        }
        state.keptSize = state.size
        return state
    }
}
