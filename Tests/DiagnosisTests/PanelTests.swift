// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Statistics
import Testing

@Suite("an assessment")
struct AssessmentTests {
    let panel: Panel
    let input = CaseInput(
        age: 54, sex: .female,
        findings: [
            Finding(evidence: "E_66", isPresent: true), Finding(evidence: "E_53", isPresent: true),
        ])

    init() throws { panel = Panel(knowledge: try Fixture.ddxplus()) }

    @Test("is the same bytes each time and reads back as itself")
    func bytes() throws {
        let first = panel.assess(input)
        let again = Panel(knowledge: try Fixture.ddxplus()).assess(input)
        #expect(try first.json() == again.json())
        let read = try JSONDecoder().decode(Assessment.self, from: Data(first.json()))
        #expect(try read.json() == first.json())
    }

    @Test("says what it is, what it rests on and what it left out")
    func honesty() {
        let assessment = panel.assess(input)
        #expect(assessment.label.contains("Not a medical device"))
        #expect(assessment.source.contains("DDXPlus"))
        #expect(assessment.missing.contains { $0.contains("age and sex given did not change") })
        #expect(assessment.missing.contains { $0.contains("206 of 208 questions are unanswered") })
        #expect(assessment.model == "bedside-panel")
    }

    @Test("does not depend on age or sex, as the figures hold neither")
    func ageAndSex() {
        var other = input
        other.age = 5
        other.sex = nil
        #expect(panel.assess(other).differential == panel.assess(input).differential)
    }

    @Test("has a digest that changes with any setting")
    func digest() throws {
        let knowledge = panel.knowledge
        let digests = [
            panel.digest,
            Panel(knowledge: knowledge, settings: try .init(likelihoodFloor: 0.05)).digest,
            Panel(knowledge: knowledge, settings: try .init(stop: 0.9)).digest,
            Panel(knowledge: knowledge, settings: try .init(stop: nil)).digest,
            Panel(knowledge: knowledge, settings: try .init(maxQuestions: 7)).digest,
            Panel(knowledge: knowledge, settings: try .init(method: .reference)).digest,
        ]
        #expect(Set(digests).count == digests.count)
        #expect(panel.assess(input).modelDigest == panel.digest)
    }

    @Test("gives for each question the probabilities that the answers do lead to")
    func questions() throws {
        let assessment = panel.assess(input)
        #expect((1...3).contains(assessment.nextQuestions.count))
        for question in assessment.nextQuestions {
            for isPresent in [true, false] {
                var after = input
                after.findings.append(
                    Finding(evidence: question.evidence, isPresent: isPresent))
                let raised = try #require(
                    panel.assess(after).differential.first { $0.name == question.raises })
                let promised =
                    isPresent ? question.probabilityIfYes : question.probabilityIfNo
                #expect(abs(raised.probability - promised) < 1e-12)
            }
            #expect(question.probabilityIfYes >= question.probabilityNow)
            #expect(question.probabilityIfNo <= question.probabilityNow)
            #expect(question.separates.count == 2)
            #expect(question.separates[0] != question.separates[1])
            #expect(question.reason.contains(Wording.percent(question.probabilityIfYes)))
        }
    }

    @Test("refuses settings outside their limits")
    func settings() {
        for floor in [0, -0.1, 0.5, .nan] {
            #expect(throws: CaseError.self) { try PanelSettings(likelihoodFloor: floor) }
        }
        for stop in [0, 1.1, .nan] {
            #expect(throws: CaseError.self) { try PanelSettings(stop: stop) }
        }
        #expect(throws: CaseError.self) { try PanelSettings(maxQuestions: -1) }
        let text = "{\"method\":\"default\",\"likelihoodFloor\":0.9,\"maxQuestions\":3}"
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(PanelSettings.self, from: Data(text.utf8))
        }
    }
}

@Suite("a work-up")
struct WorkUpTests {
    let panel: Panel

    init() throws { panel = Panel(knowledge: try Fixture.ddxplus()) }

    @Test("goes back exactly where it was")
    func undo() throws {
        var workUp = WorkUp(
            panel: panel,
            start: CaseInput(findings: [Finding(evidence: "E_66", isPresent: true)]))
        let before = workUp.assessment
        try workUp.answer(evidence: "pain related to visit", present: true)
        let between = workUp.assessment
        try workUp.answer(evidence: "E_151", present: false)
        #expect(workUp.asked == 2)
        #expect(workUp.undo() == Finding(evidence: "E_151", isPresent: false))
        #expect(workUp.assessment == between)
        #expect(workUp.undo() == Finding(evidence: "E_53", isPresent: true))
        #expect(workUp.assessment == before)
        #expect(workUp.undo() == nil)
        #expect(workUp.findings == [Finding(evidence: "E_66", isPresent: true)])
    }

    @Test("keeps where things stood after each answer")
    func history() throws {
        var workUp = WorkUp(
            panel: panel,
            start: CaseInput(findings: [Finding(evidence: "E_66", isPresent: true)]))
        try workUp.answer(evidence: "E_53", present: false)
        #expect(workUp.history.map(\.isAsked) == [false, true])
        let last = try #require(workUp.history.last)
        #expect(last.leaders.count == 5)
        #expect(
            last.leaders.map(\.probability)
                == workUp.assessment.differential.prefix(5).map(\.probability))
        #expect(last.entropyBits == workUp.state.belief.entropyBits)
    }

    @Test("refuses a second answer and an unknown evidence, and stays as it was")
    func refusals() throws {
        var workUp = WorkUp(panel: panel)
        try workUp.answer(evidence: "E_53", present: true)
        let before = workUp.assessment
        #expect(throws: CaseError.answeredAlready(evidence: "E_53")) {
            try workUp.answer(evidence: "E_53", present: true)
        }
        #expect(
            throws: CaseError.unknownEvidence(
                place: "The answer", nearest: "E_201 (cough)")
        ) {
            try workUp.answer(evidence: "couhg", present: true)
        }
        #expect(workUp.assessment == before)
    }

    @Test("ends, whatever is answered, in a diagnosis", arguments: UInt64(1)...5)
    func ends(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var workUp = WorkUp(panel: panel)
        while case .ask(let evidence) = workUp.nextAction {
            #expect(workUp.asked < 31)
            try workUp.answer(evidence: evidence, present: random.chance(0.3))
        }
        let assessment = workUp.assessment
        #expect(assessment.stop != nil)
        #expect(assessment.action == .diagnose(condition: assessment.differential[0].name))
        #expect(workUp.conference.action == assessment.action)
    }
}

@Suite("numbers in sentences")
struct WordingTests {
    @Test("are rounded as a reader expects")
    func numbers() {
        #expect(Wording.percent(0.344) == "34 %")
        #expect(Wording.percent(0.004) == "under 1 %")
        #expect(Wording.percent(0.999) == "over 99 %")
        #expect(Wording.bits(0.739923) == "0.74")
        #expect(Wording.decimal(-0.004, places: 2) == "0.00")
        #expect(Wording.decimal(-1.05, places: 1) == "-1.1")
        #expect(Wording.decimal(12, places: 0) == "12")
        #expect(Wording.count(1_025_602) == "1,025,602")
        #expect(Wording.count(1_000) == "1,000")
        #expect(Wording.count(999) == "999")
    }
}
