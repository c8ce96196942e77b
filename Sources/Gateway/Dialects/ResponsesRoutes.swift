// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// The Responses API over the same conversation: whole or streamed, without stored state.
struct ResponsesRoutes: Sendable {
    let calls: CallService
    let settings: GatewaySettings
    let passThrough: PassThrough

    func add(to group: RouterGroup<GatewayContext>) {
        group.post("responses") { request, context in
            try await answer(request, context)
        }
    }

    private func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let bytes = try await request.bytes(upTo: settings.maxBodyBytes)
        if let passed = try await passThrough.answer(
            request, body: bytes, context, dialect: .responses)
        {
            return passed
        }
        return try await OffLoop.run { try await own(request, bytes, context) }
    }

    /// Answers with a model of the hospital's own.
    private func own(_ request: Request, _ bytes: [UInt8], _ context: GatewayContext)
        async throws -> Response
    {
        let body = try ResponsesRequest.parse(bytes)
        let question = Conversation.Question(
            text: body.question, model: body.model,
            caller: try CallHeaders.caller(of: request, context, dialect: .responses),
            format: body.format, wantsToolCall: body.wantsToolCall,
            wantsVerdict: body.wantsLogprobs)
        let turn = try await Conversation(calls: calls).take(question)
        let telling = ResponsesTelling(turn: turn, request: body, created: Entry.now / 1000)
        var response =
            body.stream == true
            ? telling.stream.response : JSONBody.response(telling.completed)
        CallHeaders.add(to: &response, turn: turn, context: context)
        return response
    }
}

/// Puts a turn into the shapes of the Responses API.
struct ResponsesTelling {
    let turn: Turn
    let request: ResponsesRequest
    /// Seconds since 1970.
    let created: Int

    private var itemID: String {
        if case .toolCall = turn.outcome { "fc_\(turn.id)" } else { "msg_\(turn.id)" }
    }

    private var logprobs: [VerdictLogprob] {
        guard let verdict = turn.verdict,
            let token = VerdictLogprob(verdict, top: request.topLogprobs ?? 0)
        else { return [] }
        return [token]
    }

    private var item: ResponseObject.Item {
        if case .toolCall(let arguments) = turn.outcome {
            return .call(id: itemID, callID: "call_\(turn.id)", arguments: arguments)
        }
        return .message(id: itemID, [.init(text: turn.text, logprobs: logprobs)])
    }

    var completed: ResponseObject {
        let input = max(1, request.inputTokens)
        let output = max(1, TokenCount.of(turn.text))
        var object = ResponseObject(
            id: "resp_\(turn.id)", createdAt: created, status: "completed", model: turn.model.id,
            output: [item],
            text: .init(format: .init(type: request.text?.format?.type ?? "text")),
            toolChoice: request.echoed.choice ?? "auto", tools: request.echoed.tools ?? [],
            metadata: request.notes ?? [:],
            usage: .init(input: input, output: output, total: input + output, panel: turn.panel),
            receipt: ReceiptBody(turn.receipt))
        object.instructions = request.instructions
        return object
    }

    private var started: ResponseObject {
        var object = completed
        object.status = "in_progress"
        object.output = []
        object.usage = nil
        return object
    }

    var stream: ServerSentEvents {
        var list: [ResponseEvent] = []
        for type in ["response.created", "response.in_progress"] {
            var event = ResponseEvent(type)
            event.response = started
            list.append(event)
        }
        if case .toolCall(let arguments) = turn.outcome {
            list += toolEvents(arguments)
        } else {
            list += textEvents
        }
        var last = ResponseEvent("response.completed")
        last.response = completed
        list.append(last)
        var events = ServerSentEvents()
        for (number, event) in list.enumerated() {
            var event = event
            event.number = number
            events.add(event, name: event.type)
        }
        return events
    }

    private var textEvents: [ResponseEvent] {
        var list = [itemEvent("response.output_item.added", isDone: false)]
        list.append(partEvent("response.content_part.added", text: "", logprobs: []))
        for piece in turn.verdict == nil ? TextPieces.of(turn.text) : [turn.text] {
            var event = partPosition("response.output_text.delta")
            event.delta = piece
            event.logprobs = logprobs
            list.append(event)
        }
        var done = partPosition("response.output_text.done")
        done.text = turn.text
        done.logprobs = logprobs
        list.append(done)
        list.append(
            partEvent("response.content_part.done", text: turn.text, logprobs: logprobs))
        list.append(itemEvent("response.output_item.done", isDone: true))
        return list
    }

    private func toolEvents(_ arguments: String) -> [ResponseEvent] {
        var delta = ResponseEvent("response.function_call_arguments.delta")
        delta.itemID = itemID
        delta.outputIndex = 0
        delta.delta = arguments
        var done = ResponseEvent("response.function_call_arguments.done")
        done.itemID = itemID
        done.outputIndex = 0
        done.name = ToolCall.functionName
        done.arguments = arguments
        return [
            itemEvent("response.output_item.added", isDone: false), delta, done,
            itemEvent("response.output_item.done", isDone: true),
        ]
    }

    private func partPosition(_ type: String) -> ResponseEvent {
        var event = ResponseEvent(type)
        event.itemID = itemID
        event.outputIndex = 0
        event.contentIndex = 0
        return event
    }

    private func partEvent(_ type: String, text: String, logprobs: [VerdictLogprob])
        -> ResponseEvent
    {
        var event = partPosition(type)
        event.part = .init(text: text, logprobs: logprobs)
        return event
    }

    /// The item as it stands before its first piece, or after its last.
    private func itemEvent(_ type: String, isDone: Bool) -> ResponseEvent {
        var event = ResponseEvent(type)
        event.outputIndex = 0
        var item = item
        if !isDone {
            item.status = "in_progress"
            if item.content != nil { item.content = [] }
            if item.arguments != nil { item.arguments = "" }
        }
        event.item = item
        return event
    }
}
