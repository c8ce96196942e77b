// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site

/// What a replica asks of the desk that holds the ledger, and what it is told: JSON over one address
/// for each kind of question.
///
/// Every question carries an id. A question that is asked again because its answer got lost has the
/// same id and gets the same answer, so nothing is held or billed twice.
enum DeskQuestion: String, CaseIterable, Sendable {
    case reserve, settle, release, refuse, merge, ping
}

/// A question's content; which members are there depends on its kind.
struct DeskMessage: Codable, Sendable {
    var id: String
    var ask: Ask?
    var call: String?
    var used: CallQuantities?
    var answer: Data?
    var keepsAnswer: Bool?
    var status: Int?
    var reason: String?
    /// When the reservation was granted, by the writer's clock.
    var since: Int?
    var spilled: [SpilledCall]?

    init(id: String) {
        self.id = id
    }

    /// `CallAsk` as it travels.
    struct Ask: Codable, Sendable {
        var model: ServedModel
        var principal: Principal
        var dialect: String
        var idempotencyKey: String?
        var request: Data
        var subject: String?
        var use: String?
        var intendedUse: String?
        var worstCase: CallQuantities

        init(_ ask: CallAsk) {
            model = ask.model
            principal = ask.principal
            dialect = ask.dialect
            idempotencyKey = ask.idempotencyKey
            request = Data(ask.request)
            subject = ask.subject
            use = ask.use
            intendedUse = ask.intendedUse
            worstCase = ask.worstCase
        }

        var value: CallAsk {
            CallAsk(
                model: model, principal: principal, dialect: dialect,
                idempotencyKey: idempotencyKey, request: Array(request), subject: subject,
                use: use, intendedUse: intendedUse, worstCase: worstCase)
        }
    }
}

/// What the writer says.
struct DeskReply: Codable, Sendable {
    struct Granted: Codable, Sendable {
        var call: String
        var holdMicros: Int
        var milliseconds: Int
    }

    struct Settled: Codable, Sendable {
        var call: String
        var receipt: Receipt
        var priceMicros: Int
        var version: String
        var answer: Data?

        init(_ settled: SettledCall) {
            call = settled.call
            receipt = settled.receipt
            priceMicros = settled.priceMicros
            version = settled.version
            answer = settled.answer.map { Data($0) }
        }

        var value: SettledCall {
            SettledCall(
                call: call, receipt: receipt, priceMicros: priceMicros, version: version,
                answer: answer.map(Array.init))
        }
    }

    var granted: Granted?
    var settled: Settled?
    var receipt: Receipt?
    var merged: Int?
    /// The ledger's name, so that a replica of another site is noticed.
    var origin: String?
    var error: DeskError?
}

/// The refusals of a desk, as they travel.
struct DeskError: Codable, Sendable, Equatable {
    var kind: String
    var text: String?
    var code: String?
    var milliseconds: Int?

    init(_ error: SiteError) {
        switch error {
        case .callInProgress: kind = "call_in_progress"
        case .idempotencyKeyReused: kind = "idempotency_key_reused"
        case .answeredByAnotherVersion: kind = "answered_by_another_version"
        case .notRecorded(let reason):
            kind = "not_recorded"
            text = reason
        case .notLicensed(let code, let sentence):
            kind = "not_licensed"
            self.code = code
            text = sentence
        case .rateLimited(let what, let wait):
            kind = "rate_limited"
            code = what
            milliseconds = wait
        case .budgetExhausted(let scope):
            kind = "budget_exhausted"
            text = scope
        default:
            // The writer's files are its own business.
            kind = "refused"
            text = "the ledger's writer refused the call"
        }
    }

    var value: SiteError {
        switch kind {
        case "call_in_progress": .callInProgress
        case "idempotency_key_reused": .idempotencyKeyReused
        case "answered_by_another_version": .answeredByAnotherVersion
        case "not_recorded": .notRecorded(text ?? "")
        case "not_licensed": .notLicensed(code: code ?? "not_licensed", sentence: text ?? "")
        case "rate_limited":
            .rateLimited(kind: code ?? "requests", retryAfterMilliseconds: milliseconds ?? 1000)
        case "budget_exhausted": .budgetExhausted(scope: text ?? "")
        default: .refused(text ?? "the ledger's writer refused the call")
        }
    }
}
