// SPDX-License-Identifier: Apache-2.0

/// What a call costs, line by line.
package struct Charge: Sendable, Hashable {
    /// The units of one meter that fell into one tier.
    package struct Part: Sendable, Hashable {
        /// Where in the month's quantity the tier begins.
        package let from: Int
        package let isFree: Bool
        package let quantity: Int
        package let unitPriceMicros: Int
        package let unit: Int
        package let micros: Int
    }

    /// The cost of one meter.
    package struct Line: Sendable, Hashable {
        package let meter: Meter
        package let quantity: Int
        package let parts: [Part]

        /// Units within the free quota.
        package var free: Int { parts.reduce(0) { $0 + ($1.isFree ? $1.quantity : 0) } }
        /// What the meter costs.
        package var micros: Int { parts.reduce(0) { $0 + $1.micros } }
    }

    /// Meters with a price, in the order of `Meter`.
    package let lines: [Line]
    package let micros: Int
    /// `id@version`; nil where no sheet was in force and nothing is charged.
    package let sheet: String?
}

/// What a settled call costs and what it added to the month: enough to record or to take it back.
package struct Price: Sendable, Hashable {
    package let micros: Int
    /// `id@version`; nil where no sheet was in force and nothing is charged.
    package let sheet: String?
    /// ISO code of the currency; nil without a sheet.
    package let currency: String?
    let quantities: Quantities
    let usage: UsageKey
}

/// What a month's quantities are counted by.
struct UsageKey: Sendable, Hashable {
    /// Nil for the house: all calls without a licensee count together.
    let licensee: String?
    let model: String
    let month: Month
}
