// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import SequentialBenchmark
import Site
import Statistics

extension DemoWalk {
    /// Lets the clinical panel work up the cases that come with the program, gated and priced.
    func benchmark(_ report: inout DemoReport) async throws {
        let started = ContinuousClock.now
        let (result, _) = try await AgentDesk().run(
            cases: "own", settings: RunSettings(agent: "panel"), directory: nil, threads: 2
        ) { _, _ in }
        report.stations.append(
            .init(
                name: "Sequential diagnosis, own cases",
                said: "\(result.all.accuracy.successes) of \(result.outcomes.count) right, "
                    + String(format: "$%.0f a case, ", result.all.meanCost)
                    + "\(result.falseAlarms.successes) of \(result.falseAlarms.count) false alarms",
                seconds: (ContinuousClock.now - started).seconds))
        report.output.benchmark = .init(
            cases: result.outcomes.count, correct: result.all.accuracy.successes,
            falseAlarms: result.falseAlarms.successes)
    }
}
