// SPDX-License-Identifier: Apache-2.0

/// The bytes of the entries of one call, written without a detour over dictionaries.
///
/// What settles a call says everything that bills, folds and searches ask of it, so that none of
/// them has to look for the reservation.
struct CallEntries {
    let call: String
    let ask: CallAsk
    let currency: String
    /// Keyed digests.
    let request: String
    let idempotency: String?
    let subject: String?

    private func entry(
        _ type: EntryType, at milliseconds: Int, _ body: (inout CanonicalWriter) -> Void
    ) -> [UInt8] {
        var writer = CanonicalWriter()
        writer.text("actor", ask.principal.name)
        writer.object("body", body)
        writer.number("ts", milliseconds)
        writer.text("type", type.rawValue)
        return writer.finished()
    }

    func reserved(holdMicros: Int, at milliseconds: Int) -> [UInt8] {
        entry(.callReserved, at: milliseconds) { body in
            body.text("call", call)
            body.text("currency", currency)
            body.text("dialect", ask.dialect)
            body.number("hold_micros", holdMicros)
            body.text("idempotency", idempotency)
            body.text("licensee", ask.principal.terms.licensee)
            body.text("model", ask.model.id)
            body.text("request", request)
            body.text("subject", subject)
            body.text("team", ask.principal.terms.team)
            body.text("use", ask.use ?? ask.principal.terms.use)
            body.text("version", ask.model.version)
        }
    }

    func settled(_ settlement: Settlement, at milliseconds: Int) -> [UInt8] {
        entry(.callSettled, at: milliseconds) { body in
            body.text("answer", settlement.answer)
            body.text("call", call)
            body.text("cost_center", ask.principal.terms.costCenter)
            body.text("currency", currency)
            body.text("dialect", ask.dialect)
            body.text("idempotency", idempotency)
            body.text("intended_use", ask.intendedUse)
            body.text("licensee", ask.principal.terms.licensee)
            body.number("micros", settlement.microseconds)
            body.text("model", ask.model.id)
            body.number("price_micros", settlement.priceMicros)
            body.object("quantities") { quantities in
                let used = settlement.used
                if used.completionTokens != 0 {
                    quantities.number("completion_tokens", used.completionTokens)
                }
                if used.predictions != 0 { quantities.number("prediction", used.predictions) }
                if used.promptTokens != 0 {
                    quantities.number("prompt_tokens", used.promptTokens)
                }
            }
            body.text("request", request)
            body.text("sheet", settlement.sheet)
            body.flag("spilled", settlement.unrecordedAt != nil)
            body.number("status", settlement.status)
            body.text("subject", subject)
            body.text("team", ask.principal.terms.team)
            body.number("unrecorded_at", settlement.unrecordedAt)
            body.text("use", ask.use ?? ask.principal.terms.use)
            body.text("version", ask.model.version)
        }
    }

    func refused(reason: String, at milliseconds: Int) -> [UInt8] {
        entry(.callRefused, at: milliseconds) { body in
            body.text("dialect", ask.dialect)
            body.text("licensee", ask.principal.terms.licensee)
            body.text("model", String(ask.model.id.prefix(80)))
            body.text("reason", reason)
            body.text("subject", subject)
            body.text("team", ask.principal.terms.team)
            body.text("use", ask.use ?? ask.principal.terms.use)
        }
    }

    func released(reason: String, at milliseconds: Int) -> [UInt8] {
        entry(.callReleased, at: milliseconds) { body in
            body.text("call", call)
            body.text("reason", reason)
        }
    }
}

/// What a call came to.
struct Settlement {
    var used: CallQuantities
    var priceMicros: Int
    /// `id@version` of the sheet; nil where none was in force.
    var sheet: String?
    /// Keyed digest of the answer.
    var answer: String
    var status: Int
    /// From leave to settlement.
    var microseconds: Int
    /// When the call was answered without a record, milliseconds since 1970; nil where it was not.
    var unrecordedAt: Int?
}
