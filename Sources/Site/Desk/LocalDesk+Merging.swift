// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Ledger
import Metering
import Synchronization

/// Merges run one after the other on a queue of their own, each to its end: a call that is delivered
/// again while it is being recorded waits, and is then found in the ledger.
extension LocalDesk {
    /// How far the clock of who answered may be off.
    private static let skew = 3_600_000
    /// Entries read at once while looking for calls.
    private static let readAtOnce = 4096

    /// Puts calls on record that were answered without it, each exactly once whatever is delivered
    /// again; they are billed at the prices of now, over any budget, and marked.
    ///
    /// - Returns: how many were new.
    /// - Throws: `SiteError.notRecorded`, or `.callInProgress` where one of them is just being
    ///   settled; then all are to be sent again.
    package func merge(_ spilled: [SpilledCall]) async throws(SiteError) -> Int {
        let outcome: Result<Int, SiteError> = await withCheckedContinuation { waiter in
            merging.async {
                do throws(SiteError) {
                    waiter.resume(returning: .success(try self.mergeAndWait(spilled)))
                } catch { waiter.resume(returning: .failure(error)) }
            }
        }
        return try outcome.get()
    }

    private func mergeAndWait(_ spilled: [SpilledCall]) throws(SiteError) -> Int {
        // From here on none of them can be settled any other way.
        let isSettling = state.withLock { state in
            for call in spilled { state.forget(call.call) }
            return spilled.contains { state.inFlight[$0.call] != nil }
        }
        guard !isSettling else { throw .callInProgress }
        var known = try recorded(spilled)
        let new = spilled.filter { known.insert($0.call).inserted }
        guard !new.isEmpty else { return 0 }
        let outcome = Mutex<Result<Range<Int>, LedgerError>>(.failure(.closed))
        let done = DispatchSemaphore(value: 0)
        let wall = Entry.now
        let refusal: SiteError? = state.withLock { state in
            do throws(SiteError) {
                let records = try state.merge(new, currency: currency, wall: wall)
                log.append(records) { [self] result in
                    self.state.withLock { $0.merged(new, with: result, at: wall) }
                    outcome.withLock { $0 = result }
                    done.signal()
                }
                return nil
            } catch { return error }
        }
        if let refusal { throw refusal }
        done.wait()
        do throws(LedgerError) {
            _ = try outcome.withLock { $0 }.get()
        } catch { throw .notRecorded(error.sentence) }
        return new.count
    }

    /// Which of these calls the log has settled, looking back to before the first was answered.
    private func recorded(_ spilled: [SpilledCall]) throws(SiteError) -> Set<String> {
        let wanted = Set(spilled.map(\.call))
        let from = (spilled.map(\.unrecordedAt).min() ?? 0) - LocalDesk.skew
        var known: Set<String> = []
        try eachSettlement(since: from) { head in
            if let call = head.text("call"), wanted.contains(call) { known.insert(call) }
            return known.count < wanted.count
        }
        return known
    }

    /// The settlement of a call, where it is among the latest entries: for a replica that did not
    /// hear of it.
    package func settlement(of call: String, since milliseconds: Int) throws(SiteError)
        -> SettledCall?
    {
        var found: SettledCall?
        try eachSettlement(since: milliseconds - LocalDesk.skew) { head in
            guard head.text("call") == call else { return true }
            found = SettledCall(
                call: call, receipt: receipt(at: head.index), priceMicros: 0,
                version: head.text("version") ?? "")
            return false
        }
        return found
    }

    /// Settlements from the latest back to a time, until `isWanted` says no more are.
    private func eachSettlement(
        since milliseconds: Int, _ isWanted: (IndexedHead) -> Bool
    ) throws(SiteError) {
        var end = log.size
        while end > log.firstIndex {
            let start = max(log.firstIndex, end - LocalDesk.readAtOnce)
            let records = try stage { try log.records(start..<end) }
            for (offset, record) in records.enumerated().reversed() {
                guard let head = EntryHead(record) else { continue }
                if head.milliseconds < milliseconds { return }
                guard head.type == .callSettled else { continue }
                if !isWanted(IndexedHead(index: start + offset, head: head)) { return }
            }
            end = start
        }
    }

    private struct IndexedHead {
        let index: Int
        let head: EntryHead

        func text(_ key: String) -> String? { head.text(key) }
    }
}

extension DeskState {
    /// The entries of calls that were answered without one, priced by what is known now.
    mutating func merge(_ calls: [SpilledCall], currency: String, wall: Int) throws(SiteError)
        -> [[UInt8]]
    {
        guard !isStale else { throw .notRecorded("the ledger is being read again") }
        let now = budgets.time(wall)
        // Taking the entries in counts what was used; pricing them must not.
        var pricing = rater
        var records: [[UInt8]] = []
        for call in calls {
            let price: Price
            do throws(MeteringError) {
                price = try pricing.settle(
                    call.used.quantities, model: call.model, licensee: call.licensee, at: now)
            } catch { throw .notRecorded(error.sentence) }
            records.append(
                call.entries(currency: currency).settled(
                    Settlement(
                        used: call.used, priceMicros: price.micros, sheet: price.sheet,
                        answer: call.answer, status: call.status, microseconds: call.microseconds,
                        unrecordedAt: call.unrecordedAt),
                    at: now))
        }
        for record in records { take(record, index: size) }
        return records
    }

    /// Merged entries are durable, or were refused by the disk.
    mutating func merged(
        _ calls: [SpilledCall], with result: Result<Range<Int>, LedgerError>, at milliseconds: Int
    ) {
        took(result, entries: calls.count)
        guard case .success(let range) = result else { return }
        for (index, call) in zip(range, calls) {
            if let key = call.idempotency {
                idempotency.insert(key, index: index, at: milliseconds)
            }
        }
    }
}
