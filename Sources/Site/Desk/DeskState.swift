// SPDX-License-Identifier: Apache-2.0
import Governance
import Ledger
import Metering

/// What the ledger says about money, licences and calls: a fold over its entries, never the truth.
///
/// A value, so that a copy of it is a snapshot. It is ahead of the log by what is being written:
/// `inFlight` says by how much.
struct DeskState: Sendable {
    /// A reserved call: what it holds, and what its entries say.
    struct Open: Sendable {
        var entries: CallEntries
        var holdMicros: Int
        var estimatedTokens: Int
        /// When leave was given; microseconds of a clock that never goes back.
        var started: ContinuousClock.Instant
    }

    /// A settlement that is being written.
    struct InFlight: Sendable {
        var open: Open
        var price: Price
        var milliseconds: Int
    }

    /// A call that was not answered, and whose entry of that is being written.
    struct Releasing: Sendable {
        var open: Open
        var reason: String
        /// The entry could not be written and is to be tried again.
        var isWaiting = false
    }

    var rater = Rater()
    var budgets = BudgetBook()
    var licences = LicenceBook()
    var limiter = RateLimiter()
    /// Which terms a principal's rate limit was set from.
    var limits: [String: RateLimit] = [:]
    var idempotency = IdempotencyTable()
    /// Idempotency keys being answered now, by digest.
    var running: Set<String> = []
    var open: [String: Open] = [:]
    var inFlight: [String: InFlight] = [:]
    var releasing: [String: Releasing] = [:]
    /// Calls that were reserved before this process began, and not ended.
    var orphans: [String: String] = [:]
    /// What was registered last of each model, as a digest of the entry's body.
    var registered: [String: String] = [:]
    /// Entries of the log that are durable and taken in.
    var size = 0
    /// Size when the state was last kept on disk.
    var keptSize = 0
    /// Entries other than settlements that are being written.
    var waiting = 0
    /// An entry that was counted on could not be written: nothing is priced until the log has been
    /// folded again.
    var isStale = false

    /// Takes in an entry that is in the log: its bytes, and its index.
    ///
    /// An entry that money and licences don't depend on changes nothing; one that can't be read is
    /// passed over, as it was when it was written.
    mutating func apply(_ record: [UInt8], index: Int, reader: inout EntryReader) {
        defer { size = max(size, index + 1) }
        if let entry = try? reader.read(record, index: index) {
            try? rater.apply(entry, reader.names)
            try? budgets.apply(entry, reader.names)
        }
        guard let json = EntryHead(record) else { return }
        apply(json, index: index)
    }

    /// What the readers of money leave out: open calls, idempotency keys, licences.
    private mutating func apply(_ head: EntryHead, index: Int) {
        switch head.type {
        case .callReserved:
            if let call = head.text("call") { orphans[call] = head.text("actor") ?? "" }
        case .callReleased:
            if let call = head.text("call") { orphans[call] = nil }
        case .callSettled:
            if let call = head.text("call") { orphans[call] = nil }
            if let key = head.text("idempotency") {
                idempotency.insert(key, index: index, at: head.milliseconds)
            }
            if let licensee = head.text("licensee") {
                licences.countCall(of: licensee, at: head.milliseconds)
            }
        case .licenceGranted, .licenceRevoked:
            guard let body = head.json?["body"] else { return }
            licences.apply(type: head.type.rawValue, body: body, at: head.milliseconds)
        case .versionRegistered:
            guard let body = head.json?["body"], let model = body["model"]?.stringValue else {
                return
            }
            registered[model] = DeskState.digest(of: body)
        default: return
        }
    }

    static func digest(of body: CanonicalJSON) -> String {
        MerkleTree.leafHash(body.serialized()).hex
    }

    /// Takes over the calls that are being answered from a state of the same log.
    mutating func keep(callsOf other: DeskState) {
        running = other.running
        limiter = other.limiter
        limits = other.limits
        releasing = other.releasing
        for (call, open) in other.open.merging(
            other.releasing.mapValues(\.open), uniquingKeysWith: { open, _ in open })
        {
            let ask = open.entries.ask
            orphans[call] = nil
            budgets.register(principal: ask.principal.name)
            // What it costs was within the budgets when it was held.
            _ = budgets.reserve(
                call: call, micros: open.holdMicros, payer: ask.principal.payer,
                model: ask.model.id, at: budgets.time(0))
            if releasing[call] == nil { self.open[call] = open }
        }
    }

    /// The state without what is still being written: what the first `size` entries say.
    var settled: DeskState {
        var copy = self
        for (call, flight) in inFlight {
            copy.rater.revert(flight.price)
            copy.orphans[call] = flight.open.entries.ask.principal.name
        }
        for (call, ended) in releasing {
            copy.orphans[call] = ended.open.entries.ask.principal.name
        }
        for (call, open) in open { copy.orphans[call] = open.entries.ask.principal.name }
        return copy
    }
}
