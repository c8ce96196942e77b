// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import HTTPTypes
import Site
import Synchronization
import Testing

@testable import Gateway

@Suite("The log")
struct LogTests {
    @Test(
        "times are RFC 3339 in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_210_096_007, "2024-02-29T12:34:56.007Z"),
            (4_102_444_800_000, "2100-01-01T00:00:00.000Z"),
        ])
    func tellsTime(milliseconds: Int, expected: String) {
        var text: [UInt8] = []
        LogLine.appendTime(milliseconds, to: &text)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test("a line is one JSON object whatever is in it")
    func escapes() throws {
        let value = "a\"b\\c\nd\te\u{1}ü"
        let line = LogLine(.warn, "test").adding("what", value).adding("count", -3)
        let json = try JSONDecoder().decode(JSONValue.self, from: Data(line.bytes))
        #expect(json["what"]?.string == value)
        #expect(json["count"]?.int == -3)
        #expect(json["level"]?.string == "warn")
        #expect(!line.bytes.contains(UInt8(ascii: "\n")))
    }

    @Test("lines that nobody takes are dropped and counted, and nobody waits for them")
    func dropsRatherThanWaits() {
        let gate = DispatchSemaphore(value: 0)
        let began = DispatchSemaphore(value: 0)
        let written = Mutex<[String]>([])
        let writer = LogWriter(capacity: 100) { bytes in
            began.signal()
            gate.wait()
            written.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 40)
        writer.write(line)
        began.wait()
        // The reader hangs: two lines fit, eight don't.
        for _ in 0..<10 { writer.write(line) }
        #expect(writer.dropped == 8)
        for _ in 0..<3 { gate.signal() }
        writer.flush()
        let all = written.withLock { $0 }.joined()
        #expect(all.components(separatedBy: "\n").filter { $0.hasPrefix("x") }.count == 3)
        #expect(all.contains(#""event":"log.dropped","lines":8"#))
    }

    @Test("of requests that went well every n-th has a line, of others every one; or none at all")
    func samples() async throws {
        try await GatewayFixture.serve({ $0.configuration.accessLogEvery = 3 }) { site in
            for _ in 0..<6 { _ = try await site.get("/v1/models") }
            for _ in 0..<2 { _ = try await site.get("/nothing") }
            #expect(site.log.count == 4)
        }
        try await GatewayFixture.serve({ $0.accessLog = .errors }) { site in
            _ = try await site.get("/v1/models")
            _ = try await site.get("/nothing")
            #expect(site.log.count == 1)
        }
        try await GatewayFixture.serve({ $0.accessLog = .off }) { site in
            _ = try await site.get("/nothing")
            #expect(site.log.isEmpty)
        }
    }

    @Test("an address nothing is served at, a method and a header leave no trace")
    func tellsNothingSent() async throws {
        try await GatewayFixture.serve { site in
            let method = try #require(HTTPMethod(rawValue: "JANE"))
            _ = try await site.send(method, "/Jane-Doe?born=1960", ["x-subject": "Jane-Doe"])
            let line = try #require(site.log.first)
            #expect(!line.contains("Jane") && !line.contains("JANE") && !line.contains("1960"))
            #expect(line.contains(#""method":"other","route":"none","status":404"#))
        }
    }
}
