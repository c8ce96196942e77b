// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Ledger
import Site

/// `bedside ledger`: check and read the log.
struct Ledger: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify or show the site's ledger.", subcommands: [Verify.self, Show.self])

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
}

/// `bedside key`: who may call.
struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list and revoke API keys.",
        subcommands: [Create.self, List.self, Revoke.self])

    /// `bedside key create`.
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key and print it, once; only its hash is kept.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "Name of who will hold the key.")
        var name: String
        @OptionGroup var output: OutputOption

        struct Report: Encodable {
            var name: String
            var key: String
        }

        func run() throws {
            let directory = try site.open()
            let made = try KeyStore(directory).create(name: name)
            try Recorder(directory).record(
                Entry(.keyCreated, actor: "key", body: ["name": .string(name)]))
            try output.show(Report(name: name, key: made.key)) { made.key }
        }
    }

    /// `bedside key revoke`.
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a key away; it opens nothing from the next call on.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "Name of the key's holder.")
        var name: String

        func run() throws {
            let directory = try site.open()
            try KeyStore(directory).revoke(name: name)
            try Recorder(directory).record(
                Entry(.keyRevoked, actor: "key", body: ["name": .string(name)]))
            print("revoked: \(name)")
        }
    }

    /// `bedside key list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the holders of keys.")

        @OptionGroup var site: SiteOption

        func run() throws {
            for principal in try KeyStore(site.open()).principals { print(principal.name) }
        }
    }
}
