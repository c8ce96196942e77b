// SPDX-License-Identifier: Apache-2.0

/// What each question would be worth now, were it asked next.
///
/// Expected information gain is the expected fall of Shannon entropy over the conditions. It equals
/// the mutual information of condition and answer, H(answer) - sum of p(c) H(answer | c), which
/// needs two sums a question instead of two entropies over all conditions (Lindley, "On a measure of
/// the information provided by an experiment", 1956). The tests hold it against the plain form.
package struct Outlook: Sendable, Equatable {
    /// P(yes) by evidence under the current belief.
    package var yes: [Double]
    /// Expected information gain in bits by evidence; 0 where answered already.
    package var bits: [Double]

    /// - Complexity: O(conditions x evidences), some ten microseconds for DDXPlus.
    package init(_ belief: Belief, _ tables: InferenceTables) {
        let count = tables.evidenceCount
        var yes = [Double](repeating: 0, count: count)
        var noise = [Double](repeating: 0, count: count)
        Outlook.addRows(
            weights: belief.probabilities, tables.yes, tables.answerEntropy, to: &yes, &noise)
        var bits = [Double](repeating: 0, count: count)
        for evidence in 0..<count where !belief.isAnswered[evidence] {
            bits[evidence] = max(0, InferenceTables.entropy(yes[evidence]) - noise[evidence])
        }
        self.yes = yes
        self.bits = bits
    }

    /// The most informative open question, ties to the lowest position; nil when all are answered.
    package func best(_ belief: Belief) -> Int? {
        var best: Int?
        for evidence in bits.indices where !belief.isAnswered[evidence] {
            if let current = best, bits[evidence] <= bits[current] { continue }
            best = evidence
        }
        return best
    }

    /// Up to `count` open questions by falling gain, ties to the lowest position.
    package func best(_ count: Int, _ belief: Belief) -> [Int] {
        var chosen: [Int] = []
        for evidence in bits.indices where !belief.isAnswered[evidence] {
            var place = chosen.count
            while place > 0, bits[evidence] > bits[chosen[place - 1]] { place -= 1 }
            guard place < count else { continue }
            chosen.insert(evidence, at: place)
            if chosen.count > count { chosen.removeLast() }
        }
        return chosen
    }

    /// Bits that the answer would tell about one condition being the cause or not.
    package func bits(
        about condition: Int, evidence: Int, _ belief: Belief, _ tables: InferenceTables
    ) -> Double {
        let share = belief.probabilities[condition]
        guard !belief.isAnswered[evidence], share > 0, share < 1 else { return 0 }
        let inside = tables.yes(evidence: evidence, condition: condition)
        let outside = min(max((yes[evidence] - share * inside) / (1 - share), 0), 1)
        let known =
            share * InferenceTables.entropy(inside)
            + (1 - share) * InferenceTables.entropy(outside)
        return max(0, InferenceTables.entropy(yes[evidence]) - known)
    }

    /// Adds weight x row for two tables at once.
    ///
    /// Each sum has its own cell, so the compiler may use vectors without changing the order of any
    /// addition.
    private static func addRows(
        weights: [Double], _ first: [Double], _ second: [Double], to firstSums: inout [Double],
        _ secondSums: inout [Double]
    ) {
        let count = firstSums.count
        precondition(first.count == weights.count * count && second.count == first.count)
        first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                firstSums.withUnsafeMutableBufferPointer { firstSums in
                    secondSums.withUnsafeMutableBufferPointer { secondSums in
                        for (row, weight) in weights.enumerated() {
                            let start = row * count
                            for column in 0..<count {
                                firstSums[column] += weight * first[start + column]
                                secondSums[column] += weight * second[start + column]
                            }
                        }
                    }
                }
            }
        }
    }
}
