// SPDX-License-Identifier: Apache-2.0

/// Who an invoice is for.
package enum Account: Sendable, Hashable {
    case licensee(String)
    /// Every call without a licensee: the hospital's own.
    case house
    /// A team's or a principal's calls without a licensee.
    case team(String)
    case principal(String)

    /// `licensee:NAME`, `house`, `team:NAME` or `principal:NAME`.
    package var text: String {
        switch self {
        case .licensee(let name): "licensee:\(name)"
        case .house: "house"
        case .team(let name): "team:\(name)"
        case .principal(let name): "principal:\(name)"
        }
    }

    /// Reads what `text` writes; nil for anything else.
    package init?(text: String) {
        if text == "house" {
            self = .house
            return
        }
        guard let scope = BudgetScope(text: text) else { return nil }
        self =
            switch scope.kind {
            case .licensee: .licensee(scope.name)
            case .team: .team(scope.name)
            case .principal: .principal(scope.name)
            }
    }
}

/// What one account owes for one month, as it stood at a size of the ledger.
package struct Invoice: Sendable, Hashable {
    /// The units of one meter of one model that one tier of one sheet priced.
    package struct Line: Sendable, Hashable {
        package let model: String
        package let meter: Meter
        /// `id@version`; empty where no sheet was in force.
        package let sheet: String
        /// Where in the month's quantity the tier begins.
        package let from: Int
        /// Within the free quota.
        package let isFree: Bool
        /// False where no item of the sheet names the meter.
        package let isCharged: Bool
        package let quantity: Int
        package let unitPriceMicros: Int
        package let unit: Int
        package let micros: Int
        package let calls: Int
        package let firstEntry: Int
        package let lastEntry: Int

        /// What the line is, in words.
        package var tier: String {
            if !isCharged { return "not charged" }
            if isFree { return "free quota" }
            return from == 0 ? "base" : "from \(Amount.count(from))"
        }
    }

    package let account: Account
    package let month: Month
    /// Empty where no sheet was ever published.
    package let currency: String
    /// How many entries of the ledger it was made from.
    package let size: Int
    package let lines: [Line]
    /// What the entries bill beyond what the sheets say; 0 unless something is wrong.
    package let differenceMicros: Int
    /// The sum of the settled prices, to the micro-unit.
    package let totalMicros: Int
    package let calls: Int
    /// The first and last settled call; nil without any.
    package let firstEntry: Int?
    package let lastEntry: Int?
    /// The first settled call in the whole ledger that is not what the sheets say.
    package let mismatch: BillingMismatch?
}

extension BillingFold {
    /// Whether a bill belongs to an account.
    private func belongs(_ key: BillKey, to account: Account) -> Bool {
        switch account {
        case .licensee(let name): reader.names.optionalText(key.licensee) == name
        case .house: !key.licensee.isPresent
        case .team(let name):
            !key.licensee.isPresent && reader.names.optionalText(key.team) == name
        case .principal(let name):
            !key.licensee.isPresent && reader.names.text(key.principal) == name
        }
    }

    /// The invoice of an account for a month; without lines where there was nothing.
    ///
    /// A team's or principal's invoice is its part of the house's: tiers and quotas count for the
    /// house as a whole.
    package func invoice(for account: Account, month: Month) throws(MeteringError) -> Invoice {
        var total = Sum()
        for (key, sum) in bills where Int(key.month) == month.number && belongs(key, to: account) {
            try total.add(sum)
        }
        var sums: [LineKey: Sum] = [:]
        for (key, sum) in lines
        where Int(key.bill.month) == month.number && belongs(key.bill, to: account) {
            // One line for all principals and teams.
            let bill = BillKey(
                month: key.bill.month, licensee: key.bill.licensee, team: .none, principal: .none)
            let merged = LineKey(
                bill: bill, model: key.model, meter: key.meter, sheet: key.sheet, item: key.item,
                from: key.from)
            try sums[merged, default: Sum()].add(sum)
        }
        let sorted = sums.map { line($0.key, $0.value) }.sorted {
            ($0.model, Int($0.meter.rawValue), $0.sheet, $0.from, $0.firstEntry)
                < ($1.model, Int($1.meter.rawValue), $1.sheet, $1.from, $1.firstEntry)
        }
        var explained = 0
        for line in sorted { explained = try Amount.sum(explained, line.micros) }
        return Invoice(
            account: account, month: month, currency: prices.currency ?? "", size: size,
            lines: sorted, differenceMicros: total.micros - explained, totalMicros: total.micros,
            calls: total.calls, firstEntry: total.calls > 0 ? total.first : nil,
            lastEntry: total.calls > 0 ? total.last : nil, mismatch: firstMismatch)
    }

    private func line(_ key: LineKey, _ sum: Sum) -> Invoice.Line {
        let sheet = key.sheet >= 0 ? prices.sheets[Int(key.sheet)].sheet : nil
        let item = key.item >= 0 ? sheet?.item(at: key.item) : nil
        let stair = item?.stairs.first { $0.start == key.from }
        return Invoice.Line(
            model: reader.names.text(key.model), meter: key.meter, sheet: sheet?.name ?? "",
            from: key.from, isFree: stair?.isFree ?? false, isCharged: item != nil,
            quantity: sum.quantity, unitPriceMicros: stair?.unitPriceMicros ?? 0,
            unit: item?.unit ?? 1, micros: sum.micros, calls: sum.calls, firstEntry: sum.first,
            lastEntry: sum.last)
    }

    /// Every account that was billed in a month: licensees by name, then the house.
    package func accounts(in month: Month) -> [Account] {
        let keys = bills.keys.filter { Int($0.month) == month.number }
        let licensees = Set(keys.compactMap { reader.names.optionalText($0.licensee) }).sorted()
        let hasHouse = keys.contains { !$0.licensee.isPresent }
        return licensees.map { .licensee($0) } + (hasHouse ? [.house] : [])
    }

    /// Every month in which a call was settled, in order.
    package var months: [Month] {
        Set(bills.keys.map { Month(number: Int($0.month)) }).sorted()
    }
}
