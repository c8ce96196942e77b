// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Governance
import Site

extension PanelAnswer {
    /// Whether the call lay inside what the model is for.
    struct Use: Encodable, Sendable {
        var id: String
        var version: String
        /// `inside`, `outside`, or `not_assessed` where the call did not say enough.
        var verdict: String
        /// One sentence each; empty inside.
        var reasons: [String]
        /// What a reader is warned of.
        var caution: String

        /// - Parameter verdict: nil for a call that was outside.
        init(_ use: IntendedUse, _ verdict: IntendedUseVerdict?) {
            id = use.id
            version = use.version
            self.verdict = verdict?.code ?? IntendedUseVerdict.outside([]).code
            reasons = verdict?.reasons.map(\.sentence) ?? []
            caution = use.caution
        }
    }

    /// Whether the model gave no score, and why.
    struct Abstention: Encodable, Sendable {
        var isTrue: Bool
        @Nullable var reason: String?

        enum CodingKeys: String, CodingKey {
            case reason
            case isTrue = "bool"
        }
    }

    /// What one answer did to the leading output, as the reference of panels spells it.
    struct Weight: Encodable, Sendable {
        var feature: String
        /// Name of the output.
        var target: String
        /// Natural logarithm of a likelihood ratio.
        var contribution: Double
        /// `for`, `against`, or `neutral` at exactly zero.
        var direction: String

        static func all(_ hypothesis: Assessment.Hypothesis) -> [Weight] {
            hypothesis.basis.map { contribution in
                let ratio = contribution.logLikelihoodRatio
                return Weight(
                    feature: contribution.evidence, target: hypothesis.name, contribution: ratio,
                    direction: ratio > 0 ? "for" : ratio < 0 ? "against" : "neutral")
            }
        }
    }

    /// How unlike the patients behind the figures this one is.
    struct Distribution: Encodable, Sendable {
        @Nullable var score: Double?
        @Nullable var flag: Bool?
        var reason: String

        init() {
            score = nil
            flag = nil
            reason =
                "no reference distribution of whole cases comes with the figures, so none is "
                + "computed; remarks name what does not fit together"
        }
    }

    /// Where a section of the model's card is read.
    struct CardReference: Encodable, Sendable {
        var cardSection: String
        var url: String

        enum CodingKeys: String, CodingKey {
            case url
            case cardSection = "card_section"
        }

        static func all(of model: ServedModel) -> [CardReference] {
            let card = "/v1/panels/\(model.id)/card"
            return ["intended_use", "evidence", "limitations"].map {
                CardReference(cardSection: $0, url: "\(card)#/\($0)")
            } + [
                CardReference(
                    cardSection: "inputs", url: "/v1/panels/\(model.id)/knowledge")
            ]
        }
    }
}
