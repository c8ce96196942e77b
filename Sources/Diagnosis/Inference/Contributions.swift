// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much each answer spoke for or against each condition, in the order given.
///
/// The contribution of an answer to h is ln P(answer | h) - ln of the mean of P(answer | k) over the
/// other conditions k, weighted by what was believed of them before the answer. It is exactly the
/// change of h's log odds, so prior log odds plus all contributions is the posterior log odds.
/// The baseline is therefore "one of the others, as probable as they were at that moment"; a
/// different order of the same answers spreads the same total differently.
/// (Weight of evidence: Good, Probability and the Weighing of Evidence, 1950, chapter 6.)
struct Contributions: Sendable {
    /// ln(p / (1 - p)) before any answer, by condition.
    let priorLogOdds: [Double]
    /// Natural-log likelihood ratio by answer, then condition.
    let values: [[Double]]
    /// P(answer | not the condition, earlier answers) by answer, then condition.
    let elsewhere: [[Double]]

    /// - Complexity: O(answers x conditions).
    init(_ answers: [Answer], _ tables: InferenceTables) {
        var weights = tables.logPrior
        var rest = Contributions.logSumOfOthers(weights)
        priorLogOdds = zip(weights, rest).map { $0 - $1 }
        var values: [[Double]] = []
        var elsewhere: [[Double]] = []
        for answer in answers {
            var likelihoods: [Double] = []
            for condition in weights.indices {
                let likelihood = tables.logLikelihood(
                    evidence: answer.evidence, isPresent: answer.isPresent, condition: condition)
                likelihoods.append(likelihood)
                weights[condition] += likelihood
            }
            let newRest = Contributions.logSumOfOthers(weights)
            values.append(likelihoods.indices.map { likelihoods[$0] - (newRest[$0] - rest[$0]) })
            elsewhere.append(rest.indices.map { exp(newRest[$0] - rest[$0]) })
            rest = newRest
        }
        self.values = values
        self.elsewhere = elsewhere
    }

    /// ln of the sum of exp over all others, by position.
    ///
    /// Sums from both ends avoid subtracting the leader from the total, which would cancel; where
    /// the others vanish beside the leader they are summed on their own scale.
    private static func logSumOfOthers(_ logs: [Double]) -> [Double] {
        let highest = logs.max() ?? 0
        let scaled = logs.map { exp($0 - highest) }
        var after = [Double](repeating: 0, count: logs.count + 1)
        for index in logs.indices.reversed() { after[index] = after[index + 1] + scaled[index] }
        var before = 0.0
        return logs.indices.map { index in
            let others = before + after[index + 1]
            before += scaled[index]
            return others > 1e-250 ? highest + log(others) : logSum(logs, except: index)
        }
    }

    private static func logSum(_ logs: [Double], except excluded: Int) -> Double {
        var highest = -Double.infinity
        for index in logs.indices where index != excluded { highest = max(highest, logs[index]) }
        var sum = 0.0
        for index in logs.indices where index != excluded { sum += exp(logs[index] - highest) }
        return highest + log(sum)
    }
}
