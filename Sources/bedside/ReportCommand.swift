// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Diagnosis
import Foundation
import Records
import SequentialBenchmark
import Site
import Statistics
import Workbench

extension Benchmark {
    /// `bedside benchmark report`.
    struct Report: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "report",
            abstract: "Kept runs as one HTML page: intervals, plots, paired tests, every case.",
            discussion: """
                The page holds its own style and no script and fetches nothing. Protocol-compatible \
                with SDBench; never an SDBench score.
                """)

        @Argument(help: "Directories of the runs.")
        var directories: [String]
        @Option(name: .long, help: "Where the page goes; report.html in the first run otherwise.")
        var out: String?
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard !directories.isEmpty else {
                throw ValidationError("DIR: expected the directory of a kept run")
            }
        }

        private struct Written: Encodable {
            var file: String
            var bytes: Int
            var runs: Int
            var cases: Int
            var differences: [Pair]
        }

        private struct Pair: Encodable {
            var first: String
            var second: String
            var shared: Int
            var p: Double
        }

        func run() throws {
            let desk = try AgentDesk()
            var results: [RunResult] = []
            for directory in directories {
                results.append(try desk.result(directory: directory))
            }
            var pairs: [RunReportView.Difference] = []
            for first in results.indices {
                for second in results.indices where second > first {
                    let found = results[first].difference(from: results[second])
                    pairs.append(
                        RunReportView.Difference(
                            first: first, second: second, shared: found.shared,
                            probability: found.probability))
                }
            }
            let view = RunReportView(
                runs: zip(results, directories).map { result, directory in
                    RunReportView.Run(result, digests: RunDigests.read(directory))
                }, differences: pairs)
            let bytes = Array(view.render().utf8)
            let file = out ?? directories[0] + "/report.html"
            try Files.replace(file, with: bytes)
            let written = Written(
                file: file, bytes: bytes.count, runs: results.count,
                cases: results.reduce(0) { $0 + $1.outcomes.count },
                differences: pairs.map {
                    Pair(
                        first: directories[$0.first], second: directories[$0.second],
                        shared: $0.shared, p: $0.probability)
                })
            try output.show(written) { file }
        }
    }
}

/// What a run's manifest says it was made of.
private struct RunDigests: Decodable {
    var agentDigest: String
    var catalogueDigest: String
    var pricesDigest: String
    var casesDigest: String

    /// The run was read before, so its manifest is there; digests missing from it are left out.
    static func read(_ directory: String) -> [RunReportView.Fact] {
        guard let data = FileManager.default.contents(atPath: directory + "/run.json"),
            let digests = try? JSONDecoder().decode(RunDigests.self, from: data)
        else { return [] }
        return [
            RunReportView.Fact(name: "Agent digest", value: digests.agentDigest),
            RunReportView.Fact(name: "Catalogue digest", value: digests.catalogueDigest),
            RunReportView.Fact(name: "Prices digest", value: digests.pricesDigest),
            RunReportView.Fact(name: "Cases digest", value: digests.casesDigest),
        ]
    }
}

extension RunReportView.Run {
    fileprivate init(_ result: RunResult, digests: [RunReportView.Fact]) {
        let settings = result.settings
        self.init(
            agent: settings.agent, variant: settings.variant.rawValue, prices: settings.prices,
            seed: settings.seed, facts: digests, all: RunReportView.Row(result.all),
            groups: RunReportView.Run.groups(result.rows),
            shares: RunReportView.Run.shares(result), brier: result.brier,
            calibrationError: result.ece,
            bins: result.reliability.map { bin in
                let right = Int((bin.right * Double(bin.count)).rounded())
                return RunReportView.Bin(
                    stated: bin.stated,
                    right: Proportion(min(bin.count, max(0, right)), of: bin.count))
            },
            defaultAnswerShare: result.defaultAnswerShare,
            further: RunReportView.Run.further(result),
            failures: result.failures.map {
                RunReportView.Failure(kind: $0.kind, count: $0.count)
            },
            cases: result.outcomes.map { RunReportView.Case($0) })
    }

    /// A result's rows by what they divide the cases by; told by their names.
    private static func groups(_ rows: [RunRow]) -> [RunReportView.Group] {
        let sexes = Set([Sex.female, .male].map(\.rawValue))
        func group(_ name: String, _ isIn: (RunRow) -> Bool) -> RunReportView.Group {
            RunReportView.Group(
                name: name, rows: rows.filter(isIn).map { RunReportView.Row($0) })
        }
        func isAge(_ row: RunRow) -> Bool { row.name.hasPrefix("age ") }
        func isSex(_ row: RunRow) -> Bool { sexes.contains(row.name) }
        return [
            group("Stratum") { !isAge($0) && !isSex($0) }, group("Sex", isSex),
            group("Age band", isAge),
        ]
    }

    private static func shares(_ result: RunResult) -> [RunReportView.Share] {
        [
            RunReportView.Share(
                name: "Must-not-miss recall", share: result.mustNotMiss,
                note: "Emergencies named right at the end."),
            RunReportView.Share(
                name: "Must-not-miss in top three", share: result.mustNotMissInTopThree,
                note: "Emergencies among the first three of the differential at some turn."),
            RunReportView.Share(
                name: "False alarms", share: result.falseAlarms,
                note: "Cases without a disease for which one was named."),
            RunReportView.Share(
                name: "Right among three", share: result.topThree,
                note: "The right diagnosis among the final differential's first three."),
            RunReportView.Share(
                name: "Right among five", share: result.topFive,
                note: "The same among five."),
            RunReportView.Share(
                name: "Both twins right", share: result.twins,
                note: "Pairs of cases that differ in what changes the diagnosis."),
        ].filter { $0.share.count > 0 }
    }

    private static func further(_ result: RunResult) -> [RunReportView.Fact] {
        let settings = result.settings
        var facts = [
            RunReportView.Fact(
                name: "Accuracy by prevalence",
                value: Terminal.percent(result.weightedAccuracy)),
            RunReportView.Fact(
                name: "Waiting for results",
                value: String(format: "%.0f minutes a case", result.minutes)),
            RunReportView.Fact(
                name: "Radiation", value: String(format: "%.2f mSv a case", result.radiation)),
        ]
        if let budget = settings.budgetCents {
            facts.append(
                RunReportView.Fact(
                    name: "Budget", value: String(format: "$%.2f a case", Double(budget) / 100)))
        }
        if let gatekeeper = settings.gatekeeper {
            facts.append(RunReportView.Fact(name: "Gatekeeper's model", value: gatekeeper))
        }
        if result.promptTokens + result.completionTokens > 0 {
            facts.append(
                RunReportView.Fact(
                    name: "Tokens",
                    value: "\(Terminal.grouped(result.promptTokens)) in, "
                        + "\(Terminal.grouped(result.completionTokens)) out"))
        }
        return facts
    }
}

extension RunReportView.Row {
    fileprivate init(_ row: RunRow) {
        self.init(
            name: row.name, accuracy: row.accuracy, meanCost: row.meanCost,
            costInterval: RunReportView.Interval(
                lower: row.costInterval.lower, upper: row.costInterval.upper),
            questions: row.questions, tests: row.tests)
    }
}

extension RunReportView.Case {
    fileprivate init(_ outcome: CaseOutcome) {
        self.init(
            id: outcome.caseID, stratum: outcome.stratum.rawValue, truth: outcome.truth,
            stated: outcome.stated?.name, score: outcome.verdict.score,
            isCorrect: outcome.verdict.isCorrect, reason: outcome.verdict.reason,
            cost: Double(outcome.cents) / 100, questions: outcome.questions,
            tests: outcome.tests)
    }
}
