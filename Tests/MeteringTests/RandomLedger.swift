// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics

@testable import Metering

/// A ledger of made-up calls, priced as a gateway would: what folds and checks are tried on.
///
/// It has several sheets with tiers, quotas, overrides and splits, published in the middle and some
/// with dates in the past; licensees and the house; refusals, releases and feedback between.
struct RandomLedger {
    private(set) var records: [[UInt8]] = []
    private(set) var rater = Rater()
    private(set) var billed = 0
    private var random: SeededRandom
    /// 2026-11-28, so that a long ledger passes the end of a month.
    private(set) var now = 1_795_824_000_000
    private let step: Int

    static let models = ["sepsis-panel", "stroke-panel", "language-model"]
    static let licensees: [String?] = [nil, nil, "acme", "northside", "ümlaut-klinik"]
    static let teams: [String?] = [nil, "icu", "emergency"]

    init(seed: UInt64, calls: Int, days: Int = 6) throws {
        random = SeededRandom(seed: seed)
        step = max(1, days * 86_400_000 / max(1, calls))
        append("site.created", actor: "init", body: ["schema": .int(1)])
        for name in ["p0", "p1", "p2", "p3"] {
            append("key.created", actor: "key", body: ["name": .string(name)])
        }
        try publish(version: 1, effective: 0)
        append(
            "license.granted", actor: "licence",
            body: ["licensee": .string("northside"), "price_sheet": .string("special")])
        rater.prices.assign(sheet: "special", to: "northside")
        try publish(id: "special", version: 1, effective: now - 1000)
        let changes = Set([calls / 3, calls / 2, calls * 3 / 4])
        for call in 0..<calls {
            now += random.below(step * 2)
            if changes.contains(call), call > 0 {
                // One that is dated back, one now, one that only starts later.
                try publish(
                    version: 2 + call,
                    effective: now + (random.below(3) - 1) * 3_600_000)
            }
            try self.call(call)
        }
    }

    mutating func append(_ type: String, actor: String, body: [String: CanonicalJSON]) {
        records.append(
            CanonicalJSON.object([
                "type": .string(type), "actor": .string(actor), "ts": .int(now),
                "body": .object(body),
            ]).serialized())
    }

    private mutating func publish(id: String = "standard", version: Int, effective: Int) throws {
        let owner = 4000 + random.below(3000)
        let distributor = random.below(2000)
        let data = random.below(1000)
        let items = RandomLedger.models.map { model in
            PriceItem(
                model: model == "language-model" ? "*" : model, meter: .prediction,
                unitPriceMicros: random.below(900_000), freeQuota: random.below(20),
                tiers: [
                    PriceItem.Tier(
                        from: 30 + random.below(40), unitPriceMicros: random.below(500_000))
                ])
        }
        let tokens = [Meter.promptTokens, .completionTokens].map { meter in
            PriceItem(
                model: "*", meter: meter, unit: 1000, unitPriceMicros: 1 + random.below(9_999),
                freeQuota: random.below(5000),
                tiers: [
                    PriceItem.Tier(from: 20_000, unitPriceMicros: random.below(9_999)),
                    PriceItem.Tier(from: 40_000, unitPriceMicros: random.below(9_999)),
                ])
        }
        let sheet = try PriceSheet(
            id: id, version: String(version), effective: effective, currency: "USD",
            items: items + tokens,
            overrides: [
                "acme": [
                    PriceItem(
                        model: "*", meter: .prediction, unitPriceMicros: random.below(300_000))
                ]
            ],
            split: Split(
                owner: owner, distributor: distributor,
                platform: 10_000 - owner - distributor - data,
                contributors: ["registry-a": data / 3, "registry-b": data - data / 3]))
        append("price.published", actor: "price", body: ["sheet": sheet.json])
        try rater.prices.publish(sheet, at: now)
    }

    private mutating func call(_ number: Int) throws {
        let model = RandomLedger.models[random.below(3)]
        let principal = "p\(random.below(4))"
        let licensee = RandomLedger.licensees[random.below(5)]
        let team = RandomLedger.teams[random.below(3)]
        var body: [String: CanonicalJSON] = [
            "model": .string(model), "version": .string("\(1 + random.below(2)).0"),
            "dialect": .string("native"),
        ]
        body["team"] = team.map { .string($0) }
        body["licensee"] = licensee.map { .string($0) }
        switch random.below(20) {
        case 0:
            body["reason"] = .string(random.chance(0.5) ? "not_licensed" : "budget_exhausted")
            append("call.refused", actor: principal, body: body)
        case 1:
            body["call"] = .string("call-\(number)")
            body["reason"] = .string("upstream_failed")
            append("call.released", actor: principal, body: body)
        case 2:
            body["call"] = .string("call-\(number)")
            let isOverridden = random.chance(0.4)
            body["outcome"] = .string(isOverridden ? "overridden" : "accepted")
            if isOverridden { body["reason"] = .string("patient-ineligible") }
            append("card.feedback", actor: principal, body: body)
        default:
            let quantities =
                model == "language-model"
                ? Quantities(
                    promptTokens: random.below(900), completionTokens: 1 + random.below(300))
                : Quantities(predictions: 1 + random.below(2))
            let price = try rater.settle(quantities, model: model, licensee: licensee, at: now)
            billed += price.micros
            body["call"] = .string("call-\(number)")
            body["quantities"] = quantities.json
            body["price_micros"] = .int(price.micros)
            body["currency"] = .string("USD")
            body["sheet"] = price.sheet.map { .string($0) }
            body["status"] = .int(random.chance(0.03) ? 502 : 200)
            body["micros"] = .int(200 + random.below(1 << (4 + random.below(16))))
            body["answer"] = .string(String(repeating: "ab", count: 32))
            append("call.settled", actor: principal, body: body)
        }
    }
}

/// How many random events the larger properties use: more where the environment asks for it.
func eventCount(_ usual: Int) -> Int {
    guard let text = environment("BEDSIDE_EVENTS"), let count = Int(text) else { return usual }
    return max(usual, count)
}
