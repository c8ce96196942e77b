// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger
import Site
import Testing

@testable import Gateway

@Suite("Stopping")
struct DrainTests {
    @Test("what is in flight is answered, then the port is closed and the ledger is whole")
    func endsWhatIsInFlight() async throws {
        try await LiveGateway.serve { live in
            let body = GatewayFixture.caseText
            let before = try await live.entries()
            let head = live.posting + "content-length: \(body.utf8.count)\r\n"
            let port = live.port
            let caller = try RawCaller(port: port)
            let idle = try RawCaller(port: port)
            let asked = try await Background.run {
                caller.send(head + "expect: 100-continue\r\n\r\n")
                return caller.receive()
            }
            #expect(asked?.hasPrefix("HTTP/1.1 100 ") == true)
            live.drain()
            let answer = try await Background.run {
                // An idle connection is closed at once; then the drain is known to have begun.
                _ = idle.receiveAll()
                caller.send(body)
                return caller.receiveAll()
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.lowercased().contains("connection: close"))
            try await live.stopped()
            #expect(throws: (any Error).self) { try RawCaller(port: port) }
            let verification = try live.directory.verifyLedger()
            #expect(verification.problem == nil)
            #expect(verification.size == before + 2)
            #expect(verification.signedSize == before + 2)
        }
    }

    @Test("/ready says draining for the time of notice, and calls are still answered")
    func givesNotice() async throws {
        try await LiveGateway.serve({ $0.drainNoticeSeconds = 600 }) { live in
            #expect(try await live.status("/ready") == 200)
            live.drain()
            var status = 200
            while status == 200 { status = try await live.status("/ready") }
            #expect(status == 503)
            #expect(try await live.status("/health") == 200)
            live.cancel()
        }
    }

    @Test("what does not end within the drain time is cut")
    func cutsWhatDoesNotEnd() async throws {
        try await LiveGateway.serve({ $0.drainSeconds = 1 }) { live in
            let head = live.posting + "content-length: 50\r\nexpect: 100-continue\r\n\r\n"
            let port = live.port
            let caller = try RawCaller(port: port)
            _ = try await Background.run {
                caller.send(head)
                return caller.receive()
            }
            live.drain()
            try await live.stopped()
            #expect(caller.isClosed)
        }
    }
}
