// SPDX-License-Identifier: Apache-2.0

/// Keeps the differential: who leads, who follows, and how much lies outside the top three.
package enum HypothesisRole: PanelRole {
    package struct Work: Sendable, Equatable {
        /// The three most probable conditions.
        package var leaders: [Weighed]
        /// Probability of everything else together.
        package var outside: Double
        package var entropyBits: Double
    }

    package static let name = RoleName.hypothesis

    package static func examine(_ state: PanelState) -> Work {
        let belief = state.belief
        let leaders = belief.ranking(3).map {
            Weighed(condition: $0, probability: belief.probabilities[$0])
        }
        let outside = belief.ranking().dropFirst(3).reduce(0) { $0 + belief.probabilities[$1] }
        return Work(leaders: leaders, outside: outside, entropyBits: belief.entropyBits)
    }

    package static func statements(_ work: Work, _ state: PanelState) -> [RoleStatement] {
        let names = work.leaders.map {
            "\(state.name($0.condition)) \(Wording.percent($0.probability))"
        }
        var figures = ["outside": work.outside, "uncertainty bits": work.entropyBits]
        for leader in work.leaders { figures[state.name(leader.condition)] = leader.probability }
        let rest = state.belief.probabilities.count - work.leaders.count
        figures["other conditions"] = Double(rest)
        return [
            RoleStatement(
                role: name,
                sentence: "\(names.joined(separator: ", ")); the other \(rest) share "
                    + "\(Wording.percent(work.outside)). "
                    + "Uncertainty: \(Wording.bits(work.entropyBits)) bits.",
                figures: figures)
        ]
    }
}
