// SPDX-License-Identifier: Apache-2.0

/// A call that was answered while its ledger could not be reached, as it waits to be recorded.
///
/// It holds names, counts and keyed digests, as a ledger entry does, and nothing of the case: it lies
/// in a file until the writer takes it.
package struct SpilledCall: Sendable, Hashable, Codable {
    /// The call's id; a call that is merged twice is recorded once.
    package let call: String
    package let model: String
    package let version: String
    package let dialect: String
    package let principal: String
    package let team: String?
    package let costCenter: String?
    package let licensee: String?
    package let use: String?
    package let intendedUse: String?
    /// Keyed digests.
    package let request: String
    package let idempotency: String?
    package let subject: String?
    package let answer: String
    package let used: CallQuantities
    package let status: Int
    /// From leave to answer.
    package let microseconds: Int
    /// When it was answered, milliseconds since 1970, UTC, by the clock of who answered.
    package let unrecordedAt: Int

    /// What is kept of a call that was answered.
    package init(
        _ reservation: Reservation, used: CallQuantities, answer: [UInt8], status: Int,
        digests: CallDigests, at milliseconds: Int
    ) {
        let ask = reservation.ask
        let terms = ask.principal.terms
        call = reservation.call
        model = ask.model.id
        version = ask.model.version
        dialect = ask.dialect
        principal = ask.principal.name
        team = terms.team
        costCenter = terms.costCenter
        licensee = terms.licensee
        use = ask.use ?? terms.use
        intendedUse = ask.intendedUse
        request = digests.keyed(ask.request)
        idempotency = digests.idempotency(ask.idempotencyKey, of: ask.principal.name)
        subject = ask.subject.map(digests.subject)
        self.answer = digests.keyed(answer)
        self.used = used
        self.status = status
        microseconds = max(0, milliseconds - reservation.milliseconds) * 1000
        unrecordedAt = milliseconds
    }

    /// The entries of the call, as they would have been.
    func entries(currency: String) -> CallEntries {
        var terms = KeyTerms()
        terms.team = team
        terms.costCenter = costCenter
        terms.licensee = licensee
        var holder = Principal(name: principal, keySHA256: "", created: 0)
        holder.terms = terms
        let ask = CallAsk(
            model: ServedModel(
                id: model, version: version, digest: "", created: 0, owner: "", summary: ""),
            principal: holder, dialect: dialect, request: [], use: use, intendedUse: intendedUse,
            worstCase: used)
        return CallEntries(
            call: call, ask: ask, currency: currency, request: request, idempotency: idempotency,
            subject: subject)
    }
}
