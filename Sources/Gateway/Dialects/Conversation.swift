// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Hummingbird
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
    var isReplay: Bool

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
    let service: Service

    struct Question: Sendable {
        var text: String
        var model: String
        var principal: String
        var dialect: Dialect
        var idempotencyKey: String?
        var wantsJSON = false
        var wantsToolCall = false
    }

    func take(_ question: Question) async throws -> Turn {
        guard let model = service.models.first(where: { $0.id == question.model }) else {
            throw APIError.unknownModel
        }
        let input: CaseInput
        do throws(CaseError) {
            input = try CaseInput(json: Array(question.text.utf8), knowledge: service.knowledge)
        } catch {
            if question.wantsToolCall { return try await toolCall("{}", question, model) }
            return try await unanswered(
                .refusal(ClinicianText.refusal(error.sentence)), question, model,
                reason: "not a case")
        }
        if question.wantsToolCall {
            return try await toolCall(JSONBody.text(CaseArguments(input)), question, model)
        }
        let call = try await service.predict(
            input, model: model.id, principal: question.principal,
            idempotencyKey: question.idempotencyKey, dialect: question.dialect.rawValue)
        let text =
            question.wantsJSON
            ? JSONBody.text(
                PanelAnswer(
                    call, input: input, model: model,
                    currency: service.site.configuration.currency))
            : ClinicianText.answer(call)
        return Turn(
            id: call.predictionID, model: model, outcome: .answer(text), receipt: call.receipt,
            panel: call.isReplay
                ? Usage.Panel(predictions: 0, features: 0)
                : Usage.Panel(predictions: 1, features: input.findings.count),
            isReplay: call.isReplay)
    }

    private func toolCall(_ arguments: String, _ question: Question, _ model: ServedModel)
        async throws -> Turn
    {
        try await unanswered(
            .toolCall(arguments), question, model, reason: "tool call returned")
    }

    private func unanswered(
        _ outcome: Turn.Outcome, _ question: Question, _ model: ServedModel, reason: String
    ) async throws -> Turn {
        let receipt = try await service.recordRefusal(
            model: model.id, principal: question.principal, dialect: question.dialect,
            reason: reason)
        return Turn(
            id: "entry-\(receipt.index)", model: model, outcome: outcome, receipt: receipt,
            panel: Usage.Panel(predictions: 0, features: 0), isReplay: false)
    }
}

extension Service {
    /// Records a refused call; where that fails the caller is told nothing else.
    ///
    /// - Parameter reason: words of this code, never of the caller.
    func recordRefusal(model: String, principal: String, dialect: Dialect, reason: String)
        async throws(SiteError) -> Receipt
    {
        do throws(SiteError) {
            return try await refuse(
                model: model, principal: principal, dialect: dialect.rawValue, reason: reason)
        } catch { throw .notRecorded(error.sentence) }
    }
}

/// The headers of every answered call.
enum CallHeaders {
    static func add(
        to response: inout Response, receipt: Receipt, version: String, isReplay: Bool,
        context: GatewayContext
    ) {
        response.headers[HeaderName.ledgerIndex] = "\(receipt.index)"
        response.headers[HeaderName.modelVersion] = version
        response.headers[HeaderName.overhead] = "\(context.elapsedMicroseconds)"
        if isReplay { response.headers[HeaderName.idempotentReplay] = "true" }
    }

    static func add(to response: inout Response, turn: Turn, context: GatewayContext) {
        add(
            to: &response, receipt: turn.receipt, version: turn.model.version,
            isReplay: turn.isReplay, context: context)
    }

    /// The caller's own name for the call: 1 to 255 visible ASCII characters.
    static func idempotencyKey(of request: Request) throws(APIError) -> String? {
        guard let key = request.headers[HeaderName.idempotencyKey] else { return nil }
        let isVisible = key.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        guard (1...255).contains(key.utf8.count), isVisible else {
            throw .invalid(
                "idempotency-key: expected 1 to 255 visible ASCII characters",
                param: "idempotency-key")
        }
        return key
    }
}
