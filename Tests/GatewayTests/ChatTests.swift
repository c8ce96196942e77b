// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger
import Site
import Testing

@testable import Gateway

@Suite("Chat completions")
struct ChatTests {
    @Test("a case in a message gets a differential, a question, the label and a receipt")
    func answersACase() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.chat(GatewayFixture.caseText)
            #expect(answer.status == 200)
            let json = try answer.json()
            #expect(json["object"]?.string == "chat.completion")
            #expect(json["id"]?.string?.hasPrefix("chatcmpl-") == true)
            #expect(json["system_fingerprint"]?.string == site.service.models.first?.digest)
            let choice = try #require(json["choices"]?[0])
            #expect(choice["finish_reason"]?.string == "stop")
            #expect(choice["logprobs"] == .null)
            #expect(choice["message"]?["refusal"] == .null)
            let text = try #require(choice["message"]?["content"]?.string)
            #expect(text.contains(" %"))
            #expect(text.contains("Next to ask:"))
            #expect(text.contains("Receipt: entry"))
            let index = try #require(json["receipt"]?["ledger_index"]?.int)
            #expect(answer.header("x-ledger-index") == "\(index)")
            #expect(answer.header("x-model-version") == site.service.models.first?.version)
            #expect(Int(answer.header("x-gateway-overhead-us") ?? "") != nil)
            #expect(answer.header("x-request-id")?.hasPrefix("req_") == true)
        }
    }

    @Test("the same case gets the same words, but for the receipt")
    func isDeterministic() async throws {
        try await GatewayFixture.serve { site in
            var texts: [String] = []
            for _ in 0..<2 {
                let json = try await site.chat(GatewayFixture.caseText).json()
                let text = try #require(json["choices"]?[0]?["message"]?["content"]?.string)
                texts.append(
                    text.split(separator: "\n").filter { !$0.hasPrefix("Receipt") }
                        .joined(separator: "\n"))
            }
            #expect(texts[0] == texts[1])
        }
    }

    @Test("usage counts are never zero and the billed unit is one prediction")
    func countsUsage() async throws {
        try await GatewayFixture.serve { site in
            let usage = try #require(
                try await site.chat(GatewayFixture.caseText).json()["usage"])
            let prompt = try #require(usage["prompt_tokens"]?.int)
            let completion = try #require(usage["completion_tokens"]?.int)
            #expect(prompt > 0 && completion > 0)
            #expect(usage["total_tokens"]?.int == prompt + completion)
            #expect(usage["panel"]?["predictions"]?.int == 1)
            #expect(usage["panel"]?["features"]?.int == 1)
        }
    }

    @Test("free text is refused with what was needed, and the refusal is on record at no cost")
    func refusesFreeText() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.chat("what could it be?")
            #expect(answer.status == 200)
            let message = try #require(try answer.json()["choices"]?[0]?["message"])
            let refusal = try #require(message["refusal"]?.string)
            #expect(message["content"]?.string == refusal)
            #expect(refusal.contains("findings"))
            #expect(try answer.json()["usage"]?["panel"]?["predictions"]?.int == 0)
            let index = try #require(Int(answer.header("x-ledger-index") ?? ""))
            let record = String(decoding: try site.service.log.record(at: index), as: UTF8.self)
            #expect(record.contains("call.refused"))
            #expect(!record.contains("price_micros"))
        }
    }

    @Test("content may be an array of text parts")
    func readsParts() async throws {
        try await GatewayFixture.serve { site in
            let parts = JSONBody.text([["type": "text", "text": GatewayFixture.caseText]])
            let body =
                #"{"model":"bedside-panel","messages":[{"role":"system","content":"x"},"#
                + #"{"role":"user","content":\#(parts)}]}"#
            let answer = try await site.post("/v1/chat/completions", body)
            #expect(try answer.json()["usage"]?["panel"]?["predictions"]?.int == 1)
        }
    }

    @Test("a JSON response format gets the panel's own object as content")
    func answersInJSON() async throws {
        try await GatewayFixture.serve { site in
            for type in ["json_object", "json_schema"] {
                let answer = try await site.chat(
                    GatewayFixture.caseText, #","response_format":{"type":"\#(type)"}"#)
                let content = try #require(
                    try answer.json()["choices"]?[0]?["message"]?["content"]?.string)
                let native = try JSONDecoder().decode(JSONValue.self, from: Data(content.utf8))
                #expect(native["outputs"]?.items.count == 49)
                #expect(native["label"]?["kind"]?.string == "informational")
            }
        }
    }

    @Test("an agent that offers panel_predict is told to call it with the case, at no cost")
    func returnsAToolCall() async throws {
        try await GatewayFixture.serve { site in
            let tools =
                #","tools":[{"type":"function","function":{"name":"panel_predict"}}]"#
            let choice = try #require(
                try await site.chat(GatewayFixture.caseText, tools).json()["choices"]?[0])
            #expect(choice["finish_reason"]?.string == "tool_calls")
            #expect(choice["message"]?["content"] == .null)
            let call = try #require(choice["message"]?["tool_calls"]?[0]?["function"])
            #expect(call["name"]?.string == "panel_predict")
            #expect(call["arguments"]?.string?.contains(#""evidence":"E_53""#) == true)
            let words = try await site.chat("hello", tools).json()
            #expect(
                words["choices"]?[0]?["message"]?["tool_calls"]?[0]?["function"]?["arguments"]
                    == .text("{}"))
            #expect(words["usage"]?["panel"]?["predictions"]?.int == 0)
        }
    }

    @Test("a repeated idempotency key gets the first receipt and is billed once")
    func replaysOnce() async throws {
        try await GatewayFixture.serve { site in
            let key = ["idempotency-key": "order-17"]
            let first = try await site.chat(GatewayFixture.caseText, "", key)
            let size = site.service.log.size
            let second = try await site.chat(GatewayFixture.caseText, "", key)
            #expect(second.status == 200)
            #expect(second.header("x-idempotent-replay") == "true")
            #expect(first.header("x-idempotent-replay") == nil)
            #expect(second.header("x-ledger-index") == first.header("x-ledger-index"))
            #expect(try second.json()["id"] == first.json()["id"])
            #expect(try first.json()["usage"]?["panel"]?["predictions"]?.int == 1)
            #expect(try second.json()["usage"]?["panel"]?["predictions"]?.int == 0)
            #expect(try second.json()["usage"]?["panel"]?["features"]?.int == 0)
            #expect(site.service.log.size == size)
        }
    }

    @Test("a key sent many times at once is billed once; whoever comes too early may try again")
    func replaysUnderConcurrency() async throws {
        try await GatewayFixture.serve { site in
            let size = site.service.log.size
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await site.chat(
                            GatewayFixture.caseText, "", ["idempotency-key": "at-once"])
                    }
                }
                var answers: [Answer] = []
                for try await answer in group { answers.append(answer) }
                return answers
            }
            #expect(site.service.log.size == size + 2)
            let early = answers.filter { $0.status == 409 }
            for answer in early { #expect(answer.header("retry-after") == "1") }
            let answered = answers.filter { $0.status == 200 }
            #expect(!answered.isEmpty)
            #expect(early.count + answered.count == answers.count)
            let receipts = Set(answered.map { $0.header("x-ledger-index") })
            #expect(receipts.count == 1)
        }
    }

    @Test("an idempotency key used for another case is refused, not answered")
    func refusesAReusedKey() async throws {
        try await GatewayFixture.serve { site in
            let key = ["idempotency-key": "order-18"]
            _ = try await site.chat(GatewayFixture.caseText, "", key)
            let other = GatewayFixture.caseText.replacingOccurrences(of: "54", with: "55")
            let answer = try await site.chat(other, "", key)
            #expect(answer.status == 422)
            #expect(try answer.json()["error"]?["code"]?.string == "idempotency_key_reused")
        }
    }

    @Test("every client's address for chat answers the same")
    func answersUnderEachAddress() async throws {
        try await GatewayFixture.serve { site in
            let body = GatewayFixture.chatBody(GatewayFixture.caseText)
            for path in [
                "/v1/chat/completions", "/openai/v1/chat/completions",
                "/openai/deployments/bedside-panel/chat/completions?api-version=2024-10-21",
                "/models/chat/completions?api-version=2024-05-01-preview",
            ] {
                let answer = try await site.post(path, body)
                #expect(answer.status == 200, "\(path)")
            }
        }
    }
}

@Suite("Streamed chat completions")
struct ChatStreamTests {
    @Test("a stream is role, content, end, usage with no choices, and the closing line, in order")
    func streamsInOrder() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.chat(
                GatewayFixture.caseText,
                #","stream":true,"stream_options":{"include_usage":true}"#)
            #expect(answer.header("content-type")?.hasPrefix("text/event-stream") == true)
            #expect(answer.pieces.last == "data: [DONE]\n\n")
            let events = try answer.events()
            #expect(events.first?["choices"]?[0]?["delta"]?["role"]?.string == "assistant")
            #expect(events.last?["choices"] == .list([]))
            #expect((events.last?["usage"]?["total_tokens"]?.int ?? 0) > 0)
            for event in events.dropLast() { #expect(event["usage"] == .null) }
            let end = try #require(events.dropLast().last)
            #expect(end["choices"]?[0]?["finish_reason"]?.string == "stop")
            #expect(end["receipt"]?["ledger_index"]?.int != nil)
            #expect(events.dropFirst().dropLast(2).count > 1)
            let ids = Set(events.compactMap { $0["id"]?.string })
            #expect(ids.count == 1)
        }
    }

    @Test("without include_usage no usage chunk is sent")
    func leavesUsageOut() async throws {
        try await GatewayFixture.serve { site in
            let events = try await site.chat(GatewayFixture.caseText, #","stream":true"#).events()
            #expect(events.last?["choices"]?[0]?["finish_reason"]?.string == "stop")
        }
    }

    @Test("the pieces join to the words of the whole answer")
    func joinsToTheWhole() async throws {
        try await GatewayFixture.serve { site in
            let key = ["idempotency-key": "same"]
            let whole = try await site.chat(GatewayFixture.caseText, "", key).json()
            let events = try await site.chat(GatewayFixture.caseText, #","stream":true"#, key)
                .events()
            let text = events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }
                .joined()
            func words(_ text: String?) -> [Substring] {
                (text ?? "").split(separator: "\n").filter { !$0.hasPrefix("Receipt") }
            }
            #expect(words(text) == words(whole["choices"]?[0]?["message"]?["content"]?.string))
        }
    }

    @Test("the call is settled in the ledger before the first piece goes out")
    func settlesFirst() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.chat(GatewayFixture.caseText, #","stream":true"#)
            let index = try #require(Int(answer.header("x-ledger-index") ?? ""))
            let record = String(decoding: try site.service.log.record(at: index), as: UTF8.self)
            #expect(record.contains("call.settled"))
        }
    }

    @Test("a refusal is streamed as content and as refusal")
    func streamsARefusal() async throws {
        try await GatewayFixture.serve { site in
            let events = try await site.chat("hello", #","stream":true"#).events()
            let deltas = events.compactMap { $0["choices"]?[0]?["delta"] }
            let content = deltas.compactMap { $0["content"]?.string }.joined()
            let refusals = deltas.compactMap { $0["refusal"]?.string }
            #expect(refusals == [content])
        }
    }

    @Test("text is cut into pieces that join to it, whatever it holds", arguments: 0..<40)
    func cutsWithoutLoss(seed: Int) {
        let alphabet: [Character] = ["a", " ", "\n", "é", "👩‍⚕️", "."]
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        var text = ""
        for _ in 0..<(seed * 7) {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            text.append(alphabet[Int(state % UInt64(alphabet.count))])
        }
        #expect(TextPieces.of(text).joined() == text)
    }
}

@Suite("Responses API")
struct ResponsesTests {
    @Test("a whole response has output text and token counts")
    func answersWhole() async throws {
        try await GatewayFixture.serve { site in
            let input = JSONBody.text([
                "model": "bedside-panel", "input": GatewayFixture.caseText,
            ])
            let json = try await site.post("/v1/responses", input).json()
            #expect(json["object"]?.string == "response")
            #expect(json["status"]?.string == "completed")
            #expect(json["error"] == .null)
            let part = json["output"]?[0]?["content"]?[0]
            #expect(part?["type"]?.string == "output_text")
            #expect(part?["text"]?.string?.contains("Receipt:") == true)
            #expect((json["usage"]?["output_tokens"]?.int ?? 0) > 0)
        }
    }

    @Test("a streamed response numbers its events from created to completed")
    func streams() async throws {
        try await GatewayFixture.serve { site in
            let input = #"{"model":"bedside-panel","input":"hello","stream":true}"#
            let events = try await site.post("/v1/responses", input).events()
            #expect(events.first?["type"]?.string == "response.created")
            #expect(events.last?["type"]?.string == "response.completed")
            let numbers = events.compactMap { $0["sequence_number"]?.int }
            #expect(numbers == Array(events.indices))
            let deltas = events.compactMap { $0["delta"]?.string }.joined()
            let done = events.first { $0["type"]?.string == "response.output_text.done" }
            #expect(done?["text"]?.string == deltas)
        }
    }
}
