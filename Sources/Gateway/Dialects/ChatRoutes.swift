// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// `chat/completions` under the addresses different clients build for it.
struct ChatRoutes: Sendable {
    let calls: CallService
    let settings: GatewaySettings
    let passThrough: PassThrough

    /// Adds the route to a group.
    func add(to group: RouterGroup<GatewayContext>, path: RouterPath, dialect: Dialect) {
        group.post(path) { request, context in
            try await answer(request, context, dialect: dialect)
        }
    }

    private func answer(_ request: Request, _ context: GatewayContext, dialect: Dialect)
        async throws -> Response
    {
        let bytes = try await request.bytes(upTo: settings.maxBodyBytes)
        if let passed = try await passThrough.answer(
            request, body: bytes, context, dialect: dialect,
            model: context.parameters.get("model"))
        {
            return passed
        }
        return try await OffLoop.run { try await own(request, bytes, context, dialect) }
    }

    /// Answers with a model of the hospital's own.
    private func own(
        _ request: Request, _ bytes: [UInt8], _ context: GatewayContext, _ dialect: Dialect
    ) async throws -> Response {
        let chat = try ChatRequest.parse(bytes)
        let question = Conversation.Question(
            text: chat.question, model: try model(chat, context, dialect),
            caller: try CallHeaders.caller(of: request, context, dialect: dialect),
            format: chat.format, wantsToolCall: chat.wantsToolCall,
            wantsVerdict: chat.wantsLogprobs)
        let turn = try await Conversation(calls: calls).take(question)
        let telling = ChatTelling(turn: turn, request: chat, created: Entry.now / 1000)
        var response =
            chat.stream == true
            ? telling.stream.response : JSONBody.response(telling.completion)
        CallHeaders.add(to: &response, turn: turn, context: context)
        return response
    }

    /// The model of the address, else of the body; one dialect may leave it out.
    private func model(_ chat: ChatRequest, _ context: GatewayContext, _ dialect: Dialect)
        throws(APIError) -> String
    {
        if let named = context.parameters.get("model") { return named }
        if let named = chat.model { return named }
        guard dialect == .inference, let only = calls.models.first else {
            throw .invalid("this part of the request is missing", param: "model")
        }
        return only.id
    }
}

/// Puts a turn into the shapes of `chat/completions`.
struct ChatTelling {
    let turn: Turn
    let request: ChatRequest
    /// Seconds since 1970.
    let created: Int

    private var id: String { "chatcmpl-\(turn.id)" }
    private var usage: Usage {
        Usage(
            prompt: request.promptTokens, completion: TokenCount.of(turn.text), panel: turn.panel)
    }
    private var finishReason: String {
        if case .toolCall = turn.outcome { "tool_calls" } else { "stop" }
    }

    private var logprobs: ChatCompletion.Logprobs? {
        guard let verdict = turn.verdict,
            let token = VerdictLogprob(verdict, top: request.topLogprobs ?? 0)
        else { return nil }
        return .init(content: [token], refusal: nil)
    }

    private func toolCall(_ arguments: String, index: Int?) -> ToolCall {
        ToolCall(index: index, id: "call_\(turn.id)", function: .init(arguments: arguments))
    }

    var completion: ChatCompletion {
        var message = ChatCompletion.Message()
        switch turn.outcome {
        case .answer(let text): message.content = text
        case .refusal(let text):
            message.content = text
            message.refusal = text
        case .toolCall(let arguments): message.toolCalls = [toolCall(arguments, index: nil)]
        }
        return ChatCompletion(
            id: id, created: created, model: turn.model.id, systemFingerprint: turn.model.digest,
            choices: [
                .init(message: message, logprobs: logprobs, finishReason: finishReason)
            ], usage: usage,
            receipt: ReceiptBody(turn.receipt))
    }

    /// Role, content line by line, end, usage where asked for, and the closing line.
    var stream: ServerSentEvents {
        var events = ServerSentEvents()
        events.add(chunk(.init(role: "assistant", content: "")))
        switch turn.outcome {
        case .answer(let text):
            // A verdict is one token and comes as one piece.
            let pieces = turn.verdict == nil ? TextPieces.of(text) : [text]
            for piece in pieces {
                events.add(chunk(.init(content: piece), logprobs: logprobs))
            }
        case .refusal(let text):
            for piece in TextPieces.of(text) { events.add(chunk(.init(content: piece))) }
            events.add(chunk(.init(refusal: text)))
        case .toolCall(let arguments):
            events.add(chunk(.init(toolCalls: [toolCall(arguments, index: 0)])))
        }
        events.add(chunk(.init(), finishReason: finishReason))
        if request.wantsUsageChunk {
            var last = chunk(.init())
            last.choices = []
            last.usage = usage
            events.add(last)
        }
        events.addDone()
        return events
    }

    private func chunk(
        _ delta: ChatChunk.Delta, logprobs: ChatCompletion.Logprobs? = nil,
        finishReason: String? = nil
    ) -> ChatChunk {
        ChatChunk(
            id: id, created: created, model: turn.model.id, systemFingerprint: turn.model.digest,
            choices: [.init(delta: delta, logprobs: logprobs, finishReason: finishReason)],
            receipt: finishReason == nil ? nil : ReceiptBody(turn.receipt))
    }
}

/// Cuts a text into pieces that join to exactly that text: after each line, or each 48 characters.
enum TextPieces {
    static func of(_ text: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        for character in text {
            piece.append(character)
            if character == "\n" || piece.count >= 48 && character == " " {
                pieces.append(piece)
                piece = ""
            }
        }
        if !piece.isEmpty { pieces.append(piece) }
        return pieces
    }
}
