// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Ledger
import Site

/// `bedside ledger`: check, read, export and settle by the log.
struct Ledger: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify, audit, show and export the site's ledger, and bill by it.",
        subcommands: [
            Verify.self, Audit.self, Show.self, Export.self, Invoice.self, Payout.self,
            Folds.self, WhoSaw.self, Erase.self, Witness.self, Retire.self,
        ])

    /// `bedside ledger verify`.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute every hash and check the signed checkpoint.")

        @OptionGroup var site: SiteOption
        @OptionGroup var output: OutputOption

        struct Report: Encodable {
            var ok: Bool
            var size: Int
            var root: String
            var firstBadIndex: Int?
            var problem: String?
            var seconds: Double
        }

        func run() throws {
            let directory = try site.open()
            let clock = ContinuousClock()
            let started = clock.now
            let result = try directory.verifyLedger()
            let report = Report(
                ok: result.ok, size: result.size, root: result.root.hex,
                firstBadIndex: result.firstBadIndex, problem: result.problem,
                seconds: (clock.now - started).seconds)
            try output.show(report) {
                report.ok
                    ? "ok: \(Terminal.grouped(report.size)) entries, root \(report.root)"
                    : "NOT ok: \(report.problem ?? "the log does not match its checkpoint")"
            }
            if !result.ok { throw ExitCode.failure }
        }
    }

    /// `bedside ledger show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the latest entries as canonical JSON, one a line.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "How many entries.")
        var last = 20

        func run() throws {
            let directory = try site.open()
            for (index, record) in try LedgerReading.latest(last, in: directory) {
                print("\(index)\t\(String(decoding: record, as: UTF8.self))")
            }
        }
    }

    /// `bedside ledger export`.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every entry's exact bytes, one a line, from entry 0.",
            discussion: """
                Line number from 0 is the entry's index, and SHA-256 over a zero byte and the line \
                is its leaf in the tree. Checks/split_check.py recomputes prices, invoices and \
                payouts from it alone.
                """)

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "Only the first so many entries.")
        var size: Int?

        func run() throws {
            let fold = try LedgerFold(site.open(), size: size)
            var waiting: [UInt8] = []
            try fold.forEach { _, record throws(SiteError) in
                waiting += record
                waiting.append(UInt8(ascii: "\n"))
                if waiting.count > 1 << 20 {
                    FileHandle.standardOutput.write(Data(waiting))
                    waiting.removeAll(keepingCapacity: true)
                }
            }
            FileHandle.standardOutput.write(Data(waiting))
        }
    }
}
