// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Site

/// The answer as a clinician reads it in a chat window, and the refusal where there is no answer.
enum ClinicianText {
    private static let shown = 5

    /// Hypotheses in percent, the question worth asking next, the label, the receipt.
    ///
    /// - Parameter unused: how many parts of what was sent did not enter the score.
    static func answer(_ call: ServedCall, unused: Int = 0) -> String {
        let assessment = call.assessment
        let top = assessment.differential.prefix(shown).enumerated().map { rank, hypothesis in
            "\(rank + 1). \(hypothesis.name) (\(hypothesis.icd10)) "
                + percent(hypothesis.probability)
        }
        var lines = ["Most likely of \(assessment.differential.count) conditions:"] + top
        if let leader = assessment.differential.first, !leader.basis.isEmpty {
            let basis = leader.basis.prefix(3).map { contribution in
                "\(contribution.isPresent ? "" : "no ")\(contribution.shortName) "
                    + signed(contribution.logLikelihoodRatio)
            }
            lines.append(
                "For \(leader.name), in natural-log likelihood ratios: "
                    + basis.joined(separator: ", ") + ".")
        }
        if let question = assessment.nextQuestions.first {
            let bits = fixed(question.expectedInformationBits, decimals: 2)
            lines.append(
                "Next to ask: \(question.question) (\(question.evidence), expected information "
                    + "\(bits) bits). \(question.reason)")
        }
        if unused > 0 {
            lines.append(
                "Not used of what was sent: \(unused) \(unused == 1 ? "part" : "parts"); the native "
                    + "answer names each with the reason.")
        }
        lines.append(assessment.label)
        lines.append(
            "Receipt: entry \(call.receipt.index) of the ledger, tree size \(call.receipt.size), "
                + "root \(call.receipt.root); check it against /checkpoint.")
        return lines.joined(separator: "\n")
    }

    /// What was needed instead of what came; the sentence of a `CaseError` ends with an example.
    static func refusal(_ needed: String) -> String {
        "This model reads a case as JSON and doesn't guess one from free text. \(needed)"
    }

    /// Why there is no score.
    static func outside(_ reasons: [String]) -> String {
        "This case is outside what the model is for, so it gives no score: "
            + reasons.joined(separator: "; ") + "."
    }

    private static func percent(_ probability: Double) -> String {
        if probability > 0, probability < 0.001 { return "<0.1 %" }
        if probability > 0.999, probability < 1 { return ">99.9 %" }
        return fixed(probability * 100, decimals: 1) + " %"
    }

    private static func signed(_ value: Double) -> String {
        (value < 0 ? "-" : "+") + fixed(value.magnitude, decimals: 2)
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }
}

/// Counts for clients that insist on tokens: words and punctuation marks, as a reader would count.
///
/// The gateway bills predictions, never these.
enum TokenCount {
    /// Runs of letters and digits count one each, so does every other visible character.
    static func of(_ text: String) -> Int {
        var count = 0
        var inWord = false
        for scalar in text.unicodeScalars {
            let isWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            if isWord {
                if !inWord { count += 1 }
            } else if !scalar.properties.isWhitespace {
                count += 1
            }
            inWord = isWord
        }
        return count
    }
}
