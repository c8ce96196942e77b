// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Diagnosis
import Foundation
import SequentialBenchmark
import Site
import Statistics

/// `bedside benchmark`: the measured sets.
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure agents: sequential diagnosis, and the other measured sets.",
        subcommands: [
            DDXPlus.self, Run.self, ReplayRun.self, Report.self, JudgeRun.self,
            OverruleVerdict.self, CheckCases.self, CirceLibrary.self, CohortSpeed.self,
            GatewaySpeed.self,
        ])

    /// `bedside benchmark ddxplus`.
    struct DDXPlus: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ddxplus",
            abstract: "DDXPlus patients: top-1, top-3, top-5, questions, calibration.",
            discussion: """
                --method reference is the published rule of expected information gain and stays \
                as it is. DDXPlus is rule-generated and the likelihoods come from its training \
                split: an upper bound of ease, not clinical skill.
                """)

        @Argument(
            help: "Patients as CSV (age, top5_diagnoses, sex, diagnosis, features, feature_id).")
        var file: String
        @Option(
            name: .long,
            help: "best (all questions, age and sex, noise estimated), panel, or reference.")
        var method: DDXPlusMethod = .best
        @Option(name: .long, help: "Ask exactly this many questions.")
        var questions: Int?
        @Option(
            name: .long,
            help: "Stop at this posterior (at most 30 questions): 0.999 by default, else 0.95.")
        var stop: Double?
        @Option(
            name: .long,
            help: "Smallest likelihood believed of any answer; the best method estimates it.")
        var floor = 0.02
        @Option(name: .long, help: "Turn each answer round with this probability.")
        var noise = 0.0
        @Option(name: .long, help: "Seed of the answers turned round.")
        var seed: UInt64 = 1
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard questions == nil || stop == nil else {
                throw ValidationError("give --questions or --stop, not both")
            }
            guard (0...0.5).contains(noise) else {
                throw ValidationError("--noise: expected a probability from 0 to 0.5")
            }
            if let questions, !(0...208).contains(questions) {
                throw ValidationError("--questions: expected a whole number from 0 to 208")
            }
        }

        func run() throws {
            let usual = method == .best ? 0.999 : 0.95
            let result = try Shipped.ddxplusBenchmark(
                file: file, method: method, stop: questions == nil ? stop ?? usual : nil,
                questions: questions, floor: floor, noise: noise, seed: seed)
            print(output.json ? result.json : BenchmarkText.summary(result))
        }
    }
}

/// How a benchmark reads in a terminal.
enum BenchmarkText {
    static func summary(_ result: BenchmarkResult) -> String {
        func row(_ name: String, _ count: Int, _ share: Proportion) -> [String] {
            [
                name, Terminal.grouped(count), Terminal.percent(share.value),
                "\(Terminal.percent(share.interval.lower)) to "
                    + Terminal.percent(share.interval.upper),
            ]
        }
        return Terminal.table([
            ["DDXPlus, \(result.method.rawValue) method", "patients", "share", "95 % interval"],
            row("right first", result.top1, result.top1Share),
            row("right among three", result.top3, result.top3Share),
            row("right among five", result.top5, result.top5Share),
        ])
            + String(
                format: "\n%d patients, %.4f questions on average, calibration error %.4f, %.2f s",
                result.n, result.meanQuestions, result.ece, result.seconds)
            + "\nRule-generated patients and likelihoods from the same source: an upper bound of "
            + "ease, not clinical skill."
    }
}

extension DDXPlusMethod: ExpressibleByArgument {}
