// SPDX-License-Identifier: Apache-2.0

/// One conference: what each role said, and the action all agreed on.
package struct PanelRound: Sendable, Codable, Equatable {
    /// In the order of speaking: Hypothesis, Test-Chooser, Challenger, Stewardship, Checklist.
    package var statements: [RoleStatement]
    package var action: Action
    /// The question of `.ask`; nil when diagnosing.
    package var question: Assessment.NextQuestion?
    /// Why the panel stopped; nil when asking.
    package var stop: StopReason?
    /// True when the question is the confirmation turn before committing.
    package var isConfirmation: Bool
    /// The consensus in one sentence.
    package var consensus: String

    init(_ state: PanelState) {
        let decision = Deliberation.decide(state)
        let challenge = Challenger.examine(state)
        statements =
            HypothesisRole.statements(HypothesisRole.examine(state), state)
            + TestChooser.statements(TestChooser.examine(state), state)
            + Challenger.statements(challenge, state)
            + Stewardship.statements(Stewardship.examine(state), state)
            + Checklist.statements(Checklist.examine(state), state)
        action = state.action(decision)
        switch decision {
        case .ask(let evidence):
            question = state.nextQuestion(evidence)
            isConfirmation =
                state.engine.settings.method == .default && state.isCertain(state.belief)
                && challenge.confirmation?.evidence == evidence
            let name = state.shortName(evidence)
            consensus =
                isConfirmation
                ? "Ask about \(name) before committing." : "Ask about \(name)."
        case .diagnose(let condition, let reason):
            stop = reason
            isConfirmation = false
            let probability = state.belief.probabilities[condition]
            consensus =
                "Diagnose \(state.name(condition)) at \(Wording.percent(probability)): "
                + "\(reason.rawValue)."
        }
    }
}
