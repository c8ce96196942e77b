// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Statistics
import Testing

/// The method written down as slowly and plainly as its rule reads; the fast one is held against it.
struct PlainTwin {
    let knowledge: KnowledgeBase
    let floor: Double

    func likelihood(_ evidence: Int, _ isPresent: Bool, _ condition: Int) -> Double {
        let share = knowledge.probability(evidence: evidence, condition: condition)
        let yes = min(max(share, floor), 1 - floor)
        return isPresent ? yes : 1 - yes
    }

    func posterior(_ answers: [Answer]) -> [Double] {
        var weights = knowledge.conditions.map { Double($0.trainCount) }
        for answer in answers {
            for condition in weights.indices {
                weights[condition] *= likelihood(answer.evidence, answer.isPresent, condition)
            }
            weights = normalised(weights)
        }
        return normalised(weights)
    }

    /// H(now) - E[H(after the answer)], in bits.
    func gain(_ evidence: Int, _ now: [Double]) -> Double {
        var expected = 0.0
        for isPresent in [true, false] {
            let joint = now.indices.map { now[$0] * likelihood(evidence, isPresent, $0) }
            expected += joint.reduce(0, +) * entropy(normalised(joint))
        }
        return entropy(now) - expected
    }

    func entropy(_ shares: [Double]) -> Double {
        shares.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
    }

    private func normalised(_ weights: [Double]) -> [Double] {
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }
}

/// What the tests share.
enum Fixture {
    static func ddxplus() throws -> KnowledgeBase { try KnowledgeBase.ddxplus() }

    /// A small knowledge base from rows of P(yes | condition).
    static func knowledge(
        _ conditions: [(name: String, severity: Int, count: Int)],
        _ evidences: [(name: String, isAntecedent: Bool, yes: [Double])]
    ) throws -> KnowledgeBase {
        try KnowledgeBase(
            conditions: conditions.map {
                .init(name: $0.name, icd10: "Z", severity: $0.severity, trainCount: $0.count)
            },
            evidences: evidences.enumerated().map { index, evidence in
                .init(
                    id: "E_\(index)", question: "Is there \(evidence.name)?",
                    isAntecedent: evidence.isAntecedent, shortName: evidence.name)
            }, probabilities: evidences.flatMap(\.yes), source: "made for a test", version: "t")
    }

    /// Random answers to `count` different evidences.
    static func answers(
        _ count: Int, _ knowledge: KnowledgeBase, _ random: inout SeededRandom
    ) -> [Answer] {
        var open = Array(knowledge.evidences.indices)
        return (0..<count).map { _ in
            let evidence = open.remove(at: random.below(open.count))
            return Answer(evidence: evidence, isPresent: random.chance(0.3))
        }
    }

    static func state(_ engine: PanelEngine, _ answers: [Answer]) -> PanelState {
        var state = PanelState(engine)
        for (index, answer) in answers.enumerated() { state.take(answer, asked: index > 0) }
        return state
    }

    static func findings(_ answers: [Answer], _ knowledge: KnowledgeBase) -> [Finding] {
        answers.map {
            Finding(evidence: knowledge.evidences[$0.evidence].id, isPresent: $0.isPresent)
        }
    }
}
