// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Governance
import Hummingbird
import Records
import Site

/// Which surface a call came through, as the ledger names it.
enum Dialect: String, Sendable {
    case chat = "openai-chat"
    case deployment = "azure-deployment"
    case inference = "azure-inference"
    case responses = "openai-responses"
    case native = "native"
    case workbench = "workbench"
}

/// What a turn of conversation came to, before it is put into a dialect's shape.
struct Turn: Sendable {
    enum Outcome: Sendable {
        case answer(String)
        case refusal(String)
        /// Arguments as JSON.
        case toolCall(String)
    }

    var id: String
    var model: ServedModel
    var outcome: Outcome
    var receipt: Receipt
    var panel: Usage.Panel
    var isReplay = false
    var priceMicros = 0
    /// `id@version:verdict`; nil where the call was refused before it was looked at.
    var intendedUse: String?
    /// Every condition with its probability, leading first, where that was asked for.
    var verdict: [VerdictToken]?

    /// The words of the outcome, as counted and streamed.
    var text: String {
        switch outcome {
        case .answer(let text), .refusal(let text), .toolCall(let text): text
        }
    }
}

/// Turns the text of a message into an answer on record, or a refusal on record.
///
/// Whatever comes out is durable in the ledger before the first byte of it is sent.
struct Conversation: Sendable {
    let calls: CallService

    struct Question: Sendable {
        var text: String
        var model: String
        var caller: Caller
        /// The shape of a JSON answer; nil for words.
        var format: AnswerFormat?
        var wantsToolCall = false
        /// The answer is one token, the leading condition, with the log of its probability.
        var wantsVerdict = false
    }

    func take(_ question: Question) async throws -> Turn {
        guard let model = calls.model(question.model) else { throw APIError.unknownModel }
        let reading: CaseReading
        let caller: Caller
        do throws(CaseRefusal) {
            reading = try CaseReading(
                Array(question.text.utf8), knowledge: calls.knowledge, today: .today)
            caller = try reading.caller(question.caller)
        } catch {
            if question.wantsToolCall { return try await toolCall("{}", question, model) }
            return try await unanswered(
                .refusal(ClinicianText.refusal(error.sentence)), question, model,
                reason: "not_a_case")
        }
        if question.wantsToolCall {
            return try await toolCall(
                JSONBody.text(CaseArguments(reading.input)), question, model)
        }
        let call: ServedCall
        do throws(SiteError) {
            call = try await calls.predict(reading.input, model: model.id, by: caller)
        } catch .outsideIntendedUse(let reasons, let receipt) {
            return outside(reasons, receipt, reading, question, model)
        }
        var turn = Turn(
            id: call.predictionID, model: model,
            outcome: .answer(words(of: call, reading, question, model)), receipt: call.receipt,
            panel: call.isReplay
                ? Usage.Panel(predictions: 0, features: 0)
                : Usage.Panel(predictions: 1, features: reading.input.findings.count),
            isReplay: call.isReplay, priceMicros: call.priceMicros,
            intendedUse: calls.intendedUse.mark(call.intendedUse))
        if question.wantsVerdict { turn.verdict = VerdictToken.all(of: call.assessment) }
        return turn
    }

    private func words(
        of call: ServedCall, _ reading: CaseReading, _ question: Question, _ model: ServedModel
    ) -> String {
        if let format = question.format {
            return format.text(of: PanelAnswer(call, reading, model: model, calls))
        }
        if question.wantsVerdict, let leader = call.assessment.differential.first {
            return leader.name
        }
        return ClinicianText.answer(call, unused: reading.unused.count)
    }

    /// A case the model is not for: on record, at no cost, without a score.
    private func outside(
        _ reasons: [String], _ receipt: Receipt, _ reading: CaseReading, _ question: Question,
        _ model: ServedModel
    ) -> Turn {
        let answer = PanelAnswer(
            outside: reasons, receipt: receipt, reading, model: model, calls)
        return Turn(
            id: answer.predictionID, model: model,
            outcome: question.format.map { .answer($0.text(of: answer)) }
                ?? .refusal(ClinicianText.outside(reasons)),
            receipt: receipt, panel: Usage.Panel(predictions: 0, features: 0),
            intendedUse: calls.intendedUse.mark(.outside([])))
    }

    private func toolCall(_ arguments: String, _ question: Question, _ model: ServedModel)
        async throws -> Turn
    {
        try await unanswered(
            .toolCall(arguments), question, model, reason: "tool_call_returned")
    }

    private func unanswered(
        _ outcome: Turn.Outcome, _ question: Question, _ model: ServedModel, reason: String
    ) async throws -> Turn {
        let receipt = try await calls.recordRefusal(
            model: model.id, by: question.caller, reason: reason)
        return Turn(
            id: "entry-\(receipt.index)", model: model, outcome: outcome, receipt: receipt,
            panel: Usage.Panel(predictions: 0, features: 0))
    }
}

extension CallService {
    /// Records a refused call; where that fails the caller is told nothing else.
    ///
    /// - Parameter reason: a code of this program, never words of the caller.
    func recordRefusal(model: String, by caller: Caller, reason: String)
        async throws(SiteError) -> Receipt
    {
        do throws(SiteError) {
            return try await refuse(model: model, by: caller, reason: reason)
        } catch { throw .notRecorded(error.sentence) }
    }
}

extension CivilDay {
    /// The day it is, UTC.
    static var today: CivilDay {
        CivilDay(number: Int32(clamping: Entry.now / 86_400_000))
    }
}
