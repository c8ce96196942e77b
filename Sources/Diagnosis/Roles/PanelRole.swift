// SPDX-License-Identifier: Apache-2.0

/// The five roles of the panel, after the roles MAI-DxO gave one language model (Nori et al.,
/// "Sequential Diagnosis with Language Models", 2025).
///
/// Here each is arithmetic.
package enum RoleName: String, Sendable, Codable, CaseIterable {
    case hypothesis = "Hypothesis"
    case testChooser = "Test-Chooser"
    case challenger = "Challenger"
    case stewardship = "Stewardship"
    case checklist = "Checklist"
}

/// One line of a conference: who says what, and the numbers that back it.
package struct RoleStatement: Sendable, Codable, Hashable {
    package var role: RoleName
    package var sentence: String
    /// Every number in the sentence, unrounded, by what it is.
    package var figures: [String: Double]

    package init(role: RoleName, sentence: String, figures: [String: Double]) {
        self.role = role
        self.sentence = sentence
        self.figures = figures
    }
}

/// A member of the panel: works out numbers first, and says only what they back.
package protocol PanelRole: Sendable {
    associatedtype Work: Sendable
    static var name: RoleName { get }
    static func examine(_ state: PanelState) -> Work
    static func statements(_ work: Work, _ state: PanelState) -> [RoleStatement]
}
