// SPDX-License-Identifier: Apache-2.0
import Knowledge
package import Records

/// A case in progress: the panel, the answers so far, and a way back.
package struct WorkUp: Sendable {
    /// Where things stood after one answer.
    package struct Step: Sendable, Codable, Equatable {
        /// A condition and its probability.
        package struct Share: Sendable, Codable, Equatable {
            package var name: String
            package var probability: Double
        }

        package var finding: Finding
        package var shortName: String
        package var question: String
        /// Asked for by `answer`, in contrast to what the case came with.
        package var isAsked: Bool
        /// Uncertainty after the answer, bits.
        package var entropyBits: Double
        /// The five most probable conditions after the answer.
        package var leaders: [Share]
    }

    package let panel: Panel
    /// What the case came with; its age and sex stay as they are.
    package let start: CaseInput
    /// Grows by one with each answer; `undo` takes the last away.
    package private(set) var history: [Step] = []
    private var states: [PanelState]
    private let volunteered: Int

    /// - Parameter start: findings volunteered at the outset; none of them counts as a question.
    package init(panel: Panel, start: CaseInput = CaseInput()) {
        self.panel = panel
        self.start = start
        let admitted = panel.admit(start, allVolunteered: true)
        var state = PanelState(panel.engine)
        state.age = admitted.age
        state.sex = admitted.sex
        state.admissionRemarks = admitted.admissionRemarks
        states = [state]
        volunteered = admitted.answers.count
        for answer in admitted.answers { take(answer, asked: false) }
    }

    /// The panel's state now.
    package var state: PanelState { states[states.count - 1] }

    /// Answers so far, volunteered ones first.
    package var findings: [Finding] { history.map(\.finding) }

    /// Questions answered beyond what was volunteered.
    package var asked: Int { history.count - volunteered }

    /// Takes in an answer; the evidence is given by id, short name or question.
    /// - Throws: `CaseError.unknownEvidence`, or `.answeredAlready`.
    package mutating func answer(evidence: String, present: Bool) throws(CaseError) {
        take(Answer(evidence: try open(evidence), isPresent: present), asked: true)
    }

    /// The position of an evidence that may still be asked.
    private func open(_ evidence: String) throws(CaseError) -> Int {
        guard let position = panel.knowledge.evidence(named: evidence) else {
            throw .unknownEvidence(
                place: "The answer",
                nearest: panel.knowledge.nearestEvidence(to: evidence))
        }
        guard !state.belief.isAnswered[position] else {
            throw .answeredAlready(evidence: panel.knowledge.evidences[position].id)
        }
        return position
    }

    /// Takes a "don't know": the question is not asked again, and nothing follows from it.
    ///
    /// - Throws: `CaseError.unknownEvidence`, or `.answeredAlready`.
    package mutating func skip(evidence: String) throws(CaseError) {
        let position = try open(evidence)
        states[states.count - 1].setAside(evidence: position)
    }

    /// Takes back the last answer that was asked for and returns it; nil when there is none.
    @discardableResult
    package mutating func undo() -> Finding? {
        guard asked > 0, let last = history.popLast() else { return nil }
        states.removeLast()
        return last.finding
    }

    package var assessment: Assessment { panel.assess(state) }

    package var conference: PanelRound { panel.conference(state) }

    package var nextAction: Action { state.action(Deliberation.decide(state)) }

    private mutating func take(_ answer: Answer, asked isAsked: Bool) {
        var next = state
        next.take(answer, asked: isAsked)
        states.append(next)
        let evidence = panel.knowledge.evidences[answer.evidence]
        history.append(
            Step(
                finding: Finding(evidence: evidence.id, isPresent: answer.isPresent),
                shortName: evidence.shortName, question: evidence.question, isAsked: isAsked,
                entropyBits: next.belief.entropyBits,
                leaders: next.belief.ranking(5).map {
                    Step.Share(
                        name: next.name($0), probability: next.belief.probabilities[$0])
                }))
    }
}
