// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Testing

@testable import SequentialBenchmark

@Suite("Asking a language model for JSON")
struct StructuredChatTests {
    private struct Count: Decodable, Equatable { var count: Int }

    private func request(_ text: String = "How many?", purpose: String = "count") -> ChatRequest {
        ChatRequest(purpose: purpose, messages: [ChatMessage(.user, text)], schema: "{}")
    }

    @Test(
        "code fences and chatter around the object are left out",
        arguments: [
            #"{"count": 3}"#, "```json\n{\"count\": 3}\n```",
            "Certainly! Here it is: {\"count\": 3} I hope that helps.",
        ])
    func fences(_ text: String) async {
        let model = StubChatModel { _, _ in text }
        var chat = StructuredChat(model)
        #expect(await chat.ask(Count.self, request()) == Count(count: 3))
        let exchanges = chat.taken()
        #expect(exchanges.map(\.purpose) == ["count"])
        #expect(exchanges[0].failure == nil && exchanges[0].reply?.text == text)
        #expect(chat.taken().isEmpty)
    }

    @Test("a bad reply is repaired once, with the bad reply in view")
    func repaired() async {
        let model = StubChatModel { _, number in number == 1 ? "three" : #"{"count":3}"# }
        var chat = StructuredChat(model)
        #expect(await chat.ask(Count.self, request()) == Count(count: 3))
        #expect(model.requests.map(\.purpose) == ["count", "count-repair"])
        #expect(model.requests[1].messages.map(\.role) == [.user, .assistant, .user])
        #expect(model.requests[1].messages[1].content == "three")
        // Counted as malformed all the same.
        #expect(chat.taken().map(\.failure) == [.malformed, nil])
    }

    @Test(
        "a second bad reply is malformed, and there is no third try",
        arguments: ["three", "", "{", "}{", #"{"count":"three"}"#, #"{"count":1e999}"#])
    func malformed(_ text: String) async {
        let model = StubChatModel { _, _ in text }
        var chat = StructuredChat(model)
        #expect(await chat.ask(Count.self, request()) == nil)
        #expect(model.requests.count == 2)
        #expect(chat.taken().map(\.failure) == [.malformed, .malformed])
    }

    @Test(
        "a model that declines or doesn't answer is a failure of that kind, asked once",
        arguments: [ChatFailure.declined, .timeout, .unreachable, .refusedByServer])
    func failed(_ failure: ChatFailure) async {
        let model = StubChatModel { _, _ throws(ChatFailure) in throw failure }
        var chat = StructuredChat(model)
        #expect(await chat.ask(Count.self, request()) == nil)
        #expect(model.requests.count == 1)
        let exchanges = chat.taken()
        #expect(exchanges.map(\.failure) == [failure])
        #expect(exchanges[0].reply == nil)
    }

    @Test("a recording gives the replies again in order, failures and malformed ones too")
    func recorded() async throws {
        let model = StubChatModel { _, number throws(ChatFailure) in
            if number == 2 { throw .timeout }
            return number < 5 ? "no object \(number)" : #"{"count":\#(number)}"#
        }
        func play(_ model: any ChatModel) async -> ([Count?], [ChatExchange]) {
            var chat = StructuredChat(model)
            var values: [Count?] = []
            for text in ["a", "b", "b", "c", "c"] {
                values.append(await chat.ask(Count.self, request(text)))
            }
            return (values, chat.taken())
        }
        let live = await play(model)
        let again = await play(RecordedChatModel(name: "stub", exchanges: live.1))
        #expect(live.0.compactMap { $0 }.count == 3)
        #expect(live.1.contains { $0.failure == .timeout })
        #expect(again.0 == live.0)
        #expect(again.1 == live.1)
    }

    @Test("equal requests get their replies in the order of the recording, each once")
    func order() async throws {
        let digest = StructuredChat.digest(request(), "stub")
        let exchanges = (1...3).map {
            ChatExchange(
                purpose: "count", request: digest,
                reply: ChatReply(text: "\($0)", promptTokens: 1, completionTokens: 1), failure: nil)
        }
        let model = RecordedChatModel(name: "stub", exchanges: exchanges)
        for number in 1...3 {
            #expect(try await model.complete(request()).text == "\(number)")
        }
        await #expect(throws: ChatFailure.notRecorded) { try await model.complete(request()) }
    }

    @Test("what was not recorded is refused: other words, seed, purpose or model")
    func notRecorded() async throws {
        let exchange = ChatExchange(
            purpose: "count", request: StructuredChat.digest(request(), "stub"),
            reply: ChatReply(text: "1", promptTokens: 1, completionTokens: 1), failure: nil)
        let model = RecordedChatModel(name: "stub", exchanges: [exchange])
        var seeded = request()
        seeded.seed = 2
        for other in [request("How much?"), request(purpose: "other"), seeded] {
            await #expect(throws: ChatFailure.notRecorded) { try await model.complete(other) }
        }
        let renamed = RecordedChatModel(name: "other", exchanges: [exchange])
        await #expect(throws: ChatFailure.notRecorded) { try await renamed.complete(request()) }
        #expect(try await model.complete(request()).text == "1")
    }
}
