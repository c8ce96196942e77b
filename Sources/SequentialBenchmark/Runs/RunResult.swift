// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Records
package import Statistics

/// One row of a table: some cases of a run, added up.
package struct RunRow: Sendable, Equatable {
    package var name: String
    package var accuracy: Proportion
    /// Mean, US dollars, with its bootstrap interval.
    package var meanCost: Double
    package var costInterval: (lower: Double, upper: Double)
    package var questions: Double
    package var tests: Double

    package static func == (left: RunRow, right: RunRow) -> Bool {
        left.name == right.name && left.accuracy == right.accuracy
            && left.meanCost == right.meanCost && left.questions == right.questions
            && left.tests == right.tests
    }

    init(_ name: String, _ outcomes: [CaseOutcome]) {
        self.name = name
        accuracy = Proportion(outcomes.count { $0.verdict.isCorrect }, of: outcomes.count)
        let costs = outcomes.map { Double($0.cents) / 100 }
        meanCost = RunRow.mean(costs)
        costInterval = Bootstrap.meanInterval(costs)
        questions = RunRow.mean(outcomes.map { Double($0.questions) })
        tests = RunRow.mean(outcomes.map { Double($0.tests) })
    }

    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}

/// What a run came to.
package struct RunResult: Sendable {
    package var settings: RunSettings
    package var outcomes: [CaseOutcome]
    package var all: RunRow
    /// By stratum, sex and age band, where there are such cases.
    package var rows: [RunRow]
    /// Of the probability the agent gave its own diagnosis; nil where none gave one.
    package var brier: Double?
    package var ece: Double?
    /// Bins of the reliability plot: mean stated probability, share right, cases.
    package var reliability: [(stated: Double, right: Double, count: Int)]
    /// Cases without a disease for which one was named.
    package var falseAlarms: Proportion
    /// Emergencies named right at the end.
    package var mustNotMiss: Proportion
    /// Emergencies among the first three of the differential at some turn.
    package var mustNotMissInTopThree: Proportion
    /// The right diagnosis among the final differential's first three and five.
    package var topThree: Proportion
    package var topFive: Proportion
    /// Accuracy were each case seen as often as its prevalence weight says.
    package var weightedAccuracy: Double
    /// Answers that were not in the case's record.
    package var defaultAnswerShare: Double
    /// Twin pairs of which both were right, of all pairs.
    package var twins: Proportion
    /// Kinds of failure with their number.
    package var failures: [(kind: String, count: Int)]
    package var minutes: Double
    package var radiation: Double
    package var promptTokens: Int
    package var completionTokens: Int

    package init(settings: RunSettings, outcomes: [CaseOutcome]) {
        self.settings = settings
        self.outcomes = outcomes
        all = RunRow("all", outcomes)
        rows = RunResult.rows(outcomes)
        let stated = outcomes.compactMap { outcome in
            outcome.statedProbability.map { (min(max($0, 0), 1), outcome.verdict.isCorrect) }
        }
        brier = stated.isEmpty ? nil : RunRow.mean(stated.map { pow2($0.0 - ($0.1 ? 1 : 0)) })
        var calibration = Calibration(bins: 10)
        for (probability, isCorrect) in stated {
            calibration.add(probability: probability, isCorrect: isCorrect)
        }
        ece = stated.isEmpty ? nil : calibration.expectedError
        reliability = RunResult.reliability(stated)
        let healthy = outcomes.filter(\.isNoDisease)
        falseAlarms = Proportion(healthy.count { $0.isFalseAlarm }, of: healthy.count)
        let urgent = outcomes.filter { $0.stratum == .emergency && !$0.isNoDisease }
        mustNotMiss = Proportion(urgent.count { $0.verdict.isCorrect }, of: urgent.count)
        mustNotMissInTopThree = Proportion(urgent.count { $0.wasInTopThree }, of: urgent.count)
        topThree = Proportion(outcomes.count { ($0.rank ?? 99) <= 3 }, of: outcomes.count)
        topFive = Proportion(outcomes.count { ($0.rank ?? 99) <= 5 }, of: outcomes.count)
        let weight = outcomes.reduce(0) { $0 + $1.prevalenceWeight }
        let right = outcomes.filter { $0.verdict.isCorrect }.reduce(0) { $0 + $1.prevalenceWeight }
        weightedAccuracy = weight > 0 ? right / weight : 0
        let defaults = outcomes.reduce(0) { $0 + $1.defaultAnswers }
        let answers = outcomes.reduce(defaults) { $0 + $1.recordedAnswers }
        defaultAnswerShare = answers > 0 ? Double(defaults) / Double(answers) : 0
        twins = RunResult.twins(outcomes)
        failures = RunResult.failures(outcomes)
        minutes = RunRow.mean(outcomes.map { Double($0.minutes) })
        radiation = RunRow.mean(outcomes.map(\.radiation))
        promptTokens = outcomes.reduce(0) { $0 + $1.promptTokens }
        completionTokens = outcomes.reduce(0) { $0 + $1.completionTokens }
    }

    private static func rows(_ outcomes: [CaseOutcome]) -> [RunRow] {
        var groups: [(String, [CaseOutcome])] = Stratum.allCases.map { stratum in
            (stratum.rawValue, outcomes.filter { $0.stratum == stratum && $0.twinOf == nil })
        }
        groups.append(("twins", outcomes.filter { $0.twinOf != nil }))
        groups += [Sex.female, .male].map { sex in
            (sex.rawValue, outcomes.filter { $0.sex == sex })
        }
        groups += [0...17, 18...39, 40...64, 65...200].map { band in
            let name =
                band.upperBound == 200 ? "65 and over" : "\(band.lowerBound) to \(band.upperBound)"
            return ("age \(name)", outcomes.filter { $0.age.map(band.contains) ?? false })
        }
        return groups.filter { !$0.1.isEmpty }.map { RunRow($0.0, $0.1) }
    }

    private static func reliability(
        _ stated: [(Double, Bool)]
    ) -> [(stated: Double, right: Double, count: Int)] {
        (0..<10).compactMap { bin in
            let inside = stated.filter { min(9, Int($0.0 * 10)) == bin }
            guard !inside.isEmpty else { return nil }
            return (
                RunRow.mean(inside.map(\.0)), RunRow.mean(inside.map { $0.1 ? 1 : 0 }), inside.count
            )
        }
    }

    private static func twins(_ outcomes: [CaseOutcome]) -> Proportion {
        var byID: [String: CaseOutcome] = [:]
        for outcome in outcomes { byID[outcome.caseID] = outcome }
        let pairs = outcomes.compactMap { twin in
            twin.twinOf.flatMap { byID[$0] }.map { (twin, $0) }
        }
        return Proportion(
            pairs.count { $0.0.verdict.isCorrect && $0.1.verdict.isCorrect }, of: pairs.count)
    }

    private static func failures(_ outcomes: [CaseOutcome]) -> [(kind: String, count: Int)] {
        var counts: [String: Int] = [:]
        for failure in outcomes.flatMap(\.failures) { counts[failure, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Exact probability that this run and another differ only by chance, over shared cases.
    package func difference(from other: RunResult) -> (shared: Int, probability: Double) {
        var theirs: [String: Bool] = [:]
        for outcome in other.outcomes { theirs[outcome.caseID] = outcome.verdict.isCorrect }
        var counts = (shared: 0, first: 0, second: 0)
        for outcome in outcomes {
            guard let their = theirs[outcome.caseID] else { continue }
            counts.shared += 1
            if outcome.verdict.isCorrect && !their { counts.first += 1 }
            if !outcome.verdict.isCorrect && their { counts.second += 1 }
        }
        return (
            counts.shared,
            McNemar.probability(onlyFirst: counts.first, onlySecond: counts.second)
        )
    }
}

private func pow2(_ value: Double) -> Double { value * value }
