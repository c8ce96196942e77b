// SPDX-License-Identifier: Apache-2.0
package import Ledger

extension PriceSheet {
    /// Reads a sheet as it is published.
    ///
    /// - Throws: `badSheet` with the path and what was expected there; an unknown member is refused.
    package init(json: CanonicalJSON) throws(MeteringError) {
        let sheet = try SheetReader(
            json, at: "",
            members: ["id", "version", "effective", "currency", "items", "overrides", "split"])
        var overrides: [String: [PriceItem]] = [:]
        for (position, override) in try sheet.array("overrides", isRequired: false).enumerated() {
            let path = "overrides[\(position)]"
            let reader = try SheetReader(override, at: path, members: ["licensee", "items"])
            let licensee = try reader.text("licensee")
            guard overrides[licensee] == nil else {
                throw .badSheet(path: "\(path).licensee", expected: "each licensee once")
            }
            overrides[licensee] = try PriceSheet.items(of: reader, at: "\(path).items")
        }
        guard let split = json["split"] else {
            throw .badSheet(path: "split", expected: "an object of basis points")
        }
        try self.init(
            id: sheet.text("id"), version: sheet.text("version"),
            effective: sheet.number("effective"), currency: sheet.text("currency"),
            items: PriceSheet.items(of: sheet, at: "items"), overrides: overrides,
            split: Split(json: split))
    }

    private static func items(of sheet: SheetReader, at path: String) throws(MeteringError)
        -> [PriceItem]
    {
        var items: [PriceItem] = []
        for (position, json) in try sheet.array("items", isRequired: true).enumerated() {
            let here = "\(path)[\(position)]"
            let item = try SheetReader(
                json, at: here,
                members: ["model", "meter", "unit", "unit_price_micros", "free_quota", "tiers"])
            guard let meter = Meter(code: try item.text("meter")) else {
                throw .badSheet(path: "\(here).meter", expected: "one of \(Meter.codes)")
            }
            var tiers: [PriceItem.Tier] = []
            for (step, json) in try item.array("tiers", isRequired: false).enumerated() {
                let tier = try SheetReader(
                    json, at: "\(here).tiers[\(step)]", members: ["from", "unit_price_micros"])
                tiers.append(
                    PriceItem.Tier(
                        from: try tier.number("from"),
                        unitPriceMicros: try tier.number("unit_price_micros")))
            }
            items.append(
                PriceItem(
                    model: try item.text("model"), meter: meter,
                    unit: try item.number("unit", default: 1),
                    unitPriceMicros: try item.number("unit_price_micros"),
                    freeQuota: try item.number("free_quota", default: 0), tiers: tiers))
        }
        return items
    }

    /// The sheet as it is published; what has its default is left out.
    package var json: CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "id": .string(id), "version": .string(version), "effective": .int(effective),
            "currency": .string(currency), "items": .array(items.map(\.json)), "split": split.json,
        ]
        if !overrides.isEmpty {
            members["overrides"] = .array(
                overrides.keys.sorted().map { licensee in
                    .object([
                        "licensee": .string(licensee),
                        "items": .array((overrides[licensee] ?? []).map(\.json)),
                    ])
                })
        }
        return .object(members)
    }
}

extension PriceItem {
    /// The item as it is published.
    var json: CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "model": .string(model), "meter": .string(meter.code),
            "unit_price_micros": .int(unitPriceMicros),
        ]
        if unit != 1 { members["unit"] = .int(unit) }
        if freeQuota != 0 { members["free_quota"] = .int(freeQuota) }
        if !tiers.isEmpty {
            members["tiers"] = .array(
                tiers.map {
                    .object([
                        "from": .int($0.from), "unit_price_micros": .int($0.unitPriceMicros),
                    ])
                })
        }
        return .object(members)
    }
}

/// An object of a sheet whose members are read by name, with errors that name their path.
private struct SheetReader {
    private let members: [String: CanonicalJSON]
    private let path: String

    init(_ json: CanonicalJSON, at path: String, members known: [String]) throws(MeteringError) {
        self.path = path
        guard case .object(let members) = json else {
            throw .badSheet(path: path.isEmpty ? "sheet" : path, expected: "an object")
        }
        self.members = members
        if let unknown = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw .badSheet(
                path: at(unknown), expected: "one of \(known.joined(separator: ", "))")
        }
    }

    private func at(_ member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

    func text(_ member: String) throws(MeteringError) -> String {
        guard let text = members[member]?.stringValue, !text.isEmpty else {
            throw .badSheet(path: at(member), expected: "a text")
        }
        return text
    }

    func number(_ member: String, default value: Int? = nil) throws(MeteringError) -> Int {
        if let value, members[member] == nil { return value }
        guard let number = members[member]?.intValue else {
            throw .badSheet(path: at(member), expected: "a whole number")
        }
        return number
    }

    func array(_ member: String, isRequired: Bool) throws(MeteringError) -> [CanonicalJSON] {
        if !isRequired, members[member] == nil { return [] }
        guard let array = members[member]?.arrayValue else {
            throw .badSheet(path: at(member), expected: "a list")
        }
        return array
    }
}
