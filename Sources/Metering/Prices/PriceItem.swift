// SPDX-License-Identifier: Apache-2.0

/// What one meter of one model, or of every model, costs over a month.
///
/// A month's quantity climbs a staircase: the first `freeQuota` units cost nothing, the next ones
/// the base price, and the units after the first `from` of a tier that tier's price (graduated: a
/// tier never reprices what came before it). The price of a whole month is the sum over the stairs
/// divided by `unit` once, rounded half up; the price of a call is the month after it less the
/// month before it. So many small calls sum to exactly what their whole quantity costs.
package struct PriceItem: Sendable, Hashable {
    /// Another unit price from a monthly quantity on.
    package struct Tier: Sendable, Hashable {
        /// Units of the month that come before the tier.
        package let from: Int
        package let unitPriceMicros: Int

        /// Takes what a sheet says; `PriceSheet` checks it.
        package init(from: Int, unitPriceMicros: Int) {
            self.from = from
            self.unitPriceMicros = unitPriceMicros
        }
    }

    /// A stretch of the month's quantity with one price.
    struct Stair: Sendable, Hashable {
        let start: Int
        let unitPriceMicros: Int
        let isFree: Bool
    }

    /// A model's name, or `*` for every model, each counted by itself.
    package let model: String
    package let meter: Meter
    /// The price is for so many units: 1 or 1,000.
    package let unit: Int
    package let unitPriceMicros: Int
    package let freeQuota: Int
    package let tiers: [Tier]

    /// The staircase from 0 up.
    let stairs: [Stair]
    /// The dearest price any unit can have.
    let dearest: Int

    /// Takes what a sheet says; `PriceSheet` checks it.
    package init(
        model: String, meter: Meter, unit: Int = 1, unitPriceMicros: Int, freeQuota: Int = 0,
        tiers: [Tier] = []
    ) {
        self.model = model
        self.meter = meter
        self.unit = unit
        self.unitPriceMicros = unitPriceMicros
        self.freeQuota = freeQuota
        self.tiers = tiers
        var stairs: [Stair] = []
        if freeQuota > 0 { stairs.append(Stair(start: 0, unitPriceMicros: 0, isFree: true)) }
        let paid = [Tier(from: 0, unitPriceMicros: unitPriceMicros)] + tiers
        for (position, tier) in paid.enumerated() {
            let end = position + 1 < paid.count ? paid[position + 1].from : Int.max
            guard end > freeQuota else { continue }
            stairs.append(
                Stair(
                    start: max(tier.from, freeQuota), unitPriceMicros: tier.unitPriceMicros,
                    isFree: false))
        }
        self.stairs = stairs
        dearest = stairs.map(\.unitPriceMicros).max() ?? 0
    }

    /// What the month costs up to a quantity, in micro-units.
    ///
    /// 128 bits hold the sum of any 64-bit quantity at any 64-bit price; only the result can be
    /// too large.
    func monthPrice(_ quantity: Int) throws(MeteringError) -> Int {
        var numerator: Int128 = 0
        for (position, stair) in stairs.enumerated() where quantity > stair.start {
            let end = position + 1 < stairs.count ? stairs[position + 1].start : Int.max
            numerator += Int128(min(quantity, end) - stair.start) * Int128(stair.unitPriceMicros)
        }
        guard let price = Int(exactly: (numerator + Int128(unit / 2)) / Int128(unit)) else {
            throw .amountTooLarge
        }
        return price
    }

    /// What a quantity costs after so many units of the month.
    func price(_ quantity: Int, after used: Int) throws(MeteringError) -> Int {
        try monthPrice(Amount.sum(used, quantity)) - monthPrice(used)
    }

    /// The most a quantity can cost wherever in a month it falls.
    ///
    /// No unit costs more than the dearest one, and the difference of two numbers rounded half up
    /// is at most their difference rounded up.
    func worstPrice(_ quantity: Int) throws(MeteringError) -> Int {
        let numerator = Int128(quantity) * Int128(dearest)
        guard let price = Int(exactly: (numerator + Int128(unit - 1)) / Int128(unit)) else {
            throw .amountTooLarge
        }
        return price
    }

    /// Hands over the parts of a quantity by stair; their amounts sum to `price(_:after:)`.
    func forEachPart(
        _ quantity: Int, after used: Int, _ body: (Charge.Part) throws(MeteringError) -> Void
    ) throws(MeteringError) {
        let end = try Amount.sum(used, quantity)
        var before = try monthPrice(used)
        for (position, stair) in stairs.enumerated() {
            let top = position + 1 < stairs.count ? stairs[position + 1].start : Int.max
            let from = max(used, stair.start)
            let to = min(end, top)
            guard to > from else { continue }
            let after = try monthPrice(to)
            try body(
                Charge.Part(
                    from: stair.start, isFree: stair.isFree, quantity: to - from,
                    unitPriceMicros: stair.unitPriceMicros, unit: unit, micros: after - before))
            before = after
        }
    }
}
