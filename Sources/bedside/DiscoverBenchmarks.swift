// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Site

extension Benchmark {
    /// `bedside benchmark circe`.
    struct CirceLibrary: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "circe",
            abstract: "Run a library of Circe definitions and compare with expected results.",
            discussion: "The site must be filled from OMOP tables under limited-data-set.")

        @OptionGroup var site: SiteOption
        @Option(name: .long, help: "One JSON object a line, {file, expression}; plain or .gz.")
        var definitions: String
        @Option(name: .long, help: "Expected results (JSON); without it nothing is compared.")
        var expected: String?
        @OptionGroup var output: OutputOption

        func run() throws {
            let report = try CirceBenchmark.run(
                site: site.open(), definitions: definitions, expected: expected)
            try output.show(report) {
                let lines =
                    report.mismatched.map {
                        "\($0.cohortId): \($0.field) is \($0.found), expected \($0.expected)"
                    } + report.unsupported.map { "\($0.cohortId): \($0.reason)" }
                return Terminal.table([
                    ["definitions run", Terminal.grouped(report.definitions)],
                    ["with somebody in them", Terminal.grouped(report.nonEmpty)],
                    ["compared", Terminal.grouped(report.compared)],
                    ["matched", Terminal.grouped(report.matched)],
                    ["not run", Terminal.grouped(report.unsupported.count)],
                ]) + String(format: "\n%.2f s", report.seconds)
                    + lines.map { "\n" + $0 }.joined()
            }
            if !report.mismatched.isEmpty { throw ExitCode.failure }
        }
    }

    /// `bedside benchmark cohorts`.
    struct CohortSpeed: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cohorts",
            abstract: "Time seven cohort queries on replicated timelines.",
            discussion: """
                Replicates a FHIR export with shifted dates, noise and dropped events up to the \
                number asked for. Replicated synthetic data compresses better than real records do.
                """)

        @Option(name: .long, help: "How many events.")
        var events = 27_000_000
        @Option(
            name: .long,
            help: "FHIR R4 export; by default the shared data's Synthea export.")
        var export: String?
        @Option(name: .long, help: "Keep the segment at this path, or use the one that is there.")
        var store: String?
        @Option(name: .long, help: "Times each query is run; the least is told.")
        var repetitions = 7
        @OptionGroup var output: OutputOption

        func run() throws {
            let data = ProcessInfo.processInfo.environment["BEDSIDE_DATA"] ?? "../shared/data"
            let path =
                store ?? NSTemporaryDirectory() + "/bedside-cohorts-\(getpid()).bts"
            defer { if store == nil { unlink(path) } }
            let report = try CohortBenchmark.run(
                events: events, export: export ?? data + "/ehr/synthea-r4-ndjson", store: path,
                repetitions: repetitions)
            try output.show(report) {
                Terminal.table(
                    [["query", "least ms", "median ms"]]
                        + report.queries.sorted { $0.key < $1.key }.map {
                            [
                                $0.key, String(format: "%.3f", $0.value.seconds * 1000),
                                String(format: "%.3f", $0.value.median * 1000),
                            ]
                        })
                    + "\n\(Terminal.grouped(report.events)) events of "
                    + "\(Terminal.grouped(report.subjects)) subjects, "
                    + "\(report.bytesOnDisk / 1_000_000) MB on disk, opened in "
                    + String(format: "%.1f ms", report.openSeconds * 1000)
                    + ", \(report.peakMemoryBeyondMap / 1_000_000) MB of memory beyond the map"
            }
        }
    }
}
