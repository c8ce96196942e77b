// SPDX-License-Identifier: Apache-2.0

/// What the gateway reads of a `chat/completions` request.
///
/// Members that steer a sampler are checked and then ignored, since the answer is deterministic;
/// members it doesn't know are let through, as Azure's clients send their own.
struct ChatRequest: Decodable, Sendable {
    struct Message: Decodable, Sendable {
        var role: String
        var content: TextContent?
    }

    struct StreamOptions: Decodable, Sendable {
        var includeUsage: Bool?

        enum CodingKeys: String, CodingKey {
            case includeUsage = "include_usage"
        }
    }

    struct ResponseFormat: Decodable, Sendable {
        struct Schema: Decodable, Sendable {
            var name: String?
            var schema: JSONTree?
        }

        var type: String
        var schema: Schema?

        enum CodingKeys: String, CodingKey {
            case type
            case schema = "json_schema"
        }
    }

    struct Tool: Decodable, Sendable {
        struct Function: Decodable, Sendable {
            var name: String
        }

        var type: String
        var function: Function?
    }

    /// Checked and ignored.
    struct Sampling: Decodable, Sendable {
        var temperature: Double?
        var topP: Double?
        var frequencyPenalty: Double?
        var presencePenalty: Double?
        var seed: Int?
        var maxTokens: Int?
        var maxCompletionTokens: Int?
        var user: String?
        var store: Bool?
        var parallelToolCalls: Bool?

        enum CodingKeys: String, CodingKey {
            case temperature, seed, user, store
            case topP = "top_p"
            case frequencyPenalty = "frequency_penalty"
            case presencePenalty = "presence_penalty"
            case maxTokens = "max_tokens"
            case maxCompletionTokens = "max_completion_tokens"
            case parallelToolCalls = "parallel_tool_calls"
        }
    }

    var model: String?
    var messages: [Message]
    var stream: Bool?
    var streamOptions: StreamOptions?
    var responseFormat: ResponseFormat?
    var tools: [Tool]?
    var toolChoice: ToolChoice?
    var count: Int?
    var logprobs: Bool?
    var topLogprobs: Int?
    var modalities: [String]?
    var sampling: Sampling
    /// The shape of a JSON answer; nil for words.
    private(set) var format: AnswerFormat?

    private enum CodingKeys: String, CodingKey {
        case model, messages, stream, tools, logprobs, modalities
        case streamOptions = "stream_options"
        case responseFormat = "response_format"
        case toolChoice = "tool_choice"
        case topLogprobs = "top_logprobs"
        case count = "n"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        model = try values.decodeIfPresent(String.self, forKey: .model)
        messages = try values.decode([Message].self, forKey: .messages)
        stream = try values.decodeIfPresent(Bool.self, forKey: .stream)
        streamOptions = try values.decodeIfPresent(StreamOptions.self, forKey: .streamOptions)
        responseFormat = try values.decodeIfPresent(ResponseFormat.self, forKey: .responseFormat)
        tools = try values.decodeIfPresent([Tool].self, forKey: .tools)
        toolChoice = try values.decodeIfPresent(ToolChoice.self, forKey: .toolChoice)
        count = try values.decodeIfPresent(Int.self, forKey: .count)
        logprobs = try values.decodeIfPresent(Bool.self, forKey: .logprobs)
        topLogprobs = try values.decodeIfPresent(Int.self, forKey: .topLogprobs)
        modalities = try values.decodeIfPresent([String].self, forKey: .modalities)
        sampling = try Sampling(from: decoder)
    }

    static let roles = ["assistant", "developer", "function", "system", "tool", "user"]
    static let formats = ["json_object", "json_schema", "text"]
    /// Most classes listed beside the chosen one.
    static let topLogprobsRange = 0...20

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the part, or 422 for what the model doesn't do.
    static func parse(_ bytes: [UInt8]) throws(APIError) -> ChatRequest {
        var request = try JSONBody.decode(ChatRequest.self, from: bytes)
        for (position, message) in request.messages.enumerated()
        where !roles.contains(message.role) {
            throw .invalid(
                "expected one of \(roles.joined(separator: ", "))",
                param: "messages.\(position).role")
        }
        guard !request.messages.isEmpty else {
            throw .invalid("expected at least one message", param: "messages")
        }
        try request.checkNumbers()
        guard request.modalities?.allSatisfy({ $0 == "text" }) ?? true else {
            throw .invalid("this model answers with text only", param: "modalities")
        }
        try request.checkTools()
        request.format = try request.readFormat()
        return request
    }

    private func checkNumbers() throws(APIError) {
        guard (count ?? 1) == 1 else {
            throw .invalid("one answer is given, so n may only be 1", param: "n")
        }
        try RangeCheck.check(topLogprobs, in: ChatRequest.topLogprobsRange, "top_logprobs")
        try RangeCheck.check(sampling.temperature, in: 0...2, "temperature")
        try RangeCheck.check(sampling.topP, in: 0...1, "top_p")
        try RangeCheck.check(sampling.frequencyPenalty, in: -2...2, "frequency_penalty")
        try RangeCheck.check(sampling.presencePenalty, in: -2...2, "presence_penalty")
        try RangeCheck.check(sampling.maxTokens, in: 1...Int.max, "max_tokens")
        try RangeCheck.check(
            sampling.maxCompletionTokens, in: 1...Int.max, "max_completion_tokens")
    }

    private func checkTools() throws(APIError) {
        for (position, tool) in (tools ?? []).enumerated() {
            guard tool.type == "function" else {
                throw .invalid("expected function", param: "tools.\(position).type")
            }
            guard tool.function != nil else {
                throw .invalid(
                    "this part of the request is missing", param: "tools.\(position).function")
            }
        }
        try toolChoice?.check(offered: (tools ?? []).compactMap(\.function?.name))
    }

    private func readFormat() throws(APIError) -> AnswerFormat? {
        guard let format = responseFormat else { return nil }
        guard ChatRequest.formats.contains(format.type) else {
            throw .invalid(
                "expected one of \(ChatRequest.formats.joined(separator: ", "))",
                param: "response_format.type")
        }
        switch format.type {
        case "text": return nil
        case "json_object": return .whole
        default:
            return try AnswerFormat(
                schema: format.schema?.schema, param: "response_format.json_schema.schema")
        }
    }

    /// The text the model reads: the last user message's.
    var question: String {
        messages.last { $0.role == "user" }?.content?.text ?? ""
    }

    var wantsUsageChunk: Bool { streamOptions?.includeUsage ?? false }
    var wantsLogprobs: Bool { logprobs ?? false }

    /// Whether the caller is an agent that wants to be told to call the panel; after a tool has
    /// answered it wants words.
    var wantsToolCall: Bool {
        let offered = tools?.contains { $0.function?.name == ToolCall.functionName } ?? false
        return offered && (toolChoice ?? .auto).allowsPanel && messages.last?.role == "user"
    }

    var promptTokens: Int {
        messages.reduce(0) { $0 + TokenCount.of($1.content?.text ?? "") }
    }
}

/// Checks of numbers that are then ignored or obeyed.
enum RangeCheck {
    /// - Throws: `APIError` 400 naming the member.
    static func check<Number: Comparable>(
        _ value: Number?, in range: ClosedRange<Number>, _ param: String
    ) throws(APIError) {
        guard let value, !range.contains(value) else { return }
        throw .invalid(
            "expected a number from \(range.lowerBound) to \(range.upperBound)", param: param)
    }
}

/// Content of a message: text, or an array of text parts.
struct TextContent: Decodable, Sendable {
    var text: String

    private struct Part: Decodable {
        var type: String
        var text: String?
    }

    static let textTypes = ["input_text", "output_text", "text"]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.text = text
            return
        }
        let path = JSONBody.path(decoder.codingPath)
        guard let parts = try? container.decode([Part].self) else {
            throw APIError.invalid("expected text or an array of text parts", param: path)
        }
        var text = ""
        for (position, part) in parts.enumerated() {
            // The refusal of an earlier answer holds no case.
            if part.type == "refusal" { continue }
            guard TextContent.textTypes.contains(part.type), let words = part.text else {
                throw APIError.invalid(
                    "expected a part of the type text: this model reads nothing else",
                    param: path.map { "\($0).\(position).type" })
            }
            text += words
        }
        self.text = text
    }
}

/// `tool_choice`: whether, and which, function the model may ask to have called.
enum ToolChoice: Decodable, Sendable, Equatable {
    case none
    case auto
    case required
    /// A function by name.
    case function(String)

    private struct Named: Decodable {
        struct Function: Decodable {
            var name: String
        }

        var type: String
        var name: String?
        var function: Function?
    }

    static let words = ["auto", "none", "required"]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self) {
            switch word {
            case "none": self = .none
            case "auto": self = .auto
            case "required": self = .required
            default: throw ToolChoice.unknown
            }
            return
        }
        guard let named = try? container.decode(Named.self), named.type == "function",
            let name = named.function?.name ?? named.name
        else { throw ToolChoice.unknown }
        self = .function(name)
    }

    private static let unknown = APIError.invalid(
        "expected none, auto, required, or an object that names a function", param: "tool_choice")

    /// Whether the panel's function may be asked for.
    var allowsPanel: Bool {
        switch self {
        case .none: false
        case .auto, .required: true
        case .function(let name): name == ToolCall.functionName
        }
    }

    /// - Parameter offered: names of the functions the request offers.
    /// - Throws: `APIError` 422 where a call is demanded that this model can't make.
    func check(offered: [String]) throws(APIError) {
        let isDemanded =
            switch self {
            case .none, .auto: false
            case .required, .function: true
            }
        guard isDemanded else { return }
        guard offered.contains(ToolCall.functionName), allowsPanel else {
            throw .unserved(
                "the only function this model asks for is \(ToolCall.functionName), and it must be "
                    + "among the tools", param: "tool_choice")
        }
    }
}
