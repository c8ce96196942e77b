// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Diagnosis
import Foundation
import SequentialBenchmark
import Site
import Statistics

extension Variant: ExpressibleByArgument {}
extension DefaultPolicy: ExpressibleByArgument {}

extension Benchmark {
    /// `bedside benchmark run`.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Play cases with an agent: accuracy, cost, calibration, false alarms.",
            discussion: """
                Cases: own, own:STRATUM, or files (Bedside cases, AgentClinic, Avey, Semigran, \
                MediQ, CRAFT-MD, DDXPlus, phenopackets). Agents: panel, model:NAME, \
                panel+model:NAME, process:COMMAND. A language model is reached at \
                BEDSIDE_MODEL_URL with the key in BEDSIDE_MODEL_KEY. A run that was stopped goes \
                on where it was. Protocol-compatible with SDBench; never an SDBench score.
                """)

        @Option(name: .long, help: "own, own:STRATUM, a file, or a folder of files.")
        var cases = "own"
        @Option(name: .long, help: "Who works the cases up.")
        var agent = "panel"
        @Option(name: .long, help: "instant, questions, budgeted, unconstrained or ensemble.")
        var variant: Variant = .unconstrained
        @Option(name: .long, help: "us-medicare, flat-visit-300, or a site's price file.")
        var prices = "us-medicare"
        @Option(name: .long, help: "US dollars for one case, visits included (budgeted).")
        var budget: Double?
        @Option(name: .long, help: "model:NAME, to help the gatekeeper understand requests.")
        var gatekeeper: String?
        @Option(
            name: .long,
            help: "Where nothing is recorded: normal, not-recorded or background; else as the case."
        )
        var unrecorded: DefaultPolicy?
        @Option(name: .long, help: "Seed of drawn values and of the agent.")
        var seed: UInt64 = 1
        @Option(name: .long, help: "Directory for the logs; resumed when it holds this run.")
        var out: String?
        @Option(name: .long, help: "Cases at once.")
        var threads = 2
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (1...64).contains(threads) else {
                throw ValidationError("--threads: expected a number from 1 to 64")
            }
            if let budget, !(budget > 0 && budget < 10_000_000) {
                throw ValidationError("--budget: expected US dollars above 0")
            }
            if variant == .budgeted, budget == nil {
                throw ValidationError("--variant budgeted: expected a --budget")
            }
        }

        func run() async throws {
            let desk = try AgentDesk()
            let settings = RunSettings(
                agent: agent, variant: variant, prices: prices,
                budgetCents: budget.map { Int(($0 * 100).rounded()) }, seed: seed,
                gatekeeper: gatekeeper)
            let start = ContinuousClock.now
            let (result, seconds) = try await desk.run(
                cases: cases, settings: settings, unrecorded: unrecorded, directory: out,
                threads: threads
            ) { done, all in
                Terminal.progress(done: done, of: all, since: start, unit: "cases")
            }
            print(output.json ? result.json(seconds: seconds) : RunText.summary(result))
        }
    }

    /// `bedside benchmark replay`.
    struct ReplayRun: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay", abstract: "Play a kept run again and compare every byte.")

        @Argument(help: "Directory of the run.")
        var directory: String
        @Option(name: .long, help: "Cases at once.")
        var threads = 2
        @OptionGroup var output: OutputOption

        private struct Report: Encodable {
            var identical: Bool
            var cases: Int
            var different: [String]
        }

        func run() async throws {
            let replay = try await AgentDesk().replay(directory: directory, threads: threads)
            try output.show(
                Report(
                    identical: replay.isIdentical, cases: replay.cases, different: replay.different)
            ) {
                replay.isIdentical
                    ? "Identical: \(replay.cases) cases, byte for byte."
                    : "Different: " + replay.different.joined(separator: ", ")
            }
            if !replay.isIdentical { throw ExitCode(1) }
        }
    }

    /// `bedside benchmark judge`.
    struct JudgeRun: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "judge",
            abstract: "Let one or two language models judge a kept run, and say how far they agree."
        )

        @Argument(help: "Directory of the run.")
        var directory: String
        @Option(name: .long, help: "Name of a model at BEDSIDE_MODEL_URL; once or twice.")
        var model: [String]
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (1...2).contains(model.count) else {
                throw ValidationError("--model: expected one or two models")
            }
        }

        func run() async throws {
            let report = try await AgentDesk().judge(directory: directory, models: model)
            try output.show(report) {
                zip(report.models, report.withCode).map { name, agreement in
                    RunText.agreement("\(name) and the code", agreement)
                }.joined(separator: "\n")
                    + (report.between.map { "\n" + RunText.agreement("the models", $0) } ?? "")
            }
        }
    }

    /// `bedside benchmark overrule`.
    struct OverruleVerdict: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "overrule",
            abstract: "Change a verdict of a kept run; the change stays beside it with its reason.")

        @Argument(help: "Directory of the run.")
        var directory: String
        @Option(name: .customLong("case"), help: "Id of the case.")
        var caseID: String
        @Option(name: .long, help: "New score, 1 to 5; 4 and 5 count as right.")
        var score: Int
        @Option(name: .long, help: "Who changes it.")
        var by: String
        @Option(name: .long, help: "Why.")
        var reason: String

        func run() throws {
            let desk = try AgentDesk()
            let result = try desk.result(directory: directory)
            let now = result.outcomes.first { $0.caseID == caseID }?.verdict.score ?? 0
            try Overrules(directory).add(
                Overrule(
                    caseID: caseID, agent: result.settings.agent, from: now, to: score, by: by,
                    reason: reason), to: desk.kept(directory).records.map(\.outcome))
            print("\(caseID): \(now) to \(score), by \(by).")
        }
    }

    /// `bedside benchmark cases`.
    struct CheckCases: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cases",
            abstract: "Read cases and report leaks and gaps.")

        @Argument(help: "own, a file, or a folder of files.")
        var cases = "own"
        @OptionGroup var output: OutputOption

        private struct Report: Encodable {
            var cases: Int
            var strata: [String: Int]
            var twins: Int
            var leaks: Int
            var gaps: Int
            var remarks: [String]
        }

        func run() throws {
            let desk = try AgentDesk()
            let found = try desk.cases(cases)
            let remarks = found.flatMap { item in
                CaseChecker.check(item, catalogue: desk.catalogue).map { (item.id, $0) }
            }
            var strata: [String: Int] = [:]
            for item in found { strata[item.stratum.rawValue, default: 0] += 1 }
            let leaks = remarks.count { $0.1.kind == .leak }
            let report = Report(
                cases: found.count, strata: strata, twins: found.count { $0.twinOf != nil },
                leaks: leaks, gaps: remarks.count - leaks,
                remarks: remarks.map { "\($0.0): \($0.1.sentence)" })
            try output.show(report) {
                report.remarks.joined(separator: "\n")
                    + "\n\(found.count) cases, \(leaks) leaks, \(remarks.count - leaks) gaps."
            }
        }
    }
}

/// How a run reads in a terminal.
enum RunText {
    static func summary(_ result: RunResult) -> String {
        let header = ["", "cases", "right", "95 % interval", "dollars", "questions", "tests"]
        let rows = ([result.all] + result.rows).map { row in
            [
                row.name, Terminal.grouped(row.accuracy.count),
                Terminal.percent(row.accuracy.value),
                "\(Terminal.percent(row.accuracy.interval.lower)) to "
                    + Terminal.percent(row.accuracy.interval.upper),
                String(format: "%.0f", row.meanCost), String(format: "%.1f", row.questions),
                String(format: "%.1f", row.tests),
            ]
        }
        let settings = result.settings
        return Terminal.table([header] + rows)
            + "\n\n" + lines(result).joined(separator: "\n")
            + "\n\nAgent \(settings.agent), variant \(settings.variant.rawValue), prices "
            + "\(settings.prices), seed \(settings.seed). Protocol-compatible with SDBench; not an "
            + "SDBench score. Own cases are written for software testing; not reviewed by "
            + "clinicians."
    }

    private static func lines(_ result: RunResult) -> [String] {
        [
            share("Emergencies named at the end", result.mustNotMiss),
            share("Emergencies among the first three", result.mustNotMissInTopThree),
            share("False alarms without a disease", result.falseAlarms),
            share("Right among three", result.topThree),
            share("Both twins right", result.twins),
            String(
                format: "Answers not in the record: %.1f %%", 100 * result.defaultAnswerShare),
            result.brier.map { String(format: "Brier score %.4f", $0) } ?? "",
            result.ece.map { String(format: "Calibration error %.4f", $0) } ?? "",
        ].filter { !$0.isEmpty }
            + result.failures.map { "\($0.count) times: \($0.kind)" }
    }

    private static func share(_ name: String, _ share: Proportion) -> String {
        share.count == 0
            ? ""
            : "\(name): \(share.successes) of \(share.count) "
                + "(\(Terminal.percent(share.interval.lower)) to "
                + "\(Terminal.percent(share.interval.upper)))"
    }

    static func agreement(_ name: String, _ agreement: JudgeAgreement) -> String {
        let kappa = agreement.kappa.map { String(format: "%.2f", $0) } ?? "not defined"
        return "\(name): agree on \(agreement.agreeing) of \(agreement.count), kappa \(kappa)"
    }
}
