// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Ledger
import Site

/// `bedside key`: who may call.
struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list, change and revoke API keys.",
        subcommands: [Create.self, List.self, Rotate.self, Revoke.self])

    struct Report: Encodable {
        var name: String
        var key: String
    }

    /// `bedside key create`.
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key and print it, once; only its hash is kept.",
            discussion: """
                A key with a licensee calls under that licensee's licence (bedside licence grant); \
                one without is the hospital's own. What a key may spend is said by budgets: bedside \
                budget set --principal NAME.
                """)

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "Name of who will hold the key.")
        var name: String
        @Option(name: .long, help: "Team whose budget and spending the calls count to.")
        var team: String?
        @Option(name: .long, help: "Cost centre of the bill's lines.")
        var costCenter: String?
        @Option(name: .long, help: "Organisation whose licence covers the calls.")
        var licensee: String?
        @Option(name: .long, help: "Site of the licensee from which the key calls.")
        var callingSite: String?
        @Option(name: .long, help: "Jurisdiction from which the key calls, such as US-MN.")
        var jurisdiction: String?
        @Option(name: .long, help: "Use that calls are for unless they say otherwise.")
        var use: String?
        @Option(
            name: .long,
            help: "What the key opens (calls, ledger, billing, metrics); repeat it. Default: all.")
        var scope: [KeyScope] = []
        @Option(name: .long, help: "Model the key may call; repeat it. Default: all.")
        var model: [String] = []
        @Option(name: .long, help: "Most requests a minute.")
        var requestsPerMinute: Int?
        @Option(name: .long, help: "Most tokens a minute.")
        var tokensPerMinute: Int?
        @Option(name: .long, help: "Days until the key opens nothing any more.")
        var days: Int?
        @OptionGroup var output: OutputOption

        func validate() throws {
            if let days, !(1...36500).contains(days) {
                throw ValidationError("--days: expected a whole number from 1 to 36500")
            }
        }

        private var terms: KeyTerms {
            var terms = KeyTerms()
            terms.team = team
            terms.costCenter = costCenter
            terms.licensee = licensee
            terms.callingSite = callingSite
            terms.jurisdiction = jurisdiction
            terms.use = use
            terms.scopes = scope.isEmpty ? nil : scope
            terms.models = model.isEmpty ? nil : model
            terms.requestsPerMinute = requestsPerMinute
            terms.tokensPerMinute = tokensPerMinute
            terms.expires = days.map { Entry.now + $0 * 86_400_000 }
            return terms
        }

        func run() throws {
            let directory = try site.open()
            let made = try KeyDesk(directory).create(name: name, terms: terms)
            try output.show(Report(name: name, key: made)) { made }
        }
    }

    /// `bedside key rotate`.
    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a new key for a holder, whose terms stay, and print it, once.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "Name of the key's holder.")
        var name: String
        @Option(name: .long, help: "Hours for which the old key still opens.")
        var overlapHours = 0
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (0...720).contains(overlapHours) else {
                throw ValidationError("--overlap-hours: expected a whole number from 0 to 720")
            }
        }

        func run() throws {
            let made = try KeyDesk(site.open()).rotate(name: name, overlapHours: overlapHours)
            try output.show(Report(name: name, key: made)) { made }
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
            try KeyDesk(site.open()).revoke(name: name)
            print("revoked: \(name)")
        }
    }

    /// `bedside key list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the holders of keys with their terms; never a key.")

        @OptionGroup var site: SiteOption
        @OptionGroup var output: OutputOption

        struct Row: Encodable {
            var name: String
            var created: Int
            var terms: KeyTerms
        }

        struct Rows: Encodable {
            var keys: [Row]
        }

        func run() throws {
            let rows = try KeyStore(site.open()).principals.map {
                Row(name: $0.name, created: $0.created, terms: $0.terms)
            }
            try output.show(Rows(keys: rows)) {
                Terminal.table(
                    [["name", "team", "licensee", "use", "requests a minute"]]
                        + rows.map { row in
                            [
                                row.name, row.terms.team ?? "", row.terms.licensee ?? "house",
                                row.terms.use ?? "",
                                row.terms.requestsPerMinute.map(Terminal.grouped) ?? "any",
                            ]
                        })
            }
        }
    }
}

extension KeyScope: ExpressibleByArgument {}
