// SPDX-License-Identifier: Apache-2.0

/// What the gateway reads of a `responses` request.
struct ResponsesRequest: Decodable, Sendable {
    struct Item: Decodable, Sendable {
        var type: String?
        var role: String?
        var content: TextContent?

        private enum CodingKeys: String, CodingKey {
            case type, role, content
        }

        /// Other items than messages, such as what a function returned, are no question.
        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            type = try values.decodeIfPresent(String.self, forKey: .type)
            guard type == nil || type == "message" else { return }
            role = try values.decode(String.self, forKey: .role)
            content = try values.decodeIfPresent(TextContent.self, forKey: .content)
        }
    }

    /// A text, or a list of messages.
    enum Input: Decodable, Sendable {
        case text(String)
        case items([Item])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .items(try container.decode([Item].self))
            }
        }
    }

    struct Text: Decodable, Sendable {
        struct Format: Decodable, Sendable {
            var type: String
            var schema: JSONTree?
        }

        var format: Format?
    }

    struct Tool: Decodable, Sendable {
        var type: String
        var name: String?
    }

    var model: String
    var input: Input
    var stream: Bool?
    var text: Text?
    var instructions: String?
    var metadata: JSONTree?
    var tools: [Tool]?
    var toolChoice: ToolChoice?
    var topLogprobs: Int?
    var include: [String]?
    var previousResponse: String?
    var conversation: JSONTree?
    var background: Bool?
    var store: Bool?
    var temperature: Double?
    var topP: Double?
    var maxOutputTokens: Int?
    var parallelToolCalls: Bool?
    var user: String?
    /// Handed back as they came.
    private(set) var echoed = Echoed()
    /// The shape of a JSON answer; nil for words.
    private(set) var format: AnswerFormat?

    private enum CodingKeys: String, CodingKey {
        case model, input, stream, text, instructions, metadata, tools, include, conversation
        case background, store, temperature, user
        case toolChoice = "tool_choice"
        case topLogprobs = "top_logprobs"
        case previousResponse = "previous_response_id"
        case topP = "top_p"
        case maxOutputTokens = "max_output_tokens"
        case parallelToolCalls = "parallel_tool_calls"
    }

    /// Parts of a request that its response repeats.
    struct Echoed: Decodable, Sendable {
        var tools: [JSONTree]?
        var choice: JSONTree?

        enum CodingKeys: String, CodingKey {
            case tools
            case choice = "tool_choice"
        }
    }

    static let roles = ["assistant", "developer", "system", "user"]
    private static let logprobs = "message.output_text.logprobs"
    static let metadataLimit = 16

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the part, or 422 for what the model doesn't do.
    static func parse(_ bytes: [UInt8]) throws(APIError) -> ResponsesRequest {
        var request = try JSONBody.decode(ResponsesRequest.self, from: bytes)
        if case .items(let items) = request.input {
            for (position, item) in items.enumerated() where item.role.map(isUnknown) ?? false {
                throw .invalid(
                    "expected one of \(roles.joined(separator: ", "))",
                    param: "input.\(position).role")
            }
        }
        try request.checkState()
        try RangeCheck.check(request.topLogprobs, in: ChatRequest.topLogprobsRange, "top_logprobs")
        try RangeCheck.check(request.temperature, in: 0...2, "temperature")
        try RangeCheck.check(request.topP, in: 0...1, "top_p")
        try RangeCheck.check(request.maxOutputTokens, in: 1...Int.max, "max_output_tokens")
        try request.checkTools()
        request.format = try request.readFormat()
        if request.tools != nil || request.toolChoice != nil {
            request.echoed = try JSONBody.decode(Echoed.self, from: bytes)
        }
        return request
    }

    private static func isUnknown(_ role: String) -> Bool { !roles.contains(role) }

    /// Nothing is kept between calls, and no answer is made later.
    private func checkState() throws(APIError) {
        guard previousResponse == nil else {
            throw .invalid(
                "no responses are stored here, so none can be continued: send the whole case",
                param: "previous_response_id", code: "unsupported_parameter")
        }
        guard conversation == nil || conversation == .null else {
            throw .invalid(
                "no conversations are stored here: send the whole case", param: "conversation",
                code: "unsupported_parameter")
        }
        guard background != true else {
            throw .invalid(
                "answers are given at once, not in the background", param: "background",
                code: "unsupported_parameter")
        }
        guard notes != nil else {
            throw .invalid(
                "expected at most \(ResponsesRequest.metadataLimit) texts with names of at most 64 "
                    + "and at most 512 characters each", param: "metadata")
        }
    }

    /// The caller's own notes on the call, handed back and not kept; nil where they are not of the
    /// documented shape.
    ///
    /// Their names are the caller's, so no error may spell them.
    var notes: [String: String]? {
        switch metadata {
        case nil, .null?: return [:]
        case .object(let members)? where members.count <= ResponsesRequest.metadataLimit:
            var notes: [String: String] = [:]
            for (name, value) in members {
                guard let text = value.text, name.unicodeScalars.count <= 64,
                    text.unicodeScalars.count <= 512
                else { return nil }
                notes[name] = text
            }
            return notes
        default: return nil
        }
    }

    private func checkTools() throws(APIError) {
        for (position, tool) in (tools ?? []).enumerated() {
            guard tool.type == "function" else {
                throw .invalid("expected function", param: "tools.\(position).type")
            }
            guard tool.name != nil else {
                throw .invalid(
                    "this part of the request is missing", param: "tools.\(position).name")
            }
        }
        try toolChoice?.check(offered: (tools ?? []).compactMap(\.name))
    }

    private func readFormat() throws(APIError) -> AnswerFormat? {
        guard let format = text?.format else { return nil }
        guard ChatRequest.formats.contains(format.type) else {
            throw .invalid(
                "expected one of \(ChatRequest.formats.joined(separator: ", "))",
                param: "text.format.type")
        }
        switch format.type {
        case "text": return nil
        case "json_object": return .whole
        default: return try AnswerFormat(schema: format.schema, param: "text.format.schema")
        }
    }

    /// The text the model reads: the last user message's.
    var question: String {
        switch input {
        case .text(let text): text
        case .items(let items): items.last { $0.role == "user" }?.content?.text ?? ""
        }
    }

    var wantsLogprobs: Bool { include?.contains(ResponsesRequest.logprobs) ?? false }

    /// Whether the caller is an agent that wants to be told to call the panel.
    var wantsToolCall: Bool {
        guard tools?.contains(where: { $0.name == ToolCall.functionName }) ?? false,
            (toolChoice ?? .auto).allowsPanel
        else { return false }
        switch input {
        case .text: return true
        case .items(let items): return items.last?.role == "user"
        }
    }

    var inputTokens: Int {
        let instructed = TokenCount.of(instructions ?? "")
        return switch input {
        case .text(let text): instructed + TokenCount.of(text)
        case .items(let items):
            items.reduce(instructed) { $0 + TokenCount.of($1.content?.text ?? "") }
        }
    }
}
