// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import Testing

@Suite("Answering \"don't know\"")
struct WorkUpSkipTests {
    @Test("a question that can't be answered is not asked again and changes no probability")
    func skips() throws {
        var workUp = WorkUp(
            panel: Panel(knowledge: try KnowledgeBase.ddxplus()),
            start: CaseInput(findings: [Finding(evidence: "E_66", isPresent: true)]))
        guard case .ask(let first) = workUp.nextAction else {
            Issue.record("the panel asks nothing")
            return
        }
        let before = workUp.assessment.differential
        try workUp.skip(evidence: first)
        #expect(workUp.assessment.differential == before && workUp.asked == 0)
        #expect(workUp.nextAction != .ask(evidence: first))
        #expect(!workUp.assessment.nextQuestions.contains { $0.evidence == first })
        #expect(throws: CaseError.self) { try workUp.answer(evidence: first, present: true) }
    }
}
