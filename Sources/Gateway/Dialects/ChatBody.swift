// SPDX-License-Identifier: Apache-2.0
import Diagnosis

/// A `chat.completion` object: the whole answer at once.
struct ChatCompletion: Encodable, Sendable {
    struct Choice: Encodable, Sendable {
        var index = 0
        var message: Message
        @Nullable var logprobs: Logprobs?
        var finishReason: String

        enum CodingKeys: String, CodingKey {
            case index, message, logprobs
            case finishReason = "finish_reason"
        }
    }

    /// The log of the probability of the one token of a verdict.
    struct Logprobs: Encodable, Sendable {
        var content: [VerdictLogprob]
        @Nullable var refusal: [VerdictLogprob]?
    }

    struct Message: Encodable, Sendable {
        var role = "assistant"
        @Nullable var content: String?
        @Nullable var refusal: String?
        /// Left out where there is none: clients take an empty list for a call.
        var toolCalls: [ToolCall]?

        enum CodingKeys: String, CodingKey {
            case role, content, refusal
            case toolCalls = "tool_calls"
        }
    }

    var id: String
    var object = "chat.completion"
    var created: Int
    var model: String
    /// The model's digest: matches a client's log to a version.
    var systemFingerprint: String
    var choices: [Choice]
    var usage: Usage
    var label = PanelAnswer.Label(text: Assessment.notADevice)
    var receipt: ReceiptBody

    enum CodingKeys: String, CodingKey {
        case id, object, created, model, choices, usage, label, receipt
        case systemFingerprint = "system_fingerprint"
    }
}

/// One piece of a streamed answer.
struct ChatChunk: Encodable, Sendable {
    struct Choice: Encodable, Sendable {
        var index = 0
        var delta: Delta
        @Nullable var logprobs: ChatCompletion.Logprobs?
        @Nullable var finishReason: String?

        enum CodingKeys: String, CodingKey {
            case index, delta, logprobs
            case finishReason = "finish_reason"
        }
    }

    struct Delta: Encodable, Sendable {
        var role: String?
        var content: String?
        var refusal: String?
        var toolCalls: [ToolCall]?

        enum CodingKeys: String, CodingKey {
            case role, content, refusal
            case toolCalls = "tool_calls"
        }
    }

    var id: String
    var object = "chat.completion.chunk"
    var created: Int
    var model: String
    var systemFingerprint: String
    var choices: [Choice]
    @Nullable var usage: Usage?
    /// Only with the chunk that ends the answer.
    var receipt: ReceiptBody?

    enum CodingKeys: String, CodingKey {
        case id, object, created, model, choices, usage, receipt
        case systemFingerprint = "system_fingerprint"
    }
}

/// A request to the calling agent to ask the panel with these arguments.
struct ToolCall: Encodable, Sendable {
    struct Function: Encodable, Sendable {
        var name = ToolCall.functionName
        /// JSON in a string, as clients expect.
        var arguments: String
    }

    static let functionName = "panel_predict"

    /// Position among the calls; only streamed pieces carry it.
    var index: Int?
    var id: String
    var type = "function"
    var function: Function
}

/// Token counts for compatibility, and what is really counted: predictions and their features.
///
/// A refusal and a replay make no prediction.
struct Usage: Encodable, Sendable {
    struct Panel: Encodable, Sendable {
        var predictions: Int
        var features: Int
    }

    struct PromptDetails: Encodable, Sendable {
        var audioTokens = 0
        var cachedTokens = 0

        enum CodingKeys: String, CodingKey {
            case audioTokens = "audio_tokens"
            case cachedTokens = "cached_tokens"
        }
    }

    struct CompletionDetails: Encodable, Sendable {
        var audioTokens = 0
        var reasoningTokens = 0
        var acceptedTokens = 0
        var rejectedTokens = 0

        enum CodingKeys: String, CodingKey {
            case audioTokens = "audio_tokens"
            case reasoningTokens = "reasoning_tokens"
            case acceptedTokens = "accepted_prediction_tokens"
            case rejectedTokens = "rejected_prediction_tokens"
        }
    }

    /// At least 1 each: clients take zero for a missing count.
    var promptTokens: Int
    var completionTokens: Int
    var totalTokens: Int
    var promptDetails = PromptDetails()
    var completionDetails = CompletionDetails()
    var panel: Panel

    enum CodingKeys: String, CodingKey {
        case panel
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case totalTokens = "total_tokens"
        case promptDetails = "prompt_tokens_details"
        case completionDetails = "completion_tokens_details"
    }

    init(prompt: Int, completion: Int, panel: Panel) {
        promptTokens = max(1, prompt)
        completionTokens = max(1, completion)
        totalTokens = promptTokens + completionTokens
        self.panel = panel
    }
}
