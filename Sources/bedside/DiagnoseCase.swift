// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import SequentialBenchmark
import Site

/// `bedside diagnose --case`: a patient or a case in a file, before the clinical panel.
struct DiagnoseCase {
    var file: String
    var settings: RunSettings
    var output: OutputOption

    /// Works on any of the formats, told apart by what is in them.
    func run(questionPanel: Panel) async throws {
        let bytes = try Files.readBytes(file)
        let object =
            (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] ?? [:]
        if object["format"] as? String == BenchmarkCase.format {
            return try await workUp()
        }
        let rows = object["findings"] as? [[String: Any]] ?? []
        if rows.contains(where: { $0["evidence"] != nil }) {
            let input = try Shipped.caseInput(
                bytes, file: file, knowledge: questionPanel.knowledge)
            let assessment = questionPanel.assess(input)
            return try output.show(assessment) { WorkUpText.assessment(assessment) }
        }
        let desk = try AgentDesk()
        let input = try ClinicalCaseInput(json: bytes, file: file, catalogue: desk.catalogue)
        let assessment = try desk.assess(input, prices: settings.prices)
        try output.show(assessment) { ClinicalText.assessment(assessment) }
    }

    private func workUp() async throws {
        let desk = try AgentDesk()
        guard let item = try desk.cases(file).first else {
            throw SiteError.refused("\(file): expected a case.")
        }
        let worked = try await desk.workUp(item, settings: settings)
        try output.show(worked.assessment) { ClinicalText.workUp(item, worked) }
    }
}

/// How the clinical panel reads in a terminal.
enum ClinicalText {
    static func assessment(_ assessment: ClinicalAssessment) -> String {
        let differential = Terminal.table(
            assessment.differential.prefix(5).map {
                [$0.name, Terminal.percent($0.probability)]
            })
        let basis = assessment.differential.prefix(2).map { hypothesis in
            "\(hypothesis.name):\n"
                + Terminal.table(
                    hypothesis.basis.map {
                        [
                            "    \($0.name) \($0.outcome)",
                            String(format: "%+.2f", $0.logLikelihoodRatio), $0.source,
                        ]
                    })
        }
        let next = assessment.nextActions.prefix(3).map { action in
            let price = action.cents.map { String(format: ", %.2f US dollars", Double($0) / 100) }
            return String(
                format: "  %@ %@ (%.2f bits%@)", action.kind, action.name,
                action.expectedInformationBits, price ?? "")
        }
        return
            ([differential] + basis + [assessment.consensus] + next
            + assessment.remarks.map(\.sentence) + [assessment.label])
            .joined(separator: "\n")
    }

    /// The conference turn by turn, as it was held.
    static func workUp(_ item: BenchmarkCase, _ worked: WorkedCase) -> String {
        var lines = [item.abstract, ""]
        for turn in worked.record.turns {
            lines.append("Turn \(turn.number)")
            lines += turn.turn.statements.map { "  \($0.role.rawValue): \($0.sentence)" }
            lines += turn.answers.map { answer in
                let price =
                    answer.cents > 0
                    ? String(format: " [%.2f US dollars]", Double(answer.cents) / 100) : ""
                return "  ? \(answer.request.text): \(answer.text)\(price)"
            }
        }
        let outcome = worked.record.outcome
        lines.append(
            String(
                format: "\nDiagnosis: %@. Score %d of 5: %@ Cost %.2f US dollars, %d visits, %d "
                    + "tests.", outcome.stated?.name ?? "none", outcome.verdict.score,
                outcome.verdict.reason, Double(outcome.cents) / 100, outcome.visits,
                outcome.tests))
        lines.append(worked.assessment.label)
        return lines.joined(separator: "\n")
    }
}
