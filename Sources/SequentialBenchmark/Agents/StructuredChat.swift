// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
import Foundation
import Synchronization

/// Asks a language model for JSON of a shape, asks once more when the reply isn't that, and keeps
/// what passed.
struct StructuredChat {
    let model: any ChatModel
    /// Since the last turn was taken.
    private(set) var exchanges: [ChatExchange] = []

    init(_ model: any ChatModel) { self.model = model }

    /// The reply's value, or nil: the failure is among the exchanges.
    mutating func ask<Value: Decodable>(
        _ type: Value.Type, _ request: ChatRequest
    ) async -> Value? {
        guard let text = await text(request) else { return nil }
        if let value = StructuredChat.value(type, text) { return value }
        // Counted even where the repair helps.
        exchanges[exchanges.count - 1].failure = .malformed
        var repair = request
        repair.purpose += "-repair"
        repair.messages += [
            ChatMessage(.assistant, text),
            ChatMessage(.user, "That was not one JSON object of the schema. Reply with it alone."),
        ]
        guard let again = await self.text(repair) else { return nil }
        if let value = StructuredChat.value(type, again) { return value }
        exchanges[exchanges.count - 1].failure = .malformed
        return nil
    }

    /// The reply's text, or nil.
    mutating func text(_ request: ChatRequest) async -> String? {
        let digest = StructuredChat.digest(request, model.name)
        do throws(ChatFailure) {
            let reply = try await model.complete(request)
            exchanges.append(
                ChatExchange(
                    purpose: request.purpose, request: digest, reply: reply, failure: nil))
            return reply.text
        } catch {
            exchanges.append(
                ChatExchange(
                    purpose: request.purpose, request: digest, reply: nil, failure: error))
            return nil
        }
    }

    /// What passed since the last call.
    mutating func taken() -> [ChatExchange] {
        defer { exchanges = [] }
        return exchanges
    }

    /// Names a request: SHA-256 of model and canonical JSON.
    static func digest(_ request: ChatRequest, _ model: String) -> String {
        let text = (try? RunLog.encoder().encode(request)) ?? Data()
        return RunLog.digest(Array(model.utf8) + [0] + text)
    }

    /// The first JSON object in a text, code fences and chatter around it left out.
    private static func value<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value? {
        guard let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), start < end
        else { return nil }
        return try? JSONDecoder().decode(type, from: Data(text[start...end].utf8))
    }
}

/// Replies as they were recorded; anything else was not recorded.
///
/// Equal requests get their replies in the order of the recording. What lies between is passed
/// over: the sessions of an ensemble read from one recording, each with requests of its own.
package final class RecordedChatModel: ChatModel {
    package let name: String
    private let waiting: Mutex<[ChatExchange]>

    package init(name: String, exchanges: [ChatExchange]) {
        self.name = name
        waiting = Mutex(exchanges)
    }

    package func complete(_ request: ChatRequest) async throws(ChatFailure) -> ChatReply {
        let digest = StructuredChat.digest(request, name)
        let next = waiting.withLock { waiting in
            waiting.firstIndex { $0.request == digest }.map { waiting.remove(at: $0) }
        }
        guard let next else { throw .notRecorded }
        // A malformed reply was a reply; the failure is found again in it.
        if let reply = next.reply { return reply }
        throw next.failure ?? .notRecorded
    }
}

/// Gives the model for a case: the endpoint, or a recording of what it said then.
package typealias ChatModelSource = @Sendable (_ caseID: String) -> any ChatModel
