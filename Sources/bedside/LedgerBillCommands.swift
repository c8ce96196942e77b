// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Metering
import Site

/// Statements as a person, a spreadsheet or a program reads them.
enum StatementFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv, html
}

extension Ledger {
    /// Which month, of whom, as of when.
    struct StatementOptions: ParsableArguments {
        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "The month, such as 2026-11 (UTC).")
        var month: String
        @Option(name: .long, help: "Whose calls: a licensee; default: the hospital's own.")
        var licensee: String?
        @Option(name: .long, help: "As the ledger stood after so many entries; default: now.")
        var size: Int?
        @Option(name: .long, help: "text, json, csv or html.")
        var format: StatementFormat = .text
        @Flag(name: .long, help: "Same as --format json.")
        var json = false

        var chosen: StatementFormat { json ? .json : format }

        func validate() throws {
            guard Month(month) != nil else {
                throw ValidationError("--month: expected a month such as 2026-11")
            }
        }

        func desk() throws -> BillingDesk { try BillingDesk(site.open(), size: size) }

        func parsedMonth() throws -> Month {
            guard let month = Month(month) else {
                throw ValidationError("--month: expected a month such as 2026-11")
            }
            return month
        }
    }

    /// `bedside ledger invoice`.
    struct Invoice: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a month's invoice, recomputed from the ledger, with its proofs.")

        @OptionGroup var options: StatementOptions

        func run() throws {
            let statement = try options.desk().invoice(
                options.licensee, month: options.parsedMonth())
            print(statement.text(options.chosen), terminator: "")
            if !statement.isSound { throw ExitCode.failure }
        }
    }

    /// `bedside ledger payout`.
    struct Payout: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what a party is owed for a month, with its proofs.",
            discussion: """
                A party is owner, distributor, platform or data_contributors:NAME. --record puts \
                the month's payouts on record, with the checkpoint they were folded from.
                """)

        @OptionGroup var options: StatementOptions
        @Option(name: .long, help: "Who is paid.")
        var party = "owner"
        @Flag(name: .long, help: "Append a payout.computed entry.")
        var record = false

        func run() throws {
            let desk = try options.desk()
            let month = try options.parsedMonth()
            let statement = try desk.payout(party, options.licensee, month: month)
            if record { try desk.recordPayouts(options.licensee, month: month) }
            print(statement.text(options.chosen), terminator: "")
            if !statement.isSound { throw ExitCode.failure }
        }
    }
}

extension BillingDesk.Statement {
    fileprivate func text(_ format: StatementFormat) -> String {
        switch format {
        case .text: summary + "\n"
        case .json: json + "\n"
        case .csv: csv
        case .html: html
        }
    }
}
