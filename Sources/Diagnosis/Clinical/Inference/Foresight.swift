// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What an inquiry is expected to tell, before it is made.
package struct Foresight: Sendable, Equatable {
    /// Expected fall of the entropy of the hypotheses, bits.
    ///
    /// With discounted groups it can come out slightly below zero.
    package var bits = 0.0
    /// Expected fall of the chance that a must-not-miss condition is there and doesn't lead.
    package var missReduction = 0.0

    package init(bits: Double = 0, missReduction: Double = 0) {
        self.bits = bits
        self.missReduction = missReduction
    }
}

/// Works out what inquiries would tell under one belief.
package struct Foreseer: Sendable {
    /// A test is judged by its most informative findings, as long as their outcomes together make
    /// no more combinations than this: 6 bits.
    package static let combinations = 64

    let engine: ClinicalEngine
    let belief: ClinicalBelief
    private let dangerShare: Double
    /// Chance that a must-not-miss condition is there and doesn't lead.
    package let missChance: Double

    package init(_ engine: ClinicalEngine, _ belief: ClinicalBelief) {
        self.engine = engine
        self.belief = belief
        var share = 0.0
        for hypothesis in belief.probabilities.indices where engine.isDanger(hypothesis) {
            share += belief.probabilities[hypothesis]
        }
        dangerShare = share
        let leader = belief.leader
        missChance = share - (engine.isDanger(leader) ? belief.probabilities[leader] : 0)
    }

    /// Exact over all joint outcomes of these findings, none of which may be known.
    package func foresee(_ findings: [Int]) -> Foresight {
        guard !findings.isEmpty else { return Foresight() }
        var entropy = 0.0
        var miss = 0.0
        OutcomeWalk(engine: engine, belief: belief).visit(findings) { branch in
            let after = self.after(branch)
            entropy += branch.chance * after.nats
            miss += branch.chance * after.miss
        }
        return Foresight(
            bits: belief.entropyBits - entropy / ClinicalBelief.ln2,
            missReduction: missChance - miss)
    }

    /// Expected information about one hypothesis being the truth or not, bits.
    package func bits(about hypothesis: Int, _ findings: [Int]) -> Double {
        guard !findings.isEmpty else { return 0 }
        var expected = 0.0
        OutcomeWalk(engine: engine, belief: belief).visit(findings) { branch in
            let weight =
                branch.affected.firstIndex(of: hypothesis).map { branch.weights[$0] }
                ?? self.belief.probabilities[hypothesis]
            expected += branch.chance * ClinicalTables.entropyBits(weight / branch.total)
        }
        return ClinicalTables.entropyBits(belief.probabilities[hypothesis]) - expected
    }

    /// The most informative of these findings by their bits, the best first, until another would
    /// make more than `combinations` joint outcomes.
    func core(_ findings: [Int], bits: (Int) -> Double) -> [Int] {
        var order: [(finding: Int, bits: Double)] = []
        for finding in findings {
            let told = bits(finding)
            if told > 1e-9 { order.append((finding, told)) }
        }
        order.sort { $0.bits != $1.bits ? $0.bits > $1.bits : $0.finding < $1.finding }
        var chosen: [Int] = []
        var product = 1
        for entry in order {
            product *= engine.tables.outcomeCount[entry.finding]
            guard product <= Foreseer.combinations else { break }
            chosen.append(entry.finding)
        }
        return chosen
    }

    /// The leader after a branch and its probability.
    func leader(after branch: OutcomeBranch) -> Weighed {
        var best = -1
        var most = -1.0
        for hypothesis in belief.ranking where !branch.affected.contains(hypothesis) {
            best = hypothesis
            most = belief.probabilities[hypothesis]
            break
        }
        for (slot, hypothesis) in branch.affected.enumerated() {
            let weight = branch.weights[slot]
            if weight > most || (weight == most && hypothesis < best) {
                best = hypothesis
                most = weight
            }
        }
        return Weighed(condition: best, probability: most / branch.total)
    }

    private func after(_ branch: OutcomeBranch) -> (nats: Double, miss: Double) {
        var sum = -belief.entropyBits * ClinicalBelief.ln2
        var danger = dangerShare
        for (slot, hypothesis) in branch.affected.enumerated() {
            let now = belief.probabilities[hypothesis]
            let weight = branch.weights[slot]
            sum -= now * belief.logProbabilities[hypothesis]
            if weight > 0 { sum += weight * log(weight) }
            if engine.isDanger(hypothesis) { danger += weight - now }
        }
        let leader = leader(after: branch)
        var miss = danger / branch.total
        if engine.isDanger(leader.condition) { miss -= leader.probability }
        return (log(branch.total) - sum / branch.total, miss)
    }
}

extension ClinicalTables {
    /// Entropy in bits of an event with this probability.
    static func entropyBits(_ share: Double) -> Double {
        guard share > 0, share < 1 else { return 0 }
        return (-share * log(share) - (1 - share) * log(1 - share)) / ClinicalBelief.ln2
    }
}
