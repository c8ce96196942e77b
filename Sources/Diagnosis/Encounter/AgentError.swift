// SPDX-License-Identifier: Apache-2.0

/// Why an agent could not take its turn.
package enum AgentError: Error, Equatable, Sendable {
    /// The agent's process ended or closed its output.
    case processEnded
    /// The agent's process gave no turn in time.
    case processTooSlow(seconds: Int)
    /// The agent's reply is not a turn.
    case notATurn(expected: String)

    /// One sentence: what was expected.
    package var sentence: String {
        switch self {
        case .processEnded: "agent process: expected a turn, and the process ended."
        case .processTooSlow(let seconds):
            "agent process: expected a turn within \(seconds) seconds."
        case .notATurn(let expected): "agent: expected \(expected)."
        }
    }
}
