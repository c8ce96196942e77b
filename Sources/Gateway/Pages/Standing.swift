// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Site
import Workbench

/// From what the panel says to what the page shows.
extension WorkUpView.Standing {
    private static let questionsShown = 3

    /// - Parameters:
    ///   - state: the panel's state after the same findings, for questions beyond those proposed.
    ///   - skipped: evidences the person can't tell; they are not asked again.
    init(_ call: ServedCall, round: PanelRound, state: PanelState, skipped: Set<String>) {
        let assessment = call.assessment
        self.init(
            differential: assessment.differential.map(WorkUpView.Hypothesis.init),
            questions: WorkUpView.Standing.questions(assessment, state, skipped),
            conference: round.statements.map { .init(role: $0.role.rawValue, text: $0.sentence) }
                + [.init(role: "Consensus", text: round.consensus)],
            stop: assessment.stop == nil ? nil : round.consensus,
            missing: assessment.missing + assessment.remarks.map(\.sentence),
            label: assessment.label, ledgerIndex: call.receipt.index)
    }

    /// The panel's proposals that were not skipped; where those run out, the next most informative.
    private static func questions(
        _ assessment: Assessment, _ state: PanelState, _ skipped: Set<String>
    ) -> [WorkUpView.Question] {
        var questions = assessment.nextQuestions.filter { !skipped.contains($0.evidence) }
            .map(WorkUpView.Question.init)
        guard !assessment.nextQuestions.isEmpty, questions.count < questionsShown else {
            return questions
        }
        let known = Set(assessment.nextQuestions.map(\.evidence))
        let evidences = state.engine.knowledge.evidences
        let candidates = state.outlook.best(
            questionsShown + skipped.count + known.count, state.belief)
        for index in candidates
        where questions.count < questionsShown
            && state.outlook.bits[index] >= state.engine.settings.minimumInformation
            && !known.contains(evidences[index].id) && !skipped.contains(evidences[index].id)
        {
            questions.append(
                WorkUpView.Question(
                    id: evidences[index].id, question: evidences[index].question,
                    bits: state.outlook.bits[index],
                    reason: "The most informative question among those not yet answered or "
                        + "skipped."))
        }
        return questions
    }
}

extension WorkUpView.Hypothesis {
    init(_ hypothesis: Assessment.Hypothesis) {
        self.init(
            name: hypothesis.name, code: hypothesis.icd10, probability: hypothesis.probability,
            severity: hypothesis.severity,
            basis: hypothesis.basis.map {
                WorkUpView.Weight(
                    finding: $0.shortName, isPresent: $0.isPresent, weight: $0.logLikelihoodRatio,
                    source: $0.source)
            })
    }
}

extension WorkUpView.Question {
    init(_ question: Assessment.NextQuestion) {
        self.init(
            id: question.evidence, question: question.question,
            bits: question.expectedInformationBits, reason: question.reason)
    }
}
