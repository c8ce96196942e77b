// SPDX-License-Identifier: Apache-2.0
package import Knowledge

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A knowledge base made ready for inference under one likelihood floor.
///
/// Naive Bayes: answers are taken as independent given the condition. P(yes | condition) is clipped
/// to floor ... 1 - floor, so that no single answer, perhaps a mistaken one, can rule a condition
/// in or out for good. Rows are by condition, so that one pass over a row serves all questions.
package struct InferenceTables: Sendable {
    package let conditionCount: Int
    package let evidenceCount: Int
    /// Clipped P(yes | condition) at `[condition * evidenceCount + evidence]`.
    let yes: [Double]
    /// Entropy of the answer given the condition, bits; same layout.
    let answerEntropy: [Double]
    /// Natural logarithms of clipped P(yes) and P(no); same layout.
    let logYes: [Double]
    let logNo: [Double]
    /// Natural logarithm of each condition's share among the counted patients.
    let logPrior: [Double]

    /// - Parameter floor: above 0 and below 0.5.
    package init(knowledge: KnowledgeBase, floor: Double) {
        precondition(floor > 0 && floor < 0.5, "a likelihood floor lies between 0 and 0.5")
        conditionCount = knowledge.conditions.count
        evidenceCount = knowledge.evidences.count
        var yes: [Double] = []
        yes.reserveCapacity(conditionCount * evidenceCount)
        for condition in 0..<conditionCount {
            for evidence in 0..<evidenceCount {
                let share = knowledge.probability(evidence: evidence, condition: condition)
                yes.append(min(max(share, floor), 1 - floor))
            }
        }
        self.yes = yes
        answerEntropy = yes.map(InferenceTables.entropy)
        logYes = yes.map { log($0) }
        logNo = yes.map { log(1 - $0) }
        logPrior = (0..<conditionCount).map { log(knowledge.prior(condition: $0)) }
    }

    /// Clipped P(yes | condition).
    package func yes(evidence: Int, condition: Int) -> Double {
        yes[condition * evidenceCount + evidence]
    }

    /// ln P(answer | condition), clipped.
    package func logLikelihood(evidence: Int, isPresent: Bool, condition: Int) -> Double {
        let cell = condition * evidenceCount + evidence
        return isPresent ? logYes[cell] : logNo[cell]
    }

    /// Entropy in bits of a yes/no answer whose yes has this probability.
    static func entropy(_ yes: Double) -> Double {
        guard yes > 0, yes < 1 else { return 0 }
        return -yes * log2(yes) - (1 - yes) * log2(1 - yes)
    }
}
