// SPDX-License-Identifier: Apache-2.0
package import Knowledge
import Statistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// All questions of DDXPlus, yes/no and valued, made ready for inference under one answer noise.
///
/// The noise model is explicit. A yes/no answer is turned round with probability `noise`: P(yes | c)
/// becomes p (1 - noise) + (1 - p) noise. A valued answer is, with that probability, some answer
/// that has nothing to do with the condition. So one mistaken answer never rules a condition out.
package struct QuestionTables: Sendable {
    /// What is known of an answer beyond what the tables say: no share is believed below this.
    static let leastShare = 0.001
    /// Shares of values are counted on few patients, so a valued answer is never believed more than
    /// this.
    static let leastValuedNoise = 0.03
    /// Answers drawn per condition to weigh a question whose answers are sets.
    private static let drawsPerCondition = 6

    package let noise: Double
    package let conditionCount: Int
    package let binaryCount: Int
    let logPrior: [Double]
    /// By the same cell: the answer of all counted patients with c but one in a thousand at most;
    /// nil where more differed.
    let certain: [Bool?]
    /// P(yes | c) with noise, at `[evidence * conditionCount + condition]`; entropy and logarithms
    /// alike.
    let yes: [Double]
    let entropy: [Double]
    let logYes: [Double]
    let logNo: [Double]
    let valued: [ValuedTable]

    /// - Parameter noise: 0 ... 0.5.
    package init(_ base: KnowledgeBase, _ values: ValuedKnowledge, noise: Double) {
        self.noise = noise
        conditionCount = base.conditions.count
        binaryCount = base.evidences.count
        logPrior = base.conditions.indices.map { log(base.prior(condition: $0)) }
        var yes: [Double] = []
        var certain: [Bool?] = []
        for evidence in base.evidences.indices {
            for condition in base.conditions.indices {
                let counted = base.probability(evidence: evidence, condition: condition)
                let share = min(
                    max(counted, QuestionTables.leastShare), 1 - QuestionTables.leastShare)
                yes.append(share * (1 - noise) + (1 - share) * noise)
                certain.append(counted == share ? nil : counted > 0.5)
            }
        }
        self.certain = certain
        self.yes = yes
        entropy = yes.map(InferenceTables.entropy)
        logYes = yes.map { log($0) }
        logNo = yes.map { log(1 - $0) }
        valued = values.evidences.indices.map {
            ValuedTable(
                values, evidence: $0, conditions: base.conditions.count,
                noise: max(noise, QuestionTables.leastValuedNoise),
                draws: QuestionTables.drawsPerCondition)
        }
    }
}

/// One valued question under one answer noise.
struct ValuedTable: Sendable {
    let isSeveral: Bool
    /// ln P(value | c) and ln P(no value | c) at `[value * conditions + condition]`.
    private let logIn: [Double]
    private let logOut: [Double]
    /// Sum of `logOut` over all values, by condition.
    private let logNone: [Double]
    /// The same for an answer that has nothing to do with the condition.
    private let averageIn: [Double]
    private let averageOut: [Double]
    private let noise: Double
    private let conditions: Int
    private let valueCount: Int
    /// For one-of questions: P(value | c) with noise, and its entropy by condition.
    private let share: [Double]
    private let noiseEntropy: [Double]
    /// For several-of questions: likelihoods of drawn answers, scaled to at most 1, at
    /// `[(condition * draws + draw) * conditions + other]`.
    private var drawn: [Double] = []
    private let draws: Int

    init(
        _ values: ValuedKnowledge, evidence: Int, conditions: Int, noise: Double, draws: Int
    ) {
        let evidenceInfo = values.evidences[evidence]
        isSeveral = evidenceInfo.isSeveral
        self.noise = noise
        self.conditions = conditions
        self.draws = draws
        valueCount = evidenceInfo.values.count
        let least = isSeveral ? 0.002 : QuestionTables.leastShare
        var table: [Double] = []
        for value in 0..<valueCount {
            for condition in 0..<conditions {
                let share = values.probability(
                    evidence: evidence, value: value, condition: condition)
                table.append(min(max(share, least), 1 - least))
            }
        }
        var average = [Double](repeating: 0, count: valueCount)
        for value in 0..<valueCount {
            for condition in 0..<conditions {
                average[value] += table[value * conditions + condition] / Double(conditions)
            }
        }
        if !isSeveral {
            for condition in 0..<conditions {
                let total = (0..<valueCount).reduce(0) { $0 + table[$1 * conditions + condition] }
                for value in 0..<valueCount {
                    let cell = value * conditions + condition
                    table[cell] =
                        (1 - noise) * table[cell] / total + noise / Double(valueCount)
                }
            }
        }
        share = table
        logIn = table.map { log($0) }
        logOut = table.map { log(1 - $0) }
        averageIn = average.map { log($0) }
        averageOut = average.map { log(1 - $0) }
        var none = [Double](repeating: 0, count: conditions)
        var noiseEntropy = [Double](repeating: 0, count: conditions)
        for value in 0..<valueCount {
            for condition in 0..<conditions {
                let cell = value * conditions + condition
                none[condition] += logOut[cell]
                noiseEntropy[condition] -= table[cell] * log2(table[cell])
            }
        }
        logNone = none
        self.noiseEntropy = noiseEntropy
        if isSeveral { drawn = drawAnswers(evidence: evidence, usual: evidenceInfo.usual) }
    }

    /// Likelihoods of answers drawn from each condition, the same ones every time.
    private func drawAnswers(evidence: Int, usual: Int) -> [Double] {
        var table: [Double] = []
        var random = SeededRandom(seed: 0xD0C).split(UInt64(evidence))
        for condition in 0..<conditions {
            for _ in 0..<draws {
                var answer = (0..<valueCount).filter {
                    random.chance(share[$0 * conditions + condition])
                }
                if answer.isEmpty { answer = [usual] }
                let logs = logLikelihoods(answer)
                let highest = logs.max() ?? 0
                table += logs.map { exp($0 - highest) }
            }
        }
        return table
    }

    /// ln P(answer | c) by condition.
    func logLikelihoods(_ answer: [Int]) -> [Double] {
        guard isSeveral else {
            let value = answer.first ?? 0
            return Array(logIn[value * conditions..<(value + 1) * conditions])
        }
        var elsewhere = averageOut.reduce(0, +)
        for value in answer { elsewhere += averageIn[value] - averageOut[value] }
        elsewhere += log(max(noise, 0.000_1))
        return (0..<conditions).map { condition in
            var own = logNone[condition] + log(1 - noise)
            for value in answer {
                let cell = value * conditions + condition
                own += logIn[cell] - logOut[cell]
            }
            let highest = max(own, elsewhere)
            return highest + log(exp(own - highest) + exp(elsewhere - highest))
        }
    }

    /// Expected information of the answer, bits, over the conditions listed.
    ///
    /// Exact for one-of questions; over drawn answers for several-of questions.
    func bits(_ probabilities: [Double], active: [Int]) -> Double {
        isSeveral ? drawnBits(probabilities, active) : exactBits(probabilities, active)
    }

    private func exactBits(_ probabilities: [Double], _ active: [Int]) -> Double {
        var bits = 0.0
        for condition in active { bits -= probabilities[condition] * noiseEntropy[condition] }
        for value in 0..<valueCount {
            var mixed = 0.0
            for condition in active {
                mixed += probabilities[condition] * share[value * conditions + condition]
            }
            if mixed > 0 { bits -= mixed * log2(mixed) }
        }
        return max(0, bits)
    }

    private func drawnBits(_ probabilities: [Double], _ active: [Int]) -> Double {
        var bits = 0.0
        for condition in active {
            var sum = 0.0
            for draw in 0..<draws {
                let start = (condition * draws + draw) * conditions
                var mixed = 0.0
                for other in active { mixed += probabilities[other] * drawn[start + other] }
                let own = drawn[start + condition]
                if own > 0, mixed > 0 { sum += log2(own / mixed) }
            }
            bits += probabilities[condition] * sum / Double(draws)
        }
        return max(0, bits)
    }
}

extension QuestionTables {
    /// P(exactly this value | condition) of a one-of question, by condition.
    package func likelihoods(_ evidence: Int, _ value: Int) -> [Double] {
        valued[evidence].logLikelihoods([value]).map { exp($0) }
    }

    /// Expected information of a valued question under these probabilities, bits.
    package func bits(valued evidence: Int, _ probabilities: [Double]) -> Double {
        valued[evidence].bits(probabilities, active: Array(probabilities.indices))
    }
}
