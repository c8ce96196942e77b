// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Gateway
import Ledger
import Site

extension Ledger {
    /// `bedside ledger audit`: needs no site, only what an outsider holds.
    struct Audit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a ledger holding only an old checkpoint and the public key.",
            discussion: """
                For whoever is billed by the log, or paid by it. Reads the log's tiles from a \
                directory or over HTTP, recomputes every hash, and checks that the log still \
                begins with the tree of the checkpoint that was kept. Keep the checkpoint that \
                GET /checkpoint gives, and the public key, outside the hospital.
                """)

        @Option(name: .long, help: "File with the checkpoint that was kept.")
        var checkpoint: String
        @Option(name: .long, help: "File with the log's public key, one line.")
        var key: String
        @Option(
            name: .long,
            help: """
                Where the log is: a ledger directory, or a gateway's address, http://... From \
                another machine its records need a key, in BEDSIDE_KEY.
                """)
        var tiles: String
        @Option(name: .long, help: "File with a witness's public key; repeat it.")
        var witness: [String] = []
        @Option(name: .long, help: "How many of these witnesses must have cosigned.")
        var cosigned = 0
        @OptionGroup var output: OutputOption

        struct Report: Encodable {
            var ok: Bool
            var entries: Int
            var keptSize: Int?
            var signedSize: Int?
            var root: String?
            var firstBadIndex: Int?
            var problem: String?
            var notes: [String]
            var seconds: Double

            enum CodingKeys: String, CodingKey {
                case ok, entries, root, problem, notes, seconds
                case keptSize = "kept_size"
                case signedSize = "signed_size"
                case firstBadIndex = "first_bad_index"
            }
        }

        func run() throws {
            let result = try audited()
            let report = Report(
                ok: result.ok, entries: result.entries, keptSize: result.keptSize,
                signedSize: result.signedSize, root: result.root?.hex,
                firstBadIndex: result.firstBadIndex, problem: result.problem, notes: result.notes,
                seconds: result.seconds)
            try output.show(report) {
                let notes = report.notes.map { "\nnote: \($0)" }.joined()
                return
                    (report.ok
                    ? "ok: \(Terminal.grouped(report.entries)) entries, the first "
                        + "\(Terminal.grouped(report.keptSize ?? 0)) as when the checkpoint was kept"
                    : "NOT ok: \(report.problem ?? "the log does not match its checkpoint")")
                    + notes
            }
            if !result.ok { throw ExitCode.failure }
        }

        private func audited() throws -> LedgerAudit.Report {
            let audit = LedgerAudit(
                kept: try Checkpoint(
                    parsing: try Files.readText(checkpoint), file: checkpoint),
                publicKey: try LedgerPublicKey(text: try Audit.line(key)),
                witnesses: try witness.map { try WitnessPublicKey(text: try Audit.line($0)) },
                required: cosigned)
            guard tiles.hasPrefix("http://") || tiles.hasPrefix("https://") else {
                return audit.run(directory: tiles)
            }
            let fetch = TileFetch(
                tiles, key: ProcessInfo.processInfo.environment["BEDSIDE_KEY"])
            defer { fetch.close() }
            return audit.run(fetch: fetch.bytes)
        }

        private static func line(_ file: String) throws -> String {
            try Files.readText(file).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// `bedside ledger witness`: the other party's part.
    struct Witness: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cosign another party's log, so that it can't be rewritten unseen.",
            subcommands: [MakeKey.self, Request.self, Cosign.self, Attach.self])

        /// `bedside ledger witness key`.
        struct MakeKey: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "key", abstract: "Make a witness's key; prints its public half.")

            @Option(name: .long, help: "New file for the private key.")
            var file: String
            @Option(name: .long, help: "The witness's name, such as distributor.example/witness.")
            var name: String

            func run() throws { print(try Witnessing.makeKey(file: file, name: name)) }
        }

        /// `bedside ledger witness request`.
        struct Request: ParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Print what a witness needs to cosign the log as it stands.")

            @OptionGroup var site: SiteOption
            @Option(name: .long, help: "Size of the tree the witness cosigned last; 0 at first.")
            var since = 0

            func run() throws {
                print(try Witnessing.request(site.open(), since: since), terminator: "")
            }
        }

        /// `bedside ledger witness cosign`.
        struct Cosign: ParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Check a request against the state that was kept, and cosign it.")

            @Option(name: .long, help: "The witness's private key.")
            var file: String
            @Option(name: .long, help: "The witness's name.")
            var name: String
            @Option(name: .long, help: "File in which the witness remembers what it cosigned.")
            var state: String
            @Option(name: .long, help: "File with the log's public key.")
            var logKey: String
            @Argument(help: "File with the request; - for standard input.")
            var request: String

            func run() throws {
                print(
                    try Witnessing.cosign(
                        keyFile: file, name: name, stateFile: state, logKeyFile: logKey,
                        requestFile: request))
            }
        }

        /// `bedside ledger witness attach`.
        struct Attach: ParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Put a witness's line under the checkpoint it cosigned.")

            @OptionGroup var site: SiteOption
            @Option(name: .long, help: "File with the witness's public key.")
            var witness: String
            @Argument(help: "File with the cosignature line; - for standard input.")
            var line: String

            func run() throws {
                let size = try Witnessing.attach(site.open(), witnessFile: witness, lineFile: line)
                print("cosigned: \(size) entries")
            }
        }
    }
}
