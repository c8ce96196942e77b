// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Records
import Statistics
import Testing

@testable import SequentialBenchmark

@Suite("What a run came to")
struct RunResultTests {
    private func outcome(
        _ id: String, _ stratum: Stratum, isRight: Bool, probability: Double? = nil,
        dollars: Int = 0, weight: Double = 1, twinOf: String? = nil, rank: Int? = nil,
        recorded: Int = 0, byDefault: Int = 0, age: Int? = nil, sex: Sex? = nil
    ) -> CaseOutcome {
        let isHealthy = stratum == .noDisease
        let stated = probability.map {
            StatedDiagnosis(
                name: "x", differential: [StatedCondition(name: "x", probability: $0)],
                isNoDisease: isHealthy && isRight)
        }
        return CaseOutcome(
            caseID: id, stratum: stratum, age: age, sex: sex, twinOf: twinOf,
            prevalenceWeight: weight, isNoDisease: isHealthy, truth: "t", stated: stated,
            verdict: Verdict(score: isRight ? 5 : 1, reason: "", by: .name),
            rank: isRight ? 1 : rank, wasInTopThree: isRight || (rank ?? 9) <= 3,
            cents: dollars * 100, visits: 1, questions: 2, tests: 1, minutes: 30, radiation: 0.5,
            recordedAnswers: recorded, defaultAnswers: byDefault, refusedRequests: 0, unpriced: [],
            failures: stated == nil ? ["no diagnosis was stated"] : [], promptTokens: 10,
            completionTokens: 4)
    }

    private var outcomes: [CaseOutcome] {
        [
            outcome(
                "a", .emergency, isRight: true, probability: 0.9, dollars: 100, weight: 2,
                recorded: 3, byDefault: 1, age: 70, sex: .female),
            outcome(
                "b", .emergency, isRight: false, probability: 0.8, dollars: 200, twinOf: "a",
                rank: 2, recorded: 2, byDefault: 2, age: 70, sex: .male),
            outcome("c", .noDisease, isRight: false, probability: 0.6, dollars: 50),
            outcome("d", .noDisease, isRight: true, probability: 0.7, dollars: 150, weight: 4),
            outcome("e", .common, isRight: false, weight: 2, twinOf: "not there"),
        ]
    }

    private var settings: RunSettings { RunSettings(agent: "scripted", seed: 3) }

    @Test("accuracy, cost and the other figures are those worked out by hand")
    func byHand() throws {
        let result = RunResult(settings: settings, outcomes: outcomes)
        #expect(result.all.accuracy == Proportion(2, of: 5))
        // Wilson for 2 of 5, z = 1.96: centre 0.44345, half width 0.32583.
        #expect(abs(result.all.accuracy.interval.lower - 0.11762) < 1e-5)
        #expect(abs(result.all.accuracy.interval.upper - 0.76928) < 1e-5)
        #expect(result.all.meanCost == 100)
        #expect(result.all.costInterval.lower < 100 && result.all.costInterval.upper > 100)
        // (0.1² + 0.8² + 0.6² + 0.3²) / 4; case e stated nothing.
        #expect(abs(try #require(result.brier) - 0.275) < 1e-12)
        // One case a bin: (0.1 + 0.8 + 0.6 + 0.3) / 4.
        #expect(abs(try #require(result.ece) - 0.45) < 1e-12)
        #expect(result.falseAlarms == Proportion(1, of: 2))
        #expect(result.mustNotMiss == Proportion(1, of: 2))
        #expect(result.mustNotMissInTopThree == Proportion(2, of: 2))
        #expect(result.topThree == Proportion(3, of: 5))
        #expect(result.topFive == Proportion(3, of: 5))
        // The twin of a case that isn't there makes no pair.
        #expect(result.twins == Proportion(0, of: 1))
        // 3 of 8 answers; (2 + 4) of 10 by weight.
        #expect(result.defaultAnswerShare == 0.375)
        #expect(result.weightedAccuracy == 0.6)
        #expect(result.all.questions == 2 && result.all.tests == 1)
        #expect(result.minutes == 30 && result.radiation == 0.5)
        #expect(result.promptTokens == 50 && result.completionTokens == 20)
        #expect(result.failures.map(\.kind) == ["no diagnosis was stated"])
        #expect(result.reliability.map(\.count) == [1, 1, 1, 1])
        #expect(result.reliability.map(\.right) == [0, 1, 0, 1])
    }

    @Test("rows are by stratum without twins, twins, sex and age, and only where there are cases")
    func rows() {
        let rows = RunResult(settings: settings, outcomes: outcomes).rows
        #expect(
            rows.map(\.name) == [
                "no-disease", "emergency", "twins", "female", "male", "age 65 and over",
            ])
        #expect(
            rows.map(\.accuracy) == [
                Proportion(1, of: 2), Proportion(1, of: 1), Proportion(0, of: 2),
                Proportion(1, of: 1), Proportion(0, of: 1), Proportion(1, of: 2),
            ])
    }

    @Test("two runs are held against each other over the cases they share")
    func difference() {
        let wrong = (0..<6).map { outcome("\($0)", .common, isRight: false) }
        let right = (0..<5).map { outcome("\($0)", .common, isRight: true) }
        let found = RunResult(settings: settings, outcomes: right)
            .difference(from: RunResult(settings: settings, outcomes: wrong))
        #expect(found.shared == 5)
        #expect(abs(found.probability - 0.0625) < 1e-12)
    }

    private func object(_ result: RunResult) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(result.json(seconds: 1.5).utf8))
        return try #require(value as? [String: Any])
    }

    @Test("the JSON has the promised keys with the figures, on one line")
    func json() throws {
        let result = RunResult(settings: settings, outcomes: outcomes)
        let text = result.json(seconds: 1.5)
        #expect(!text.contains("\n"))
        #expect(text == result.json(seconds: 1.5))
        let object = try object(result)
        let expected: [String: Double] = [
            "n": 5, "correct": 2, "accuracy": 0.4, "mean_cost": 100, "brier": 0.275, "ece": 0.45,
            "false_alarms": 0.5, "must_not_miss_recall": 0.5, "default_answer_share": 0.375,
            "questions": 2, "tests": 1, "seconds": 1.5,
        ]
        for (key, value) in expected.sorted(by: { $0.key < $1.key }) {
            let found = try #require(object[key] as? Double, "\(key)")
            #expect(abs(found - value) < 1e-9, "\(key)")
        }
        for key in ["interval", "cost_interval"] {
            let ends = try #require(object[key] as? [Double])
            #expect(ends.count == 2 && ends[0] <= ends[1])
        }
    }

    @Test("a key without a figure is null and not left out, and nothing is NaN or infinite")
    func empty() throws {
        let nothing = [outcome("a", .common, isRight: false)]
        let odd = [
            outcome("a", .common, isRight: false, probability: .nan),
            outcome("b", .common, isRight: true, probability: .infinity),
        ]
        for outcomes in [[], nothing, odd] {
            let result = RunResult(settings: settings, outcomes: outcomes)
            let object = try object(result)
            #expect(object["n"] as? Int == outcomes.count)
            for key in ["brier", "ece", "budget"] { #expect(object[key] is NSNull, "\(key)") }
            let text = result.json(seconds: 0).lowercased()
            #expect(!text.contains("nan") && !text.contains("inf"))
        }
    }

    @Test("probabilities outside 0 to 1 count as the nearer end")
    func clamped() {
        let result = RunResult(
            settings: settings,
            outcomes: [
                outcome("a", .common, isRight: true, probability: 7),
                outcome("b", .common, isRight: false, probability: -2),
            ])
        #expect(result.brier == 0)
        #expect(result.ece == 0)
    }
}
