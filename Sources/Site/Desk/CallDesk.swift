// SPDX-License-Identifier: Apache-2.0

/// What somebody asks leave for before a model is asked.
package struct CallAsk: Sendable {
    package var model: ServedModel
    package var principal: Principal
    /// Which surface asked, for the record.
    package var dialect: String
    /// The caller's own name for this call; only a keyed digest of it is stored.
    package var idempotencyKey: String?
    /// The request's bytes; only a keyed digest of them is stored.
    package var request: [UInt8]
    /// The caller's handle for the patient; only a keyed digest of it is stored.
    package var subject: String?
    /// The use the caller declares, such as `diagnosis-support`; nil takes the key's own.
    package var use: String?
    /// Intended use and verdict as `id@version:verdict`, where the model has one.
    package var intendedUse: String?
    /// The most the call can use: what is held until it is settled.
    package var worstCase: CallQuantities

    package init(
        model: ServedModel, principal: Principal, dialect: String, idempotencyKey: String? = nil,
        request: [UInt8], subject: String? = nil, use: String? = nil, intendedUse: String? = nil,
        worstCase: CallQuantities
    ) {
        self.model = model
        self.principal = principal
        self.dialect = dialect
        self.idempotencyKey = idempotencyKey
        self.request = request
        self.subject = subject
        self.use = use
        self.intendedUse = intendedUse
        self.worstCase = worstCase
    }
}

/// How much of each meter a call uses.
package struct CallQuantities: Sendable, Hashable, Codable {
    package var predictions: Int
    package var promptTokens: Int
    package var completionTokens: Int

    package init(predictions: Int = 0, promptTokens: Int = 0, completionTokens: Int = 0) {
        self.predictions = predictions
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }
}

/// Leave to answer one call, with the money it may cost put aside.
///
/// It must be settled or released; one that a crash leaves behind costs nothing.
package struct Reservation: Sendable {
    /// The call's id, which is also the prediction's.
    package let call: String
    package let ask: CallAsk
    package let holdMicros: Int
    /// When it was granted, milliseconds since 1970, UTC.
    package let milliseconds: Int

    package init(call: String, ask: CallAsk, holdMicros: Int, milliseconds: Int) {
        self.call = call
        self.ask = ask
        self.holdMicros = holdMicros
        self.milliseconds = milliseconds
    }
}

/// A call that is on record as answered.
package struct SettledCall: Sendable {
    package let call: String
    package let receipt: Receipt
    package let priceMicros: Int
    /// Version of the model that answered.
    package let version: String
    /// The answer as it was kept for repetitions, where it was; a panel's is computed again.
    package let answer: [UInt8]?

    package init(
        call: String, receipt: Receipt, priceMicros: Int, version: String, answer: [UInt8]? = nil
    ) {
        self.call = call
        self.receipt = receipt
        self.priceMicros = priceMicros
        self.version = version
        self.answer = answer
    }
}

/// What comes of asking for leave.
package enum Leave: Sendable {
    case granted(Reservation)
    /// The same idempotency key was answered before: nothing is billed again.
    case replay(SettledCall)
}

/// The one place every call of every dialect passes: key, licence, limits, budget and ledger.
///
/// Reserve before the model is asked, settle after; an answer goes out only when it is settled.
/// A reservation's entry is enqueued before `reserve` returns and is durable before `settle`
/// returns, because the log keeps its order.
package protocol CallDesk: Sendable {
    /// Checks licence, rate limits and budgets, and holds the worst case.
    ///
    /// - Throws: `SiteError.notLicensed`, `.rateLimited`, `.budgetExhausted`, `.callInProgress`,
    ///   `.idempotencyKeyReused`, `.notRecorded` where the ledger can't take entries now.
    func reserve(_ ask: CallAsk) async throws(SiteError) -> Leave

    /// Prices what was used, and returns once the entry is durable; only then may the answer go.
    ///
    /// - Parameters:
    ///   - answer: the answer's bytes; a keyed digest enters the ledger.
    ///   - keepsAnswer: keep the bytes, sealed, for 24 hours where the call carried an idempotency
    ///     key, so that a repetition gets them.
    ///   - status: HTTP status of the answer.
    /// - Throws: `SiteError.notRecorded`; then nothing was billed and nothing may be answered.
    func settle(
        _ reservation: Reservation, used: CallQuantities, answer: [UInt8], keepsAnswer: Bool,
        status: Int
    ) async throws(SiteError) -> SettledCall

    /// Gives back what was held: the call was not answered.
    ///
    /// - Parameter reason: a machine code of this program, such as `upstream_failed`.
    func release(_ reservation: Reservation, reason: String) async

    /// Records a call that was refused; it costs nothing.
    ///
    /// - Parameter reason: a machine code of this program.
    func refuse(_ ask: CallAsk, reason: String) async throws(SiteError) -> Receipt
}
