// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Keeps the differential: who leads, what the last answers moved, what fits nothing.
package enum ClinicalHypothesis: ClinicalRole {
    package struct Work: Sendable, Equatable {
        /// The three most probable hypotheses.
        package var leaders: [Weighed]
        /// Probability of "none of these".
        package var noneOfThese: Double
        package var entropyBits: Double
        /// The hypothesis that the last answers moved most, with its probability before them.
        package var moved: Weighed?
        package var before: Double
    }

    package static let name = RoleName.hypothesis

    package static func examine(_ state: ClinicalState) -> Work {
        let belief = state.belief
        var moved: Weighed?
        var before = 0.0
        if let earlier = state.earlier {
            var most = 0.005
            for (hypothesis, now) in belief.probabilities.enumerated() {
                let change = abs(now - earlier.probabilities[hypothesis])
                guard change > most else { continue }
                most = change
                moved = Weighed(condition: hypothesis, probability: now)
                before = earlier.probabilities[hypothesis]
            }
        }
        return Work(
            leaders: belief.ranking.prefix(3).map {
                Weighed(condition: $0, probability: belief.probabilities[$0])
            },
            noneOfThese: belief.probabilities[state.engine.knowledge.noneOfThese],
            entropyBits: belief.entropyBits, moved: moved, before: before)
    }

    package static func statements(_ work: Work, _ state: ClinicalState) -> [RoleStatement] {
        var figures = [
            "none of these": work.noneOfThese, "uncertainty bits": work.entropyBits,
        ]
        let names = work.leaders.map { leader in
            figures[state.name(leader.condition)] = leader.probability
            return "\(state.name(leader.condition)) \(Wording.percent(leader.probability))"
        }
        var result = [
            RoleStatement(
                role: name,
                sentence: "\(names.joined(separator: ", ")). A disease outside those known: "
                    + "\(Wording.percent(work.noneOfThese)). "
                    + "Uncertainty: \(Wording.bits(work.entropyBits)) bits.",
                figures: figures)
        ]
        if let moved = work.moved {
            result.append(
                RoleStatement(
                    role: name,
                    sentence: "The last answers moved \(state.name(moved.condition)) from "
                        + "\(Wording.percent(work.before)) to "
                        + "\(Wording.percent(moved.probability)).",
                    figures: ["before": work.before, "now": moved.probability]))
        }
        return result
    }
}
