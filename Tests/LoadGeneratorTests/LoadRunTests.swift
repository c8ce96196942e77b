// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import LoadGenerator

@Suite("A load on the canned upstream")
struct LoadRunTests {
    static func plan(
        _ port: Int, requests: Int, connections: Int, body: String = #"{"model":"canned"}"#
    ) -> LoadPlan {
        LoadPlan(
            port: port, path: "/v1/chat/completions",
            headers: [("Content-Type", "application/json")], body: .fixed(Array(body.utf8)),
            connections: connections, length: .requests(requests))
    }

    @Test("every request is answered once, over any number of connections", arguments: [1, 7, 64])
    func answersAll(connections: Int) throws {
        let upstream = try CannedUpstream()
        defer { upstream.stop() }
        let result = try LoadRun.run(
            LoadRunTests.plan(upstream.port, requests: 1000, connections: connections))
        #expect(result.requests == 1000)
        #expect(result.latency.count == 1000)
        #expect(result.errors == 0)
        #expect(result.bytes == 1000 * CannedAnswer.completion.count)
        #expect(upstream.calls == 1000)
        #expect(result.nextNumber == 1000)
    }

    @Test("streamed answers are read to their end")
    func streams() throws {
        var answer = CannedAnswer()
        answer.pieces = 5
        answer.pieceMilliseconds = 1
        let upstream = try CannedUpstream(answer)
        defer { upstream.stop() }
        let result = try LoadRun.run(
            LoadRunTests.plan(
                upstream.port, requests: 20, connections: 4,
                body: #"{"stream":true,"stream_options":{"include_usage":true}}"#))
        #expect(result.requests == 20)
        #expect(result.errors == 0)
        let chunks = answer.stream(statesUsage: true).reduce(0) { $0 + $1.count }
        #expect(result.bytes == 20 * (CannedAnswer.streamHead.count + chunks))
        // Five pieces, an end, the usage and the mark follow the head, a millisecond each.
        #expect(result.latency.milliseconds(0) >= 7)
    }

    @Test("failures are counted by what they are")
    func countsFailures() throws {
        let kinds: [(CannedAnswer.Failure, Int, [Int: Int], [LoadResult.Failure: Int])] = [
            (.status(429), 100, [429: 10], [:]), (.cut, 90, [:], [.closed: 10]),
            (.silence, 90, [:], [.timeout: 10]),
        ]
        for (failure, requests, refusals, failures) in kinds {
            var answer = CannedAnswer()
            answer.failsEvery = 10
            answer.failure = failure
            let upstream = try CannedUpstream(answer)
            defer { upstream.stop() }
            var plan = LoadRunTests.plan(upstream.port, requests: 100, connections: 10)
            plan.timeoutSeconds = 0.3
            let result = try LoadRun.run(plan)
            #expect(result.requests == requests)
            #expect(result.refusals == refusals)
            #expect(result.failures == failures)
            #expect(result.latency.count == 90)
            #expect(result.errors == 10)
        }
    }

    @Test("a server that is not there is counted, not waited for")
    func nobodyListens() throws {
        let upstream = try CannedUpstream()
        let port = upstream.port
        upstream.stop()
        let result = try LoadRun.run(LoadRunTests.plan(port, requests: 5, connections: 2))
        #expect(result.requests == 0)
        #expect(result.failures == [.connect: 5])
        #expect(result.failureText == "5 connect")
    }

    @Test("a server that comes back is used again")
    func reconnects() throws {
        let first = try CannedUpstream()
        let port = first.port
        var plan = LoadRunTests.plan(port, requests: 3, connections: 1)
        let second = Later()
        // The body of the second request waits until the server was exchanged.
        plan.body = .made { number in
            if number == 1 {
                first.stop()
                second.upstream.withLock { $0 = try? CannedUpstream(port: port) }
            }
            return Array("{}".utf8)
        }
        let result = try LoadRun.run(plan)
        #expect(result.requests >= 2)
        #expect(result.requests + result.errors == 3)
        #expect(second.upstream.withLock { $0?.calls ?? 0 } >= 1)
    }

    @Test("numbered bodies differ in their number alone, and go on where the last run ended")
    func numbers() throws {
        let body = LoadPlan.Body.numbered(before: "case ", after: ".")
        #expect(String(decoding: body.bytes(7), as: UTF8.self) == "case 0000000007.")
        #expect(body.bytes(0).count == body.bytes(9_999_999_999).count)
        let upstream = try CannedUpstream()
        defer { upstream.stop() }
        var plan = LoadRunTests.plan(upstream.port, requests: 10, connections: 3)
        plan.body = body
        plan.firstNumber = 990
        plan.warmUpSeconds = 0.05
        let result = try LoadRun.run(plan)
        #expect(result.requests == 10)
        #expect(result.nextNumber == 990 + upstream.calls)
        let request = String(decoding: plan.request(42), as: UTF8.self)
        let offset = try #require(plan.digitsOffset)
        #expect(request.utf8.dropFirst(offset).starts(with: "0000000042.".utf8))
    }

    @Test("a paced run sends no more than its pace, and a stall counts for what waited behind it")
    func paces() throws {
        var answer = CannedAnswer()
        answer.delayMilliseconds = 20
        let upstream = try CannedUpstream(answer)
        defer { upstream.stop() }
        var plan = LoadRunTests.plan(upstream.port, requests: 40, connections: 1)
        plan.pace = 200
        let result = try LoadRun.run(plan)
        // One connection at 20 ms can't keep 5 ms: the last of 40 was due some 600 ms before.
        #expect(result.requests == 40)
        #expect(result.latency.milliseconds(1) > 300)
        plan.pace = 25
        plan.length = .requests(5)
        #expect(try LoadRun.run(plan).seconds >= 4.0 / 25)
    }

    @Test("a host that does not exist is an error in one sentence")
    func unknownHost() {
        var plan = LoadRunTests.plan(1, requests: 1, connections: 1)
        plan.host = "no such host"
        #expect(throws: LoadError.unknownHost("no such host")) { try LoadRun.run(plan) }
    }
}

/// An upstream that is started in the middle of a run.
private final class Later: Sendable {
    let upstream = Mutex<CannedUpstream?>(nil)
}
