// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One possible result of an inquiry and the belief after it.
struct OutcomeBranch {
    /// One for each finding of the walk.
    var outcomes: [Int]
    /// Probability of this result: the mean over the hypotheses of the product of the findings'
    /// likelihoods.
    var chance = 0.0
    /// Hypotheses whose weight changes, ascending.
    let affected: [Int]
    /// Their weights afterwards; everyone else keeps its probability as weight.
    var weights: [Double]
    /// Of all weights.
    var total = 0.0
}

/// Plays through every result that some open findings can have together.
///
/// Within a group the findings are discounted as `ClinicalBelief` will discount them once known, so
/// what is foreseen is exactly what will be believed. Findings are predicted as independent given
/// the hypothesis.
struct OutcomeWalk {
    let engine: ClinicalEngine
    let belief: ClinicalBelief

    /// Visits every combination of outcomes of findings that are not known yet.
    ///
    /// - Complexity: O(combinations x affected hypotheses x findings).
    func visit(_ findings: [Int], _ body: (OutcomeBranch) -> Void) {
        let tables = engine.tables
        let findings = findings.sorted {
            (tables.groups.group[$0], $0) < (tables.groups.group[$1], $1)
        }
        let affected = union(findings)
        var branch = OutcomeBranch(
            outcomes: Array(repeating: 0, count: findings.count), affected: affected,
            weights: Array(repeating: 0, count: affected.count))
        let rest = affected.reduce(1.0) { $0 - belief.probabilities[$1] }
        var values: [Double] = []
        while true {
            weigh(findings, rest, &branch, &values)
            body(branch)
            var place = findings.count - 1
            while place >= 0, branch.outcomes[place] + 1 == tables.outcomeCount[findings[place]] {
                branch.outcomes[place] = 0
                place -= 1
            }
            guard place >= 0 else { return }
            branch.outcomes[place] += 1
        }
    }

    private func union(_ findings: [Int]) -> [Int] {
        if findings.count == 1 { return engine.tables.affected[findings[0]] }
        var marks = [Bool](repeating: false, count: engine.tables.hypothesisCount)
        for finding in findings {
            for hypothesis in engine.tables.affected[finding] { marks[hypothesis] = true }
        }
        return marks.indices.filter { marks[$0] }
    }

    private func weigh(
        _ findings: [Int], _ rest: Double, _ branch: inout OutcomeBranch, _ values: inout [Double]
    ) {
        let tables = engine.tables
        var chance = max(rest, 0)
        for (place, finding) in findings.enumerated() {
            chance *= tables.probability(
                finding: finding, outcome: branch.outcomes[place], hypothesis: tables.noDisease)
        }
        var total = max(rest, 0)
        for (slot, hypothesis) in branch.affected.enumerated() {
            let now = belief.probabilities[hypothesis]
            var joint = now
            var shift = 0.0
            var place = 0
            while place < findings.count {
                let group = tables.groups.group[findings[place]]
                values.removeAll(keepingCapacity: true)
                while place < findings.count, tables.groups.group[findings[place]] == group {
                    let cell =
                        (findings[place] * 3 + branch.outcomes[place]) * tables.hypothesisCount
                        + hypothesis
                    joint *= tables.probability[cell]
                    let value = tables.logRatio[cell]
                    if value != 0 { values.append(value) }
                    place += 1
                }
                guard !values.isEmpty else { continue }
                for finding in belief.known[group] {
                    let value = tables.logRatio(
                        finding: finding, outcome: Int(belief.outcomes[finding]),
                        hypothesis: hypothesis)
                    if value != 0 { values.append(value) }
                }
                shift += ClinicalTables.combined(
                    &values, discount: engine.settings.groupDiscount)
                if !belief.known[group].isEmpty {
                    shift -= belief.groupTotals[group][hypothesis]
                }
            }
            chance += joint
            let weight = now * exp(shift / engine.settings.temperature)
            branch.weights[slot] = weight
            total += weight
        }
        branch.chance = chance
        branch.total = total
    }
}
