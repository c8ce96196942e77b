// SPDX-License-Identifier: Apache-2.0

/// What the gateway reads of a `chat/completions` request; all else is accepted and ignored, since
/// the answer is deterministic.
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
        var type: String
    }

    struct Tool: Decodable, Sendable {
        struct Function: Decodable, Sendable {
            var name: String
        }

        var type: String
        var function: Function?
    }

    var model: String?
    var messages: [Message]
    var stream: Bool?
    var streamOptions: StreamOptions?
    var responseFormat: ResponseFormat?
    var tools: [Tool]?
    var toolChoice: ToolChoice?
    var count: Int?

    enum CodingKeys: String, CodingKey {
        case model, messages, stream, tools
        case streamOptions = "stream_options"
        case responseFormat = "response_format"
        case toolChoice = "tool_choice"
        case count = "n"
    }

    private static let roles: Set<String> = [
        "system", "developer", "user", "assistant", "tool", "function",
    ]
    private static let formats: Set<String> = ["text", "json_object", "json_schema"]

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the part.
    static func parse(_ bytes: [UInt8]) throws(APIError) -> ChatRequest {
        let request = try JSONBody.decode(ChatRequest.self, from: bytes)
        for (position, message) in request.messages.enumerated()
        where !roles.contains(message.role) {
            throw .invalid(
                "expected one of \(roles.sorted().joined(separator: ", "))",
                param: "messages.\(position).role")
        }
        guard request.messages.contains(where: { $0.role == "user" }) else {
            throw .invalid("expected at least one message of the role user", param: "messages")
        }
        if let format = request.responseFormat, !formats.contains(format.type) {
            throw .invalid(
                "expected one of \(formats.sorted().joined(separator: ", "))",
                param: "response_format.type")
        }
        guard (request.count ?? 1) == 1 else {
            throw .invalid("one answer is given, so n may only be 1", param: "n")
        }
        return request
    }

    /// The text the model reads: the last user message's.
    var question: String {
        messages.last { $0.role == "user" }?.content?.text ?? ""
    }

    var wantsJSON: Bool {
        responseFormat.map { $0.type != "text" } ?? false
    }

    var wantsUsageChunk: Bool { streamOptions?.includeUsage ?? false }

    /// Whether the caller is an agent that wants to be told to call the panel; after a tool has
    /// answered it wants words.
    var wantsToolCall: Bool {
        let offered = tools?.contains { $0.function?.name == ToolCall.functionName } ?? false
        return offered && toolChoice != ToolChoice.none && messages.last?.role == "user"
    }

    var promptTokens: Int {
        messages.reduce(0) { $0 + TokenCount.of($1.content?.text ?? "") }
    }
}

/// Content of a message: text, or an array of text parts.
struct TextContent: Decodable, Sendable {
    var text: String

    private struct Part: Decodable {
        var type: String
        var text: String?
    }

    private static let textTypes: Set<String> = ["text", "input_text", "output_text"]

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

/// `tool_choice`, of which only "none" matters here.
enum ToolChoice: Decodable, Sendable, Equatable {
    case none
    case other

    init(from decoder: any Decoder) throws {
        let word = try? decoder.singleValueContainer().decode(String.self)
        self = word == "none" ? .none : .other
    }
}
