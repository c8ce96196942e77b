// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How probable each condition is, given the answers so far.
package struct Belief: Sendable, Equatable {
    /// ln prior + sum of ln likelihoods, by condition; not normalised.
    package private(set) var logWeights: [Double]
    /// By condition; they sum to 1.
    package private(set) var probabilities: [Double]
    /// By evidence.
    package private(set) var isAnswered: [Bool]
    package private(set) var answers = 0

    /// What is believed before any answer: the conditions' shares among the counted patients.
    package init(_ tables: InferenceTables) {
        logWeights = tables.logPrior
        probabilities = []
        isAnswered = Array(repeating: false, count: tables.evidenceCount)
        normalise()
    }

    /// Takes in one answer.
    ///
    /// Each evidence may be answered once.
    /// - Complexity: O(conditions).
    package mutating func take(evidence: Int, isPresent: Bool, _ tables: InferenceTables) {
        precondition(!isAnswered[evidence], "an evidence is answered once")
        isAnswered[evidence] = true
        answers += 1
        for condition in logWeights.indices {
            logWeights[condition] += tables.logLikelihood(
                evidence: evidence, isPresent: isPresent, condition: condition)
        }
        normalise()
    }

    /// Leaves an evidence out of what can be asked; the probabilities stay as they are.
    package mutating func setAside(evidence: Int) {
        isAnswered[evidence] = true
    }

    /// The condition with the highest probability; ties go to the lower position.
    package var leader: Int {
        var best = 0
        for condition in probabilities.indices
        where probabilities[condition] > probabilities[best] {
            best = condition
        }
        return best
    }

    /// Shannon entropy of the conditions' probabilities, bits.
    package var entropyBits: Double {
        probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
    }

    /// Positions by falling probability; ties go to the lower position.
    package func ranking(_ count: Int? = nil) -> [Int] {
        let order = probabilities.indices.sorted {
            probabilities[$0] != probabilities[$1]
                ? probabilities[$0] > probabilities[$1] : $0 < $1
        }
        return Array(order.prefix(count ?? order.count))
    }

    private mutating func normalise() {
        let highest = logWeights.max() ?? 0
        probabilities = logWeights.map { exp($0 - highest) }
        let total = probabilities.reduce(0, +)
        for condition in probabilities.indices { probabilities[condition] /= total }
    }
}
