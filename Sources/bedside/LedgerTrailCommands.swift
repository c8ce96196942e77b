// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Metering
import Projections
import Site

extension Ledger {
    /// `bedside ledger who-saw`.
    struct WhoSaw: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List who saw what of a subject, from the ledger.",
            discussion: """
                The handle is the one callers send as x-subject. It is turned into the digest the \
                ledger holds and is itself neither stored nor printed. The search is an entry too.
                """)

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "The subject's handle, or - to read it from standard input.")
        var subject: String
        @Option(name: .long, help: "First day, such as 2026-11-01 (UTC).")
        var from: String?
        @Option(name: .long, help: "Last day, included.")
        var to: String?
        @Option(name: .long, help: "As the ledger stood after so many entries; default: now.")
        var size: Int?
        @OptionGroup var output: OutputOption

        struct Row: Encodable {
            var index: Int
            var time: String
            var type: String
            var who: String
            var model: String
            var version: String
            var what: String
        }

        struct Report: Encodable {
            var subject: String
            var entries: [Row]
            var seconds: Double
        }

        func run() throws {
            let handle = subject == "-" ? readLine(strippingNewline: true) ?? "" : subject
            guard !handle.isEmpty else { throw ValidationError("--subject: expected a handle") }
            let period = try Period(from: from, to: to)
            let clock = ContinuousClock()
            let started = clock.now
            let found = try AccessDesk(site.open()).whoSaw(
                handle: handle, from: period.from, until: period.until, size: size, actor: "ledger")
            let rows = found.rows.map {
                Row(
                    index: $0.index, time: Day.moment($0.milliseconds), type: $0.type,
                    who: $0.actor, model: $0.model ?? "", version: $0.version ?? "",
                    what: $0.outcome ?? $0.reason ?? ($0.status == nil ? "" : "answered"))
            }
            let report = Report(
                subject: found.subject, entries: rows, seconds: (clock.now - started).seconds)
            try output.show(report) {
                Terminal.table(
                    [["time", "entry", "who", "model", "what"]]
                        + rows.map { [$0.time, "\($0.index)", $0.who, $0.model, $0.what] })
            }
        }
    }

    /// `bedside ledger erase`.
    struct Erase: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete the key under which a subject's requests and answers are kept.",
            discussion:
                "Every copy of them is noise from then on; the ledger stays as it is and verifies.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "The subject's handle, or - to read it from standard input.")
        var subject: String

        func run() throws {
            let handle = subject == "-" ? readLine(strippingNewline: true) ?? "" : subject
            guard !handle.isEmpty else { throw ValidationError("--subject: expected a handle") }
            let wasThere = try AccessDesk(site.open()).erase(handle: handle, actor: "ledger")
            print(wasThere ? "erased" : "nothing was kept of this subject")
        }
    }

    /// `bedside ledger retire`.
    struct Retire: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete old entries' bytes; their hashes stay, and the log still verifies.",
            discussion:
                "Without --yes it only says what would go. At least six months are always kept.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "Months of entries to keep.")
        var keepMonths: Int
        @Flag(name: .long, help: "Do it.")
        var yes = false
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (6...1200).contains(keepMonths) else {
                throw ValidationError("--keep-months: expected a whole number from 6 to 1200")
            }
        }

        struct Report: Encodable {
            var retired: [[Int]]
            var done: Bool
        }

        func run() throws {
            let ranges = try Retirement.run(
                site.open(), keepMonths: keepMonths, isDryRun: !yes)
            try output.show(
                Report(retired: ranges.map { [$0.lowerBound, $0.upperBound] }, done: yes)
            ) {
                ranges.isEmpty
                    ? "no segment is old enough"
                    : ranges.map {
                        (yes ? "retired" : "would retire")
                            + ": entries \($0.lowerBound) to \($0.upperBound - 1)"
                    }.joined(separator: "\n")
            }
        }
    }

    /// `bedside ledger folds`.
    struct Folds: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Balances, spending, service levels and override rates, as of any size.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "As the ledger stood after so many entries; default: now.")
        var size: Int?
        @OptionGroup var output: OutputOption

        func run() throws {
            let report = try FoldReport(site.open(), size: size)
            try output.show(report) { report.text }
        }
    }
}

/// Days on the command line as a stretch of time.
struct Period {
    /// Milliseconds since 1970, UTC; `until` is not included.
    var from: Int
    var until: Int

    init(from: String?, to: String?) throws {
        self.from = 0
        until = Int.max
        if let from {
            guard let day = Day.milliseconds(from) else {
                throw ValidationError("--from: expected a day such as 2026-11-01")
            }
            self.from = day
        }
        if let to {
            guard let day = Day.milliseconds(to) else {
                throw ValidationError("--to: expected a day such as 2026-11-30")
            }
            until = day + 86_400_000
        }
    }
}
