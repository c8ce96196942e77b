// SPDX-License-Identifier: Apache-2.0

/// A fact about the patient at hand: observed, or looked for and excluded.
package struct Finding: Hashable, Sendable, Codable {
    /// The evidence's code in the knowledge it belongs to, such as `E_53`.
    package var evidence: String
    package var isPresent: Bool

    package init(evidence: String, isPresent: Bool) {
        self.evidence = evidence
        self.isPresent = isPresent
    }
}
