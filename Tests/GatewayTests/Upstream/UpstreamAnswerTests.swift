// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Foundation
import Site
import Testing

@testable import Gateway

@Suite("Calls passed on to an upstream")
struct UpstreamAnswerTests {
    @Test("an answer is settled with the upstream's usage and goes out as it came, with a receipt")
    func answers() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(UpstreamFixture.completion))
        let answer = try await site.ask(UpstreamFixture.question)
        #expect(answer.status == 200)
        #expect(answer.text == UpstreamFixture.completion)
        #expect(answer.header("x-ledger-index") == "1")
        #expect(answer.header("x-model-version") == "chat/big-model")
        #expect(
            site.desk.events == [.reserved, .settled(status: 200, prompt: 42, completion: 21)])
        let call = try #require(site.client.calls.first)
        #expect(call.upstream.base + call.path == "http://127.0.0.1:9/v1/chat/completions")
        #expect(call.upstream.key?.text == "sk-theirs")
        #expect(site.client.body.contains(#""model":"big-model""#))
        #expect(site.client.body.contains(#""max_tokens":100"#))
    }

    @Test("the worst case is held: each byte of the prompt a token, and the limit that is sent")
    func holdsTheWorstCase() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(UpstreamFixture.completion))
        _ = try await site.ask(UpstreamFixture.question)
        let ask = try #require(site.desk.asks.first)
        #expect(ask.worstCase.promptTokens == UpstreamFixture.question.utf8.count)
        #expect(ask.worstCase.completionTokens == 100)
        #expect(ask.model.id == "chat")
    }

    @Test("a model nobody passes on is left to others")
    func leavesOtherModels() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(UpstreamFixture.completion))
        #expect(try await site.response(#"{"model":"bedside-panel"}"#) == nil)
        #expect(try await site.response(#"{"messages":[]}"#) == nil)
        #expect(site.desk.events.isEmpty)
        #expect(
            try await site.response(#"{"messages":[]}"#, dialect: .deployment, model: "chat") != nil
        )
    }

    @Test("usage nobody told is counted from the bytes of prompt and words")
    func countsUsage() async throws {
        let site = try UpstreamFixture(
            ScriptedUpstream(
                #"{"choices":[{"message":{"role":"assistant","content":"12345678","#
                    + #""tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}]}"#))
        _ = try await site.ask(UpstreamFixture.question)
        let prompt = (UpstreamFixture.question.utf8.count + 3) / 4
        #expect(
            site.desk.events == [
                .reserved, .settled(status: 200, prompt: prompt, completion: 3),
            ])
    }

    @Test("a caller's headers stay here; of a handle only the desk hears")
    func keepsHeaders() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(UpstreamFixture.completion))
        _ = try await site.ask(
            UpstreamFixture.question, ["x-subject": "patient-1", "x-use": "triage"])
        let ask = try #require(site.desk.asks.first)
        #expect(ask.subject == "patient-1")
        #expect(ask.use == "triage")
        #expect(!site.client.body.contains("patient-1"))
    }

    @Test(
        "an upstream's refusal is told in the one shape and costs nothing",
        arguments: [
            (400, 400, "context_length_exceeded"), (401, 502, "upstream_failed"),
            (403, 502, "upstream_failed"), (404, 404, "context_length_exceeded"),
            (408, 504, "upstream_failed"), (422, 422, "context_length_exceeded"),
            (429, 429, "upstream_rate_limit"), (500, 502, "upstream_failed"),
            (503, 503, "upstream_failed"), (504, 504, "upstream_failed"),
            (302, 502, "upstream_failed"),
        ])
    func mapsRefusals(_ status: Int, _ told: Int, _ code: String) async throws {
        let site = try UpstreamFixture(
            ScriptedUpstream(
                status: status, retryAfter: "17",
                #"{"error":{"message":"too long","code":"context_length_exceeded"}}"#))
        let error = try await site.refusal(UpstreamFixture.question)
        #expect(error.status.code == told)
        #expect(error.code == code)
        if status == 429 || status == 503 { #expect(error.retryAfter == 17) }
        if code == "context_length_exceeded" { #expect(error.message == "too long") }
        #expect(site.desk.events == [.reserved, .released(code)])
    }

    @Test("an upstream without the Responses API is told of as that")
    func tellsOfMissingResponses() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(status: 404, "not found"))
        let error = try await site.refusal(
            #"{"model":"chat","input":"hi"}"#, dialect: .responses)
        #expect(error.status == .notFound)
        #expect(error.code == "responses_not_served")
        #expect(site.client.calls.first?.path == "/responses")
    }

    @Test("a response of the Responses API is settled with its usage")
    func settlesResponses() async throws {
        let text =
            #"{"object":"response","output":[],"usage":{"input_tokens":8,"output_tokens":3}}"#
        let site = try UpstreamFixture(ScriptedUpstream(text))
        let answer = try await site.ask(
            #"{"model":"chat","input":"hi"}"#, dialect: .responses)
        #expect(answer.text == text)
        #expect(site.desk.events == [.reserved, .settled(status: 200, prompt: 8, completion: 3)])
    }

    @Test(
        "an upstream that can't be asked costs nothing",
        arguments: [
            (UpstreamFailure.unreachable, 502), (.timeout, 504), (.interrupted, 502),
            (.malformed, 502),
        ])
    func releasesOnFailure(_ failure: UpstreamFailure, _ status: Int) async throws {
        let site = try UpstreamFixture(ScriptedUpstream { _ in .failure(failure) })
        let error = try await site.refusal(UpstreamFixture.question)
        #expect(error.status.code == status)
        #expect(error.code == "upstream_failed")
        #expect(site.desk.events == [.reserved, .released("upstream_failed")])
    }

    @Test("an answer that is no JSON object is not passed on")
    func refusesMalformedAnswers() async throws {
        let site = try UpstreamFixture(ScriptedUpstream("<html>"))
        let error = try await site.refusal(UpstreamFixture.question)
        #expect(error.status == .badGateway)
        #expect(site.desk.events == [.reserved, .released("upstream_failed")])
    }

    @Test("an answer that can't be put on record is not given")
    func withholdsWhatIsNotRecorded() async throws {
        let site = try UpstreamFixture(
            ScriptedUpstream(UpstreamFixture.completion), desk: MemoryDesk(canRecord: false))
        await #expect(throws: SiteError.notRecorded("the disk is full")) {
            _ = try await site.response(UpstreamFixture.question)
        }
    }

    @Test("a repetition gets the same bytes and is neither sent nor billed again")
    func replays() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(UpstreamFixture.completion))
        let headers = ["idempotency-key": "k1"]
        let first = try await site.ask(UpstreamFixture.question, headers)
        let second = try await site.ask(UpstreamFixture.question, headers)
        #expect(second.text == first.text)
        #expect(second.header("x-idempotent-replay") == "true")
        #expect(second.header("x-ledger-index") == first.header("x-ledger-index"))
        #expect(site.client.calls.count == 1)
        #expect(site.desk.events.count == 2)
    }

    @Test("a repetition whose answer was not kept is told so, with the receipt")
    func tellsOfAnswersNotKept() async throws {
        let long = String(repeating: "x", count: 5 << 20)
        let site = try UpstreamFixture(
            ScriptedUpstream(stream: [UpstreamFixture.chunk(long), UpstreamFixture.done]))
        let headers = ["idempotency-key": "k1"]
        _ = try await site.ask(UpstreamFixture.streamed, headers)
        let second = try await site.ask(UpstreamFixture.streamed, headers)
        #expect(second.status == 409)
        #expect(try second.json()["error"]?["code"]?.string == "answer_not_kept")
        #expect(second.header("x-ledger-index") == "1")
    }
}
