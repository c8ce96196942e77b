// SPDX-License-Identifier: Apache-2.0
import Ledger

/// One version of the prices, and of the split of what they bring in.
///
/// Values of a sheet never change: a change is a new version with its own date.
package struct PriceSheet: Sendable, Hashable {
    package let id: String
    package let version: String
    /// Milliseconds since 1970, UTC, from which it is meant to count.
    package let effective: Int
    /// ISO 4217 code; amounts are millionths of its unit.
    package let currency: String
    package let items: [PriceItem]
    /// Items of a licensee; each replaces the sheet's for its model and meter as a whole.
    package let overrides: [String: [PriceItem]]
    package let split: Split

    private let index: PriceIndex
    /// `id@version`, as entries name it.
    package let name: String

    /// No unit price may be above a million of the currency's unit.
    static let highestPrice = 1_000_000_000_000

    /// Takes a sheet and checks it.
    ///
    /// - Throws: `badSheet` naming the path, such as `items[2].tiers[0].from`.
    package init(
        id: String, version: String, effective: Int, currency: String, items: [PriceItem],
        overrides: [String: [PriceItem]] = [:], split: Split
    ) throws(MeteringError) {
        for (path, text) in [("id", id), ("version", version)] {
            guard PriceSheet.isName(text) else {
                throw .badSheet(
                    path: path, expected: "1 to 64 letters, digits, dots, hyphens or underscores")
            }
        }
        guard effective >= 0, effective <= MeteredEntry.latest else {
            throw .badSheet(path: "effective", expected: "milliseconds since 1970")
        }
        guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw .badSheet(path: "currency", expected: "three capital letters such as USD")
        }
        try PriceSheet.check(items, at: "items")
        for (position, licensee) in overrides.keys.sorted().enumerated() {
            try PriceSheet.check(overrides[licensee] ?? [], at: "overrides[\(position)].items")
        }
        self.id = id
        self.version = version
        self.effective = effective
        self.currency = currency
        self.items = items
        self.overrides = overrides
        self.split = split
        name = "\(id)@\(version)"
        index = PriceIndex(items: items, overrides: overrides)
    }

    /// Whether a text can name a sheet or a version; `@` and `:` keep their meaning in entries.
    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == 45 || $0 == 46
                    || $0 == 95
            }
    }

    private static func check(_ items: [PriceItem], at path: String) throws(MeteringError) {
        var seen: Set<[String]> = []
        for (position, item) in items.enumerated() {
            let here = "\(path)[\(position)]"
            guard !item.model.isEmpty else {
                throw .badSheet(path: "\(here).model", expected: "a model's name or *")
            }
            guard item.unit == 1 || item.unit == 1000 else {
                throw .badSheet(path: "\(here).unit", expected: "1 or 1000")
            }
            guard (0...highestPrice).contains(item.unitPriceMicros) else {
                throw .badSheet(
                    path: "\(here).unit_price_micros",
                    expected: "a whole number from 0 to \(highestPrice)")
            }
            guard item.freeQuota >= 0 else {
                throw .badSheet(path: "\(here).free_quota", expected: "a whole number from 0")
            }
            var last = 0
            for (step, tier) in item.tiers.enumerated() {
                guard tier.from > last else {
                    throw .badSheet(
                        path: "\(here).tiers[\(step)].from",
                        expected: "a whole number above \(last)")
                }
                guard (0...highestPrice).contains(tier.unitPriceMicros) else {
                    throw .badSheet(
                        path: "\(here).tiers[\(step)].unit_price_micros",
                        expected: "a whole number from 0 to \(highestPrice)")
                }
                last = tier.from
            }
            guard seen.insert([item.model, item.meter.code]).inserted else {
                throw .badSheet(
                    path: here, expected: "one item for \(item.meter.code) of \(item.model)")
            }
        }
    }

    /// Where the price of each meter stands in `item(at:)`; -1 where it is not charged.
    ///
    /// A licensee's own items come before the sheet's, a model's name before `*`.
    func row(model: String, licensee: String?) -> PriceIndex.Row {
        index.row(model: model, licensee: licensee)
    }

    /// The item at a place of a row.
    func item(at place: Int32) -> PriceItem { index.items[Int(place)] }

    /// Whether any meter of a model has a price above zero.
    package func isPriced(model: String, licensee: String?) -> Bool {
        let row = row(model: model, licensee: licensee)
        return Meter.allCases.contains {
            row[$0.column] >= 0 && item(at: row[$0.column]).dearest > 0
        }
    }

    /// What quantities cost after those of the month so far, without its lines.
    func price(
        _ quantities: Quantities, after used: Quantities, model: String, licensee: String?
    ) throws(MeteringError) -> Int {
        let row = row(model: model, licensee: licensee)
        var total = 0
        for meter in Meter.allCases where quantities[meter] != 0 && row[meter.column] >= 0 {
            let item = item(at: row[meter.column])
            total = try Amount.sum(total, item.price(quantities[meter], after: used[meter]))
        }
        return total
    }

    /// The most that quantities can cost, wherever in a month they fall.
    func worstPrice(_ quantities: Quantities, model: String, licensee: String?)
        throws(MeteringError) -> Int
    {
        let row = row(model: model, licensee: licensee)
        var total = 0
        for meter in Meter.allCases where quantities[meter] != 0 && row[meter.column] >= 0 {
            let item = item(at: row[meter.column])
            total = try Amount.sum(total, item.worstPrice(quantities[meter]))
        }
        return total
    }

    /// What quantities cost after those of the month so far, line by line.
    package func charge(
        _ quantities: Quantities, after used: Quantities, model: String, licensee: String?
    ) throws(MeteringError) -> Charge {
        let row = row(model: model, licensee: licensee)
        var lines: [Charge.Line] = []
        var total = 0
        for meter in Meter.allCases where quantities[meter] != 0 && row[meter.column] >= 0 {
            let item = item(at: row[meter.column])
            var parts: [Charge.Part] = []
            try item.forEachPart(quantities[meter], after: used[meter]) { parts.append($0) }
            let line = Charge.Line(meter: meter, quantity: quantities[meter], parts: parts)
            total = try Amount.sum(total, line.micros)
            lines.append(line)
        }
        return Charge(lines: lines, micros: total, sheet: name)
    }

    /// RFC 6962 leaf hash of the sheet's canonical JSON, 64 hexadecimal digits.
    package var digest: String { MerkleTree.leafHash(json.serialized()).hex }

    /// By content; the index follows from it.
    package static func == (left: PriceSheet, right: PriceSheet) -> Bool {
        left.json == right.json
    }

    /// By id and version.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
    }
}

extension Meter {
    /// Its place in a row of prices.
    var column: Int { Int(rawValue) }
}

/// Where the price of a meter stands, found without reading the sheet again.
struct PriceIndex: Sendable {
    /// One place a meter; -1 for none.
    typealias Row = SIMD8<Int32>

    /// The sheet's items, then those of each licensee.
    let items: [PriceItem]
    private var shared: [String: Row] = [:]
    private var own: [String: [String: Row]] = [:]

    init(items: [PriceItem], overrides: [String: [PriceItem]]) {
        let none = Row(repeating: -1)
        var all = items
        for (position, item) in items.enumerated() {
            shared[item.model, default: none][item.meter.column] = Int32(position)
        }
        for licensee in overrides.keys.sorted() {
            for item in overrides[licensee] ?? [] {
                own[licensee, default: [:]][item.model, default: none][item.meter.column] =
                    Int32(all.count)
                all.append(item)
            }
        }
        self.items = all
    }

    /// From the most general to the most particular, each laid over the one before.
    func row(model: String, licensee: String?) -> Row {
        var row = Row(repeating: -1)
        func lay(_ over: Row?) {
            if let over { row.replace(with: over, where: over .>= 0) }
        }
        lay(shared["*"])
        lay(shared[model])
        if let licensee, let rows = own[licensee] {
            lay(rows["*"])
            lay(rows[model])
        }
        return row
    }
}
