// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The panel's answer to a case: a differential with its reasons, what to ask next, what is missing.
package struct Assessment: Sendable, Codable, Equatable {
    /// One condition with its probability and the answers that led to it.
    package struct Hypothesis: Sendable, Codable, Equatable {
        package var name: String
        package var icd10: String
        package var probability: Double
        /// From 1 (worst) to 5.
        package var severity: Int
        /// ln(p / (1 - p)) before any answer; plus every contribution of `basis` it gives
        /// ln(p / (1 - p)) of `probability`.
        package var priorLogOdds: Double
        /// One entry for each answer, in the order given, for the five leading hypotheses and any
        /// of 1 % or more; empty for the rest.
        package var basis: [Contribution]
    }

    /// What one answer did to one hypothesis.
    package struct Contribution: Sendable, Codable, Equatable {
        /// Code of the evidence.
        package var evidence: String
        package var shortName: String
        package var isPresent: Bool
        /// ln of P(answer | hypothesis) over P(answer | the other hypotheses, as weighed just
        /// before this answer); above zero speaks for the hypothesis.
        package var logLikelihoodRatio: Double
        /// P(answer | hypothesis) after clipping to the likelihood floor.
        package var probability: Double
        /// P(answer | the other hypotheses, as weighed just before this answer).
        package var probabilityElsewhere: Double
        /// Where P comes from, with the number of patients behind it.
        package var source: String
    }

    /// A question worth asking, and what its answer would change.
    package struct NextQuestion: Sendable, Codable, Equatable {
        /// Code of the evidence.
        package var evidence: String
        package var question: String
        package var shortName: String
        /// Expected fall of the entropy of the differential, bits.
        package var expectedInformationBits: Double
        package var probabilityOfYes: Double
        /// The hypothesis that a yes would raise most, now and after each answer.
        package var raises: String
        package var probabilityNow: Double
        package var probabilityIfYes: Double
        package var probabilityIfNo: Double
        /// One sentence made from the four numbers above.
        package var reason: String
        /// The two hypotheses the answer separates most: the one a yes raises, the one it lowers.
        package var separates: [String]
    }

    /// Every condition of the knowledge base by falling probability, then name.
    package var differential: [Hypothesis]
    /// Up to three, the panel's own choice first; empty when nothing informative is left.
    package var nextQuestions: [NextQuestion]
    package var action: Action
    /// What the assessment could not take into account, in sentences.
    package var missing: [String]
    /// The Checklist's remarks on the case.
    package var remarks: [ChecklistRemark]
    /// What this is and is not; show it wherever the assessment is shown.
    package var label: String
    /// Such as `bedside-panel`.
    package var model: String
    /// Names knowledge and settings together; 32 hexadecimal digits.
    package var modelDigest: String
    /// Attribution of the figures.
    package var source: String
    /// Why the panel would stop here; nil while it would go on asking.
    package var stop: StopReason?

    /// As JSON with sorted keys: the same assessment is always the same bytes.
    package func json() throws(CaseError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            throw .wrongType(place: "assessment", expected: "finite numbers")
        }
        return Array(data)
    }

    /// The label every assessment carries.
    package static let notADevice =
        "Not a medical device. For evaluating software with synthetic figures; "
        + "not reviewed by clinicians."
}
