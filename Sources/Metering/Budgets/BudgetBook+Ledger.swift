// SPDX-License-Identifier: Apache-2.0
package import Ledger

extension BudgetBook {
    /// Takes an entry when rebuilding from the ledger: keys, limits and settled calls; every entry
    /// moves the book's time.
    ///
    /// What an entry says is on record and can't be refused: a limit that makes no sense counts
    /// for nothing.
    package mutating func apply(_ entry: MeteredEntry, _ names: NameTable) throws(MeteringError) {
        see(entry.milliseconds)
        switch entry.kind {
        case .keyCreated:
            if let name = entry.body?["name"]?.stringValue { register(principal: name) }
        case .keyRevoked:
            if let name = entry.body?["name"]?.stringValue { unregister(principal: name) }
        case .budgetSet:
            if let body = entry.body { try? set(body: body) }
        case .callSettled where entry.priceMicros != 0:
            try spend(
                entry.priceMicros,
                payer: Payer(
                    principal: names.text(entry.actor), team: names.optionalText(entry.team),
                    licensee: names.optionalText(entry.licensee)),
                model: names.text(entry.model), at: entry.milliseconds)
        default: return
        }
    }

    /// Takes the body of a `budget.set` entry; a limit of null takes it away.
    ///
    /// - Throws: `badValue` naming the member.
    package mutating func set(body: CanonicalJSON) throws(MeteringError) {
        guard let scope = body["scope"]?.stringValue.flatMap({ BudgetScope(text: $0) }) else {
            throw .badValue(
                path: "scope", expected: "principal:NAME, team:NAME or licensee:NAME")
        }
        guard let period = body["period"]?.stringValue.flatMap(BudgetPeriod.init(rawValue:)) else {
            throw .badValue(path: "period", expected: "day, month or total")
        }
        let model = body["model"]?.stringValue
        switch body["limit_micros"] {
        case .int(let micros)? where micros >= 0:
            set(BudgetLimit(scope: scope, model: model, period: period, micros: micros))
        case .null?, nil: remove(scope, model: model, period: period)
        default:
            throw .badValue(path: "limit_micros", expected: "whole micro-units from 0, or null")
        }
    }

    /// The whole state but what is held, which a crash gives back; the same for equal states.
    package var snapshot: CanonicalJSON {
        let rows = sortedSlots.map { slot in
            let tally = tallies[slot]
            var row: [String: CanonicalJSON] = [
                "scope": .string(
                    BudgetScope(keys[slot].kind, names.text(keys[slot].name)).text)
            ]
            row["model"] = names.optionalText(keys[slot].model).map { .string($0) }
            if tally.spentEver != 0 || tally.spentThisMonth != 0 || tally.spentToday != 0 {
                row["day"] = .int(Int(tally.day))
                row["month"] = .int(Int(tally.month))
                row["spent_today"] = .int(tally.spentToday)
                row["spent_this_month"] = .int(tally.spentThisMonth)
                row["spent_ever"] = .int(tally.spentEver)
            }
            for period in BudgetPeriod.allCases where tally.limits[period.column] >= 0 {
                row["limit_\(period.rawValue)"] = .int(tally.limits[period.column])
            }
            return row
        }
        return .object([
            "seen": .int(seen),
            "principals": .array(principals.sorted().map { .string($0) }),
            // A tally without limit and spending says nothing.
            "tallies": .array(
                rows.filter { $0.count > ($0["model"] == nil ? 1 : 2) }.map { .object($0) }),
        ])
    }

    /// Reads what `snapshot` writes.
    package init(snapshot: CanonicalJSON) throws(MeteringError) {
        self.init()
        guard let seen = snapshot["seen"]?.intValue,
            let principals = snapshot["principals"]?.arrayValue,
            let rows = snapshot["tallies"]?.arrayValue
        else {
            throw .badValue(path: "budgets", expected: "seen, principals and tallies")
        }
        see(seen)
        for principal in principals { register(principal: principal.stringValue ?? "") }
        for (position, row) in rows.enumerated() {
            guard let scope = row["scope"]?.stringValue.flatMap({ BudgetScope(text: $0) }) else {
                throw .badValue(path: "tallies[\(position)].scope", expected: "a scope")
            }
            restore(row, scope)
        }
    }

    private mutating func restore(_ row: CanonicalJSON, _ scope: BudgetScope) {
        var tally = Tally()
        tally.day = Int32(clamping: row["day"]?.intValue ?? Int.min)
        tally.month = Int32(clamping: row["month"]?.intValue ?? Int.min)
        tally.spentToday = row["spent_today"]?.intValue ?? 0
        tally.spentThisMonth = row["spent_this_month"]?.intValue ?? 0
        tally.spentEver = row["spent_ever"]?.intValue ?? 0
        for period in BudgetPeriod.allCases {
            tally.limits[period.column] = row["limit_\(period.rawValue)"]?.intValue ?? -1
        }
        restore(tally, scope, model: row["model"]?.stringValue)
    }
}
