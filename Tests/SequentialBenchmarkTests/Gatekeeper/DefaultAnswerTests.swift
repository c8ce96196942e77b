// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import Testing

@testable import SequentialBenchmark

@Suite("What isn't recorded")
struct DefaultAnswerTests {
    private func gatekeeper(
        _ findings: [CaseFinding] = [], policy: DefaultPolicy = .normal, sex: Sex = .female,
        seed: UInt64 = 1, background: @escaping BackgroundRates = { _, _ in 0 }
    ) throws -> Gatekeeper {
        let catalogue = try GatekeeperFixture.smallCatalogue()
        return Gatekeeper(
            case: GatekeeperFixture.item(policy: policy, sex: sex, findings: findings),
            catalogue: catalogue, schedule: try GatekeeperFixture.smallSchedule(catalogue),
            background: background, seed: seed)
    }

    private static let everything: [EncounterRequest] = [
        .ask("fever"), .ask("temperature"), .order("panel"), .order("crp"), .order("film"),
    ]

    @Test("is absent or normal, within the reference interval", arguments: 0..<50)
    func normal(seed: UInt64) throws {
        var gatekeeper = try gatekeeper(seed: seed)
        let answers = gatekeeper.answers(DefaultAnswerTests.everything)
        #expect(answers.allSatisfy { $0.status == .byDefault })
        let catalogue = try GatekeeperFixture.smallCatalogue()
        for observation in answers.flatMap(\.observations) {
            let finding = try #require(catalogue.finding(observation.finding))
            #expect(["absent", "normal"].contains(observation.outcome))
            if let number = observation.number {
                #expect(catalogue.outcome(finding: finding, number: number, sex: .female) == 1)
            } else {
                #expect(observation.outcome == "absent")
            }
        }
        #expect(gatekeeper.counts.byDefault == 6)
        #expect(gatekeeper.counts.recorded == 0)
    }

    @Test("can't be told from what is recorded by its words or its form", arguments: 0..<20)
    func wording(seed: UInt64) throws {
        var unrecorded = try gatekeeper(seed: seed)
        let defaults = unrecorded.answers(DefaultAnswerTests.everything)
        // The same findings and numbers, now recorded, with words of the author.
        let catalogue = try GatekeeperFixture.smallCatalogue()
        let findings = try defaults.flatMap(\.observations).map { observation in
            let finding = try #require(catalogue.finding(observation.finding))
            return CaseFinding(
                kind: catalogue.findings[finding].kind, id: observation.finding,
                outcome: observation.outcome, number: observation.number,
                text: "Words that only a record has.")
        }
        var recorded = try gatekeeper(findings, seed: seed)
        let answers = recorded.answers(DefaultAnswerTests.everything)
        #expect(answers.allSatisfy { $0.status == .recorded })
        #expect(answers.map(\.text) == defaults.map(\.text))
        #expect(answers.map(\.observations) == defaults.map(\.observations))
        #expect(answers.map(\.cents) == defaults.map(\.cents))
    }

    @Test("is the same for the same seed, whatever was asked before, and differs between seeds")
    func determinism() throws {
        var forwards = try gatekeeper()
        var backwards = try gatekeeper()
        let first = forwards.answers(DefaultAnswerTests.everything)
        let second = backwards.answers(DefaultAnswerTests.everything.reversed())
        #expect(first.map(\.text) == second.reversed().map(\.text))
        var texts: Set<String> = []
        for seed in UInt64(0)..<20 {
            var other = try gatekeeper(seed: seed)
            texts.insert(other.answer(.order("panel")).text)
        }
        #expect(texts.count > 10)
    }

    @Test("doesn't depend on the diagnosis")
    func diagnosis() throws {
        let catalogue = try GatekeeperFixture.smallCatalogue()
        let schedule = try GatekeeperFixture.smallSchedule(catalogue)
        for policy in [DefaultPolicy.normal, .background] {
            let item = GatekeeperFixture.item(policy: policy, findings: [])
            var changed = item
            changed.diagnosis = CaseDiagnosis(text: "Hyponatraemia", icd10: ["E87.1"])
            var one = Gatekeeper(
                case: item, catalogue: catalogue, schedule: schedule,
                background: { _, _ in 0.4 }, seed: 7)
            var other = Gatekeeper(
                case: changed, catalogue: catalogue, schedule: schedule,
                background: { _, _ in 0.4 }, seed: 7)
            #expect(
                one.answers(DefaultAnswerTests.everything)
                    == other.answers(DefaultAnswerTests.everything))
        }
    }

    @Test("is drawn from background rates where the case says so")
    func background() throws {
        var present = 0
        for seed in UInt64(0)..<400 {
            var gatekeeper = try gatekeeper(
                policy: .background, seed: seed,
                background: { finding, outcome in
                    finding == 0 ? [0.75, 0.25][outcome] : [0, 0, 1][min(outcome, 2)]
                })
            let fever = gatekeeper.answer(.ask("fever"))
            #expect(fever.status == .byDefault)
            if fever.observations.first?.outcome == "present" { present += 1 }
            let sodium = gatekeeper.answer(.order("sodium"))
            #expect(sodium.observations.first?.outcome == "high")
            let number = try #require(sodium.observations.first?.number)
            #expect(number > 145 && number <= 151)
        }
        // Within 4 standard errors of a quarter.
        #expect((66...134).contains(present))
    }

    @Test("of the other sex is absent")
    func otherSex() throws {
        var gatekeeper = try gatekeeper(
            policy: .background, sex: .male, background: { _, outcome in outcome == 1 ? 1 : 0 })
        #expect(gatekeeper.answer(.ask("menstrual cramps")).observations.first?.outcome == "absent")
        #expect(gatekeeper.answer(.ask("fever")).observations.first?.outcome == "present")
    }

    @Test("is called so where the case doesn't invent")
    func notRecorded() throws {
        var gatekeeper = try gatekeeper(policy: .notRecorded)
        let fever = gatekeeper.answer(.ask("fever"))
        #expect(fever.status == .notRecorded)
        #expect(fever.text == "Fever: not recorded.")
        #expect(fever.observations.isEmpty)
        let panel = gatekeeper.answer(.order("panel"))
        #expect(panel.cents == 701)
        #expect(gatekeeper.counts.notRecorded == 2)
    }

    @Test("of a twin is what its original has")
    func twins() throws {
        let catalogue = try GatekeeperFixture.smallCatalogue()
        let schedule = try GatekeeperFixture.smallSchedule(catalogue)
        let original = GatekeeperFixture.item(findings: [])
        var twin = original
        twin.id = "test-1-t"
        twin.twinOf = original.id
        var first = Gatekeeper(case: original, catalogue: catalogue, schedule: schedule)
        var second = Gatekeeper(case: twin, catalogue: catalogue, schedule: schedule)
        #expect(
            first.answers(DefaultAnswerTests.everything)
                == second.answers(DefaultAnswerTests.everything))
    }
}
