// SPDX-License-Identifier: Apache-2.0
import GRDB

/// One time somebody saw or did something about a subject.
package struct AccessRow: Sendable, Hashable {
    /// The entry's index in the log, to ask for its proof.
    package var index: Int
    /// When it happened: where an entry was merged later, the time it tells, else that of the entry.
    package var milliseconds: Int
    /// The entry's own time.
    package var recorded: Int
    package var type: String
    package var actor: String
    package var model: String?
    package var version: String?
    package var team: String?
    package var licensee: String?
    package var use: String?
    /// `id@version:verdict`.
    package var intendedUse: String?
    package var dialect: String?
    package var call: String?
    package var status: Int?
    package var reason: String?
    package var outcome: String?
}

extension LedgerProjection {
    /// Who saw what of a subject in a period, in the order it happened.
    ///
    /// Answers, refusals, and every other entry that names the subject; also what became of the
    /// answers at the bedside where those entries name only the call. Reservations are left out:
    /// they show nothing to anybody.
    ///
    /// - Parameters:
    ///   - subject: the keyed digest that stands for the subject in the log.
    ///   - from: milliseconds since 1970; nil for no bound. `to` is not part of the period.
    ///   - asOf: only the first entries, as many; nil for all that were taken in.
    /// - Complexity: O(log entries + rows).
    package func whoSaw(
        subject: String, from: Int? = nil, to: Int? = nil, asOf: Int? = nil, limit: Int = 10_000
    ) throws(ProjectionError) -> [AccessRow] {
        let period = try Period(from: from, to: to)
        return try reading(asOf: asOf) { database, size in
            let columns = """
                e.idx, e.happened, e.ts, e.call, c.type, c.actor, c.model, c.version, c.team,
                c.licensee, c.purpose, c.intended_use, c.dialect, c.status, c.reason, c.outcome
                """
            let rows = try Row.fetchCursor(
                database.cachedStatement(
                    sql: """
                        SELECT \(columns) FROM entries e
                            JOIN circumstances c ON c.id = e.circumstance
                            WHERE e.subject = :subject AND e.happened >= :from
                                AND e.happened < :to AND e.idx < :size
                        UNION
                        SELECT \(columns) FROM entries shown
                            JOIN entries e
                                ON e.call = shown.call AND e.kind = 2
                            JOIN circumstances c ON c.id = e.circumstance
                            WHERE shown.subject = :subject AND shown.kind = 0
                                AND e.subject IS NULL AND e.happened >= :from
                                AND e.happened < :to AND e.idx < :size AND shown.idx < :size
                        ORDER BY 2, 1 LIMIT :limit
                        """),
                arguments: [
                    "subject": EntryRow.compact(subject), "from": period.from, "to": period.to,
                    "size": size, "limit": max(0, limit),
                ])
            return try Array(rows.map(AccessRow.init))
        }
    }
}

extension AccessRow {
    /// A row in the order of the columns above.
    fileprivate init(_ row: Row) {
        index = row[0]
        milliseconds = row[1]
        recorded = row[2]
        call = EntryRow.text(row[3])
        type = row[4]
        actor = row[5]
        model = row[6]
        version = row[7]
        team = row[8]
        licensee = row[9]
        use = row[10]
        intendedUse = row[11]
        dialect = row[12]
        status = row[13]
        reason = row[14]
        outcome = row[15]
    }
}
