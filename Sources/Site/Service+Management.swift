// SPDX-License-Identifier: Apache-2.0
package import Governance
import Ledger
package import Metering
package import Projections
import Synchronization

// What the pages for keys, money and access ask of an open site.
extension Service {
    /// A new key, shown once; its entry is durable when this returns.
    package func createKey(name: String, terms: KeyTerms, actor: String) async throws(SiteError)
        -> String
    {
        let made = try keys.create(name: name, terms: terms)
        _ = try await append(KeyDesk.created(name, terms, actor: actor))
        return made.key
    }

    /// A holder's next key; the old one opens nothing any more.
    package func rotateKey(name: String, actor: String) async throws(SiteError) -> String {
        let made = try keys.rotate(name: name)
        _ = try await append(KeyDesk.rotated(name, overlapHours: 0, actor: actor))
        return made.key
    }

    /// Takes a holder's key away.
    package func revokeKey(name: String, actor: String) async throws(SiteError) {
        try keys.revoke(name: name)
        _ = try await append(KeyDesk.revoked(name, actor: actor))
    }

    /// Every budget with what is spent and held of it.
    package func budgets() -> [BudgetBalance] {
        desk.state.withLock { $0.budgets.balances(at: $0.budgets.time(Entry.now)) }
    }

    /// Sets a budget; nil micros takes it away.
    package func setBudget(
        _ scope: BudgetScope, model: String?, period: BudgetPeriod, micros: Int?, actor: String
    ) async throws(SiteError) {
        guard KeyName.isValid(scope.name) else {
            throw .refused("the name of a budget's holder is \(KeyName.rule)")
        }
        _ = try await append(
            BudgetDesk.entry(scope, model: model, period: period, micros: micros, actor: actor))
    }

    /// The licence of each licensee, with the calls that count to its term.
    package func licences() -> [(term: LicenceTerm, calls: Int)] {
        desk.state.withLock { state in
            let now = state.budgets.time(Entry.now)
            return state.licences.terms(at: now).map {
                ($0, state.licences.calls(of: $0.licence.licensee, at: now))
            }
        }
    }

    /// The published price sheets.
    package var priceList: PriceList { desk.state.withLock { $0.rater.prices } }

    /// Cards of the models served, by name.
    package var cards: [String: ModelCard] { [calls.card.name: calls.card] }

    /// Every settled call priced again; what was folded before is kept.
    ///
    /// Reads what came since; a million entries take about a second the first time.
    package func billing() throws(SiteError) -> BillingFold {
        try billingFold.withLock { fold throws(SiteError) in
            let size = log.size
            while fold.size < size {
                let range = fold.size..<min(size, fold.size + 4096)
                let records = try stage { try log.records(range) }
                for (offset, record) in records.enumerated() {
                    try stage { try fold.add(record, index: range.lowerBound + offset) }
                }
            }
            return fold
        }
    }

    /// Who saw what of a subject; the search is put on record.
    ///
    /// - Parameters:
    ///   - subject: the keyed digest of the handle.
    ///   - from: milliseconds since 1970, UTC.
    ///   - until: not included.
    package func whoSaw(subject: String, from: Int, until: Int, actor: String)
        async throws(SiteError) -> [AccessRow]
    {
        let rows = try stage {
            try projection().whoSaw(subject: subject, from: from, to: until)
        }
        _ = try await append(AccessDesk.searched(subject, rows: rows.count, actor: actor))
        return rows
    }

    /// The SQLite views of the ledger, caught up with it.
    package func projection() throws(SiteError) -> LedgerProjection {
        try stage {
            try Files.makeDirectory(site.path + "/projections", mode: 0o700)
            return try LedgerProjection.current(site.projectionFile, log).projection
        }
    }
}
