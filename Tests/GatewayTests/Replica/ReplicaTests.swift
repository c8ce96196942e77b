// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Foundation
import Ledger
import Site
import Testing

@testable import Gateway

@Suite("A replica and its writer")
struct ReplicaTests {
    @Test("a replica's calls are recorded by the writer, and repetitions are answered from there")
    func forwards() async throws {
        try await ReplicaFixture.run { pair in
            let call = try await pair.predict(key: "once")
            #expect(try pair.settled == 1)
            #expect(call.receipt.index >= 0 && call.priceMicros == 20_000)
            let again = try await pair.predict(key: "once")
            #expect(again.isReplay && again.predictionID == call.predictionID)
            #expect(try pair.settled == 1)
            await #expect(throws: SiteError.idempotencyKeyReused) {
                try await pair.predict(key: "once", findings: 9)
            }
        }
    }

    @Test("a question whose answer is lost is asked again and acted on once")
    func asksAgain() async throws {
        try await ReplicaFixture.run { pair in
            pair.fail(.reserve, .losesAnswer, .losesQuestion)
            pair.fail(.settle, .losesAnswer, .losesAnswer)
            let call = try await pair.predict()
            #expect(call.receipt.index >= 0)
            #expect(try pair.entries("call.reserved").count == 1)
            #expect(try pair.settled == 1)
        }
    }

    @Test("without the writer nothing is answered and nothing recorded")
    func failsClosed() async throws {
        try await ReplicaFixture.run { pair in
            pair.setDown(true)
            for _ in 0..<2 {
                do {
                    _ = try await pair.predict()
                    Issue.record("it was answered")
                } catch {
                    guard case SiteError.notRecorded = error else { throw error }
                }
            }
            _ = try await pair.replica.meet(pair.operations)
            #expect(pair.operations.readiness.obstacle == .writerLost)
            #expect(try pair.entries("call.reserved").isEmpty)
            pair.setDown(false)
            _ = try await pair.replica.meet(pair.operations)
            #expect(pair.operations.readiness.obstacle == nil)
            #expect(try await pair.predict().receipt.index >= 0)
        }
    }

    @Test("a settlement whose writer dies after it is found in the ledger by the next one")
    func findsSettlements() async throws {
        try await ReplicaFixture.run { pair in
            pair.fail(.settle, .losesWriterAfter)
            let call = try await pair.predict()
            #expect(try pair.settled == 1)
            let entry = try #require(try pair.entries("call.settled").first)
            #expect(entry["call"]?.stringValue == call.predictionID)
        }
    }

    @Test("a settlement whose writer died before it is not answered and not billed")
    func losesReservations() async throws {
        try await ReplicaFixture.run { pair in
            pair.fail(.settle, .losesWriterBefore)
            await #expect(throws: SiteError.self) { try await pair.predict() }
            let settled = try pair.settled
            let released = try pair.entries("call.released")
            #expect(settled == 0 && released.count == 1)
        }
    }

    @Test(
        "what a dead replica reserved is given back when its time is up",
        .disabled("depends on timing; see the changelog"))
    func endsLeases() async throws {
        try await ReplicaFixture.run { pair in
            pair.fail(.settle, .losesQuestion, .losesQuestion, .losesQuestion)
            await #expect(throws: SiteError.self) { try await pair.predict() }
            let desk = try #require(pair.wire.state.withLock { $0.desk })
            #expect(desk.open == 1)
            await desk.sweep()
            #expect(desk.open == 1)
            await desk.sweep(now: .now + ReplicaDesk.lease + .seconds(1))
            #expect(desk.open == 0)
            #expect(try await pair.predictAfterRelease() == 1)
        }
    }

    @Test("refusals of the desk arrive as what they are")
    func carriesErrors() throws {
        let errors: [SiteError] = [
            .callInProgress, .idempotencyKeyReused, .answeredByAnotherVersion,
            .notRecorded("disk full"), .notLicensed(code: "a", sentence: "b"),
            .rateLimited(kind: "tokens", retryAfterMilliseconds: 17),
            .budgetExhausted(scope: "team:x"),
        ]
        for error in errors {
            let wire = try JSONEncoder().encode(DeskError(error))
            #expect(try JSONDecoder().decode(DeskError.self, from: wire).value == error)
        }
        let inside = DeskError(.fileSystem(path: "/secret/place", reason: "x"))
        #expect(inside.value == .refused("the ledger's writer refused the call"))
    }

    @Test("a writer is asked over TLS, or on this machine")
    func checksAddresses() throws {
        for good in ["https://10.0.0.5:8443", "http://127.0.0.1:1", "http://localhost:80/"] {
            _ = try WriterURL(good)
        }
        for bad in ["http://10.0.0.5:80", "ftp://localhost", "localhost:80", "https://a/b", ""] {
            #expect(throws: GatewayError.self) { try WriterURL(bad) }
        }
    }
}

@Suite("Clinical fail-open")
struct FailOpenTests {
    @Test("a panel goes on answering; its calls are merged once, billed, and marked")
    func spillsAndMerges() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            pair.setDown(true)
            let call = try await pair.predict()
            #expect(call.receipt.index == -1 && call.priceMicros == 0)
            _ = try await pair.predict()
            #expect(pair.operations.readiness.obstacle == nil)
            #expect(pair.replica.spill?.unmerged == 2)
            #expect(pair.spillFiles.count == 1)
            #expect(try pair.settled == 0)
            pair.setDown(false)
            #expect(try await pair.replica.meet(pair.operations) == 2)
            #expect(pair.spillFiles.isEmpty && pair.replica.spill?.unmerged == 0)
            let entries = try pair.entries("call.settled")
            #expect(entries.count == 2)
            let entry = try #require(
                entries.first { $0["call"]?.stringValue == call.predictionID })
            #expect(entry["spilled"] == .bool(true))
            #expect((entry["unrecorded_at"]?.intValue ?? 0) > 1_600_000_000_000)
            #expect(entry["price_micros"] == .int(20_000))
            #expect(entry["subject"]?.stringValue?.count == 64)
            #expect(try await pair.replica.meet(pair.operations) == 0)
            #expect(try pair.settled == 2)
            #expect(try await pair.predict().receipt.index >= 0)
        }
    }

    @Test("what waits in the file holds no case, no handle and no key of the caller's")
    func spillsNoCase() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            pair.setDown(true)
            _ = try await pair.predict(key: "name of mine")
            let file = try #require(pair.spillFiles.first)
            let text = try String(
                contentsOfFile: "\(pair.spillDirectory)/\(file)", encoding: .utf8)
            for secret in ["E_53", "patient 7", "name of mine"] { #expect(!text.contains(secret)) }
        }
    }

    @Test("a merge whose answer is lost, or whose writer dies over it, records each call once")
    func mergesOnce() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            pair.setDown(true)
            for _ in 0..<5 { _ = try await pair.predict() }
            pair.setDown(false)
            pair.fail(.merge, .losesWriterAfter, .losesAnswer, .losesAnswer)
            #expect(try await pair.replica.meet(pair.operations) == 0)
            #expect(try pair.settled == 5)
            #expect(pair.spillFiles.count == 1)
            #expect(try await pair.replica.meet(pair.operations) == 5)
            #expect(try pair.settled == 5)
            #expect(pair.spillFiles.isEmpty)
        }
    }

    @Test("a call the writer settled without being heard is not recorded again by the merge")
    func mergesNothingSettled() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            pair.fail(.settle, .losesAnswer, .losesAnswer, .losesAnswer)
            let call = try await pair.predict()
            #expect(call.receipt.index == -1)
            #expect(try pair.settled == 1)
            _ = try await pair.replica.meet(pair.operations)
            #expect(pair.spillFiles.isEmpty)
            #expect(try pair.settled == 1)
        }
    }

    @Test("a call the writer never settled is recorded by the merge, and a late settlement is not")
    func takesReservationsOver() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            pair.fail(.settle, .losesQuestion, .losesQuestion, .losesQuestion)
            let call = try await pair.predict()
            _ = try await pair.replica.meet(pair.operations)
            #expect(try pair.settled == 1)
            var late = DeskMessage(id: "settle-\(call.predictionID)")
            late.call = call.predictionID
            late.since = Entry.now
            late.used = CallQuantities(predictions: 1)
            let desk = try #require(pair.wire.state.withLock { $0.desk })
            let reply = try JSONDecoder().decode(
                DeskReply.self,
                from: Data(try await desk.answer(.settle, Array(try JSONEncoder().encode(late)))))
            #expect(reply.settled?.call == call.predictionID)
            #expect(try pair.settled == 1)
        }
    }

    @Test("a repetition gets the first answer, before the merge and after it")
    func keepsIdempotency() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            pair.setDown(true)
            let call = try await pair.predict(key: "k")
            let again = try await pair.predict(key: "k")
            #expect(again.isReplay && again.predictionID == call.predictionID)
            await #expect(throws: SiteError.idempotencyKeyReused) {
                try await pair.predict(key: "k", findings: 9)
            }
            pair.setDown(false)
            // The writer is back, but does not know of the call yet.
            pair.replica.forwarding.link.set(isLost: false)
            #expect(try await pair.predict(key: "k").isReplay)
            _ = try await pair.replica.meet(pair.operations)
            let late = try await pair.predict(key: "k")
            #expect(late.isReplay && late.predictionID == call.predictionID)
            #expect(late.receipt.index >= 0)
            #expect(try pair.settled == 1)
        }
    }

    @Test("what a replica that was killed left behind is merged, but for the line it was writing")
    func takesOverFiles() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            pair.setDown(true)
            for _ in 0..<3 { _ = try await pair.predict() }
            let file = "\(pair.spillDirectory)/\(try #require(pair.spillFiles.first))"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            bytes.removeLast(20)
            // As it lies after the death of another process: nobody holds its lock.
            try bytes.write(to: URL(fileURLWithPath: "\(pair.spillDirectory)/dead-0.ndjson"))
            pair.setDown(false)
            #expect(try await pair.replica.meet(pair.operations) == 5)
            #expect(try pair.settled == 3)
            #expect(pair.spillFiles.isEmpty)
        }
    }

    @Test("a file that holds something else is put aside, not lost")
    func keepsDamagedFiles() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            let path = "\(pair.spillDirectory)/dead-0.ndjson"
            try "not a call\n".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try await pair.replica.meet(pair.operations) == 0)
            #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
        }
    }

    @Test("only the hospital's own panels go on: what an upstream answers could not be held")
    func isForPanelsOnly() async throws {
        try await ReplicaFixture.run(failsOpen: true) { pair in
            pair.setDown(true)
            let ask = CallAsk(
                model: ServedModel(
                    id: "upstream", version: "1", digest: "", created: 0, owner: "", summary: ""),
                principal: pair.principal, dialect: "openai-chat", request: [1],
                worstCase: CallQuantities(promptTokens: 10, completionTokens: 10))
            await #expect(throws: SiteError.self) { try await pair.replica.calls.desk.reserve(ask) }
        }
    }
}

@Suite("A replica over the network")
struct ReplicaNetworkTests {
    @Test("replicas are answered with the site's secret; to others nothing is there")
    func needsTheSecret() async throws {
        try await LiveGateway.serve { live in
            let secret = try ReplicaSecret(live.directory)
            let body = #"{"id":"1"}"#
            for (shown, status) in [
                ("", 404), ("\(ReplicaSecret.header): no\r\n", 404),
                ("\(ReplicaSecret.header): \(secret.text)\r\n", 200),
            ] {
                let answer = try await live.exchange(
                    "POST /internal/desk/ping HTTP/1.1\r\nhost: x\r\n\(shown)"
                        + "connection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            }
        }
    }

    @Test("a replica with a port of its own has its calls recorded by the writer's process")
    func serves() async throws {
        try await LiveGateway.serve { live in
            let before = try await live.entries()
            let replica = try Replica(
                live.directory, writer: "http://127.0.0.1:\(live.port)")
            var configuration = GatewayConfiguration()
            configuration.port = 0
            configuration.accessLog = .off
            let settings = GatewaySettings(configuration)
            let (stops, stop) = AsyncStream<Void>.makeStream()
            let (ports, announce) = AsyncStream<Int>.makeStream()
            let server = Task {
                defer { announce.finish() }
                try await GatewayServer(replica: replica, settings: settings).run(
                    until: { for await _ in stops { return } }
                ) { announce.yield($0) }
            }
            for await port in ports {
                let body = GatewayFixture.caseText
                let request =
                    live.posting + "connection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
                    + body
                let answer = try await Background.run {
                    let caller = try RawCaller(port: port)
                    caller.send(request)
                    return caller.receiveAll()
                }
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                break
            }
            #expect(try await live.entries() == before + 2)
            stop.yield()
            try await server.value
        }
    }
}

extension ReplicaFixture {
    /// How many calls are settled after one more.
    func predictAfterRelease() async throws -> Int {
        replica.forwarding.link.set(isLost: false)
        _ = try await predict()
        return try settled
    }
}
