// SPDX-License-Identifier: Apache-2.0
import GRDB

/// What spending is added up by.
package enum SpendGroup: String, Sendable, CaseIterable {
    case costCenter = "cost_center"
    case team, principal, licensee, model, use

    var column: String {
        switch self {
        case .principal: "actor"
        case .use: "purpose"
        default: rawValue
        }
    }
}

/// What one group spent in one currency.
package struct SpendRow: Sendable, Hashable {
    /// nil for calls that name none.
    package var name: String?
    package var currency: String
    package var micros: Int
    package var calls: Int
}

/// Calls of one step of time.
package struct UsageBin: Sendable, Hashable {
    /// Milliseconds since 1970 at which the step begins: a multiple of its length.
    package var start: Int
    /// Answered with a status below 500.
    package var answered: Int
    package var failed: Int
    package var refused: Int
    /// Billed, in millionths of the ledger's currency.
    package var micros: Int
}

extension LedgerProjection {
    /// What was billed by cost centre, team or the like, largest first; refused calls cost nothing.
    ///
    /// - Complexity: O(entries of the period).
    package func spend(
        by group: SpendGroup, from: Int? = nil, to: Int? = nil, asOf: Int? = nil
    ) throws(ProjectionError) -> [SpendRow] {
        let period = try Period(from: from, to: to)
        return try reading(asOf: asOf) { database, size in
            let rows = try Row.fetchCursor(
                database.cachedStatement(
                    sql: """
                        SELECT c.\(group.column), ifnull(c.currency, ''), sum(s.micros), sum(s.calls)
                        FROM (
                            SELECT circumstance, sum(ifnull(price, 0)) AS micros, count(*) AS calls
                            FROM entries WHERE kind = 0 AND ts >= :from AND ts < :to AND idx < :size
                            GROUP BY circumstance
                        ) s JOIN circumstances c ON c.id = s.circumstance
                        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
                        """),
                arguments: ["from": period.from, "to": period.to, "size": size])
            return try Array(
                rows.map { SpendRow(name: $0[0], currency: $0[1], micros: $0[2], calls: $0[3]) })
        }
    }

    /// Calls by steps of time, oldest first; steps without a call are left out.
    ///
    /// - Parameter step: milliseconds, such as 60,000.
    package func usage(
        per step: Int, from: Int, to: Int, model: String? = nil, asOf: Int? = nil
    ) throws(ProjectionError) -> [UsageBin] {
        let period = try Period(from: from, to: to)
        guard step > 0 else { throw .badPeriod }
        return try reading(asOf: asOf) { database, size in
            let rows = try Row.fetchCursor(
                database.cachedStatement(
                    sql: """
                        SELECT e.ts - e.ts % :step,
                            sum(e.kind = 0 AND ifnull(c.status, 0) < 500),
                            sum(e.kind = 0 AND ifnull(c.status, 0) >= 500),
                            sum(e.kind = 1), sum(ifnull(e.price, 0))
                        FROM entries e JOIN circumstances c ON c.id = e.circumstance
                        WHERE e.kind < 2 AND e.ts >= :from AND e.ts < :to AND e.idx < :size
                            AND (:model IS NULL OR c.model = :model)
                        GROUP BY 1 ORDER BY 1
                        """),
                arguments: [
                    "step": step, "from": period.from, "to": period.to, "size": size,
                    "model": model,
                ])
            return try Array(
                rows.map {
                    UsageBin(
                        start: $0[0], answered: $0[1], failed: $0[2], refused: $0[3], micros: $0[4])
                })
        }
    }
}
