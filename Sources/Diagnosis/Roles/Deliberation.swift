// SPDX-License-Identifier: Apache-2.0

/// Why the panel stopped asking.
package enum StopReason: String, Sendable, Codable, CaseIterable {
    case certainEnough = "certain enough"
    case nothingInformativeLeft = "no informative question left"
    case questionLimit = "question limit reached"
}

/// The consensus of one round, by position in the knowledge base.
package enum Decision: Sendable, Equatable {
    case ask(Int)
    case diagnose(Int, StopReason)
}

/// How a round comes to one action.
///
/// The benchmark and the conference both decide here.
package enum Deliberation {
    /// Under the reference method: stop when the leader reaches the stop or at the limit, else ask
    /// the most informative question.
    ///
    /// Under the default method the Challenger may first force one confirming question, and only
    /// what Stewardship lets pass is asked.
    /// - Complexity: O(evidences) beyond the state's own figures.
    package static func decide(_ state: PanelState) -> Decision {
        let settings = state.engine.settings
        let leader = state.belief.leader
        let isAtLimit = state.asked >= settings.maxQuestions
        if state.isCertain(state.belief) {
            if settings.method == .default, !isAtLimit,
                let turn = Challenger.confirmation(state)
            {
                return .ask(turn.evidence)
            }
            return .diagnose(leader, .certainEnough)
        }
        if isAtLimit { return .diagnose(leader, .questionLimit) }
        let question =
            settings.method == .default
            ? Stewardship.examine(state).chosen?.evidence : state.outlook.best(state.belief)
        guard let question else { return .diagnose(leader, .nothingInformativeLeft) }
        return .ask(question)
    }
}
