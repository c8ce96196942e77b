// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics

@testable import Projections

/// A log in memory, with entries as a site writes them.
struct MemoryLog: LedgerRecords {
    var entries: [[UInt8]] = []
    var firstIndex = 0
    /// Set where the log is to look shorter than it is.
    var shown: Int?

    struct Retired: Error {}

    var size: Int { shown ?? entries.count }

    func root(at size: Int) throws -> Digest32 {
        MerkleTree.root(of: entries[..<size].map { MerkleTree.leafHash($0) })
    }

    func records(_ range: Range<Int>) throws -> [[UInt8]] {
        guard range.lowerBound >= firstIndex else { throw Retired() }
        return Array(entries[range])
    }

    mutating func append(
        _ type: String, actor: String = "alice", at milliseconds: Int,
        _ body: [String: CanonicalJSON]
    ) {
        entries.append(
            CanonicalJSON.object([
                "type": .string(type), "actor": .string(actor), "ts": .int(milliseconds),
                "body": .object(body),
            ]).serialized())
    }
}

/// Entries of every kind, drawn from a seed.
struct RandomEntries {
    var random: SeededRandom
    var clock = 1_764_000_000_000
    private var calls: [String] = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    static func subject(_ number: Int) -> String {
        MerkleTree.leafHash(Array("subject \(number)".utf8)).hex
    }

    private mutating func text(_ values: [String]) -> CanonicalJSON {
        .string(values[random.below(values.count)])
    }

    mutating func append(_ count: Int, to log: inout MemoryLog) {
        for _ in 0..<count { appendOne(to: &log) }
    }

    private mutating func appendOne(to log: inout MemoryLog) {
        clock += random.below(400)
        let actor = ["alice", "bob", "ward-3", "say \"hi\"\\"][random.below(4)]
        var body: [String: CanonicalJSON] = [
            "model": text(["panel", "upstream/gpt"]), "dialect": text(["openai", "native"]),
        ]
        if random.below(3) > 0 { body["team"] = text(["cardiology", "emergency", "Zürich"]) }
        if random.below(3) > 0 { body["cost_center"] = text(["cc-1", "cc-2"]) }
        if random.below(4) == 0 { body["licensee"] = text(["north", "south"]) }
        if random.below(2) == 0 { body["use"] = text(["diagnosis-support", "teaching"]) }
        if random.below(5) > 0 {
            body["subject"] = .string(RandomEntries.subject(random.below(12)))
        }
        body["version"] = text(["1", "2"])
        switch random.below(12) {
        case 0: log.append("call.reserved", actor: actor, at: clock, body)
        case 1:
            body["reason"] = text(["budget_exhausted", "license_site"])
            log.append("call.refused", actor: actor, at: clock, body)
        case 2:
            body["outcome"] = text(["accepted", "overridden"])
            if random.below(2) == 0 { body["reason"] = text(["patient-ineligible", "wrong-time"]) }
            if let call = calls.last { body["call"] = .string(call) }
            if random.below(2) == 0 { body["subject"] = nil }
            log.append(
                random.below(2) == 0 ? "card.feedback" : "override", actor: actor, at: clock, body)
        case 3: log.append("subject.explained", actor: actor, at: clock, body)
        case 4:
            log.append(
                "cohort.counted", actor: actor, at: clock, ["count": .int(random.below(100))])
        default: appendSettled(to: &log, actor, body)
        }
    }

    private mutating func appendSettled(
        to log: inout MemoryLog, _ actor: String, _ shared: [String: CanonicalJSON]
    ) {
        var body = shared
        let call = String(
            MerkleTree.leafHash(Array("\(clock) \(log.entries.count)".utf8)).hex.prefix(24))
        calls.append(call)
        body["call"] = .string(call)
        body["price_micros"] = .int(random.below(5_000))
        body["currency"] = text(["USD", "EUR"])
        body["micros"] = .int(random.below(90_000))
        body["status"] = .int([200, 200, 200, 502][random.below(4)])
        body["quantities"] = .object(["prediction": .int(1), "price_micros": .int(-5)])
        body["intended_use"] = .string("panel@1:inside")
        if random.below(20) == 0 {
            body["unrecorded_at"] = .int(clock - 10_000)
            body["spilled"] = .bool(true)
        }
        log.append("call.settled", actor: actor, at: clock, body)
    }
}
