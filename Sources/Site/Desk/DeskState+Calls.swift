// SPDX-License-Identifier: Apache-2.0
import Governance
import Ledger
import Metering

// What a call does to the state, step by step; all of it under the desk's lock.
extension DeskState {
    /// Refuses a call that the licence of its key does not cover; the hospital's own keys need none.
    func checkLicence(_ ask: CallAsk, at now: Int) throws(SiteError) {
        let terms = ask.principal.terms
        if let models = terms.models, !models.contains(ask.model.id) {
            throw .notLicensed(
                code: "key_model", sentence: "this key may not call the model it named")
        }
        guard let licensee = terms.licensee else { return }
        let decision = licences.decide(
            licensee: licensee, site: terms.callingSite, jurisdiction: terms.jurisdiction,
            use: ask.use ?? terms.use, model: ask.model.id, at: now,
            callsSoFar: licences.calls(of: licensee, at: now))
        if case .refused(let code, let sentence) = decision {
            throw .notLicensed(code: code, sentence: sentence)
        }
    }

    /// Refuses a call that comes too soon after others of its principal.
    mutating func checkRate(_ ask: CallAsk, at microseconds: Int) throws(SiteError) {
        let name = ask.principal.name
        let terms = ask.principal.terms
        guard terms.requestsPerMinute != nil || terms.tokensPerMinute != nil else {
            if limits.removeValue(forKey: name) != nil { limiter.set(nil, for: name) }
            return
        }
        let limit = RateLimit(
            requestsPerMinute: terms.requestsPerMinute, tokensPerMinute: terms.tokensPerMinute)
        if limits[name] != limit {
            limiter.set(limit, for: name)
            limits[name] = limit
        }
        switch limiter.admit(name, tokens: ask.worstCase.tokens, at: microseconds) {
        case .admitted: return
        case .retryAfter(let wait, let kind):
            throw .rateLimited(
                kind: kind == .tokens ? "tokens" : "requests",
                retryAfterMilliseconds: (wait + 999) / 1000)
        case .neverFits(let kind):
            throw .rateLimited(
                kind: kind == .tokens ? "tokens" : "requests", retryAfterMilliseconds: 60_000)
        }
    }

    /// Holds the most that a call can cost against every budget it counts to.
    ///
    /// - Parameter isHolder: whether the principal exists; nobody else has a budget.
    mutating func hold(
        _ entries: CallEntries, isHolder: Bool, at now: Int, started: ContinuousClock.Instant
    ) throws(SiteError) -> Int {
        guard !isStale else { throw .notRecorded("the ledger is being read again") }
        let ask = entries.ask
        let hold: Int
        do throws(MeteringError) {
            hold = try rater.worstCase(
                ask.worstCase.quantities, model: ask.model.id,
                licensee: ask.principal.terms.licensee, at: now)
        } catch { throw .refused(error.sentence) }
        if isHolder, !budgets.isRegistered(ask.principal.name) {
            budgets.register(principal: ask.principal.name)
        }
        switch budgets.reserve(
            call: entries.call, micros: hold, payer: ask.principal.payer, model: ask.model.id,
            at: now)
        {
        case .held: break
        case .exhausted(let balance, asked: _):
            throw .budgetExhausted(scope: balance.limit.scope.text)
        case .unknownPrincipal:
            throw .budgetExhausted(scope: "principal:\(ask.principal.name)")
        case .alreadyHeld, .notAnAmount:
            throw .refused("the call could not be put on record; try again")
        }
        if let key = entries.idempotency { running.insert(key) }
        open[entries.call] = Open(
            entries: entries, holdMicros: hold, estimatedTokens: ask.worstCase.tokens,
            started: started)
        return hold
    }

    /// Prices what a call used; the entry is to be enqueued at once.
    ///
    /// What was held stays held until the entry is durable: an entry that can't be written must
    /// not have made room for another call.
    mutating func settle(
        _ reservation: Reservation, used: CallQuantities, answer: String, status: Int, at now: Int,
        clock: ContinuousClock.Instant
    ) throws(SiteError) -> (bytes: [UInt8], priceMicros: Int) {
        guard let open = open[reservation.call] else {
            throw .notRecorded("the call was settled or released before")
        }
        let ask = open.entries.ask
        // Nothing is billed that was not held, whatever an upstream says it used.
        let used = used.atMost(ask.worstCase)
        let price: Price
        do throws(MeteringError) {
            price = try rater.settle(
                used.quantities, model: ask.model.id, licensee: ask.principal.terms.licensee,
                at: now)
        } catch { throw .notRecorded(error.sentence) }
        self.open[reservation.call] = nil
        inFlight[reservation.call] = InFlight(open: open, price: price, milliseconds: now)
        limiter.correct(
            ask.principal.name, estimated: open.estimatedTokens, actual: used.tokens,
            at: DeskState.microseconds(clock))
        let bytes = open.entries.settled(
            Settlement(
                used: used, priceMicros: price.micros, sheet: price.sheet, answer: answer,
                status: status, microseconds: (clock - open.started).microseconds),
            at: now)
        return (bytes, price.micros)
    }

    /// The entry of a settlement is durable, or could not be written: then nothing was billed.
    mutating func ended(_ call: String, with result: Result<Range<Int>, LedgerError>) {
        guard let flight = inFlight.removeValue(forKey: call) else { return wrote(result) }
        let key = flight.open.entries.idempotency
        switch result {
        case .success(let range):
            // It was held, so that it fits.
            try? budgets.settle(call: call, micros: flight.price.micros, at: flight.milliseconds)
            if let key {
                running.remove(key)
                idempotency.insert(key, index: range.lowerBound, at: flight.milliseconds)
            }
            if let licensee = flight.open.entries.ask.principal.terms.licensee {
                licences.countCall(of: licensee, at: flight.milliseconds)
            }
        case .failure:
            // Whoever asked for leave gives it back.
            rater.revert(flight.price)
            open[call] = flight.open
        }
        wrote(result)
    }

    /// Ends a call that was not answered; nil where it was ended before.
    ///
    /// What it holds is given back when the entry that says so is durable.
    mutating func release(_ call: String, reason: String) -> Open? {
        guard let open = open.removeValue(forKey: call) else { return nil }
        if let key = open.entries.idempotency { running.remove(key) }
        releasing[call] = Releasing(open: open, reason: reason)
        limiter.correct(
            open.entries.ask.principal.name, estimated: open.estimatedTokens, actual: 0,
            at: DeskState.microseconds(.now))
        return open
    }

    /// Gives back at once what a call holds, whose end needs no entry or has one already.
    mutating func forget(_ call: String) {
        guard let open = open.removeValue(forKey: call) else { return }
        if let key = open.entries.idempotency { running.remove(key) }
        budgets.release(call: call)
    }

    /// The entry of a release is durable; where it could not be written it is tried again later.
    mutating func released(_ call: String, with result: Result<Range<Int>, LedgerError>) {
        wrote(result)
        guard case .success = result else {
            releasing[call]?.isWaiting = true
            return
        }
        releasing[call] = nil
        budgets.release(call: call)
    }

    /// An entry that changes nothing else is durable, or was refused by the disk.
    mutating func wrote(_ result: Result<Range<Int>, LedgerError>) {
        if case .success(let range) = result { size = max(size, range.upperBound) }
    }

    /// Takes in an entry that is about to be enqueued.
    ///
    /// At once and not when it is durable: what is enqueued behind it is priced by it.
    mutating func take(_ record: [UInt8], index: Int) {
        waiting += 1
        let durable = size
        var reader = EntryReader()
        apply(record, index: index, reader: &reader)
        size = durable
    }

    /// An entry that was taken in is durable, or was refused by the disk.
    mutating func took(_ result: Result<Range<Int>, LedgerError>, entries: Int = 1) {
        waiting -= entries
        wrote(result)
        if case .failure = result { isStale = true }
    }

    /// Time of a clock that is never set, for rate limits.
    static func microseconds(_ instant: ContinuousClock.Instant) -> Int {
        (instant - origin).microseconds
    }

    private static let origin = ContinuousClock.now
}

extension Duration {
    var microseconds: Int {
        Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000)
    }
}

extension Principal {
    /// Whose budgets a call of this key counts to.
    var payer: Payer { Payer(principal: name, team: terms.team, licensee: terms.licensee) }
}

extension CallQuantities {
    var tokens: Int { promptTokens + completionTokens }

    /// The same, but no meter above another's.
    func atMost(_ most: CallQuantities) -> CallQuantities {
        CallQuantities(
            predictions: min(predictions, most.predictions),
            promptTokens: min(promptTokens, most.promptTokens),
            completionTokens: min(completionTokens, most.completionTokens))
    }

    var quantities: Quantities {
        Quantities(
            predictions: predictions, promptTokens: promptTokens,
            completionTokens: completionTokens)
    }
}
