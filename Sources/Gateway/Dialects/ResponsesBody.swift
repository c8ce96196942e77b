// SPDX-License-Identifier: Apache-2.0

/// A `response` object of the Responses API.
struct ResponseObject: Encodable, Sendable {
    struct Part: Encodable, Sendable {
        var type = "output_text"
        var text: String
        var annotations: [String] = []
    }

    struct Item: Encodable, Sendable {
        var id: String
        var type = "message"
        var status = "completed"
        var role = "assistant"
        var content: [Part]
    }

    struct Counts: Encodable, Sendable {
        struct InputDetails: Encodable, Sendable {
            var cachedTokens = 0

            enum CodingKeys: String, CodingKey {
                case cachedTokens = "cached_tokens"
            }
        }

        struct OutputDetails: Encodable, Sendable {
            var reasoningTokens = 0

            enum CodingKeys: String, CodingKey {
                case reasoningTokens = "reasoning_tokens"
            }
        }

        var input: Int
        var inputDetails = InputDetails()
        var output: Int
        var outputDetails = OutputDetails()
        var total: Int
        var panel: Usage.Panel

        enum CodingKeys: String, CodingKey {
            case panel
            case input = "input_tokens"
            case inputDetails = "input_tokens_details"
            case output = "output_tokens"
            case outputDetails = "output_tokens_details"
            case total = "total_tokens"
        }
    }

    var id: String
    var object = "response"
    var createdAt: Int
    var status: String
    @Nullable var error: String?
    @Nullable var incompleteDetails: String?
    @Nullable var instructions: String?
    var model: String
    var output: [Item]
    var parallelToolCalls = true
    var toolChoice = "auto"
    var tools: [String] = []
    var temperature = 0
    var topP = 1
    var metadata: [String: String] = [:]
    @Nullable var usage: Counts?
    var receipt: ReceiptBody

    enum CodingKeys: String, CodingKey {
        case id, object, status, error, instructions, model, output, tools, temperature
        case metadata, usage, receipt
        case createdAt = "created_at"
        case incompleteDetails = "incomplete_details"
        case parallelToolCalls = "parallel_tool_calls"
        case toolChoice = "tool_choice"
        case topP = "top_p"
    }
}

/// One named event of a streamed response; fields an event doesn't have are left out.
struct ResponseEvent: Encodable, Sendable {
    var type: String
    var number = 0
    var response: ResponseObject?
    var itemID: String?
    var outputIndex: Int?
    var contentIndex: Int?
    var item: ResponseObject.Item?
    var part: ResponseObject.Part?
    var delta: String?
    var text: String?
    var logprobs: [String]?

    enum CodingKeys: String, CodingKey {
        case type, response, item, part, delta, text, logprobs
        case number = "sequence_number"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    init(_ type: String) {
        self.type = type
    }
}
