// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import SequentialBenchmark
import Site

/// `bedside benchmark`: the measured sets.
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the panel on a benchmark file.", subcommands: [DDXPlus.self])

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

        @Argument(help: "Patients as CSV (age, top5_diagnoses, sex, diagnosis, features, feature_id).")
        var file: String
        @Option(name: .long, help: "default or reference.")
        var method: DDXPlusBenchmark.Method = .default
        @Option(name: .long, help: "Ask exactly this many questions.")
        var questions: Int?
        @Option(name: .long, help: "Stop at this posterior (at most 30 questions).")
        var stop: Double?
        @Option(name: .long, help: "Smallest likelihood believed of any answer.")
        var floor: Double?
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard questions == nil || stop == nil else {
                throw ValidationError("give --questions or --stop, not both")
            }
            if let questions, !(0...208).contains(questions) {
                throw ValidationError("--questions: expected a whole number from 0 to 208")
            }
            if let stop, !(0.02...0.999_999).contains(stop) {
                throw ValidationError("--stop: expected a number from 0.02 to 0.999999")
            }
            if let floor, !(0.000_001...0.4).contains(floor) {
                throw ValidationError("--floor: expected a number from 0.000001 to 0.4")
            }
        }

        func run() throws {
            let result = try Shipped.ddxplusBenchmark(
                file: file, method: method, stop: stop, questions: questions, floor: floor)
            try output.show(result) { result.text }
        }
    }
}

extension DDXPlusBenchmark.Method: ExpressibleByArgument {}
