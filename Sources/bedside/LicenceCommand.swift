// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Governance
import Site

/// `bedside licence`: who outside the hospital may call, from where and for what.
struct LicenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "licence", abstract: "Grant, revoke and show licences.",
        subcommands: [Grant.self, Revoke.self, Show.self])

    /// `bedside licence grant`.
    struct Grant: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Grant a licence; it replaces what the licensee had before.",
            discussion: """
                What is not restricted is open: without --jurisdiction the licence holds in every \
                one. A call that a licence restricts must say where it comes from: the key carries \
                it (bedside key create --licensee NAME --calling-site SITE ...).
                """)

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "The licensee's name, as keys carry it.")
        var licensee: String
        @Option(name: .long, help: "Site of the licensee; repeat it.")
        var callingSite: [String] = []
        @Option(name: .long, help: "Jurisdiction, such as US-MN; repeat it.")
        var jurisdiction: [String] = []
        @Option(name: .long, help: "Use, such as diagnosis-support; repeat it.")
        var use: [String] = []
        @Option(name: .long, help: "Model; repeat it.")
        var model: [String] = []
        @Option(name: .long, help: "First day, such as 2026-12-01 (UTC); default: today.")
        var from: String?
        @Option(name: .long, help: "Last day, included.")
        var until: String
        @Option(name: .long, help: "Days after the last in which calls still pass, marked.")
        var graceDays = 0
        @Option(name: .long, help: "Most calls in the term.")
        var callCap: Int?
        @Option(name: .long, help: "Id of the price sheet; default: the one of everybody.")
        var priceSheet: String?
        @Option(name: .long, help: "Where the indemnity is written down: a contract number.")
        var indemnityRef: String?
        @Flag(name: .long, help: "The licensee may pass answers on to others.")
        var redistribution = false
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (0...365).contains(graceDays) else {
                throw ValidationError("--grace-days: expected a whole number from 0 to 365")
            }
            if let callCap, callCap < 1 {
                throw ValidationError("--call-cap: expected a whole number from 1")
            }
            _ = try Period(from: from, to: until)
        }

        struct Report: Encodable {
            var licensee: String
            var from: String
            var until: String
        }

        func run() throws {
            let today = Day.text(Entry.now)
            let period = try Period(from: from ?? today, to: until)
            let licence = try Licence(
                licensee: licensee, sites: callingSite, jurisdictions: jurisdiction, uses: use,
                models: model, from: period.from, until: period.until, graceDays: graceDays,
                callCap: callCap, redistribution: redistribution, priceSheet: priceSheet,
                indemnityRef: indemnityRef)
            try LicenceDesk(site.open()).grant(licence)
            let report = Report(licensee: licensee, from: from ?? today, until: until)
            try output.show(report) { "licensed: \(licensee), \(report.from) to \(until)" }
        }
    }

    /// `bedside licence revoke`.
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a licence away from the next call on.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "The licensee's name.")
        var licensee: String

        func run() throws {
            try LicenceDesk(site.open()).revoke(licensee)
            print("revoked: \(licensee)")
        }
    }

    /// `bedside licence show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the licences on record and the calls they cover.")

        @OptionGroup var site: SiteOption
        @OptionGroup var output: OutputOption

        struct Row: Encodable {
            var licensee: String
            var from: String
            var until: String
            var sites: [String]
            var jurisdictions: [String]
            var uses: [String]
            var models: [String]
            var calls: Int
            var callCap: Int?
            var revoked: Bool

            enum CodingKeys: String, CodingKey {
                case licensee, from, until, sites, jurisdictions, uses, models, calls, revoked
                case callCap = "call_cap"
            }
        }

        struct Rows: Encodable {
            var licences: [Row]
        }

        func run() throws {
            let rows = try LicenceDesk(site.open()).licences().map { held in
                let licence = held.term.licence
                return Row(
                    licensee: licence.licensee, from: Day.text(licence.from),
                    until: Day.text(licence.until - 1), sites: licence.sites,
                    jurisdictions: licence.jurisdictions, uses: licence.uses,
                    models: licence.models, calls: held.calls, callCap: licence.callCap,
                    revoked: held.term.revoked != nil)
            }
            try output.show(Rows(licences: rows)) {
                Terminal.table(
                    [["licensee", "from", "until", "jurisdictions", "uses", "calls"]]
                        + rows.map { row in
                            [
                                row.licensee + (row.revoked ? " (revoked)" : ""), row.from,
                                row.until, Show.list(row.jurisdictions), Show.list(row.uses),
                                Terminal.grouped(row.calls)
                                    + (row.callCap.map { " of \(Terminal.grouped($0))" } ?? ""),
                            ]
                        })
            }
        }

        private static func list(_ names: [String]) -> String {
            names.isEmpty ? "any" : names.joined(separator: ", ")
        }
    }
}
