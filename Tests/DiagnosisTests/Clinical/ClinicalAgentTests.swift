// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Statistics
import Testing

@Suite("the clinical panel in a case")
struct ClinicalAgentTests {
    private func play(
        _ knowledge: ClinicalKnowledge, hypothesis: Int, seed: UInt64,
        variant: Variant = .unconstrained, budget: Int? = nil, age: Int = 45, sex: Sex = .female,
        volunteered: [String] = [], agentSeed: UInt64 = 1,
        burdens: [String: Burden]? = nil
    ) -> PlayedCase {
        let burdens = burdens ?? ClinicalFixture.burdens(knowledge.catalogue, seed: seed)
        var patient = DrawnPatient(
            knowledge: knowledge, hypothesis: hypothesis, burdens: burdens, visitCents: 10_000,
            random: SeededRandom(seed: seed))
        var told: [Observation] = []
        for id in volunteered {
            if let finding = knowledge.catalogue.finding(id) { patient.outcomes[finding] = 1 }
            told.append(Observation(finding: id, outcome: "present"))
        }
        return PlayedCase(
            ClinicalPanelAgent(knowledge: knowledge),
            EncounterStart(
                caseID: "t", abstract: "", age: age, sex: sex, volunteered: told,
                variant: variant, budgetCents: budget, visitCents: 10_000, burdens: burdens,
                seed: agentSeed),
            patient)
    }

    @Test(
        "never spends beyond the budget and never orders what has no price",
        arguments: UInt64(1)...8)
    func budget(seed: UInt64) throws {
        let knowledge = try ClinicalFixture.random(seed: seed % 4 + 1)
        let budget = Int(seed) * 2_500
        let played = play(
            knowledge, hypothesis: Int(seed) % knowledge.hypothesisCount, seed: seed,
            variant: .budgeted, budget: budget)
        #expect(played.patient.spent <= budget || played.patient.requests.isEmpty)
        #expect(played.diagnosis != nil)
        for case .order(let id) in played.patient.requests {
            #expect(played.patient.burdens[id]?.cents != nil)
        }
    }

    @Test(
        "never asks or orders anything twice, nor more than a turn allows",
        arguments: UInt64(1)...8)
    func once(seed: UInt64) throws {
        let knowledge = try ClinicalFixture.random(seed: seed % 4 + 1)
        let played = play(
            knowledge, hypothesis: Int(seed) % knowledge.hypothesisCount, seed: seed)
        #expect(Set(played.patient.requests).count == played.patient.requests.count)
        #expect(!played.patient.requests.isEmpty)
        for turn in played.turns {
            var (asked, ordered) = (0, 0)
            for request in turn.requests {
                if case .ask = request { asked += 1 } else { ordered += 1 }
            }
            #expect(asked <= 5 && ordered <= 3 && (asked == 0 || ordered == 0))
            #expect(turn.requests.isEmpty == (turn.diagnosis != nil))
        }
    }

    @Test(
        "never asks for findings of the other sex, nor orders its tests",
        arguments: [Sex.male, .female])
    func otherSex(sex: Sex) throws {
        let knowledge = try ClinicalFixture.random(seed: 3, conditions: 30, figuresEach: 60)
        var asked = 0
        for seed in UInt64(1)...3 {
            let played = play(knowledge, hypothesis: Int(seed), seed: seed, sex: sex)
            for request in played.patient.requests {
                switch request {
                case .ask(let id):
                    // The opening requests, such as vital signs, are in words.
                    guard let finding = knowledge.catalogue.finding(id) else { continue }
                    asked += 1
                    let only = knowledge.catalogue.findings[finding].sex
                    #expect(only == nil || only == sex)
                case .order(let id):
                    #expect(
                        !(sex == .male ? ["hcg", "pelvic-us"] : ["scrotal-us"]).contains(id))
                }
            }
        }
        #expect(asked > 10)
    }

    @Test("never looks for a pregnancy in a child or after the menopause", arguments: [7, 70])
    func childbearing(age: Int) throws {
        let knowledge = try ClinicalFixture.small()
        let ectopic = try #require(knowledge.condition("ectopic"))
        let played = play(
            knowledge, hypothesis: ectopic, seed: 1, age: age, volunteered: ["pelvic-pain"])
        #expect(!played.patient.requests.contains(.order("hcg")))
        #expect(!played.patient.requests.contains(.ask("missed-period")))
    }

    @Test(
        "an emergency that leads or lurks is tested before the panel commits",
        arguments: UInt64(1)...6)
    func emergency(seed: UInt64) throws {
        let knowledge = try ClinicalFixture.small()
        let infarct = try #require(knowledge.condition("infarct"))
        let played = play(
            knowledge, hypothesis: infarct, seed: seed, sex: .male, volunteered: ["chest-pain"],
            burdens: ["troponin": Burden(cents: 1_247), "ecg": Burden(cents: 1_500)])
        let tests = Set(["troponin", "ecg", "echo"].map { EncounterRequest.order($0) })
        #expect(!tests.isDisjoint(with: played.patient.requests))
        let state = try #require(played.state)
        #expect(
            state.openDangers().allSatisfy { danger in
                !state.outlook.tests.contains {
                    state.affords($0)
                        && state.outlook.bits(about: danger.condition, $0.inquiry)
                            >= state.engine.settings.minimumDangerBits
                }
            })
    }

    @Test("a patient in whom every answer is normal has no disease")
    func healthy() throws {
        let knowledge = try ClinicalFixture.small()
        var patient = DrawnPatient(
            knowledge: knowledge, hypothesis: knowledge.noDisease, burdens: [:],
            visitCents: 10_000, random: SeededRandom(seed: 1))
        for (index, finding) in knowledge.catalogue.findings.enumerated() {
            patient.outcomes[index] = finding.usual
        }
        let played = PlayedCase(
            ClinicalPanelAgent(knowledge: knowledge),
            EncounterStart(caseID: "h", abstract: "", age: 30, sex: .female, visitCents: 10_000),
            patient)
        let diagnosis = try #require(played.diagnosis)
        #expect(diagnosis.isNoDisease)
        #expect(diagnosis.icd10 == ["Z71.1"])
    }

    @Test("questions come before tests, and a run of questions is one visit")
    func clinicalOrder() throws {
        let knowledge = try ClinicalFixture.small()
        let infarct = try #require(knowledge.condition("infarct"))
        let played = play(knowledge, hypothesis: infarct, seed: 2, volunteered: ["chest-pain"])
        let kinds = played.patient.requests.map { request in
            if case .ask = request { "ask" } else { "order" }
        }
        #expect(kinds.first == "ask")
        #expect(kinds.contains("order"))
        #expect(played.patient.spent < 20_000 + 40_000 * (kinds.count { $0 == "order" }))
    }

    @Test("the abstract alone in instant, no tests in questions")
    func variants() throws {
        let knowledge = try ClinicalFixture.small()
        for seed in UInt64(1)...4 {
            let instant = play(
                knowledge, hypothesis: 0, seed: seed, variant: .instant,
                volunteered: ["chest-pain"])
            #expect(instant.patient.requests.isEmpty)
            #expect(instant.diagnosis != nil)
            let questions = play(
                knowledge, hypothesis: 0, seed: seed, variant: .questions,
                volunteered: ["chest-pain"])
            #expect(!questions.patient.requests.isEmpty)
            for request in questions.patient.requests {
                if case .order = request { Issue.record("a test was ordered") }
            }
        }
    }

    @Test("the same inputs give the same bytes")
    func bytes() throws {
        let knowledge = try ClinicalFixture.random(seed: 2)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let first = try encoder.encode(play(knowledge, hypothesis: 3, seed: 5).turns)
        let again = try encoder.encode(
            play(try ClinicalFixture.random(seed: 2), hypothesis: 3, seed: 5).turns)
        #expect(first == again)
        let agent = ClinicalPanelAgent(knowledge: knowledge)
        #expect(agent.digest == ClinicalPanelAgent(knowledge: knowledge).digest)
        var settings = ClinicalSettings.standard
        settings.stop = 0.8
        #expect(agent.digest != ClinicalPanelAgent(knowledge: knowledge, settings: settings).digest)
    }

    @Test("text is read where a case has no codes")
    func text() async throws {
        let knowledge = try ClinicalFixture.small()
        let agent = ClinicalPanelAgent(knowledge: knowledge) { text in
            text.contains("chest") ? [Observation(finding: "chest-pain", outcome: "present")] : []
        }
        var session = agent.session(
            EncounterStart(caseID: "x", abstract: "Pain in the chest.", age: 60, sex: .male))
        _ = session.next([], spentCents: 0, isConfirming: false)
        let chestPain = try #require(knowledge.catalogue.finding("chest-pain"))
        #expect(session.state?.belief.isKnown(finding: chestPain) == true)
    }

    @Test("every number in a sentence is among its figures", arguments: UInt64(1)...6)
    func figures(seed: UInt64) throws {
        let knowledge =
            try seed % 2 == 0 ? ClinicalFixture.small() : ClinicalFixture.random(seed: seed)
        let played = play(
            knowledge, hypothesis: Int(seed) % knowledge.hypothesisCount, seed: seed,
            variant: seed % 3 == 0 ? .budgeted : .unconstrained,
            budget: seed % 3 == 0 ? 30_000 : nil, volunteered: ["chest-pain"])
        var count = 0
        for statement in played.turns.flatMap(\.statements) {
            for number in Self.numbers(statement.sentence, knowledge) {
                count += 1
                #expect(
                    statement.figures.values.contains { Self.reads($0, as: number) },
                    "\(number) in \(statement.sentence)")
            }
        }
        #expect(count > 20)
    }

    /// The numbers of a sentence, names of findings, tests and conditions left out.
    static func numbers(_ sentence: String, _ knowledge: ClinicalKnowledge) -> [String] {
        let names =
            (knowledge.catalogue.findings.map(\.name) + knowledge.catalogue.tests.map(\.name)
            + knowledge.conditions.map(\.name)).sorted { $0.count > $1.count }
        var rest = sentence
        for name in names where name.contains(where: \.isNumber) {
            rest = rest.replacingOccurrences(of: name, with: "")
        }
        return rest.split { !$0.isNumber && $0 != "." }
            .map { $0.last == "." ? String($0.dropLast()) : String($0) }
            .filter { $0.contains(where: \.isNumber) }
    }

    /// A figure as percent, decimal or count.
    static func reads(_ figure: Double, as number: String) -> Bool {
        guard let value = Double(number) else { return false }
        let places = number.split(separator: ".").dropFirst().first?.count ?? 0
        let half = 0.5 * pow(10, -Double(places)) + 1e-9
        if abs(figure - value) <= half || abs(figure * 100 - value) <= half { return true }
        return (value == 1 && figure < 0.01) || (value == 99 && figure > 0.99)
    }

    @Test("other seeds may differ, and each differs the same way every time")
    func ensemble() throws {
        let knowledge = try ClinicalFixture.random(seed: 4)
        let runs = (UInt64(1)...3).map {
            play(knowledge, hypothesis: 2, seed: 3, variant: .ensemble, agentSeed: $0)
        }
        let again = play(knowledge, hypothesis: 2, seed: 3, variant: .ensemble, agentSeed: 2)
        #expect(runs[1].turns == again.turns)
        #expect(runs[0].diagnosis != runs[1].diagnosis)
        let pooled = try #require(StatedDiagnosis.pooled(runs.compactMap(\.diagnosis)))
        #expect(pooled.differential.reduce(0) { $0 + $1.probability } <= 1 + 1e-9)
    }

    @Test("where a disease outside those known leads, it says so and shows the best differential")
    func unknown() throws {
        let knowledge = try ClinicalFixture.small()
        let state = ClinicalState(ClinicalEngine(knowledge: knowledge), ClinicalCircumstances())
        let stated = state.diagnosis(knowledge.noneOfThese)
        #expect(stated.name == StatedDiagnosis.unknown)
        #expect(!stated.isNoDisease)
        #expect(stated.differential.count > 2)
        let total = stated.differential.reduce(0) { $0 + $1.probability }
        #expect(abs(total + state.belief.probabilities[knowledge.noneOfThese] - 1) < 0.01)
    }

    @Test("pooled opinions are the mean of what each said")
    func pooling() throws {
        func opinion(_ name: String, _ shares: [String: Double]) -> StatedDiagnosis {
            StatedDiagnosis(
                name: name,
                differential: shares.sorted { $0.value > $1.value }.map {
                    StatedCondition(name: $0.key, probability: $0.value)
                })
        }
        let pooled = try #require(
            StatedDiagnosis.pooled([
                opinion("A", ["A": 0.5, "B": 0.4]), opinion("A", ["A": 0.5, "B": 0.45]),
                opinion("B", ["B": 0.9, "A": 0.1]),
            ]))
        #expect(pooled.name == "B")
        #expect(abs(pooled.differential[0].probability - 1.75 / 3) < 1e-12)
        #expect(StatedDiagnosis.pooled([]) == nil)
        let unknown = try #require(
            StatedDiagnosis.pooled([
                opinion(StatedDiagnosis.unknown, ["A": 0.2]),
                opinion(StatedDiagnosis.unknown, ["B": 0.2]),
            ]))
        #expect(unknown.name == StatedDiagnosis.unknown)
    }
}

@Suite("a clinical assessment")
struct ClinicalAssessmentTests {
    @Test("gives contributions that add up to the posterior log odds, each with its source")
    func contributions() throws {
        let knowledge = try ClinicalFixture.small()
        let agent = ClinicalPanelAgent(knowledge: knowledge)
        let assessment = agent.assess(
            [
                Observation(finding: "cough", outcome: "present"),
                Observation(finding: "productive-cough", outcome: "present"),
                Observation(finding: "temperature", outcome: "normal"),
                Observation(finding: "heartburn", outcome: "absent"),
            ], age: 50, sex: .male)
        for hypothesis in assessment.differential where !hypothesis.basis.isEmpty {
            let total = hypothesis.basis.reduce(hypothesis.priorLogOdds) {
                $0 + $1.logLikelihoodRatio
            }
            let odds = log(hypothesis.probability / (1 - hypothesis.probability))
            #expect(abs(total - odds) < 1e-6)
        }
        let pneumonia = try #require(
            assessment.differential.first { $0.name == "Pneumonia" })
        #expect(pneumonia.basis.map(\.source) == ["s1", "s1", "s1", "background"])
        #expect(assessment.sources.map(\.key) == ["s1"])
        #expect(assessment.label == Assessment.notADevice)
        let read = try JSONDecoder().decode(
            ClinicalAssessment.self, from: Data(assessment.json()))
        #expect(read == assessment)
        #expect(!assessment.nextActions.isEmpty)
        for action in assessment.nextActions {
            for number in ClinicalAgentTests.numbers(action.reason, knowledge) {
                #expect(
                    action.figures.values.contains {
                        ClinicalAgentTests.reads($0, as: number)
                    })
            }
        }
    }

    @Test("remarks on what is contradictory, unknown or impossible, and leaves it out")
    func remarks() throws {
        let agent = ClinicalPanelAgent(knowledge: try ClinicalFixture.small())
        let assessment = agent.assess(
            [
                Observation(finding: "fever", outcome: "present"),
                Observation(finding: "fever", outcome: "absent"),
                Observation(finding: "no-such-finding", outcome: "present"),
                Observation(finding: "missed-period", outcome: "present"),
                Observation(finding: "cough", outcome: "absent"),
                Observation(finding: "productive-cough", outcome: "present"),
            ], age: 50, sex: .male)
        let kinds = assessment.remarks.map(\.kind)
        #expect(kinds.contains(.contradiction))
        #expect(kinds.contains(.unknownCode))
        #expect(kinds.filter { $0 == .inconsistent }.count == 2)
        #expect(!assessment.differential.flatMap(\.basis).contains { $0.finding == "fever" })
        #expect(assessment.missing.contains { $0.hasPrefix("Not measured") })
    }

    @Test("Stewardship prefers a cheaper test with nearly the same information")
    func stewardship() throws {
        let knowledge = try ClinicalFixture.small()
        let catalogue = knowledge.catalogue
        var record = ClinicalRecord()
        for id in ["cough", "fever"] {
            record.take(Observation(finding: id, outcome: "present"), catalogue)
        }
        let state = ClinicalState(
            ClinicalEngine(knowledge: knowledge),
            ClinicalCircumstances(
                age: 60, sex: .male, isEmergencyDepartment: false, variant: .unconstrained,
                burdens: [
                    "chest-ct": Burden(cents: 30_000, minutes: 600, invasiveness: 1, radiation: 6),
                    "chest-xray": Burden(cents: 3_267, minutes: 60, radiation: 0.1),
                ]),
            record)
        let proposed = ClinicalTestChooser.examine(state)
        let work = ClinicalStewardship.examine(state)
        func id(_ worth: Worth?) -> String? {
            guard case .test(let test)? = worth?.inquiry else { return nil }
            return catalogue.tests[test].id
        }
        #expect(id(proposed.tests.first) == "chest-ct")
        #expect(work.chosen.contains { id($0) == "chest-xray" })
        #expect(!work.chosen.contains { id($0) == "chest-ct" })
    }

    @Test("the Challenger names a finding that would topple the leader and the open dangers")
    func challenger() throws {
        let knowledge = try ClinicalFixture.small()
        var record = ClinicalRecord()
        record.take(
            Observation(finding: "chest-pain", outcome: "present"), knowledge.catalogue)
        let state = ClinicalState(
            ClinicalEngine(knowledge: knowledge), ClinicalCircumstances(age: 60, sex: .male),
            record)
        let work = ClinicalChallenger.examine(state)
        let flip = try #require(work.flip)
        var flipped = record
        let entry = knowledge.catalogue.findings[flip.finding]
        flipped.take(
            Observation(finding: entry.id, outcome: entry.outcomes[flip.outcome]),
            knowledge.catalogue)
        let after = ClinicalState(state.engine, state.circumstances, flipped)
        #expect(after.belief.leader == flip.newLeader.condition)
        #expect(after.belief.leader != state.belief.leader)
        #expect(work.dangers.contains { $0.condition == knowledge.condition("infarct") })
    }
}
