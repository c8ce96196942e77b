// SPDX-License-Identifier: Apache-2.0
package import Knowledge
import Statistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Clinical knowledge made ready for inference: flat arrays under one set of settings.
///
/// Every likelihood is kept as its ratio to "no disease", the background. Most conditions have no
/// figure for most findings, so most ratios are 1 and each finding lists the few hypotheses that it
/// says anything about.
package struct ClinicalTables: Sendable {
    package let hypothesisCount: Int
    package let findingCount: Int
    /// Clipped P(outcome | hypothesis) at `[(finding * 3 + outcome) * hypothesisCount + hypothesis]`.
    let probability: [Double]
    /// ln of P(outcome | hypothesis) over P(outcome | no disease); same layout.
    let logRatio: [Double]
    /// 2 or 3, by finding.
    let outcomeCount: [Int]
    /// By finding: the hypotheses with a ratio other than 1 for some outcome, ascending.
    let affected: [[Int]]
    let noDisease: Int
    let groups: FindingGroups

    /// - Parameter seed: 1 leaves the figures as they are. Any other seed shifts each linked
    ///   likelihood: P(outcome) of a condition is multiplied by exp(s u) with u uniform in -1 ... 1
    ///   and s `ensembleSpread`, and the row is normalised again. The draws come in order of
    ///   finding, condition and outcome from a generator of their own.
    package init(_ knowledge: ClinicalKnowledge, _ settings: ClinicalSettings, seed: UInt64 = 1) {
        let catalogue = knowledge.catalogue
        let count = knowledge.hypothesisCount
        let noDisease = knowledge.noDisease
        hypothesisCount = count
        findingCount = catalogue.findings.count
        self.noDisease = noDisease
        groups = FindingGroups(catalogue)
        var probability = [Double](repeating: 1, count: findingCount * 3 * count)
        var logRatio = [Double](repeating: 0, count: findingCount * 3 * count)
        var affected: [[Int]] = []
        var outcomeCount: [Int] = []
        var random = SeededRandom(seed: seed).split(0x7061_6E65_6C)
        for (finding, entry) in catalogue.findings.enumerated() {
            let floor = entry.tests.isEmpty ? settings.askedFloor : settings.testFloor
            let outcomes = entry.outcomes.indices
            outcomeCount.append(outcomes.count)
            let raw = outcomes.map {
                knowledge.probability(finding: finding, outcome: $0, hypothesis: noDisease)
            }
            let background = ClinicalTables.clipped(raw, floor)
            var linked: [Int] = []
            for hypothesis in 0..<count {
                var row = outcomes.map {
                    knowledge.probability(finding: finding, outcome: $0, hypothesis: hypothesis)
                }
                let isLinked = zip(row, raw).contains { abs($0 - $1) > 1e-12 }
                if isLinked, seed != 1, hypothesis < noDisease {
                    row = row.map { share in
                        share * exp(settings.ensembleSpread * (2 * random.uniform() - 1))
                    }
                    let total = row.reduce(0, +)
                    row = row.map { $0 / total }
                }
                row = isLinked ? ClinicalTables.clipped(row, floor) : background
                if isLinked { linked.append(hypothesis) }
                for outcome in outcomes {
                    let cell = (finding * 3 + outcome) * count + hypothesis
                    probability[cell] = row[outcome]
                    if isLinked { logRatio[cell] = log(row[outcome] / background[outcome]) }
                }
            }
            affected.append(linked)
        }
        self.probability = probability
        self.logRatio = logRatio
        self.affected = affected
        self.outcomeCount = outcomeCount
    }

    /// Raises what is below the floor to it, at the expense of the largest, so that the sum stays 1.
    static func clipped(_ row: [Double], _ floor: Double) -> [Double] {
        var result = row.map { max($0, floor) }
        let excess = result.reduce(0, +) - row.reduce(0, +)
        guard excess > 0, let largest = result.indices.max(by: { result[$0] < result[$1] })
        else { return result }
        result[largest] = max(result[largest] - excess, floor)
        return result
    }

    /// Clipped P(outcome | hypothesis).
    package func probability(finding: Int, outcome: Int, hypothesis: Int) -> Double {
        probability[(finding * 3 + outcome) * hypothesisCount + hypothesis]
    }

    func logRatio(finding: Int, outcome: Int, hypothesis: Int) -> Double {
        logRatio[(finding * 3 + outcome) * hypothesisCount + hypothesis]
    }

    /// What the log ratios of one group amount to: those above zero and those below each count
    /// fully for the strongest, and `discount` times less for each weaker one.
    ///
    /// With a discount of 1 it is their sum. The result does not depend on their order.
    static func combined(_ values: inout [Double], discount: Double) -> Double {
        if values.count == 1 { return values[0] }
        for index in 1..<max(values.count, 1) {
            let value = values[index]
            var place = index
            while place > 0, values[place - 1] < value {
                values[place] = values[place - 1]
                place -= 1
            }
            values[place] = value
        }
        var sum = 0.0
        var weight = 1.0
        var index = 0
        while index < values.count, values[index] > 0 {
            sum += weight * values[index]
            weight *= discount
            index += 1
        }
        weight = 1
        index = values.count - 1
        while index >= 0, values[index] < 0 {
            sum += weight * values[index]
            weight *= discount
            index -= 1
        }
        return sum
    }
}
