// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Statistics
import Testing

@Suite("the posterior and the information of a question")
struct InferenceTests {
    let knowledge: KnowledgeBase

    init() throws { knowledge = try Fixture.ddxplus() }

    @Test("equal the plain form of the rule on random cases", arguments: UInt64(1)...12)
    func twin(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let floor = [0.02, 0.001, 0.05][Int(seed % 3)]
        let answers = Fixture.answers(1 + random.below(20), knowledge, &random)
        let settings = try PanelSettings(likelihoodFloor: floor)
        let state = Fixture.state(
            PanelEngine(knowledge: knowledge, settings: settings), answers)
        let twin = PlainTwin(knowledge: knowledge, floor: floor)
        let plain = twin.posterior(answers)
        for (fast, slow) in zip(state.belief.probabilities, plain) {
            #expect(abs(fast - slow) < 1e-11)
        }
        #expect(abs(state.belief.entropyBits - twin.entropy(plain)) < 1e-9)
        var best = -1.0
        for evidence in knowledge.evidences.indices {
            guard !answers.contains(where: { $0.evidence == evidence }) else {
                #expect(state.outlook.bits[evidence] == 0)
                continue
            }
            let gain = twin.gain(evidence, plain)
            best = max(best, gain)
            #expect(abs(state.outlook.bits[evidence] - gain) < 1e-9)
        }
        let chosen = try #require(state.outlook.best(state.belief))
        #expect(abs(state.outlook.bits[chosen] - best) < 1e-9)
    }

    @Test("choose the lowest position among equally informative questions")
    func ties() throws {
        let even = try Fixture.knowledge(
            [("A", 3, 1), ("B", 3, 1)],
            [
                ("dull", false, [0.5, 0.5]), ("first", false, [0.9, 0.1]),
                ("second", false, [0.9, 0.1]), ("mirror", false, [0.1, 0.9]),
            ])
        let engine = PanelEngine(knowledge: even, settings: .standard)
        let state = PanelState(engine)
        #expect(state.outlook.best(state.belief) == 1)
        #expect(state.outlook.best(2, state.belief).first == 1)
        #expect(state.outlook.best(10, state.belief).count == 4)
        #expect(state.outlook.best(10, state.belief).last == 0)
    }

    @Test("a missing frequency is clipped to the floor, so one answer never rules out")
    func floor() throws {
        let tables = InferenceTables(knowledge: knowledge, floor: 0.02)
        for evidence in 0..<tables.evidenceCount {
            for condition in 0..<tables.conditionCount {
                #expect(
                    (0.02...0.98).contains(tables.yes(evidence: evidence, condition: condition)))
            }
        }
    }

    @Test("stay finite and sum to one when all 208 questions are answered")
    func everythingAnswered() throws {
        var random = SeededRandom(seed: 5)
        let answers = Fixture.answers(208, knowledge, &random)
        let panel = Panel(
            knowledge: knowledge, settings: try PanelSettings(likelihoodFloor: 0.000_001))
        let input = CaseInput(findings: Fixture.findings(answers, knowledge))
        let assessment = panel.assess(input)
        let total = assessment.differential.reduce(0) { $0 + $1.probability }
        #expect(abs(total - 1) < 1e-9)
        for hypothesis in assessment.differential {
            for contribution in hypothesis.basis {
                #expect(contribution.logLikelihoodRatio.isFinite)
            }
        }
        #expect(assessment.nextQuestions.isEmpty)
        #expect(assessment.stop != nil)
    }

    // Figures of the reference run on DDXPlus: a cough-less first complaint of breathlessness.
    @Test("breathlessness alone makes pain the first question, worth 0.739923 bits")
    func firstStep() throws {
        let settings = try PanelSettings(method: .reference)
        let panel = Panel(knowledge: knowledge, settings: settings)
        let assessment = panel.assess(
            CaseInput(findings: [Finding(evidence: "E_66", isPresent: true)]))
        #expect(assessment.action == .ask(evidence: "E_53"))
        let question = try #require(assessment.nextQuestions.first)
        #expect(abs(question.expectedInformationBits - 0.739923) < 5e-7)
    }
}

@Suite("the basis of a hypothesis")
struct ContributionTests {
    @Test(
        "adds up: prior log odds plus every contribution is the log odds stated",
        arguments: UInt64(1)...10)
    func completeness(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let knowledge = try Fixture.ddxplus()
        let panel = Panel(knowledge: knowledge)
        let answers = Fixture.answers(1 + random.below(12), knowledge, &random)
        let assessment = panel.assess(
            CaseInput(findings: Fixture.findings(answers, knowledge)))
        #expect(assessment.differential.count == 49)
        var explained = 0
        for hypothesis in assessment.differential where !hypothesis.basis.isEmpty {
            explained += 1
            #expect(hypothesis.basis.count == answers.count)
            let sum = hypothesis.basis.reduce(hypothesis.priorLogOdds) {
                $0 + $1.logLikelihoodRatio
            }
            let others = assessment.differential.filter { $0.name != hypothesis.name }
                .reduce(0) { $0 + $1.probability }
            #expect(abs(sum - log(hypothesis.probability / others)) < 1e-7)
            for part in hypothesis.basis {
                let ratio = log(part.probability / part.probabilityElsewhere)
                #expect(abs(ratio - part.logLikelihoodRatio) < 1e-9)
            }
        }
        #expect(explained >= 5)
    }

    @Test("one answer between two conditions is the textbook likelihood ratio")
    func textbook() throws {
        let knowledge = try Fixture.knowledge(
            [("A", 3, 1), ("B", 3, 3)], [("sign", false, [0.8, 0.2])])
        let assessment = Panel(knowledge: knowledge).assess(
            CaseInput(findings: [Finding(evidence: "E_0", isPresent: true)]))
        let a = try #require(assessment.differential.first)
        #expect(a.name == "A")
        #expect(abs(a.priorLogOdds - log(1.0 / 3)) < 1e-12)
        #expect(abs(a.basis[0].logLikelihoodRatio - log(4)) < 1e-12)
        #expect(abs(a.probability - 4.0 / 7) < 1e-12)
        #expect(a.basis[0].source == "t: yes in 80.0 % of 1 patients")
    }
}

@Suite("stated probabilities")
struct CalibrationTests {
    @Test("hold for patients drawn from the figures themselves")
    func calibration() throws {
        let knowledge = try Fixture.ddxplus()
        let engine = PanelEngine(knowledge: knowledge, settings: .standard)
        var random = SeededRandom(seed: 11)
        var calibration = Calibration()
        var differential = Calibration()
        for _ in 0..<300 {
            var draw = random.uniform()
            var truth = 0
            while truth < 48, draw >= knowledge.prior(condition: truth) {
                draw -= knowledge.prior(condition: truth)
                truth += 1
            }
            var state = PanelState(engine)
            while case .ask(let evidence) = Deliberation.decide(state) {
                let isPresent = random.chance(
                    engine.tables.yes(evidence: evidence, condition: truth))
                state.take(Answer(evidence: evidence, isPresent: isPresent), asked: true)
            }
            let leader = state.belief.leader
            calibration.add(
                probability: state.belief.probabilities[leader], isCorrect: leader == truth)
            for (condition, probability) in state.belief.probabilities.enumerated() {
                differential.add(probability: probability, isCorrect: condition == truth)
            }
        }
        #expect(calibration.expectedError < 0.04)
        #expect(differential.expectedError < 0.004)
    }
}
