// SPDX-License-Identifier: Apache-2.0
import Diagnosis
package import Statistics

/// The way questions are chosen on DDXPlus.
package enum DDXPlusMethod: String, Sendable, CaseIterable {
    /// The panel's best: all questions, age and sex, noise estimated.
    case best
    /// The panel as it works with a clinician: yes/no questions and its checks.
    case panel
    /// The published rule.
    case reference
}

/// Counts and rates over all patients of one run.
package struct BenchmarkResult: Sendable, Equatable {
    package var method: DDXPlusMethod
    /// Smallest likelihood believed; under the best method the estimated noise.
    package var floor: Double
    /// Share of answers turned round on purpose.
    package var noise: Double
    package var stop: Double?
    package var questionLimit: Int
    /// Patients.
    package var n: Int
    /// Patients whose true condition came first, among the first three, among the first five.
    package var top1: Int
    package var top3: Int
    package var top5: Int
    package var meanQuestions: Double
    /// Expected calibration error of the stated probability, ten bins.
    package var ece: Double
    /// Patients with a condition of severity 1 or 2, and how many of them were named right.
    package var mustNotMiss: Int
    package var mustNotMissFound: Int
    /// Wall-clock time.
    package var seconds = 0.0
    package var knowledgeDigest: String

    package init(_ outcomes: [Outcome], _ options: DDXPlusBenchmark.Options, digest: String) {
        method = options.method == .reference ? .reference : .panel
        floor = options.floor
        noise = options.flip
        stop = options.stop
        questionLimit = options.questions
        knowledgeDigest = digest
        n = outcomes.count
        top1 = outcomes.count { $0.rank == 1 }
        top3 = outcomes.count { $0.rank <= 3 }
        top5 = outcomes.count { $0.rank <= 5 }
        let questions = outcomes.reduce(0) { $0 + $1.questions }
        meanQuestions = outcomes.isEmpty ? 0 : Double(questions) / Double(outcomes.count)
        var calibration = Calibration(bins: 10)
        for outcome in outcomes {
            calibration.add(probability: outcome.statedProbability, isCorrect: outcome.rank == 1)
        }
        ece = calibration.expectedError
        let severe = outcomes.filter { $0.severity <= 2 }
        mustNotMiss = severe.count
        mustNotMissFound = severe.count { $0.rank == 1 }
    }

    /// Shares with 95 % Wilson intervals.
    package var top1Share: Proportion { Proportion(top1, of: n) }
    package var top3Share: Proportion { Proportion(top3, of: n) }
    package var top5Share: Proportion { Proportion(top5, of: n) }

    /// One line of JSON, keys in this order; everything but `seconds` depends on file and options
    /// alone.
    package var json: String {
        let stopText = stop.map { number($0, 4) } ?? "null"
        return "{\"benchmark\":\"ddxplus\",\"method\":\"\(method.rawValue)\",\"stop\":\(stopText),"
            + "\"questions\":\(questionLimit),\"floor\":\(number(floor, 6)),\"noise\":\(number(noise, 6)),\"n\":\(n),"
            + "\"top1\":\(top1),\"top3\":\(top3),\"top5\":\(top5),"
            + "\"top1_share\":\(share(top1Share)),\"top3_share\":\(share(top3Share)),"
            + "\"top5_share\":\(share(top5Share)),"
            + "\"mean_questions\":\(number(meanQuestions, 4)),\"ece\":\(number(ece, 4)),"
            + "\"must_not_miss\":\(mustNotMiss),\"must_not_miss_found\":\(mustNotMissFound),"
            + "\"seconds\":\(number(seconds, 3)),\"knowledge\":\"\(knowledgeDigest)\"}"
    }

    private func number(_ value: Double, _ places: Int) -> String {
        Wording.decimal(value, places: places)
    }

    private func share(_ share: Proportion) -> String {
        "{\"value\":\(number(share.value, 4)),\"lower\":\(number(share.interval.lower, 4)),"
            + "\"upper\":\(number(share.interval.upper, 4))}"
    }
}
