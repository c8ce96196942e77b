// SPDX-License-Identifier: Apache-2.0

/// Proposes the questions whose answers are expected to tell most.
package enum TestChooser: PanelRole {
    /// An open question and the bits its answer is expected to bring.
    package struct Proposal: Sendable, Equatable {
        package var evidence: Int
        package var bits: Double
    }

    package static let name = RoleName.testChooser

    /// Up to `PanelSettings.proposals` open questions by falling information, ties to the lowest
    /// position.
    package static func examine(_ state: PanelState) -> [Proposal] {
        state.outlook.best(state.engine.settings.proposals, state.belief).map {
            Proposal(evidence: $0, bits: state.outlook.bits[$0])
        }
    }

    package static func statements(_ work: [Proposal], _ state: PanelState) -> [RoleStatement] {
        guard !work.isEmpty else {
            return [
                RoleStatement(
                    role: name, sentence: "Every question has been answered.", figures: [:])
            ]
        }
        var figures: [String: Double] = [:]
        let parts = work.map { proposal in
            figures[state.shortName(proposal.evidence)] = proposal.bits
            return "\(state.shortName(proposal.evidence)) (\(Wording.bits(proposal.bits)) bits)"
        }
        return [
            RoleStatement(
                role: name, sentence: "Most informative: \(parts.joined(separator: ", ")).",
                figures: figures)
        ]
    }
}
