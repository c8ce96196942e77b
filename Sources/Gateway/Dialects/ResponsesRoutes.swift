// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// The Responses API over the same conversation: whole or streamed, without stored state or tools.
struct ResponsesRoutes: Sendable {
    let service: Service
    let settings: GatewaySettings

    func add(to group: RouterGroup<GatewayContext>) {
        group.post("responses") { request, context in
            try await answer(request, context)
        }
    }

    private func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let bytes = try await request.bytes(upTo: settings.maxBodyBytes)
        let body = try JSONBody.decode(ResponsesRequest.self, from: bytes)
        let question = Conversation.Question(
            text: body.question, model: body.model, principal: context.principal,
            dialect: .responses, idempotencyKey: try CallHeaders.idempotencyKey(of: request),
            wantsJSON: body.wantsJSON)
        let turn = try await Conversation(service: service).take(question)
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

    private var itemID: String { "msg_\(turn.id)" }

    private var item: ResponseObject.Item {
        ResponseObject.Item(id: itemID, content: [.init(text: turn.text)])
    }

    var completed: ResponseObject {
        let input = max(1, request.inputTokens)
        let output = max(1, TokenCount.of(turn.text))
        return ResponseObject(
            id: "resp_\(turn.id)", createdAt: created, status: "completed", model: turn.model.id,
            output: [item],
            usage: .init(input: input, output: output, total: input + output, panel: turn.panel),
            receipt: ReceiptBody(turn.receipt))
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
        list.append(itemEvent("response.output_item.added", content: []))
        list.append(partEvent("response.content_part.added", text: ""))
        for piece in TextPieces.of(turn.text) {
            var event = partPosition("response.output_text.delta")
            event.delta = piece
            event.logprobs = []
            list.append(event)
        }
        var done = partPosition("response.output_text.done")
        done.text = turn.text
        done.logprobs = []
        list.append(done)
        list.append(partEvent("response.content_part.done", text: turn.text))
        list.append(itemEvent("response.output_item.done", content: item.content))
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

    private func partPosition(_ type: String) -> ResponseEvent {
        var event = ResponseEvent(type)
        event.itemID = itemID
        event.outputIndex = 0
        event.contentIndex = 0
        return event
    }

    private func partEvent(_ type: String, text: String) -> ResponseEvent {
        var event = partPosition(type)
        event.part = .init(text: text)
        return event
    }

    private func itemEvent(_ type: String, content: [ResponseObject.Part]) -> ResponseEvent {
        var event = ResponseEvent(type)
        event.outputIndex = 0
        event.item = item
        event.item?.content = content
        if content.isEmpty { event.item?.status = "in_progress" }
        return event
    }
}
