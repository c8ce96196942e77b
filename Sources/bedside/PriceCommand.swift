// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Metering
import Site

/// `bedside price`: what calls cost and who is paid.
struct Price: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish and show price sheets.", subcommands: [Publish.self, Show.self])

    /// `bedside price publish`.
    struct Publish: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a price sheet; it is never retroactive.",
            discussion: """
                The sheet is YAML or JSON: id, version, effective, currency, items (model, meter, \
                unit, unit_price_micros, free_quota, tiers), overrides by licensee, and split in \
                basis points. Sheets with the id "standard" hold for everybody; others for the \
                licensees whose licence names them. Examples/price-sheet.yaml is one.
                """)

        @OptionGroup var site: SiteOption
        @Argument(help: "The sheet's file.")
        var file: String
        @OptionGroup var output: OutputOption

        struct Report: Encodable {
            var sheet: String
            var digest: String
            var effective: String
        }

        func run() throws {
            let directory = try site.open()
            let sheet = try PriceDesk.read(file)
            try PriceDesk(directory).publish(sheet)
            let report = Report(
                sheet: sheet.name, digest: sheet.digest, effective: Day.text(sheet.effective))
            try output.show(report) { "published: \(report.sheet), digest \(report.digest)" }
        }
    }

    /// `bedside price show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the sheets on record and what is in force.")

        @OptionGroup var site: SiteOption
        @OptionGroup var output: OutputOption

        struct Row: Encodable {
            var sheet: String
            var digest: String
            var from: String
        }

        struct Rows: Encodable {
            var sheets: [Row]
            var inForce: String?

            enum CodingKeys: String, CodingKey {
                case sheets
                case inForce = "in_force"
            }
        }

        func run() throws {
            let list = try PriceDesk(site.open()).sheets()
            let rows = list.sheets.map {
                Row(sheet: $0.sheet.name, digest: $0.sheet.digest, from: Day.text($0.from))
            }
            let report = Rows(sheets: rows, inForce: list.inForce(for: nil, at: Entry.now)?.name)
            try output.show(report) {
                Terminal.table(
                    [["sheet", "from", "digest"]]
                        + rows.map { [$0.sheet, $0.from, String($0.digest.prefix(16))] })
                    + "\nin force: \(report.inForce ?? "none: calls cost nothing")"
            }
        }
    }
}
