// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Statistics
import Testing

@Suite("the panel's roles")
struct RoleTests {
    private func state(
        _ knowledge: KnowledgeBase, _ answers: [(Int, Bool)] = [],
        _ settings: PanelSettings = .standard
    ) -> PanelState {
        Fixture.state(
            PanelEngine(knowledge: knowledge, settings: settings),
            answers.map { Answer(evidence: $0.0, isPresent: $0.1) })
    }

    @Test("Challenger names the answer that would put another condition first")
    func flip() throws {
        let knowledge = try Fixture.knowledge(
            [("A", 4, 60), ("B", 4, 40)],
            [("dull", false, [0.5, 0.5]), ("sharp", false, [0.3, 0.9])])
        let work = Challenger.examine(state(knowledge))
        let flip = try #require(work.flip)
        #expect(flip.evidence == 1)
        #expect(flip.isPresent)
        #expect(flip.newLeader.condition == 1)
        #expect(abs(flip.chance - (0.6 * 0.3 + 0.4 * 0.9)) < 1e-12)
        #expect(abs(flip.newLeader.probability - 0.36 / 0.54) < 1e-12)
    }

    @Test("Challenger finds no flip where no answer could change the leader")
    func noFlip() throws {
        let knowledge = try Fixture.knowledge(
            [("A", 4, 90), ("B", 4, 10)], [("weak", false, [0.4, 0.5])])
        #expect(Challenger.examine(state(knowledge)).flip == nil)
    }

    @Test("Challenger holds the findings against the leader that speak against it")
    func contradictions() throws {
        let knowledge = try Fixture.knowledge(
            [("A", 4, 50), ("B", 4, 50)],
            [
                ("for", false, [0.95, 0.05]), ("against", false, [0.2, 0.8]),
                ("mild", false, [0.45, 0.55]),
            ])
        let work = Challenger.examine(state(knowledge, [(0, true), (1, true), (2, true)]))
        #expect(work.contradictions.map(\.answer.evidence) == [1])
        #expect(abs(work.contradictions[0].logLikelihoodRatio - log(0.25)) < 1e-12)
    }

    /// A leads beyond the stop; C is deadly and not excluded.
    private func committing() throws -> KnowledgeBase {
        try Fixture.knowledge(
            [("A", 4, 962), ("B", 4, 18), ("C", 1, 20)],
            [
                ("dull", false, [0.5, 0.5, 0.5]), ("about B", false, [0.1, 0.9, 0.1]),
                ("about C", false, [0.1, 0.1, 0.9]),
            ])
    }

    @Test("a must-not-miss condition still open forces one question, once, before committing")
    func confirmation() throws {
        let knowledge = try committing()
        #expect(Deliberation.decide(state(knowledge)) == .ask(2))
        let after = Deliberation.decide(state(knowledge, [(2, false)]))
        #expect(after == .diagnose(0, .certainEnough))
        // The turn is not repeated even when its answer left the condition open.
        #expect(
            Deliberation.decide(state(knowledge, [(0, true)])) == .diagnose(0, .certainEnough))
        let round = Panel(knowledge: knowledge).conference(CaseInput())
        #expect(round.isConfirmation)
        #expect(round.action == .ask(evidence: "E_2"))
    }

    @Test("the reference method commits without the confirmation turn")
    func referenceCommits() throws {
        let settings = try PanelSettings(method: .reference)
        let decision = Deliberation.decide(state(try committing(), [], settings))
        #expect(decision == .diagnose(0, .certainEnough))
    }

    @Test("Stewardship takes a symptom with at least 90 % of the information for an antecedent")
    func stewardship() throws {
        func chosen(_ symptom: [Double]) throws -> Stewardship.Work {
            let knowledge = try Fixture.knowledge(
                [("A", 4, 50), ("B", 4, 50)],
                [("history", true, [0.9, 0.1]), ("symptom", false, symptom)])
            return Stewardship.examine(state(knowledge))
        }
        let near = try chosen([0.89, 0.11])
        #expect(near.chosen?.evidence == 1)
        #expect(near.replaced?.evidence == 0)
        let far = try chosen([0.8, 0.2])
        #expect(far.chosen?.evidence == 0)
        #expect(far.replaced == nil)
    }

    @Test("Stewardship vetoes questions that tell next to nothing, and the panel stops")
    func veto() throws {
        let knowledge = try Fixture.knowledge(
            [("A", 4, 50), ("B", 4, 50)], [("dull", false, [0.5, 0.52])])
        let work = Stewardship.examine(state(knowledge))
        #expect(work.chosen == nil)
        #expect(work.vetoed.count == 1)
        #expect(Deliberation.decide(state(knowledge)) == .diagnose(0, .nothingInformativeLeft))
        let endless = try PanelSettings(stop: nil)
        #expect(Deliberation.decide(state(knowledge, [], endless)) == .ask(0))
        let reference = try PanelSettings(method: .reference)
        #expect(Deliberation.decide(state(knowledge, [], reference)) == .ask(0))
    }

    @Test("the limit of questions ends a case that is still open")
    func limit() throws {
        let knowledge = try Fixture.ddxplus()
        let settings = try PanelSettings(maxQuestions: 1)
        #expect(
            Deliberation.decide(state(knowledge, [(0, false), (1, false)], settings))
                == .diagnose(
                    state(knowledge, [(0, false), (1, false)]).belief.leader, .questionLimit))
    }

    @Test("Checklist remarks on duplicates, contradictions and unknown codes, and leaves them out")
    func admission() throws {
        let knowledge = try Fixture.ddxplus()
        let panel = Panel(knowledge: knowledge)
        let state = panel.admit(
            CaseInput(findings: [
                Finding(evidence: "E_53", isPresent: true),
                Finding(evidence: "E_53", isPresent: true),
                Finding(evidence: "E_999", isPresent: true),
                Finding(evidence: "E_91", isPresent: true),
                Finding(evidence: "E_91", isPresent: false),
                Finding(evidence: "E_201", isPresent: false),
            ]))
        #expect(state.answers.map { knowledge.evidences[$0.evidence].id } == ["E_53", "E_201"])
        #expect(
            state.admissionRemarks.map(\.kind) == [.duplicate, .unknownCode, .contradiction])
        #expect(state.admissionRemarks[0].sentence.hasPrefix("Finding 2 repeats"))
    }

    @Test("Checklist sees pairs that cannot both be right")
    func inconsistent() throws {
        let panel = Panel(knowledge: try Fixture.ddxplus())
        func kinds(_ findings: [(String, Bool)], sex: Sex? = nil) -> [[String]] {
            let input = CaseInput(
                sex: sex,
                findings: findings.map { Finding(evidence: $0.0, isPresent: $0.1) })
            return panel.assess(input).remarks.filter { $0.kind == .inconsistent }
                .map(\.evidence)
        }
        #expect(kinds([("E_79", true), ("E_191", true)]) == [["E_79", "E_191"]])
        #expect(kinds([("E_79", true), ("E_191", false)]).isEmpty)
        #expect(kinds([("E_203", true), ("E_201", false)]) == [["E_203", "E_201"]])
        #expect(kinds([("E_167", true)], sex: .male) == [["E_167"]])
        #expect(kinds([("E_167", true)], sex: .female).isEmpty)
    }

    @Test("a pair that cannot be right is remarked on, and both answers still count")
    func remarksChangeNothing() throws {
        let knowledge = try Fixture.ddxplus()
        let panel = Panel(knowledge: knowledge)
        let assessment = panel.assess(
            CaseInput(findings: [
                Finding(evidence: "E_45", isPresent: true),
                Finding(evidence: "E_201", isPresent: false),
            ]))
        #expect(assessment.remarks.contains { $0.kind == .inconsistent })
        #expect(assessment.differential[0].basis.map(\.evidence) == ["E_45", "E_201"])
    }

    @Test("Checklist asks to repeat an answer that had hardly been expected")
    func surprising() throws {
        let knowledge = try Fixture.knowledge(
            [("A", 4, 50), ("B", 4, 50)],
            [("first", false, [0.5, 0.5]), ("rare", false, [0.0, 0.0])])
        let remarks = Checklist.examine(state(knowledge, [(0, true), (1, true)]))
        #expect(remarks.map(\.kind) == [.surprising])
        #expect(abs((remarks[0].figures["expected"] ?? 0) - 0.02) < 1e-12)
    }

    @Test(
        "say no number that their record does not hold, and act as they decide",
        arguments: UInt64(1)...8)
    func figures(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let knowledge = try Fixture.ddxplus()
        let panel = Panel(knowledge: knowledge)
        let answers = Fixture.answers(random.below(9), knowledge, &random)
        let round = panel.conference(
            CaseInput(findings: Fixture.findings(answers, knowledge)))
        #expect(Set(round.statements.map(\.role)) == Set(RoleName.allCases))
        for statement in round.statements {
            let backing = statement.figures.values.flatMap { value in
                [
                    Wording.percent(value), "\(Wording.bits(value)) bits",
                    "\(Wording.decimal(value, places: 3)) bits",
                ]
            }
            for claim in claims(in: statement.sentence) where claim != "1 % or more" {
                #expect(backing.contains { $0.hasSuffix(claim) }, "\(statement.sentence)")
            }
        }
        let state = Fixture.state(panel.engine, answers)
        switch Deliberation.decide(state) {
        case .ask(let evidence):
            #expect(round.action == .ask(evidence: knowledge.evidences[evidence].id))
        case .diagnose(let condition, let reason):
            #expect(round.action == .diagnose(condition: knowledge.conditions[condition].name))
            #expect(round.stop == reason)
        }
    }

    /// Every `34 %` and `0.45 bits` of a sentence.
    private func claims(in sentence: String) -> [String] {
        let words = sentence.split { " ();,:".contains($0) }
        return zip(words, words.dropFirst()).compactMap { number, unit in
            let unit = unit.hasSuffix(".") ? unit.dropLast() : unit
            guard number.first?.isNumber == true, unit == "%" || unit == "bits" else { return nil }
            if sentence.contains("\(number) % or more") { return "\(number) % or more" }
            return "\(number) \(unit)"
        }
    }
}
