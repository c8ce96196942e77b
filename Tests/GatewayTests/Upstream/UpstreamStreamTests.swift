// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import Site
import Synchronization
import Testing

@testable import Gateway

@Suite("Streams passed on from an upstream")
struct UpstreamStreamTests {
    private typealias Fixture = UpstreamFixture

    private static let pieces = [
        Fixture.chunk("Hel"), Fixture.chunk("lo"), Fixture.chunk("", finish: "stop"),
        Fixture.usageChunk, Fixture.done,
    ]

    @Test("each event is sent while the upstream has yet to send the next", .timeLimit(.minutes(1)))
    func doesNotBuffer() async throws {
        let (source, upstream) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        let site = try UpstreamFixture(
            ScriptedUpstream { _ in
                .success(
                    UpstreamAnswer(
                        status: 200, contentType: "text/event-stream", retryAfter: nil,
                        body: .pieces(source)))
            })
        let next = Mutex(["lo", "!"])
        // Each piece leads the upstream to send the next: a gateway that waits for more waits forever.
        let caller = Caller { _ in
            let word = next.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let word {
                upstream.yield(ByteBuffer(string: Fixture.chunk(word)))
            } else {
                upstream.yield(
                    ByteBuffer(string: Fixture.chunk("", finish: "stop") + Fixture.done))
                upstream.finish()
            }
        }
        upstream.yield(ByteBuffer(string: Fixture.chunk("Hel")))
        let answer = try await site.ask(Fixture.streamed, caller: caller)
        #expect(answer.pieces.count == 4)
    }

    @Test("the call is settled before what ends the answer goes out")
    func settlesFirst() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(stream: UpstreamStreamTests.pieces))
        let desk = site.desk
        let settledAt = Mutex<[Bool]>([])
        let caller = Caller { _ in
            let isSettled = desk.events.contains {
                if case .settled = $0 { true } else { false }
            }
            settledAt.withLock { $0.append(isSettled) }
        }
        let answer = try await site.ask(Fixture.streamed, caller: caller)
        #expect(settledAt.withLock { $0 } == [false, false, true])
        #expect(answer.pieces.last?.contains("finish_reason\":\"stop") == true)
        #expect(answer.pieces.last?.hasSuffix(Fixture.done) == true)
        #expect(desk.events == [.reserved, .settled(status: 200, prompt: 5, completion: 2)])
    }

    @Test("the usage chunk is hidden from callers who didn't ask for it, and the receipt is added")
    func hidesUsage() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(stream: UpstreamStreamTests.pieces))
        let hidden = try await site.ask(Fixture.streamed)
        #expect(!hidden.text.contains("prompt_tokens"))
        #expect(hidden.text.contains(#""receipt":{"#))
        #expect(site.client.body.contains(#""stream_options":{"include_usage":true}"#))
        let shown = try await UpstreamFixture(
            ScriptedUpstream(stream: UpstreamStreamTests.pieces)
        ).ask(
            #"{"model":"chat","stream":true,"stream_options":{"include_usage":true}}"#)
        #expect(shown.text.contains("prompt_tokens"))
    }

    @Test(
        "the events are the same whatever pieces they arrive in", arguments: [1, 2, 3, 7, 50, 999])
    func survivesAnyPieces(_ size: Int) async throws {
        let bytes = Array(UpstreamStreamTests.pieces.joined().utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map {
            String(decoding: bytes[$0..<min($0 + size, bytes.count)], as: UTF8.self)
        }
        let answer = try await UpstreamFixture(ScriptedUpstream(stream: pieces))
            .ask(Fixture.streamed)
        let whole = try await UpstreamFixture(
            ScriptedUpstream(stream: UpstreamStreamTests.pieces)
        ).ask(Fixture.streamed)
        #expect(answer.text == whole.text)
        #expect(answer.pieces.count == 3)
    }

    @Test("lines may end as they do on Windows, and the last blank line may be missing")
    func readsOtherLineEnds() async throws {
        let text = UpstreamStreamTests.pieces.joined()
            .replacingOccurrences(of: "\n", with: "\r\n").dropLast(2)
        let site = try UpstreamFixture(ScriptedUpstream(stream: [String(text)]))
        let answer = try await site.ask(Fixture.streamed)
        #expect(answer.text.contains("[DONE]"))
        #expect(site.desk.events.last == .settled(status: 200, prompt: 5, completion: 2))
    }

    @Test("a caller that goes away pays for what was counted until then")
    func billsThoseWhoLeave() async throws {
        let pieces = [Fixture.chunk("12345678")] + UpstreamStreamTests.pieces
        let site = try UpstreamFixture(ScriptedUpstream(stream: pieces))
        await #expect(throws: (any Error).self) {
            _ = try await site.ask(Fixture.streamed, caller: Caller(leavingAfter: 1))
        }
        let prompt = (Fixture.streamed.utf8.count + 3) / 4
        // Eight bytes delivered, and three on their way when the connection was found gone.
        #expect(
            site.desk.events == [
                .reserved, .settled(status: 499, prompt: prompt, completion: 3),
            ])
    }

    @Test("a response whose connection was gone before its body gives the money back")
    func releasesUnread() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(stream: UpstreamStreamTests.pieces))
        do {
            let response = try await site.response(Fixture.streamed)
            #expect(response != nil)
        }
        while site.desk.events.count < 2 { await Task.yield() }
        #expect(site.desk.events == [.reserved, .released("caller_gone")])
    }

    @Test("an upstream that breaks off is billed for what was delivered, and the stream says so")
    func billsBrokenStreams() async throws {
        let site = try UpstreamFixture(
            ScriptedUpstream(stream: [Fixture.chunk("12345678")], failing: .interrupted))
        let answer = try await site.ask(Fixture.streamed)
        #expect(answer.pieces.count == 2)
        #expect(answer.pieces.last?.contains(#""code":"upstream_failed""#) == true)
        #expect(!answer.text.contains("[DONE]"))
        let prompt = (Fixture.streamed.utf8.count + 3) / 4
        #expect(
            site.desk.events == [
                .reserved, .settled(status: 502, prompt: prompt, completion: 2),
            ])
    }

    @Test("an upstream that ends without ending its answer has broken off")
    func noticesTruncation() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(stream: [Fixture.chunk("half")]))
        let answer = try await site.ask(Fixture.streamed)
        #expect(answer.pieces.last?.contains("upstream_failed") == true)
    }

    @Test("a stream that fails before its first event costs nothing")
    func releasesEmptyStreams() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(stream: [], failing: .timeout))
        let answer = try await site.ask(Fixture.streamed)
        #expect(answer.text.contains("upstream_failed"))
        #expect(site.desk.events == [.reserved, .released("upstream_failed")])
    }

    @Test("where the settlement fails the end of the answer is withheld")
    func withholdsTheEnd() async throws {
        let site = try UpstreamFixture(
            ScriptedUpstream(stream: UpstreamStreamTests.pieces),
            desk: MemoryDesk(canRecord: false))
        let answer = try await site.ask(Fixture.streamed)
        #expect(!answer.text.contains("[DONE]"))
        #expect(!answer.text.contains("finish_reason\":\"stop"))
        #expect(answer.pieces.last?.contains("not_recorded") == true)
    }

    @Test("a repeated stream gets the bytes of the first")
    func replaysStreams() async throws {
        let site = try UpstreamFixture(ScriptedUpstream(stream: UpstreamStreamTests.pieces))
        let headers = ["idempotency-key": "k1"]
        let first = try await site.ask(Fixture.streamed, headers)
        let second = try await site.ask(Fixture.streamed, headers)
        #expect(second.header("content-type")?.hasPrefix("text/event-stream") == true)
        let receipt = try #require(first.text.firstRange(of: /,"receipt":\{[^}]*\}/))
        #expect(second.text == first.text.replacingCharacters(in: receipt, with: ""))
        #expect(site.client.calls.count == 1)
    }

    @Test("a stream of the Responses API is held at its completing event")
    func passesResponses() async throws {
        let delta =
            "event: response.output_text.delta\n"
            + #"data: {"type":"response.output_text.delta","delta":"hi"}"# + "\n\n"
        let completed =
            "event: response.completed\n"
            + #"data: {"type":"response.completed","response":{"usage":{"input_tokens":4,"#
            + #""output_tokens":1}}}"# + "\n\n"
        let site = try UpstreamFixture(ScriptedUpstream(stream: [delta, completed]))
        let answer = try await site.ask(
            #"{"model":"chat","input":"hi","stream":true}"#, dialect: .responses)
        #expect(answer.pieces == [delta, completed])
        #expect(site.desk.events == [.reserved, .settled(status: 200, prompt: 4, completion: 1)])
    }
}
