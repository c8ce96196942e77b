// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics
import Testing

@testable import Metering

@Suite("Prices")
struct PriceTests {
    static func randomItem(_ random: inout SeededRandom) -> PriceItem {
        var tiers: [PriceItem.Tier] = []
        var from = 0
        for _ in 0..<random.below(4) {
            from += 1 + random.below(500)
            tiers.append(PriceItem.Tier(from: from, unitPriceMicros: random.below(5_000)))
        }
        return PriceItem(
            model: "*", meter: .promptTokens, unit: random.chance(0.5) ? 1000 : 1,
            unitPriceMicros: random.below(5_000), freeQuota: random.below(3) * random.below(400),
            tiers: tiers)
    }

    /// What a month costs by going through its units one by one: the definition, literally.
    static func plainMonthPrice(_ item: PriceItem, _ quantity: Int) -> Int {
        var numerator = 0
        for unit in 0..<quantity where unit >= item.freeQuota {
            numerator +=
                item.tiers.last { $0.from <= unit }?.unitPriceMicros ?? item.unitPriceMicros
        }
        return (numerator + item.unit / 2) / item.unit
    }

    @Test("a month costs what its units cost one by one, rounded once")
    func monthPriceIsTheDefinition() throws {
        var random = SeededRandom(seed: 4)
        for round in 0..<120 {
            let item = PriceTests.randomItem(&random)
            let quantity = random.below(2_000)
            #expect(
                try item.monthPrice(quantity) == PriceTests.plainMonthPrice(item, quantity),
                "round \(round)")
        }
    }

    @Test("many small calls sum to what their whole quantity costs")
    func callsTelescope() throws {
        var random = SeededRandom(seed: 5)
        for round in 0..<100 {
            let item = PriceTests.randomItem(&random)
            var used = 0
            var sum = 0
            var parts = 0
            for _ in 0..<40 {
                let quantity = random.below(60)
                sum += try item.price(quantity, after: used)
                try item.forEachPart(quantity, after: used) { parts += $0.micros }
                used += quantity
            }
            #expect(try sum == item.monthPrice(used), "round \(round)")
            #expect(parts == sum, "round \(round)")
        }
    }

    @Test("no call costs more than what is held for it, wherever in the month it falls")
    func worstPriceIsAnUpperBound() throws {
        var random = SeededRandom(seed: 6)
        for round in 0..<2_000 {
            let item = PriceTests.randomItem(&random)
            let quantity = random.below(400)
            let used = random.below(2_000)
            let less = random.below(quantity + 1)
            #expect(
                try item.price(less, after: used) <= item.worstPrice(quantity), "round \(round)")
        }
    }

    @Test("tiers and free quota count as written down by hand")
    func tiersByHand() throws {
        let sheet = try PriceSheet(
            json: CanonicalJSON(
                #"{"currency":"USD","effective":0,"id":"standard","items":[{"free_quota":10,"meter":"prediction","model":"*","tiers":[{"from":100,"unit_price_micros":50}],"unit_price_micros":80}],"split":{"owner":10000},"version":"1"}"#
            ))
        let charge = try sheet.charge(
            Quantities(predictions: 100), after: Quantities(predictions: 5), model: "m",
            licensee: nil)
        // Units 6 to 10 are free, 11 to 100 cost 80, 101 to 105 cost 50.
        let line = try #require(charge.lines.first)
        #expect(line.parts.map(\.quantity) == [5, 90, 5])
        #expect(line.parts.map(\.micros) == [0, 7_200, 250])
        #expect(line.free == 5)
        #expect(charge.micros == 7_450)
        #expect(charge.sheet == "standard@1")
    }

    @Test("tokens are priced by the thousand without ever losing a fraction")
    func thousandsDoNotDrift() throws {
        let item = PriceItem(
            model: "*", meter: .promptTokens, unit: 1000, unitPriceMicros: 1)
        // A token costs a thousandth of a micro-unit: the 500th tips the first one over.
        #expect(try item.price(499, after: 0) == 0)
        #expect(try item.price(1, after: 499) == 1)
        var sum = 0
        for token in 0..<10_000 { sum += try item.price(1, after: token) }
        #expect(sum == 10)
    }

    @Test("the most particular item wins: a licensee's before the sheet's, a name before *")
    func particularItemsWin() throws {
        func item(_ model: String, _ price: Int) -> PriceItem {
            PriceItem(model: model, meter: .prediction, unitPriceMicros: price)
        }
        let sheet = try PriceSheet(
            id: "s", version: "1", effective: 0, currency: "EUR",
            items: [item("*", 1), item("m", 2)],
            overrides: ["own": [item("*", 3)], "both": [item("*", 4), item("m", 5)]],
            split: .ownerOnly)
        func price(_ model: String, _ licensee: String?) throws -> Int {
            try sheet.price(
                Quantities(predictions: 1), after: Quantities(), model: model, licensee: licensee)
        }
        #expect(try price("x", nil) == 1)
        #expect(try price("m", nil) == 2)
        #expect(try price("m", "stranger") == 2)
        #expect(try price("m", "own") == 3)
        #expect(try price("m", "both") == 5)
        #expect(try price("x", "both") == 4)
        #expect(sheet.isPriced(model: "x", licensee: nil))
    }

    @Test("what does not fit in 64 bits is refused, not wrapped")
    func refusesWhatDoesNotFit() throws {
        let item = PriceItem(model: "*", meter: .prediction, unitPriceMicros: 1_000_000_000_000)
        #expect(throws: MeteringError.amountTooLarge) { try item.price(Int.max, after: 0) }
        #expect(throws: MeteringError.amountTooLarge) { try item.price(Int.max, after: 1) }
        #expect(throws: MeteringError.amountTooLarge) { try item.worstPrice(Int.max) }
    }

    @Test(
        "a sheet that is not right is refused with the path to what is wrong",
        arguments: [
            (#"{"meter":"prediction","model":"*"}"#, "items[0].unit_price_micros"),
            (#"{"meter":"cups","model":"*","unit_price_micros":1}"#, "items[0].meter"),
            (#"{"meter":"prediction","model":"","unit_price_micros":1}"#, "items[0].model"),
            (
                #"{"meter":"prediction","model":"*","unit":7,"unit_price_micros":1}"#,
                "items[0].unit"
            ),
            (
                #"{"meter":"prediction","model":"*","tiers":[{"from":0,"unit_price_micros":1}],"unit_price_micros":1}"#,
                "items[0].tiers[0].from"
            ),
            (
                #"{"meter":"prediction","model":"*","tiers":[{"from":5,"unit_price_micros":-1}],"unit_price_micros":1}"#,
                "items[0].tiers[0].unit_price_micros"
            ),
            (#"{"discount":1,"meter":"prediction","model":"*"}"#, "items[0].discount"),
            (
                #"{"free_quota":-1,"meter":"prediction","model":"*","unit_price_micros":1}"#,
                "items[0].free_quota"
            ),
        ])
    func namesThePath(item: String, path: String) throws {
        let text =
            #"{"currency":"USD","effective":0,"id":"s","items":["# + item
            + #"],"split":{"owner":10000},"version":"1"}"#
        let error = #expect(throws: MeteringError.self) {
            try PriceSheet(json: CanonicalJSON(text))
        }
        guard case .badSheet(let found, _)? = error else {
            Issue.record("another error")
            return
        }
        #expect(found == path)
    }

    @Test("a sheet reads what it writes, and its digest follows its content")
    func roundTrips() throws {
        let ledger = try RandomLedger(seed: 7, calls: 30)
        for published in ledger.rater.prices.sheets {
            let sheet = published.sheet
            let again = try PriceSheet(json: sheet.json)
            #expect(again == sheet)
            #expect(again.digest == sheet.digest)
        }
        #expect(try simpleSheet(price: 1).digest != simpleSheet(price: 2).digest)
    }
}

@Suite("Price sheets over time")
struct PriceListTests {
    @Test("a sheet dated in the past counts from its entry, one dated ahead from its date")
    func noSheetIsRetroactive() throws {
        var list = PriceList()
        try list.publish(simpleSheet(version: "1", effective: 0), at: 1_000)
        try list.publish(simpleSheet(version: "2", effective: 500), at: 2_000)
        try list.publish(simpleSheet(version: "3", effective: 9_000), at: 3_000)
        #expect(list.inForce(for: nil, at: 999) == nil)
        #expect(list.inForce(for: nil, at: 1_999)?.version == "1")
        #expect(list.inForce(for: nil, at: 2_000)?.version == "2")
        #expect(list.inForce(for: nil, at: 8_999)?.version == "2")
        #expect(list.inForce(for: nil, at: 9_000)?.version == "3")
    }

    @Test("of two that start together the one published last counts")
    func laterPublicationWins() throws {
        var list = PriceList()
        try list.publish(simpleSheet(version: "1", effective: 5_000), at: 1_000)
        try list.publish(simpleSheet(version: "2", effective: 5_000), at: 2_000)
        #expect(list.inForce(for: nil, at: 5_000)?.version == "2")
    }

    @Test("a version can't be changed, and published twice it counts once")
    func versionsAreFinal() throws {
        var list = PriceList()
        try list.publish(simpleSheet(price: 1), at: 1_000)
        try list.publish(simpleSheet(price: 1), at: 2_000)
        #expect(list.sheets.count == 1)
        #expect(throws: MeteringError.sheetChanged(name: "standard@1")) {
            try list.publish(simpleSheet(price: 2), at: 3_000)
        }
        let digest = list.digest
        try list.publish(simpleSheet(version: "2"), at: 4_000)
        #expect(list.digest != digest)
    }

    @Test("a licensee whose licence names a sheet has that one, everybody else the first")
    func licencesNameSheets() throws {
        var list = PriceList()
        try list.publish(simpleSheet(id: "standard"), at: 1)
        try list.publish(simpleSheet(id: "special"), at: 2)
        try list.apply(
            type: "license.granted",
            body: CanonicalJSON(#"{"licensee":"acme","price_sheet":"special"}"#), at: 3)
        #expect(list.inForce(for: "acme", at: 9)?.id == "special")
        #expect(list.inForce(for: "other", at: 9)?.id == "standard")
        #expect(list.inForce(for: nil, at: 9)?.id == "standard")
        list.assign(sheet: nil, to: "acme")
        #expect(list.inForce(for: "acme", at: 9)?.id == "standard")
    }

    @Test("a second currency is refused")
    func oneCurrency() throws {
        var list = PriceList()
        try list.publish(simpleSheet(), at: 1)
        let euro = try PriceSheet(
            id: "e", version: "1", effective: 0, currency: "EUR", items: [], split: .ownerOnly)
        #expect(
            throws: MeteringError.badSheet(
                path: "currency", expected: "USD, as in the sheets before")
        ) { try list.publish(euro, at: 2) }
    }
}

@Suite("Rating in ledger order")
struct RaterTests {
    @Test("what is held covers what is charged, whatever settles meanwhile")
    func holdsCoverCharges() throws {
        var random = SeededRandom(seed: 8)
        for seed in 0..<12 {
            var rater = Rater()
            let now = 1_795_824_000_000
            let ledger = try RandomLedger(seed: UInt64(100 + seed), calls: 6)
            for published in ledger.rater.prices.sheets {
                try rater.prices.publish(
                    PriceSheet(
                        id: published.sheet.id, version: published.sheet.version,
                        effective: now + random.below(20) * 60_000, currency: "USD",
                        items: published.sheet.items, overrides: published.sheet.overrides,
                        split: published.sheet.split), at: 0)
            }
            var open: [(hold: Int, most: Quantities, model: String, licensee: String?)] = []
            for step in 0..<300 {
                let time = now + step * 4_000
                if random.chance(0.5) || open.isEmpty {
                    let most = Quantities(
                        predictions: random.below(4), promptTokens: random.below(2_000),
                        completionTokens: random.below(2_000))
                    let model = RandomLedger.models[random.below(3)]
                    let licensee = RandomLedger.licensees[random.below(5)]
                    open.append(
                        (
                            try rater.worstCase(most, model: model, licensee: licensee, at: time),
                            most, model, licensee
                        ))
                } else {
                    let call = open.remove(at: random.below(open.count))
                    var used = call.most
                    for meter in Meter.allCases { used[meter] = random.below(call.most[meter] + 1) }
                    let price = try rater.settle(
                        used, model: call.model, licensee: call.licensee, at: time)
                    #expect(price.micros <= call.hold, "seed \(seed), step \(step)")
                }
            }
        }
    }

    @Test("a reverted call leaves no trace, and its quote is its price")
    func reverts() throws {
        var rater = Rater()
        try rater.prices.publish(simpleSheet(freeQuota: 3), at: 0)
        _ = try rater.settle(Quantities(predictions: 2), model: "m", licensee: nil, at: 10)
        let before = rater
        let quote = try rater.quote(Quantities(predictions: 4), model: "m", licensee: nil, at: 20)
        let price = try rater.settle(Quantities(predictions: 4), model: "m", licensee: nil, at: 20)
        #expect(price.micros == 300_000)
        #expect(quote.micros == price.micros)
        #expect(quote.sheet == price.sheet)
        rater.revert(price)
        #expect(rater == before)
    }

    @Test("a month's count ends with the month, and house and licensees count apart")
    func monthsAndAccountsCountApart() throws {
        var rater = Rater()
        try rater.prices.publish(simpleSheet(price: 10, freeQuota: 1), at: 0)
        let november = try #require(Month("2026-11"))
        func price(_ licensee: String?, _ time: Int) throws -> Int {
            try rater.settle(Quantities(predictions: 1), model: "m", licensee: licensee, at: time)
                .micros
        }
        #expect(try price(nil, november.start) == 0)
        #expect(try price(nil, november.next.start - 1) == 10)
        #expect(try price("acme", november.next.start - 1) == 0)
        #expect(try price(nil, november.next.start) == 0)
    }

    @Test("rebuilt from the ledger or from a snapshot it is the same rater")
    func rebuilds() throws {
        let ledger = try RandomLedger(seed: 9, calls: 400)
        var rebuilt = Rater()
        var reader = EntryReader()
        for (index, record) in ledger.records.enumerated() {
            let entry = try reader.read(record, index: index)
            try rebuilt.apply(entry, reader.names)
        }
        #expect(rebuilt == ledger.rater)
        let snapshot = ledger.rater.snapshot
        #expect(try Rater(snapshot: snapshot) == ledger.rater)
        #expect(try Rater(snapshot: snapshot).snapshot.serialized() == snapshot.serialized())
    }

    @Test("without a sheet calls cost nothing and name none")
    func withoutSheet() throws {
        var rater = Rater()
        let price = try rater.settle(
            Quantities(predictions: 1), model: "m", licensee: nil, at: 10)
        #expect(price.micros == 0)
        #expect(price.sheet == nil)
        #expect(
            try rater.worstCase(Quantities(predictions: 1), model: "m", licensee: nil, at: 1) == 0)
        #expect(throws: MeteringError.self) {
            try rater.settle(Quantities(predictions: -1), model: "m", licensee: nil, at: 10)
        }
    }
}
