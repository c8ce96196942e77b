// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The clinical panel's answer to a list of findings: a differential with its reasons and their
/// sources, what to do next, what is missing.
package struct ClinicalAssessment: Sendable, Codable, Equatable {
    package struct Hypothesis: Sendable, Codable, Equatable {
        package var name: String
        package var icd10: [String]
        package var probability: Double
        /// From 1 (worst) to 5; nil for "no disease" and "none of these".
        package var severity: Int?
        package var mustNotMiss: Bool
        /// ln(p / (1 - p)) before any finding; plus every contribution of `basis` it gives
        /// ln(p / (1 - p)) of `probability`.
        package var priorLogOdds: Double
        /// One entry for each finding, in the order given, for the five leading hypotheses and any
        /// of 1 % or more; empty for the rest.
        package var basis: [Contribution]
    }

    /// What one finding did to one hypothesis.
    package struct Contribution: Sendable, Codable, Equatable {
        /// Id in the catalogue.
        package var finding: String
        package var name: String
        package var outcome: String
        /// By how much the finding, discounted within its group, changed ln(p / (1 - p)); above
        /// zero speaks for the hypothesis.
        package var logLikelihoodRatio: Double
        /// P(outcome | hypothesis) after clipping.
        package var probability: Double
        /// Key of the published source; `DDXPlus`; or `background` where the hypothesis has no
        /// figure for the finding.
        package var source: String
    }

    /// Something worth doing.
    package struct NextAction: Sendable, Codable, Equatable {
        /// `question` or `test`.
        package var kind: String
        package var id: String
        package var name: String
        /// Expected fall of the entropy of the hypotheses.
        package var expectedInformationBits: Double
        /// US cents; nil without a price in the schedule.
        package var cents: Int?
        package var reason: String
        /// Every number of `reason`.
        package var figures: [String: Double]
    }

    /// A publication that `basis` refers to.
    package struct Source: Sendable, Codable, Equatable {
        package var key: String
        package var citation: String
        package var address: String
    }

    /// By falling probability, then position.
    package var differential: [Hypothesis]
    /// The panel's own choice first, then the most valuable questions and tests.
    package var nextActions: [NextAction]
    /// What the panel would do now, in one sentence.
    package var consensus: String
    /// Why the panel would commit now; nil while it would go on.
    package var stop: ClinicalStop?
    /// What the assessment could not take into account, in sentences.
    package var missing: [String]
    package var remarks: [ChecklistRemark]
    /// Publications behind `basis`, by key.
    package var sources: [Source]
    /// What this is and is not; show it wherever the assessment is shown.
    package var label: String
    package var model: String
    /// Names knowledge and settings together; 32 hexadecimal digits.
    package var modelDigest: String

    /// As JSON with sorted keys: the same assessment is always the same bytes.
    package func json() throws(CaseError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            throw .wrongType(place: "assessment", expected: "finite numbers")
        }
        return Array(data)
    }
}
