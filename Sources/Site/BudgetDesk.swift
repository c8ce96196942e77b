// SPDX-License-Identifier: Apache-2.0
import Ledger
package import Metering

/// Sets budgets by entries in the ledger, and reads what is spent of them.
package struct BudgetDesk: Sendable {
    private let site: SiteDirectory

    package init(_ site: SiteDirectory) {
        self.site = site
    }

    /// The entry that sets a budget; nil micros takes it away.
    package static func entry(
        _ scope: BudgetScope, model: String?, period: BudgetPeriod, micros: Int?, actor: String
    ) -> Entry {
        var body: [String: CanonicalJSON] = [
            "scope": .string(scope.text), "period": .string(period.rawValue),
            "limit_micros": micros.map { .int($0) } ?? .null,
        ]
        body["model"] = model.map { .string($0) }
        return Entry(.budgetSet, actor: actor, body: body)
    }

    /// Sets a budget; a running server follows it within about a second.
    ///
    /// - Throws: `SiteError.refused` for a name that can't be one.
    package func set(_ limit: BudgetLimit) throws(SiteError) {
        try check(limit.scope)
        try Recorder(site).record(
            BudgetDesk.entry(
                limit.scope, model: limit.model, period: limit.period, micros: limit.micros,
                actor: "budget"))
    }

    /// Takes a budget away.
    package func remove(_ scope: BudgetScope, model: String?, period: BudgetPeriod)
        throws(SiteError)
    {
        try check(scope)
        try Recorder(site).record(
            BudgetDesk.entry(scope, model: model, period: period, micros: nil, actor: "budget"))
    }

    private func check(_ scope: BudgetScope) throws(SiteError) {
        guard KeyName.isValid(scope.name) else {
            throw .refused("the name of a budget's holder is \(KeyName.rule)")
        }
    }

    /// Every budget with what the ledger says is spent of it.
    package func balances() throws(SiteError) -> [BudgetBalance] {
        try LedgerFold(site).desk().budgets.balances(at: Entry.now)
    }
}
