// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Spends the patient's effort: nearly the same information for less burden, and nothing for little.
///
/// Every question costs the same minute, so burden is the only price: a symptom can be felt now,
/// while the past, the family and medicines have to be remembered or looked up.
package enum Stewardship: PanelRole {
    /// Least burden first.
    package enum Burden: Int, Sendable {
        case symptom = 1
        case antecedent = 2
    }

    package struct Work: Sendable, Equatable {
        /// What may be asked; nil when every proposal was vetoed or none was made.
        package var chosen: TestChooser.Proposal?
        /// The most informative proposal, where a less burdensome one took its place.
        package var replaced: TestChooser.Proposal?
        /// Proposals expected to tell less than the minimum.
        package var vetoed: [TestChooser.Proposal]
    }

    package static let name = RoleName.stewardship

    package static func examine(_ state: PanelState) -> Work {
        rule(on: TestChooser.examine(state), state)
    }

    static func rule(on proposals: [TestChooser.Proposal], _ state: PanelState) -> Work {
        let settings = state.engine.settings
        let worth = proposals.filter { $0.bits >= settings.minimumInformation }
        let vetoed = proposals.filter { $0.bits < settings.minimumInformation }
        guard let best = worth.first else { return Work(chosen: nil, vetoed: vetoed) }
        var chosen = best
        for proposal in worth.dropFirst()
        where proposal.bits >= settings.equivalentShare * best.bits
            && burden(proposal, state).rawValue < burden(chosen, state).rawValue
        {
            chosen = proposal
        }
        return Work(chosen: chosen, replaced: chosen == best ? nil : best, vetoed: vetoed)
    }

    private static func burden(_ proposal: TestChooser.Proposal, _ state: PanelState) -> Burden {
        state.engine.knowledge.evidences[proposal.evidence].isAntecedent ? .antecedent : .symptom
    }

    package static func statements(_ work: Work, _ state: PanelState) -> [RoleStatement] {
        if state.isCertain(state.belief) { return [atCertainty(state)] }
        if let chosen = work.chosen { return [choice(chosen, work.replaced, state)] }
        return work.vetoed.first.map { [veto($0, state)] } ?? []
    }

    private static func atCertainty(_ state: PanelState) -> RoleStatement {
        let leader = state.belief.leader
        let probability = state.belief.probabilities[leader]
        let best = state.outlook.bits.max() ?? 0
        return RoleStatement(
            role: name,
            sentence: "\(state.name(leader)) stands at \(Wording.percent(probability)); the best "
                + "question left would tell \(Wording.bits(best)) bits.",
            figures: ["probability": probability, "bits": best])
    }

    private static func choice(
        _ chosen: TestChooser.Proposal, _ replaced: TestChooser.Proposal?, _ state: PanelState
    ) -> RoleStatement {
        let topic = state.shortName(chosen.evidence)
        guard let replaced else {
            return RoleStatement(
                role: name,
                sentence:
                    "No objection to \(topic): \(Wording.bits(chosen.bits)) bits, and nothing "
                    + "less burdensome comes close.",
                figures: ["bits": chosen.bits])
        }
        return RoleStatement(
            role: name,
            sentence: "Ask about \(topic), a symptom, instead of "
                + "\(state.shortName(replaced.evidence)), which must be remembered: "
                + "\(Wording.bits(chosen.bits)) of \(Wording.bits(replaced.bits)) bits for less "
                + "burden.",
            figures: ["bits": chosen.bits, "bits of the best": replaced.bits])
    }

    private static func veto(_ best: TestChooser.Proposal, _ state: PanelState) -> RoleStatement {
        let minimum = state.engine.settings.minimumInformation
        return RoleStatement(
            role: name,
            sentence: "Veto: the best question left is expected to tell "
                + "\(Wording.decimal(best.bits, places: 3)) bits, under the minimum of "
                + "\(Wording.decimal(minimum, places: 3)).",
            figures: ["bits": best.bits, "minimum bits": minimum])
    }
}
