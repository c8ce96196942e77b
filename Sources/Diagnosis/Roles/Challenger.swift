// SPDX-License-Identifier: Apache-2.0

/// The devil's advocate: what speaks against the leader, what would topple it, what must not be
/// missed.
package enum Challenger: PanelRole {
    /// An open question one answer to which would put another condition first.
    package struct Flip: Sendable, Equatable {
        package var evidence: Int
        package var isPresent: Bool
        /// Probability of that answer.
        package var chance: Double
        package var newLeader: Weighed
    }

    /// A finding that spoke against the leader.
    package struct Contradiction: Sendable, Equatable {
        package var answer: Answer
        /// Natural-log likelihood ratio, below zero.
        package var logLikelihoodRatio: Double
    }

    /// A question that must come before committing, and the condition it is about.
    package struct Confirmation: Sendable, Equatable {
        package var evidence: Int
        package var danger: Weighed
        /// Bits about that condition being the cause or not.
        package var bits: Double
    }

    package struct Work: Sendable, Equatable {
        /// The likeliest answer that would change the leader; nil when none with 1 % chance would.
        package var flip: Flip?
        /// Findings that at least halved the leader's odds, worst first, two at most.
        package var contradictions: [Contradiction]
        package var dangers: [Weighed]
        package var confirmation: Confirmation?
    }

    package static let name = RoleName.challenger

    package static func examine(_ state: PanelState) -> Work {
        Work(
            flip: flip(state), contradictions: contradictions(state), dangers: state.openDangers,
            confirmation: confirmation(state))
    }

    /// The confirmation turn: the panel is about to commit for the first time, yet a must-not-miss
    /// condition is open, so the question that tells most about it is asked.
    ///
    /// It is forced once: certainty that stood before the last answer has had its turn.
    static func confirmation(_ state: PanelState) -> Confirmation? {
        guard state.isCertain(state.belief) else { return nil }
        if let before = state.earlier.last, state.isCertain(before),
            before.leader == state.belief.leader
        {
            return nil
        }
        guard let danger = state.openDangers.first else { return nil }
        var best: Confirmation?
        for evidence in state.outlook.bits.indices where !state.belief.isAnswered[evidence] {
            let bits = state.outlook.bits(
                about: danger.condition, evidence: evidence, state.belief, state.engine.tables)
            if bits > best?.bits ?? 0 {
                best = Confirmation(evidence: evidence, danger: danger, bits: bits)
            }
        }
        return best
    }

    private static func flip(_ state: PanelState) -> Flip? {
        let leader = state.belief.leader
        var best: Flip?
        for evidence in state.outlook.yes.indices where !state.belief.isAnswered[evidence] {
            for isPresent in [true, false] {
                let yes = state.outlook.yes[evidence]
                let chance = isPresent ? yes : 1 - yes
                guard chance >= 0.01, chance > best?.chance ?? 0 else { continue }
                let belief = state.belief(after: evidence, isPresent: isPresent)
                guard belief.leader != leader else { continue }
                best = Flip(
                    evidence: evidence, isPresent: isPresent, chance: chance,
                    newLeader: Weighed(
                        condition: belief.leader,
                        probability: belief.probabilities[belief.leader]))
            }
        }
        return best
    }

    private static func contradictions(_ state: PanelState) -> [Contradiction] {
        let leader = state.belief.leader
        let contributions = Contributions(state.answers, state.engine.tables)
        let halved = -0.693_147_180_559_945_3
        return state.answers.indices
            .map {
                Contradiction(
                    answer: state.answers[$0],
                    logLikelihoodRatio: contributions.values[$0][leader])
            }
            .filter { $0.logLikelihoodRatio <= halved }
            .sorted {
                ($0.logLikelihoodRatio, $0.answer.evidence)
                    < ($1.logLikelihoodRatio, $1.answer.evidence)
            }
            .prefix(2).map { $0 }
    }
}
