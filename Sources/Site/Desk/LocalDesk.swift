// SPDX-License-Identifier: Apache-2.0
import Crypto
import Dispatch
import Foundation
import Ledger
import Metering
import Synchronization

/// The desk of the process that holds the ledger.
///
/// Prices depend on what was used before, so pricing a call and placing its entry in the log is one
/// step under one lock: what the ledger says in its order is what the prices were made from.
package final class LocalDesk: CallDesk {
    let log: LedgerLog
    let state: Mutex<DeskState>
    let digests: CallDigests
    private let answers: AnswerStore
    let currency: String
    /// Calls that were answered elsewhere without a record are taken in one batch after the other.
    let merging = DispatchQueue(label: "bedside.desk.merging")
    private let holders: KeyStore
    /// Called with the bodies of every answered call about a subject; nil keeps none.
    private let bodies: BodyStore?

    /// - Parameters:
    ///   - state: what the log says so far.
    ///   - holders: whose principals exist; anybody else has no budget.
    init(
        log: LedgerLog, state: DeskState, digests: CallDigests, answers: AnswerStore,
        holders: KeyStore, currency: String, bodies: BodyStore?
    ) {
        self.log = log
        self.state = Mutex(state)
        self.digests = digests
        self.answers = answers
        self.holders = holders
        self.currency = currency
        self.bodies = bodies
    }

    package func reserve(_ ask: CallAsk) async throws(SiteError) -> Leave {
        let entries = CallEntries(
            call: CallDigests.callID(), ask: ask, currency: currency,
            request: digests.keyed(ask.request),
            idempotency: digests.idempotency(ask.idempotencyKey, of: ask.principal.name),
            subject: ask.subject.map(digests.subject))
        var rejected: [Int] = []
        while true {
            switch admit(entries, otherThan: rejected) {
            case .failure(let error): throw error
            case .success(.granted(let reservation)): return .granted(reservation)
            case .success(.maybe(let candidates)):
                for index in candidates {
                    if let earlier = try replay(of: entries, at: index) { return .replay(earlier) }
                    rejected.append(index)
                }
            }
        }
    }

    private enum Admission {
        case granted(Reservation)
        /// Entries that may have settled the same idempotency key before.
        case maybe([Int])
    }

    /// Everything that is decided at once: limits, licence, budgets and the place in the log.
    private func admit(_ entries: CallEntries, otherThan rejected: [Int])
        -> Result<Admission, SiteError>
    {
        let wall = Entry.now
        let known = holders.isHolder(entries.ask.principal.name)
        return state.withLock { state in
            if let key = entries.idempotency {
                let candidates = state.idempotency.candidates(key).filter {
                    !rejected.contains($0)
                }
                if !candidates.isEmpty { return .success(.maybe(candidates)) }
                if state.running.contains(key) { return .failure(.callInProgress) }
            }
            do throws(SiteError) {
                let now = state.budgets.time(wall)
                let started = ContinuousClock.now
                try state.checkLicence(entries.ask, at: now)
                try state.checkRate(entries.ask, at: DeskState.microseconds(started))
                let hold = try state.hold(
                    entries, isHolder: known, at: now, started: started)
                // Nobody waits for this entry: the one that settles the call comes after it, and
                // is durable only if it is; both share a flush.
                do throws(LedgerError) {
                    try log.enqueue(entries.reserved(holdMicros: hold, at: now))
                } catch {
                    state.forget(entries.call)
                    throw .notRecorded(error.sentence)
                }
                return .success(
                    .granted(
                        Reservation(
                            call: entries.call, ask: entries.ask, holdMicros: hold,
                            milliseconds: now)))
            } catch { return .failure(error) }
        }
    }

    /// The call that an entry settled, where it is the one of this idempotency key.
    private func replay(of entries: CallEntries, at index: Int) throws(SiteError) -> SettledCall? {
        let record = try stage { try log.record(at: index) }
        guard let head = EntryHead(record), head.type == .callSettled,
            let key = entries.idempotency, head.text("idempotency") == key,
            Entry.now - head.milliseconds <= IdempotencyTable.window
        else { return nil }
        guard head.text("request") == entries.request else { throw .idempotencyKeyReused }
        return SettledCall(
            call: head.text("call") ?? "", receipt: receipt(at: index), priceMicros: 0,
            version: head.text("version") ?? "", answer: answers.answer(for: key))
    }

    package func settle(
        _ reservation: Reservation, used: CallQuantities, answer: [UInt8], keepsAnswer: Bool,
        status: Int
    ) async throws(SiteError) -> SettledCall {
        let digest = digests.keyed(answer)
        if keepsAnswer,
            let key = digests.idempotency(
                reservation.ask.idempotencyKey, of: reservation.ask.principal.name)
        {
            // Before the entry: a repetition that finds the entry finds the answer too.
            answers.keep(answer, for: key)
        }
        let outcome: Result<SettledCall, SiteError> = await withCheckedContinuation { waiter in
            place(reservation, used: used, answer: digest, status: status) {
                waiter.resume(returning: $0)
            }
        }
        let settled = try outcome.get()
        keepBodies(of: reservation, answer: answer)
        return settled
    }

    /// Prices the call and enqueues its entry; tells `finish` when it is durable or refused.
    private func place(
        _ reservation: Reservation, used: CallQuantities, answer: String, status: Int,
        finish: @escaping @Sendable (Result<SettledCall, SiteError>) -> Void
    ) {
        let wall = Entry.now
        let refusal: SiteError? = state.withLock { state in
            do throws(SiteError) {
                let now = state.budgets.time(wall)
                let record = try state.settle(
                    reservation, used: used, answer: answer, status: status, at: now,
                    clock: .now)
                log.append([record.bytes]) { [self] result in
                    finish(ended(reservation, price: record.priceMicros, with: result))
                }
                return nil
            } catch { return error }
        }
        if let refusal { finish(.failure(refusal)) }
    }

    private func ended(
        _ reservation: Reservation, price: Int, with result: Result<Range<Int>, LedgerError>
    ) -> Result<SettledCall, SiteError> {
        state.withLock { $0.ended(reservation.call, with: result) }
        switch result {
        case .success(let range):
            return .success(
                SettledCall(
                    call: reservation.call, receipt: receipt(at: range.lowerBound),
                    priceMicros: price, version: reservation.ask.model.version))
        case .failure(let error):
            return .failure(.notRecorded(error.sentence))
        }
    }

    private func keepBodies(of reservation: Reservation, answer: [UInt8]) {
        guard let bodies, let subject = reservation.ask.subject else { return }
        // The call is billed and on record whether or not its bodies could be kept.
        try? bodies.keep(
            CallBodies(request: Data(reservation.ask.request), answer: Data(answer)),
            call: reservation.call, subject: digests.subject(subject))
    }

    package func release(_ reservation: Reservation, reason: String) async {
        await withCheckedContinuation { waiter in
            state.withLock { state in
                guard let open = state.release(reservation.call, reason: reason) else {
                    return waiter.resume()
                }
                write(open, of: reservation.call, reason: reason, in: &state) {
                    waiter.resume()
                }
            }
        }
    }

    /// Enqueues the entry that a call was not answered.
    private func write(
        _ open: DeskState.Open, of call: String, reason: String, in state: inout DeskState,
        finish: @escaping @Sendable () -> Void = {}
    ) {
        let record = open.entries.released(reason: reason, at: state.budgets.time(Entry.now))
        log.append([record]) { [weak self] result in
            self?.state.withLock { $0.released(call, with: result) }
            finish()
        }
    }

    /// Tries again to put on record what was given back while the disk was full.
    func writeWaitingReleases() {
        state.withLock { state in
            for (call, ended) in state.releasing where ended.isWaiting {
                state.releasing[call]?.isWaiting = false
                write(ended.open, of: call, reason: ended.reason, in: &state)
            }
        }
    }

    package func refuse(_ ask: CallAsk, reason: String) async throws(SiteError) -> Receipt {
        let entries = CallEntries(
            call: "", ask: ask, currency: currency, request: "", idempotency: nil,
            subject: ask.subject.map(digests.subject))
        let wall = Entry.now
        let index = try await append(recorded: { state in
            entries.refused(reason: reason, at: state.budgets.time(wall))
        })
        return receipt(at: index)
    }

    /// Appends an entry of any type; its index once it is durable.
    package func append(_ entry: Entry) async throws(SiteError) -> Int {
        let wall = Entry.now
        return try await append(recorded: { state in
            var entry = entry
            entry.milliseconds = state.budgets.time(wall)
            return entry.record
        })
    }

    private func append(recorded record: @escaping @Sendable (inout DeskState) -> [UInt8])
        async throws(SiteError) -> Int
    {
        let result: Result<Range<Int>, LedgerError> = await withCheckedContinuation { waiter in
            state.withLock { state in
                let bytes = record(&state)
                state.take(bytes, index: state.size)
                log.append([bytes]) { [self] result in
                    self.state.withLock { $0.took(result) }
                    waiter.resume(returning: result)
                }
            }
        }
        do throws(LedgerError) {
            return try result.get().lowerBound
        } catch { throw .notRecorded(error.sentence) }
    }

    /// Appends entries that other processes wrote; blocks until they are durable.
    ///
    /// They keep the time at which they were written: nothing is priced by it.
    func appendAndWait(_ records: [[UInt8]]) throws(SiteError) {
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<Result<Range<Int>, LedgerError>>(.failure(.closed))
        state.withLock { state in
            for record in records { state.take(record, index: state.size) }
            log.append(records) { [self] result in
                self.state.withLock { $0.took(result, entries: records.count) }
                outcome.withLock { $0 = result }
                done.signal()
            }
        }
        done.wait()
        do throws(LedgerError) {
            _ = try outcome.withLock { $0 }.get()
        } catch { throw .notRecorded(error.sentence) }
    }

    /// Removes answers that no repetition can get any more.
    func pruneAnswers() {
        answers.prune(olderThan: Entry.now - IdempotencyTable.window)
    }

    /// The entry's place in the tree as it stands now.
    func receipt(at index: Int) -> Receipt {
        let head = log.head
        return Receipt(index: index, size: head.size, root: head.root.hex)
    }
}
