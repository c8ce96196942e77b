// SPDX-License-Identifier: Apache-2.0
import Diagnosis

/// A `response` object of the Responses API.
struct ResponseObject: Encodable, Sendable {
    struct Part: Encodable, Sendable {
        var type = "output_text"
        var text: String
        var annotations: [String] = []
        /// The one token of a verdict; empty for words.
        var logprobs: [VerdictLogprob] = []
    }

    /// A message, or a request to call a function; members the other kind has are left out.
    struct Item: Encodable, Sendable {
        var id: String
        var type: String
        var status = "completed"
        var role: String?
        var content: [Part]?
        var callID: String?
        var name: String?
        /// JSON in a string.
        var arguments: String?

        enum CodingKeys: String, CodingKey {
            case id, type, status, role, content, name, arguments
            case callID = "call_id"
        }

        static func message(id: String, _ content: [Part]) -> Item {
            Item(id: id, type: "message", role: "assistant", content: content)
        }

        static func call(id: String, callID: String, arguments: String) -> Item {
            Item(
                id: id, type: "function_call", callID: callID, name: ToolCall.functionName,
                arguments: arguments)
        }
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

    /// The form of the text, as it was asked for.
    struct Text: Encodable, Sendable {
        struct Format: Encodable, Sendable {
            var type: String
        }

        var format: Format
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
    var parallelToolCalls = false
    @Nullable var previousResponse: String?
    /// Nothing is stored, whatever was asked.
    var store = false
    var text: Text
    var toolChoice: JSONTree
    var tools: [JSONTree]
    var temperature = 0
    var topP = 1
    var metadata: [String: String]
    @Nullable var usage: Counts?
    var label = PanelAnswer.Label(text: Assessment.notADevice)
    var receipt: ReceiptBody

    enum CodingKeys: String, CodingKey {
        case id, object, status, error, instructions, model, output, tools, temperature
        case metadata, usage, label, receipt, store, text
        case createdAt = "created_at"
        case incompleteDetails = "incomplete_details"
        case parallelToolCalls = "parallel_tool_calls"
        case previousResponse = "previous_response_id"
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
    var name: String?
    var arguments: String?
    var logprobs: [VerdictLogprob]?

    enum CodingKeys: String, CodingKey {
        case type, response, item, part, delta, text, name, arguments, logprobs
        case number = "sequence_number"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    init(_ type: String) {
        self.type = type
    }
}
