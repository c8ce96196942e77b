// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
package import Diagnosis
import Foundation
import NIOCore
import NIOHTTP1

/// A language model behind any OpenAI-compatible `chat/completions` endpoint.
///
/// Waits are bounded, failures are told apart, and what may pass is tried again. The key travels in
/// one header and is never logged.
package struct HTTPChatModel: ChatModel {
    /// How patient the client is.
    package struct Patience: Sendable {
        /// For one attempt.
        package var seconds: Double
        /// Attempts after the first.
        package var retries: Int
        /// Before the first further attempt; doubles each time.
        package var pause: Double

        /// What lies outside 0.05 to 3600 seconds is drawn to the nearer end.
        package init(seconds: Double = 60, retries: Int = 2, pause: Double = 0.5) {
            self.seconds = seconds.isFinite ? min(max(seconds, 0.05), 3600) : 60
            self.retries = retries
            self.pause = pause
        }
    }

    package let name: String
    private let url: String
    private let key: String?
    private let patience: Patience

    /// - Parameters:
    ///   - base: such as `http://127.0.0.1:8000/v1`.
    ///   - key: sent as a bearer token; nil sends none.
    package init(name: String, base: String, key: String?, patience: Patience = Patience()) {
        self.name = name
        url = (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/chat/completions"
        self.key = key
        self.patience = patience
    }

    package func complete(_ request: ChatRequest) async throws(ChatFailure) -> ChatReply {
        let body = try ChatBody(request, model: name).bytes()
        var failure = ChatFailure.unreachable
        for attempt in 0...max(0, patience.retries) {
            if attempt > 0 {
                let pause = min(patience.pause * pow(2, Double(attempt - 1)), 10)
                try? await Task.sleep(for: .seconds(pause))
            }
            let outcome = await once(body)
            switch outcome {
            case .reply(var reply):
                reply.retries = attempt
                return reply
            case .final(let found): throw found
            case .passing(let found): failure = found
            }
        }
        throw failure
    }

    private enum Attempt: Sendable {
        case reply(ChatReply)
        /// Trying again would not help.
        case final(ChatFailure)
        case passing(ChatFailure)
    }

    /// One attempt, body included, within the patience.
    private func once(_ body: [UInt8]) async -> Attempt {
        await withTaskGroup(of: Attempt.self) { group in
            group.addTask { await exchange(body) }
            group.addTask {
                // The client's own deadline ends with the response's head; this one also bounds the
                // body. A little later, so that a refused connection is told from a late reply.
                try? await Task.sleep(for: .seconds(patience.seconds + 0.5))
                return .passing(.timeout)
            }
            let first = await group.next() ?? .passing(.timeout)
            group.cancelAll()
            return first
        }
    }

    private func exchange(_ body: [UInt8]) async -> Attempt {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        request.body = .bytes(body)
        do {
            let deadline = NIODeadline.now() + .milliseconds(Int64(patience.seconds * 1000))
            let response = try await HTTPClient.shared.execute(request, deadline: deadline)
            let bytes = try await response.body.collect(upTo: 4 << 20)
            switch response.status.code {
            case 200: return ChatBody.read(Array(bytes.readableBytesView))
            case 408, 409, 425, 429, 500...599: return .passing(.refusedByServer)
            default: return .final(.refusedByServer)
            }
        } catch let error as HTTPClientError
            where error == .deadlineExceeded || error == .readTimeout || error == .connectTimeout
        {
            return .passing(.timeout)
        } catch is NIOTooManyBytesError {
            return .final(.malformed)
        } catch {
            return .passing(.unreachable)
        }
    }

    /// The wire format, as OpenAI's API reference describes `chat/completions`.
    private struct ChatBody: Encodable {
        struct Message: Encodable {
            var role: String
            var content: String
        }

        var model: String
        var messages: [Message]
        var temperature = 0.0
        var seed: UInt64
        var max_tokens: Int
        var schema: String?

        private enum CodingKeys: String, CodingKey {
            case model, messages, temperature, seed, max_tokens
        }

        init(_ request: ChatRequest, model: String) {
            self.model = model
            messages = request.messages.map {
                Message(role: $0.role.rawValue, content: $0.content)
            }
            seed = request.seed
            max_tokens = request.maxTokens
            schema = request.schema
        }

        func bytes() throws(ChatFailure) -> [UInt8] {
            guard var text = try? JSONEncoder().encode(self) else { throw .malformed }
            if let schema {
                // The schema is JSON already; it goes in as it stands.
                text.removeLast()
                text += Data(
                    """
                    ,"response_format":{"type":"json_schema","json_schema":{"name":"reply",\
                    "strict":true,"schema":\(schema)}}}
                    """.utf8)
            }
            return [UInt8](text)
        }

        private struct Response: Decodable {
            struct Choice: Decodable {
                struct Message: Decodable {
                    var content: String?
                    var refusal: String?
                }
                var message: Message
                var finish_reason: String?
            }
            struct Usage: Decodable {
                var prompt_tokens: Int?
                var completion_tokens: Int?
            }
            var choices: [Choice]
            var usage: Usage?
        }

        static func read(_ bytes: [UInt8]) -> Attempt {
            guard let response = try? JSONDecoder().decode(Response.self, from: Data(bytes)),
                let choice = response.choices.first
            else { return .passing(.malformed) }
            if choice.message.refusal != nil || choice.finish_reason == "content_filter" {
                return .final(.declined)
            }
            guard let content = choice.message.content else { return .passing(.malformed) }
            return .reply(
                ChatReply(
                    text: content, promptTokens: response.usage?.prompt_tokens ?? 0,
                    completionTokens: response.usage?.completion_tokens ?? 0))
        }
    }
}
