// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Statistics

extension RunResult {
    /// The contract's figures first, then tables; everything but `seconds` depends on the run
    /// alone.
    private struct Summary: Encodable {
        struct Row: Encodable {
            var name: String
            var n: Int
            var correct: Int
            var accuracy: Double
            var interval: [Double]
            var mean_cost: Double
            var cost_interval: [Double]
            var questions: Double
            var tests: Double
        }
        struct Share: Encodable {
            var count: Int
            var of: Int
            var value: Double
            var interval: [Double]
        }
        /// Null where there is none; a plain option would leave its key out.
        struct Figure: Encodable {
            var value: Double?

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(value)
            }
        }
        struct Failure: Encodable {
            var kind: String
            var count: Int
        }
        struct Bin: Encodable {
            var stated: Double
            var right: Double
            var count: Int
        }
        var agent: String
        var variant: String
        var prices: String
        var budget: Figure
        var seed: UInt64
        var n: Int
        var correct: Int
        var accuracy: Double
        var interval: [Double]
        var mean_cost: Double
        var cost_interval: [Double]
        var brier: Figure
        var ece: Figure
        var false_alarms: Double
        var must_not_miss_recall: Double
        var default_answer_share: Double
        var questions: Double
        var tests: Double
        var seconds: Double
        var false_alarm_counts: Share
        var must_not_miss: Share
        var must_not_miss_in_top_three: Share
        var top3: Share
        var top5: Share
        var twins_both_right: Share
        var weighted_accuracy: Double
        var minutes: Double
        var radiation_msv: Double
        var prompt_tokens: Int
        var completion_tokens: Int
        var failures: [Failure]
        var reliability: [Bin]
        var groups: [Row]
    }

    /// One line of JSON, keys in alphabetical order.
    package func json(seconds: Double) -> String {
        let summary = Summary(
            agent: settings.agent, variant: settings.variant.rawValue, prices: settings.prices,
            budget: Summary.Figure(value: settings.budgetCents.map { Double($0) / 100 }),
            seed: settings.seed,
            n: outcomes.count, correct: all.accuracy.successes, accuracy: all.accuracy.value,
            interval: ends(all.accuracy), mean_cost: all.meanCost,
            cost_interval: [all.costInterval.lower, all.costInterval.upper],
            brier: Summary.Figure(value: brier),
            ece: Summary.Figure(value: ece),
            false_alarms: falseAlarms.value, must_not_miss_recall: mustNotMiss.value,
            default_answer_share: defaultAnswerShare, questions: all.questions, tests: all.tests,
            seconds: seconds, false_alarm_counts: share(falseAlarms),
            must_not_miss: share(mustNotMiss),
            must_not_miss_in_top_three: share(mustNotMissInTopThree), top3: share(topThree),
            top5: share(topFive), twins_both_right: share(twins),
            weighted_accuracy: weightedAccuracy, minutes: minutes, radiation_msv: radiation,
            prompt_tokens: promptTokens, completion_tokens: completionTokens,
            failures: failures.map { Summary.Failure(kind: $0.kind, count: $0.count) },
            reliability: reliability.map {
                Summary.Bin(stated: $0.stated, right: $0.right, count: $0.count)
            }, groups: rows.map(row))
        let data = (try? RunLog.encoder().encode(summary)) ?? Data("{}".utf8)
        return String(decoding: data, as: UTF8.self)
    }

    private func ends(_ share: Proportion) -> [Double] {
        [share.interval.lower, share.interval.upper]
    }

    private func share(_ share: Proportion) -> Summary.Share {
        Summary.Share(
            count: share.successes, of: share.count, value: share.value, interval: ends(share))
    }

    private func row(_ row: RunRow) -> Summary.Row {
        Summary.Row(
            name: row.name, n: row.accuracy.count, correct: row.accuracy.successes,
            accuracy: row.accuracy.value, interval: ends(row.accuracy), mean_cost: row.meanCost,
            cost_interval: [row.costInterval.lower, row.costInterval.upper],
            questions: row.questions, tests: row.tests)
    }
}
