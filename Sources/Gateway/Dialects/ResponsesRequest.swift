// SPDX-License-Identifier: Apache-2.0

/// What the gateway reads of a `responses` request.
struct ResponsesRequest: Decodable, Sendable {
    struct Item: Decodable, Sendable {
        var role: String?
        var content: TextContent?
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
        }

        var format: Format?
    }

    var model: String
    var input: Input
    var stream: Bool?
    var text: Text?

    /// The text the model reads: the last user message's.
    var question: String {
        switch input {
        case .text(let text): text
        case .items(let items): items.last { $0.role == "user" }?.content?.text ?? ""
        }
    }

    var wantsJSON: Bool {
        text?.format.map { $0.type != "text" } ?? false
    }

    var inputTokens: Int {
        switch input {
        case .text(let text): TokenCount.of(text)
        case .items(let items):
            items.reduce(0) { $0 + TokenCount.of($1.content?.text ?? "") }
        }
    }
}
