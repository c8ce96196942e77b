// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How probable each hypothesis is, given the findings so far.
///
/// ln weight = ln prior + what each group of findings amounts to (`ClinicalTables.combined`);
/// divided by the temperature; then exponentiated and normalised. It is worked out from the findings
/// in catalogue order, so the order in which they came changes no bit of it.
package struct ClinicalBelief: Sendable, Equatable {
    /// By hypothesis; they sum to 1.
    package let probabilities: [Double]
    /// Natural logarithms of `probabilities`.
    let logProbabilities: [Double]
    /// Hypotheses by falling probability; ties go to the lower position.
    package let ranking: [Int]
    /// Shannon entropy, bits.
    package let entropyBits: Double
    /// By finding: its outcome, or -1.
    let outcomes: [Int8]
    /// By group: its known findings, ascending.
    let known: [[Int]]
    /// By group, then hypothesis: what the group amounts to; empty where nothing is known.
    let groupTotals: [[Double]]

    /// - Parameter outcomes: known findings with their outcomes.
    /// - Complexity: O(findings + known x hypotheses).
    package init(_ engine: ClinicalEngine, prior: [Double], outcomes known: [Int: Int]) {
        let tables = engine.tables
        let settings = engine.settings
        var outcomes = [Int8](repeating: -1, count: tables.findingCount)
        var groups = [[Int]](repeating: [], count: tables.groups.count)
        for (finding, outcome) in known.sorted(by: { $0.key < $1.key }) {
            outcomes[finding] = Int8(outcome)
            groups[tables.groups.group[finding]].append(finding)
        }
        var totals = [[Double]](repeating: [], count: tables.groups.count)
        var weights = prior.map { log(max($0, 1e-300)) }
        var values: [Double] = []
        for (group, members) in groups.enumerated() where !members.isEmpty {
            var row = [Double](repeating: 0, count: tables.hypothesisCount)
            for hypothesis in row.indices {
                values.removeAll(keepingCapacity: true)
                for finding in members {
                    let value = tables.logRatio(
                        finding: finding, outcome: Int(outcomes[finding]), hypothesis: hypothesis)
                    if value != 0 { values.append(value) }
                }
                guard !values.isEmpty else { continue }
                row[hypothesis] = ClinicalTables.combined(
                    &values, discount: settings.groupDiscount)
                weights[hypothesis] += row[hypothesis]
            }
            totals[group] = row
        }
        let scaled = weights.map { $0 / settings.temperature }
        let highest = scaled.max() ?? 0
        let total = scaled.reduce(0) { $0 + exp($1 - highest) }
        let logs = scaled.map { $0 - highest - log(total) }
        let probabilities = logs.map { exp($0) }
        logProbabilities = logs
        self.probabilities = probabilities
        ranking = probabilities.indices.sorted {
            probabilities[$0] != probabilities[$1]
                ? probabilities[$0] > probabilities[$1] : $0 < $1
        }
        var nats = 0.0
        for index in logs.indices { nats -= probabilities[index] * logs[index] }
        entropyBits = nats / ClinicalBelief.ln2
        self.outcomes = outcomes
        self.known = groups
        groupTotals = totals
    }

    static let ln2 = 0.693_147_180_559_945_3

    package var leader: Int { ranking.first ?? 0 }

    package func isKnown(finding: Int) -> Bool { outcomes[finding] >= 0 }
}

extension ClinicalBelief {
    /// ln(p / (1 - p)) by hypothesis; 1 - p is summed up from the others, so that it keeps its
    /// digits beside a leader near 1.
    package var logOdds: [Double] {
        var after = [Double](repeating: 0, count: probabilities.count + 1)
        for index in probabilities.indices.reversed() {
            after[index] = after[index + 1] + probabilities[index]
        }
        var before = 0.0
        return probabilities.indices.map { index in
            let others = before + after[index + 1]
            before += probabilities[index]
            return logProbabilities[index] - log(max(others, 1e-300))
        }
    }
}
