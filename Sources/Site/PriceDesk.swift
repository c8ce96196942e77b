// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger
package import Metering

/// Publishes price sheets by entries in the ledger.
package struct PriceDesk: Sendable {
    private let site: SiteDirectory

    package init(_ site: SiteDirectory) {
        self.site = site
    }

    /// Reads a price sheet in YAML or JSON.
    ///
    /// `effective` may be a date such as `2026-12-01` (midnight UTC) or milliseconds since 1970.
    /// - Throws: `SiteError.badConfiguration` naming file, line and what was expected.
    package static func read(_ file: String) throws(SiteError) -> PriceSheet {
        let value = try YAMLFile(file: file)
        guard case .object(var members) = value.json else {
            throw .badConfiguration(file: file, line: 1, expected: "expected a price sheet")
        }
        if let text = members["effective"]?.stringValue {
            guard let date = Day.milliseconds(text) else {
                throw .badConfiguration(
                    file: file, line: value.line(of: "effective"),
                    expected: "effective: expected a date such as 2026-12-01")
            }
            members["effective"] = .int(date)
        }
        do throws(MeteringError) {
            return try PriceSheet(json: .object(members))
        } catch {
            guard case .badSheet(let path, let expected) = error else {
                throw .refused(error.sentence)
            }
            throw .badConfiguration(
                file: file, line: value.line(of: path),
                expected: "\(path): expected \(expected)")
        }
    }

    /// Publishes a sheet; it counts from its date on, never for calls before its entry.
    ///
    /// - Throws: `SiteError.refused` where the id and version were published with other content.
    package func publish(_ sheet: PriceSheet) throws(SiteError) {
        var list = try sheets()
        do throws(MeteringError) {
            try list.publish(sheet, at: Entry.now)
        } catch { throw .refused(error.sentence) }
        try Recorder(site).record(
            Entry(.pricePublished, actor: "price", body: ["sheet": sheet.json]))
    }

    /// Every published sheet, in the ledger's order.
    package func sheets() throws(SiteError) -> PriceList {
        try LedgerFold(site).desk().rater.prices
    }
}

/// Days as people write them.
package enum Day {
    /// Midnight UTC of a day such as `2026-12-01`, in milliseconds since 1970; nil for other text.
    package static func milliseconds(_ text: String) -> Int? {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        guard let date = try? style.parse(text), date.formatted(style) == text else { return nil }
        return Int(date.timeIntervalSince1970) * 1000
    }

    /// A moment as `2026-06-02 14:05:09 UTC`.
    package static func moment(_ milliseconds: Int) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
            Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
                .dateTimeSeparator(.space).time(includingFractionalSeconds: false)) + " UTC"
    }

    /// The day of a moment, UTC.
    package static func text(_ milliseconds: Int) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
            Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day())
    }
}
