// SPDX-License-Identifier: Apache-2.0
import GRDB

/// How one version of a model was served.
package struct ServiceLevel: Sendable, Hashable {
    package var model: String?
    package var version: String?
    /// Answered with a status below 500.
    package var answered: Int
    package var failed: Int
    /// Latencies of answered and failed calls in microseconds: the smallest one that at least this
    /// share of them did not exceed; nil where none was recorded.
    package var p50: Int?
    package var p95: Int?
    package var p99: Int?
}

/// Calls of one model that were refused for one reason.
package struct RefusalRow: Sendable, Hashable {
    package var reason: String?
    package var model: String?
    package var calls: Int
}

/// What became of one version's answers at the bedside.
package struct OverrideRow: Sendable, Hashable {
    /// nil where the feedback names only the call.
    package var model: String?
    package var version: String?
    /// Answers given in the period.
    package var answered: Int
    package var accepted: Int
    package var overridden: Int
    /// Overridden answers by the reason's code; those without one are in none.
    package var reasons: [String: Int]

    /// Overridden among those somebody said something of; nil where nobody did.
    package var overrideShare: Double? {
        let told = accepted + overridden
        return told == 0 ? nil : Double(overridden) / Double(told)
    }
}

extension LedgerProjection {
    /// Answers, failures and latencies by model and version.
    ///
    /// - Complexity: O(n log n) in the calls of the period.
    package func serviceLevels(
        from: Int? = nil, to: Int? = nil, asOf: Int? = nil
    ) throws(ProjectionError) -> [ServiceLevel] {
        struct Version: Hashable {
            var model: String?
            var version: String?
        }
        let period = try Period(from: from, to: to)
        return try reading(asOf: asOf) { database, size in
            var versions: [Int: (name: Version, isFailure: Bool)] = [:]
            let circumstances = try Row.fetchCursor(
                database,
                sql: "SELECT id, model, version, ifnull(status, 0) >= 500 FROM circumstances")
            while let row = try circumstances.next() {
                versions[row[0]] = (Version(model: row[1], version: row[2]), row[3])
            }
            var levels: [Version: (level: ServiceLevel, latencies: [Int])] = [:]
            let calls = try Row.fetchCursor(
                database.cachedStatement(
                    sql: """
                        SELECT circumstance, micros FROM entries
                        WHERE kind = 0 AND ts >= :from AND ts < :to AND idx < :size
                        """),
                arguments: ["from": period.from, "to": period.to, "size": size])
            while let row = try calls.next() {
                guard let version = versions[row[0]] else { continue }
                let none = ServiceLevel(
                    model: version.name.model, version: version.name.version, answered: 0, failed: 0
                )
                if version.isFailure {
                    levels[version.name, default: (none, [])].level.failed += 1
                } else {
                    levels[version.name, default: (none, [])].level.answered += 1
                }
                if let micros = row[1] as Int? { levels[version.name]?.latencies.append(micros) }
            }
            return levels.values.map { level, latencies in
                let sorted = latencies.sorted()
                var level = level
                level.p50 = sorted.atLeast(share: 50)
                level.p95 = sorted.atLeast(share: 95)
                level.p99 = sorted.atLeast(share: 99)
                return level
            }.sorted { ($0.model ?? "", $0.version ?? "") < ($1.model ?? "", $1.version ?? "") }
        }
    }

    /// Refused calls by reason and model, most frequent first.
    package func refusals(
        from: Int? = nil, to: Int? = nil, asOf: Int? = nil
    ) throws(ProjectionError) -> [RefusalRow] {
        let period = try Period(from: from, to: to)
        return try reading(asOf: asOf) { database, size in
            let rows = try Row.fetchCursor(
                database.cachedStatement(
                    sql: """
                        SELECT c.reason, c.model, count(*)
                        FROM entries e JOIN circumstances c ON c.id = e.circumstance
                        WHERE e.kind = 1 AND e.ts >= :from AND e.ts < :to AND e.idx < :size
                        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
                        """),
                arguments: ["from": period.from, "to": period.to, "size": size])
            return try Array(
                rows.map { RefusalRow(reason: $0[0], model: $0[1], calls: $0[2]) })
        }
    }

    /// Answers, and how many were accepted or overridden and why, by model and version.
    ///
    /// Each piece of feedback counts; a call may have several.
    package func overrides(
        from: Int? = nil, to: Int? = nil, asOf: Int? = nil
    ) throws(ProjectionError) -> [OverrideRow] {
        let period = try Period(from: from, to: to)
        return try reading(asOf: asOf) { database, size in
            let rows = try Row.fetchCursor(
                database.cachedStatement(
                    sql: """
                        SELECT c.model, c.version, e.kind,
                            CASE WHEN c.outcome IS NULL AND c.type = 'override' THEN 'overridden'
                                ELSE c.outcome END,
                            c.reason, count(*)
                        FROM entries e JOIN circumstances c ON c.id = e.circumstance
                        WHERE e.kind IN (0, 2) AND e.ts >= :from AND e.ts < :to AND e.idx < :size
                            AND ifnull(c.status, 0) < 500
                        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2
                        """),
                arguments: ["from": period.from, "to": period.to, "size": size])
            var answers: [OverrideRow] = []
            while let row = try rows.next() {
                let (model, version) = (row[0] as String?, row[1] as String?)
                if answers.last?.model != model || answers.last?.version != version
                    || answers.isEmpty
                {
                    answers.append(
                        OverrideRow(
                            model: model, version: version, answered: 0, accepted: 0, overridden: 0,
                            reasons: [:]))
                }
                let last = answers.count - 1
                let count: Int = row[5]
                switch (row[2] as Int, row[3] as String?) {
                case (EntryKind.answered.rawValue, _): answers[last].answered += count
                case (_, "accepted"): answers[last].accepted += count
                case (_, "overridden"):
                    answers[last].overridden += count
                    if let reason = row[4] as String? {
                        answers[last].reasons[reason, default: 0] += count
                    }
                default: break
                }
            }
            return answers
        }
    }
}

extension [Int] {
    /// The smallest element that at least `share` per cent of a sorted list do not exceed.
    fileprivate func atLeast(share: Int) -> Int? {
        guard !isEmpty else { return nil }
        return self[Swift.max(0, (count * share + 99) / 100 - 1)]
    }
}
