// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics
import Testing

@testable import Metering

@Suite("Folds over the ledger")
struct FoldTests {
    static func fold(_ records: ArraySlice<[UInt8]>) throws -> LedgerFolds {
        var folds = LedgerFolds(from: records.startIndex)
        for index in records.indices { try folds.add(records[index], index: index) }
        return folds
    }

    /// Everything the folds say, as texts.
    static func answers(_ folds: LedgerFolds) throws -> [String] {
        let rows = try folds.spending(by: SpendDimension.allCases).map { "\($0)" }
        let levels = ([folds.serviceLevel] + folds.serviceLevels).map { level in
            "\(level.model) \(level.settled) \(level.failed) \(level.released) "
                + "\(level.refused.sorted { $0.key < $1.key }) \(level.errorShare) "
                + "\(level.latency.quantile(5_000)) \(level.latency.quantile(9_900))"
        }
        let overrides = folds.overrideRows.map { row in
            "\(row.model) \(row.version) \(row.shown) \(row.accepted) \(row.overridden) "
                + "\(row.reasons) \(row.overrideShare ?? -1)"
        }
        return rows + levels + overrides
    }

    @Test("folds of pieces merge into the fold of the whole, at any cut")
    func mergesAtAnyCut() throws {
        let records = try RandomLedger(seed: 40, calls: 250).records
        let whole = try FoldTests.answers(FoldTests.fold(records[...]))
        var random = SeededRandom(seed: 41)
        for _ in 0..<8 {
            let first = random.below(records.count + 1)
            let second = first + random.below(records.count - first + 1)
            var merged = try FoldTests.fold(records[..<first])
            try merged.merge(FoldTests.fold(records[first..<second]))
            try merged.merge(FoldTests.fold(records[second...]))
            #expect(try FoldTests.answers(merged) == whole)
        }
        var folds = try FoldTests.fold(records[..<10])
        #expect(throws: MeteringError.notAdjacent(end: 10, start: 11)) {
            try folds.merge(FoldTests.fold(records[11...]))
        }
        #expect(throws: MeteringError.outOfOrder(expected: 10, found: 12)) {
            try folds.add(records[12], index: 12)
        }
    }

    @Test("what was true at a past size stays true whatever came after")
    func reproducibleAtAnyPastSize() throws {
        let records = try RandomLedger(seed: 42, calls: 200).records
        var growing = LedgerFolds()
        var past: [Int: [String]] = [:]
        for (index, record) in records.enumerated() {
            if index % 50 == 0 { past[index] = try FoldTests.answers(growing) }
            try growing.add(record, index: index)
        }
        for (size, answers) in past {
            #expect(try FoldTests.answers(FoldTests.fold(records[..<size])) == answers)
        }
    }

    @Test("every view of spending sums to what was billed")
    func viewsAgree() throws {
        let ledger = try RandomLedger(seed: 43, calls: 300)
        let folds = try FoldTests.fold(ledger.records[...])
        #expect(folds.spend.micros == ledger.billed)
        for dimension in SpendDimension.allCases {
            let rows = try folds.spending(by: [dimension])
            #expect(rows.reduce(0) { $0 + $1.micros } == ledger.billed)
            #expect(rows.reduce(0) { $0 + $1.calls } == folds.spend.calls)
            #expect(rows.map { $0.keys[0] } == rows.map { $0.keys[0] }.sorted())
        }
        let months = try folds.spending(by: [.month])
        #expect(months.map(\.keys) == [["2026-11"], ["2026-12"]])
        let november = try folds.spending(by: [.day], in: Month("2026-11"))
        #expect(november.reduce(0) { $0 + $1.micros } == months[0].micros)
    }

    @Test("service and overrides by hand")
    func serviceByHand() throws {
        let bodies: [(String, String)] = [
            ("call.settled", #"{"micros":1000,"model":"m","status":200,"version":"1"}"#),
            ("call.settled", #"{"micros":3000,"model":"m","status":502,"version":"1"}"#),
            ("call.settled", #"{"micros":2000,"model":"m","status":200,"version":"2"}"#),
            ("call.refused", #"{"model":"m","reason":"not_licensed"}"#),
            ("call.released", #"{"call":"c","reason":"upstream_failed"}"#),
            ("card.feedback", #"{"model":"m","outcome":"accepted","version":"1"}"#),
            ("override", #"{"model":"m","outcome":"overridden","reason":"x","version":"1"}"#),
            ("card.feedback", #"{"model":"m","outcome":"overridden","version":"1"}"#),
        ]
        let records = bodies.map { type, body in
            Array(#"{"actor":"a","body":\#(body),"ts":5,"type":"\#(type)"}"#.utf8)
        }
        let folds = try FoldTests.fold(records[...])
        let level = folds.serviceLevel
        #expect(level.settled == 3)
        #expect(level.failed == 1)
        #expect(level.released == 1)
        #expect(level.refused == ["not_licensed": 1])
        #expect(level.refusals == 1)
        #expect(level.errorShare == 5_000)
        #expect(level.latency.largest == 3_000)
        let row = try #require(folds.overrideRows.first)
        #expect(row.shown == 2)
        #expect(row.accepted == 1)
        #expect(row.overridden == 2)
        #expect(row.reasons == ["x": 1, "": 1])
        #expect(row.overrideShare == 6_666)
    }

    @Test("a quantile of the sketch is never low and at most a thirty-second high")
    func sketchBounds() {
        var random = SeededRandom(seed: 44)
        for _ in 0..<40 {
            var sketch = LatencySketch()
            var halves = (LatencySketch(), LatencySketch())
            var values: [Int] = []
            for turn in 0..<(1 + random.below(300)) {
                let value = random.below(1 << (1 + random.below(40)))
                values.append(value)
                sketch.add(value)
                if turn % 2 == 0 { halves.0.add(value) } else { halves.1.add(value) }
            }
            values.sort()
            for share in [0, 1, 2_500, 5_000, 9_000, 9_900, 10_000] {
                let rank = max(1, (values.count * share + 9_999) / 10_000)
                let exact = values[rank - 1]
                let found = sketch.quantile(share)
                #expect(found >= exact)
                #expect(found <= exact + exact / 32)
            }
            halves.0.merge(halves.1)
            #expect(halves.0.quantile(9_900) == sketch.quantile(9_900))
            #expect(halves.0.count == values.count)
        }
        #expect(LatencySketch().quantile(5_000) == 0)
        var extreme = LatencySketch()
        extreme.add(Int.max)
        #expect(extreme.quantile(5_000) == Int.max)
    }

    @Test("balances at a past size are the budgets as they stood")
    func balances() throws {
        var records = try RandomLedger(seed: 45, calls: 120).records
        let budget =
            #"{"actor":"budget","body":{"limit_micros":900000000,"period":"total","scope":"principal:p1"},"ts":1795824000000,"type":"budget.set"}"#
        records.insert(Array(budget.utf8), at: 3)
        var fold = BalanceFold()
        var spent = 0
        for (index, record) in records.enumerated() {
            try fold.add(record, index: index)
            let json = try CanonicalJSON(parsing: record)
            if json["type"]?.stringValue == "call.settled", json["actor"]?.stringValue == "p1" {
                spent += json["body"]?["price_micros"]?.intValue ?? 0
            }
            if index >= 3 { #expect(fold.balances.map(\.spent) == [spent]) }
        }
        #expect(spent > 0)
        #expect(fold.size == records.count)
    }
}
