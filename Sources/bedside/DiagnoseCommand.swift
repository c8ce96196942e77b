// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Diagnosis
import Foundation
import Knowledge
import Records
import SequentialBenchmark
import Site

/// `bedside diagnose`: one work-up, asked in the terminal or read from a file.
struct Diagnose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work a case up: questions, the differential after each answer, and why.",
        discussion: """
            Answer y, n, ? (don't know), u (undo), w (why this differential) or q.
            --case takes a patient ({"age", "sex", "text", "findings": [{"id", "value"}]}), a case \
            of the question panel, or a benchmark case, which the agent then works up turn by turn.
            Not a medical device; not reviewed by clinicians.
            """)

    @Option(
        name: [.customLong("case"), .customLong("file")],
        help: "A patient or a case as JSON; assess it and stop.")
    var file: String?
    @Option(name: .long, help: "Directory of the site; the assessment is entered in its ledger.")
    var site: String?
    @Option(name: .long, help: "panel, model:NAME, panel+model:NAME or process:COMMAND.")
    var agent = "panel"
    @Option(name: .long, help: "instant, questions, budgeted, unconstrained or ensemble.")
    var variant: Variant = .unconstrained
    @Option(name: .long, help: "US dollars for one case, visits included (budgeted).")
    var budget: Double?
    @Option(name: .long, help: "us-medicare, flat-visit-300, or a site's price file.")
    var prices = "us-medicare"
    @Option(name: .long, help: "First finding: its id, short name or question.")
    var complaint: String?
    @Option(name: .long, help: "Smallest likelihood believed of any answer.")
    var floor = 0.02
    @Option(name: .long, help: "Posterior at which the panel commits.")
    var stop = 0.95
    @OptionGroup var output: OutputOption

    func run() async throws {
        let knowledge = try Shipped.knowledge()
        let panel = Panel(
            knowledge: knowledge,
            settings: try Shipped.settings(floor: floor, stop: stop))
        if let file {
            try await DiagnoseCase(
                file: file,
                settings: RunSettings(
                    agent: agent, variant: variant, prices: prices,
                    budgetCents: budget.map { Int(($0 * 100).rounded()) }), output: output
            ).run(questionPanel: panel)
            if let site { try AgentDesk().recordAssessment(site: site, agent: agent) }
            return
        }
        try interview(panel, knowledge: knowledge)
    }

    private func interview(_ panel: Panel, knowledge: KnowledgeBase) throws {
        let typed = complaint ?? ask("What brings the patient in? (a finding, such as cough) ")
        guard let typed, !typed.isEmpty else { return }
        let first = try Shipped.evidence(named: typed, knowledge: knowledge)
        var workUp = WorkUp(
            panel: panel,
            start: CaseInput(findings: [Finding(evidence: first, isPresent: true)]))
        print("\n\(workUp.history[0].question) yes\n")
        print(WorkUpText.differential(workUp.assessment, rows: 5))
        while case .ask(let evidence) = workUp.nextAction {
            let question = workUp.conference.question
            print("\n" + WorkUpText.next(question))
            guard let reply = ask("\(question?.question ?? evidence) [y/n/?/u/w/q] ") else { break }
            switch reply.lowercased().first {
            case "y": try workUp.answer(evidence: evidence, present: true)
            case "n": try workUp.answer(evidence: evidence, present: false)
            case "?": try workUp.skip(evidence: evidence)
            case "u": workUp.undo()
            case "w":
                print("\n" + WorkUpText.basis(workUp.assessment, rows: 3))
                continue
            case "q":
                return
            default:
                print("Please answer y, n, ?, u, w or q.")
                continue
            }
            print("\n" + WorkUpText.differential(workUp.assessment, rows: 5))
        }
        print("\n" + WorkUpText.assessment(workUp.assessment))
    }

    private func ask(_ prompt: String) -> String? {
        print(prompt, terminator: "")
        fflush(nil)
        return readLine()?.trimmingCharacters(in: .whitespaces)
    }
}

/// How a work-up reads in a terminal.
enum WorkUpText {
    static func differential(_ assessment: Assessment, rows: Int) -> String {
        Terminal.table(
            assessment.differential.prefix(rows).map { hypothesis in
                let filled = Int((hypothesis.probability * 20).rounded())
                let bar =
                    String(repeating: "█", count: filled)
                    + String(repeating: "·", count: 20 - filled)
                return [hypothesis.name, bar, Terminal.percent(hypothesis.probability)]
            })
    }

    /// Every finding's contribution to the leading hypotheses.
    static func basis(_ assessment: Assessment, rows: Int) -> String {
        assessment.differential.prefix(rows).map { hypothesis in
            let lines = hypothesis.basis.map { contribution in
                [
                    "    \(contribution.isPresent ? "has" : "no ") \(contribution.shortName)",
                    String(format: "%+.2f", contribution.logLikelihoodRatio),
                ]
            }
            return "\(hypothesis.name) \(Terminal.percent(hypothesis.probability))\n"
                + Terminal.table(lines)
        }.joined(separator: "\n")
            + "\n(weights are natural-log likelihood ratios; above 0 speaks for, below 0 against)"
    }

    static func next(_ question: Assessment.NextQuestion?) -> String {
        guard let question else { return "" }
        return String(format: "Next (%.2f bits): ", question.expectedInformationBits)
            + question.reason
    }

    static func assessment(_ assessment: Assessment) -> String {
        let missing = assessment.missing.map { "missing: \($0)" }.joined(separator: "\n")
        let next = assessment.nextQuestions.prefix(3).map {
            String(format: "  %.2f bits  ", $0.expectedInformationBits) + $0.question
        }.joined(separator: "\n")
        return [
            differential(assessment, rows: 5), basis(assessment, rows: 2),
            next.isEmpty ? "" : "Next questions:\n" + next, missing, assessment.label,
        ].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}
