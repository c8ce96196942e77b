// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics
import Testing

@testable import Projections

@Suite struct HostileEntryTests {
    private static let digest = RandomEntries.subject(1)

    private func taken(_ records: [String]) throws -> LedgerProjection {
        var log = MemoryLog()
        log.entries = records.map { Array($0.utf8) }
        let projection = try LedgerProjection.inMemory()
        #expect(try projection.catchUp(from: log).taken == records.count)
        return projection
    }

    @Test("what is no entry is passed over, and what stands beside it is taken in")
    func passesOver() throws {
        let body =
            #""body":{"model":"m","price_micros":7,"subject":"\#(HostileEntryTests.digest)"}"#
        let hostile = [
            "", "{", "}", "[]", "null", "\"", "{\"", "{\"a\"", "{\"a\":", "{\"a\":}", "{,}",
            "{\"type\":\"call.settled\"}", "{\"ts\":1,\"type\":\"call.settled\"",
            "{\"actor\":\"a\\", "{\"actor\":\"\u{1}\",\"ts\":1,\"type\":\"call.settled\"}",
            "{\"actor\":\"a\",\(body),\"ts\":99999999999999999999999,\"type\":\"call.settled\"}",
            "{\"actor\":\"a\",\(body),\"ts\":-5,\"type\":\"call.settled\"}",
            "{\"actor\":\"a\",\(body),\"ts\":1.5,\"type\":\"call.settled\"}",
            "{\"actor\":\"a\",\(body),\"ts\":1,\"type\":\"call.settled\"} ",
            "{\"actor\":\"a\",\(body),\"type\":\"call.settled\"}",
            "{\"actor\":\"a\",\"body\":[[[[\(body.dropFirst(7)),\"ts\":1,\"type\":\"x\"}",
            #"{"actor":"a","body":{"price_micros":9223372036854775807},"ts":1,"type":"call.settled"}"#,
            #"{"actor":"a","body":{"price_micros":-1},"ts":1,"type":"call.settled"}"#,
            #"{"actor":"a","body":{"price_micros":-9223372036854775809},"ts":1,"type":"call.settled"}"#,
            String(repeating: "[", count: 60_000),
            #"{"a":\#(String(repeating: "{\"a\":", count: 9_000))"#,
        ]
        let good = "{\"actor\":\"a\",\(body),\"ts\":1,\"type\":\"call.settled\"}"
        let projection = try taken(hostile + [good] + hostile)
        #expect(
            try projection.spend(by: .model) == [
                SpendRow(name: "m", currency: "", micros: 7, calls: 1)
            ])
        #expect(
            try projection.whoSaw(subject: HostileEntryTests.digest).map(\.index) == [hostile.count]
        )
    }

    @Test("members of another kind count as not there")
    func takesWhatFits() throws {
        let record =
            #"{"actor":["a"],"body":{"call":7,"micros":"fast","model":{"type":"x"},"#
            + #""price_micros":null,"status":99999,"subject":"handle","team":[],"#
            + #""unrecorded_at":-9223372036854775808,"use":"\#(String(repeating: "u", count: 201))"},"#
            + #""ts":5,"type":"call.settled"}"#
        let projection = try taken([record])
        let expected = AccessRow(
            index: 0, milliseconds: 5, recorded: 5, type: "call.settled", actor: "", model: nil,
            version: nil, team: nil, licensee: nil, use: nil, intendedUse: nil, dialect: nil,
            call: nil, status: nil, reason: nil, outcome: nil)
        #expect(try projection.whoSaw(subject: "handle") == [expected])
        #expect(try projection.whoSaw(subject: "handl") == [])
    }

    @Test("sums of the largest prices that are taken do not overflow")
    func sumsLargePrices() throws {
        let record =
            #"{"actor":"a","body":{"price_micros":1000000000000},"ts":1,"type":"call.settled"}"#
        let projection = try taken([String](repeating: record, count: 2_000))
        #expect(try projection.spend(by: .team).first?.micros == 2_000_000_000_000_000)
    }

    @Test("any change of any byte is read or passed over", arguments: 0..<4 as Range<UInt64>)
    func survivesMutations(seed: UInt64) throws {
        var log = MemoryLog()
        var entries = RandomEntries(seed: seed)
        entries.append(300, to: &log)
        var random = SeededRandom(seed: seed &+ 100)
        for place in log.entries.indices {
            for _ in 0...random.below(3) where !log.entries[place].isEmpty {
                let at = random.below(log.entries[place].count)
                switch random.below(3) {
                case 0: log.entries[place][at] = UInt8(truncatingIfNeeded: random.next())
                case 1: log.entries[place].removeSubrange(at...)
                default: log.entries[place].insert(contentsOf: [0x22, 0x7B], at: at)
                }
            }
        }
        let projection = try LedgerProjection.inMemory()
        #expect(try projection.catchUp(from: log).taken == 300)
        _ = try projection.spend(by: .principal)
        _ = try projection.serviceLevels()
        _ = try projection.overrides()
        _ = try projection.whoSaw(subject: HostileEntryTests.digest)
    }
}
