// SPDX-License-Identifier: Apache-2.0
import Ledger
import Metering

/// Balances, spending, service levels and override rates as the ledger stood at a size.
package struct FoldReport: Sendable, Encodable {
    package struct Spend: Sendable, Encodable {
        package var principal: String
        package var costCenter: String
        package var model: String
        package var calls: Int
        package var micros: Int

        enum CodingKeys: String, CodingKey {
            case principal, model, calls, micros
            case costCenter = "cost_center"
        }
    }

    package struct Service: Sendable, Encodable {
        package var model: String
        package var settled: Int
        package var failed: Int
        package var released: Int
        package var refused: [String: Int]
        /// Microseconds.
        package var p50: Int?
        package var p99: Int?
    }

    package struct Override: Sendable, Encodable {
        package var model: String
        package var version: String
        package var accepted: Int
        package var overridden: Int
        package var reasons: [String: Int]
    }

    package var size: Int
    package var root: String
    package var currency: String
    package var spend: [Spend]
    package var service: [Service]
    package var overrides: [Override]

    /// - Parameter size: fold the first so many entries; nil for all there are.
    package init(_ site: SiteDirectory, size: Int? = nil) throws(SiteError) {
        let ledger = try LedgerFold(site, size: size)
        let folds = try ledger.folds()
        self.size = ledger.size
        root = try stage { try ledger.reader.root(at: ledger.size).hex }
        currency = site.configuration.currency
        let rows = try stage { try folds.spending(by: [.principal, .costCenter, .model]) }
        spend = rows.map { row in
            Spend(
                principal: row.keys[0], costCenter: row.keys[1], model: row.keys[2],
                calls: row.calls, micros: row.micros)
        }
        service = folds.serviceLevels.map { level in
            Service(
                model: level.model, settled: level.settled, failed: level.failed,
                released: level.released, refused: level.refused,
                p50: level.settled > 0 ? level.latency.quantile(5_000) : nil,
                p99: level.settled > 0 ? level.latency.quantile(9_900) : nil)
        }
        overrides = folds.overrideRows.map { row in
            Override(
                model: row.model, version: row.version, accepted: row.accepted,
                overridden: row.overridden, reasons: row.reasons)
        }
    }

    /// The report for a person.
    package var text: String {
        var lines = ["as of entry \(size), root \(root)"]
        lines += spend.map { row in
            "\(row.principal)  \(row.costCenter)  \(row.model)  \(row.calls) calls  "
                + Amount.text(row.micros, currency)
        }
        lines += service.map { row in
            "\(row.model): \(row.settled) settled, \(row.failed) failed, \(row.released) released, "
                + "\(row.refused.values.reduce(0, +)) refused"
                + (row.p50.map { ", half within \($0) microseconds" } ?? "")
        }
        lines += overrides.map { row in
            "\(row.model) \(row.version): \(row.accepted) accepted, \(row.overridden) overridden"
        }
        return lines.joined(separator: "\n")
    }
}
