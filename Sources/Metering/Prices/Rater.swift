// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// Prices calls in the order of the ledger: the price list and what each month has used so far.
///
/// A call costs what the month costs after it less what it cost before it, so settling and
/// appending the entry must happen in one order. Quantities count by licensee (all calls without
/// one together are the house), model, meter and UTC month; a change of sheet within a month
/// neither starts the count again nor reprices what was charged before.
package struct Rater: Sendable, Hashable {
    /// The published sheets.
    package var prices = PriceList()
    private var months: [UsageKey: Quantities] = [:]

    /// How long a call may take until it is settled without a sheet that starts meanwhile making
    /// it dearer than what was held.
    package static let longestCall = 3_600_000

    /// No sheet and nothing used.
    package init() {}

    /// What to hold for a call: at least what it will cost when it settles, whatever else settles
    /// before it and even if the month turns.
    ///
    /// It counts every unit at the dearest tier and leaves the free quota out, because other calls
    /// may use that up first. It also covers sheets published already that start within an hour.
    package func worstCase(
        _ quantities: Quantities, model: String, licensee: String?, at milliseconds: Int
    ) throws(MeteringError) -> Int {
        var worst = 0
        let end = try Amount.sum(milliseconds, Rater.longestCall)
        for sheet in prices.candidates(for: licensee, from: milliseconds, through: end) {
            worst = max(
                worst, try sheet.worstPrice(quantities, model: model, licensee: licensee))
        }
        return worst
    }

    /// Prices what was used and adds it to the month.
    ///
    /// - Throws: `badValue` for a negative quantity, `amountTooLarge`; nothing has changed then.
    package mutating func settle(
        _ quantities: Quantities, model: String, licensee: String?, at milliseconds: Int
    ) throws(MeteringError) -> Price {
        guard !quantities.hasNegative else {
            throw .badValue(path: "quantities", expected: "whole numbers from 0")
        }
        let key = UsageKey(
            licensee: licensee, model: model, month: Month(containing: milliseconds))
        let used = months[key] ?? Quantities()
        let after = try used.adding(quantities)
        let sheet = prices.inForce(for: licensee, at: milliseconds)
        let micros =
            try sheet?.price(quantities, after: used, model: model, licensee: licensee) ?? 0
        months[key] = after
        return Price(
            micros: micros, sheet: sheet?.name, currency: sheet?.currency, quantities: quantities,
            usage: key)
    }

    /// Takes a settled call back whose entry could not be appended.
    ///
    /// Calls settled after it were priced on top of it, so they must be taken back too, last first;
    /// a log that could not append one could not append those after it either.
    package mutating func revert(_ price: Price) {
        guard let used = months[price.usage],
            let before = try? used.subtracting(price.quantities)
        else { return }
        months[price.usage] = before.isEmpty ? nil : before
    }

    /// What a call would cost now, line by line; nothing is counted.
    package func quote(
        _ quantities: Quantities, model: String, licensee: String?, at milliseconds: Int
    ) throws(MeteringError) -> Charge {
        guard let sheet = prices.inForce(for: licensee, at: milliseconds) else {
            return Charge(lines: [], micros: 0, sheet: nil)
        }
        let month = Month(containing: milliseconds)
        return try sheet.charge(
            quantities, after: used(model: model, licensee: licensee, month: month), model: model,
            licensee: licensee)
    }

    /// What a month has used so far.
    package func used(model: String, licensee: String?, month: Month) -> Quantities {
        months[UsageKey(licensee: licensee, model: model, month: month)] ?? Quantities()
    }

    /// Counts what an entry says was used, without pricing it again.
    mutating func count(_ quantities: Quantities, key: UsageKey) throws(MeteringError) {
        guard !quantities.isEmpty else { return }
        months[key] = try (months[key] ?? Quantities()).adding(quantities)
    }

    /// Takes an entry when rebuilding from the ledger: sheets, licences and settled calls.
    ///
    /// A sheet that is not valid, or that changes a published one, counts for nothing: it can't be
    /// taken out of the log, and must not keep a site from opening.
    package mutating func apply(_ entry: MeteredEntry, _ names: NameTable) throws(MeteringError) {
        switch entry.kind {
        case .pricePublished, .licenceGranted:
            guard let body = entry.body else { return }
            try? prices.apply(type: entry.kind.rawValue, body: body, at: entry.milliseconds)
        case .callSettled:
            try count(
                entry.quantities,
                key: UsageKey(
                    licensee: names.optionalText(entry.licensee), model: names.text(entry.model),
                    month: Month(containing: entry.milliseconds)))
        default: return
        }
    }
}

extension Rater {
    /// The whole state, so that opening a site needs only the entries since; the same for equal
    /// states.
    package var snapshot: CanonicalJSON {
        let sheets = prices.sheets.map {
            CanonicalJSON.object(["from": .int($0.from), "sheet": $0.sheet.json])
        }
        let sorted = months.sorted {
            ($0.key.month.number, $0.key.licensee ?? "", $0.key.model)
                < ($1.key.month.number, $1.key.licensee ?? "", $1.key.model)
        }
        let used = sorted.map { key, quantities in
            var row: [String: CanonicalJSON] = [
                "model": .string(key.model), "month": .string(key.month.text),
                "quantities": quantities.json,
            ]
            if let licensee = key.licensee { row["licensee"] = .string(licensee) }
            return CanonicalJSON.object(row)
        }
        return .object([
            "sheets": .array(sheets), "used": .array(used),
            "assigned": .object(prices.assigned.mapValues { .string($0) }),
        ])
    }

    /// Reads what `snapshot` writes.
    package init(snapshot: CanonicalJSON) throws(MeteringError) {
        self.init()
        for (position, published) in (snapshot["sheets"]?.arrayValue ?? []).enumerated() {
            guard let json = published["sheet"], let from = published["from"]?.intValue else {
                throw .badValue(path: "sheets[\(position)]", expected: "a sheet and its time")
            }
            try prices.publish(PriceSheet(json: json), at: from)
        }
        if case .object(let assigned)? = snapshot["assigned"] {
            for (licensee, id) in assigned { prices.assign(sheet: id.stringValue, to: licensee) }
        }
        for (position, row) in (snapshot["used"]?.arrayValue ?? []).enumerated() {
            guard let model = row["model"]?.stringValue, let quantities = row["quantities"],
                let month = row["month"]?.stringValue.flatMap({ Month($0) })
            else {
                throw .badValue(
                    path: "used[\(position)]", expected: "a model, a month and quantities")
            }
            let key = UsageKey(
                licensee: row["licensee"]?.stringValue, model: model, month: month)
            try count(Quantities(json: quantities), key: key)
        }
    }
}
