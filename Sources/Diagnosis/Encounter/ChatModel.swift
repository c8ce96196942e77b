// SPDX-License-Identifier: Apache-2.0

/// One message to or from a language model.
package struct ChatMessage: Sendable, Hashable, Codable {
    package enum Role: String, Sendable, Codable {
        case system, user, assistant
    }

    package var role: Role
    package var content: String

    package init(_ role: Role, _ content: String) {
        self.role = role
        self.content = content
    }
}

/// What is asked of a language model.
package struct ChatRequest: Sendable, Hashable, Codable {
    /// What the reply is for, such as `read-text`; goes into the log, not to the model.
    package var purpose: String
    package var messages: [ChatMessage]
    /// JSON schema that the reply must keep to; nil for plain text.
    package var schema: String?
    package var maxTokens: Int
    package var seed: UInt64

    package init(
        purpose: String, messages: [ChatMessage], schema: String? = nil, maxTokens: Int = 1024,
        seed: UInt64 = 1
    ) {
        self.purpose = purpose
        self.messages = messages
        self.schema = schema
        self.maxTokens = maxTokens
        self.seed = seed
    }
}

/// A model's reply with what it cost.
package struct ChatReply: Sendable, Hashable, Codable {
    package var text: String
    package var promptTokens: Int
    package var completionTokens: Int
    /// Attempts that failed before this one.
    package var retries: Int

    package init(text: String, promptTokens: Int, completionTokens: Int, retries: Int = 0) {
        self.text = text
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.retries = retries
    }
}

/// Why there is no usable reply.
package enum ChatFailure: String, Error, Sendable, Codable, CaseIterable {
    /// No reply in time, retries included.
    case timeout
    /// No connection.
    case unreachable
    /// The endpoint answered with an error, retries included.
    case refusedByServer = "refused-by-server"
    /// The model declined to answer.
    case declined
    /// The reply is not what the schema asks for, even after a repair was asked for.
    case malformed
    /// A replay asked for something that was not recorded.
    case notRecorded = "not-recorded"
}

/// One request and what came of it, as the log keeps it.
package struct ChatExchange: Sendable, Hashable, Codable {
    package var purpose: String
    /// SHA-256 of the request's canonical JSON, hexadecimal.
    package var request: String
    package var reply: ChatReply?
    package var failure: ChatFailure?

    package init(purpose: String, request: String, reply: ChatReply?, failure: ChatFailure?) {
        self.purpose = purpose
        self.request = request
        self.reply = reply
        self.failure = failure
    }
}

/// A language model behind an endpoint, or a recording of one.
///
/// It may parse text and propose; probabilities, stopping and prices stay in code.
package protocol ChatModel: Sendable {
    /// As the endpoint calls it.
    var name: String { get }
    /// - Throws: `ChatFailure`.
    func complete(_ request: ChatRequest) async throws(ChatFailure) -> ChatReply
}
