// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Statistics
import Synchronization
import Testing

@testable import SequentialBenchmark

@Suite("Playing one case")
struct EncounterPlayTests {
    @Test("more than five questions or three orders a turn are not answered")
    func limits() async throws {
        let record = try await RunFixture.play { _, moment in
            guard moment.number == 1 else { return RunFixture.commit() }
            return AgentTurn(
                requests: (0..<8).map { _ in .ask("fever") } + (0..<6).map { _ in .order("crp") })
        }
        let answers = record.turns[0].answers
        #expect(answers.map(\.request).count { if case .ask = $0 { true } else { false } } == 5)
        #expect(answers.map(\.request).count { if case .order = $0 { true } else { false } } == 3)
        #expect(answers.count == 8)
        #expect(record.outcome.questions == 5)
        #expect(record.outcome.tests == 3)
    }

    @Test("the instant variant allows nothing and charges nothing")
    func instant() async throws {
        let record = try await RunFixture.play(variant: .instant) { _, moment in
            moment.number == 1
                ? AgentTurn(requests: [.ask("fever"), .order("crp")]) : RunFixture.commit()
        }
        let answers = record.turns[0].answers
        #expect(answers.map(\.status) == [.notAllowed, .notAllowed])
        #expect(answers.allSatisfy { $0.observations.isEmpty && $0.cents == 0 })
        #expect(record.outcome.cents == 0 && record.outcome.visits == 0)
        #expect(record.outcome.refusedRequests == 2)
        // No second look either: nothing could be asked in it.
        #expect(record.turns.allSatisfy { !$0.isConfirming })
    }

    @Test("the questions variant answers questions and refuses every order")
    func questions() async throws {
        let record = try await RunFixture.play(
            variant: .questions,
            { _, moment in
                moment.number == 1
                    ? AgentTurn(requests: [
                        .ask("fever"), .order("crp"), .order("fever"), .ask("crp"),
                    ]) : RunFixture.commit()
            })
        let answers = record.turns[0].answers
        #expect(answers.map(\.status) == [.recorded, .notAllowed, .notAllowed, .needsOrder])
        #expect(answers.dropFirst().allSatisfy { $0.observations.isEmpty && $0.cents == 0 })
        #expect(record.outcome.cents == 10_000)
        #expect(record.outcome.tests == 0)
    }

    @Test("a spendthrift never gets past the budget", arguments: UInt64(1)...20)
    func budget(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let budget = random.below(60_000)
        let wishes: [EncounterRequest] = [
            .ask("fever"), .ask("temperature"), .order("film"), .order("crp"), .order("panel"),
            .order("sodium"), .order("cold agglutinin titre"), .ask("tell me everything"),
        ]
        let plan = (0..<12).map { _ in (0..<6).map { _ in wishes[random.below(wishes.count)] } }
        let record = try await RunFixture.play(
            variant: .budgeted, budgetCents: budget, seed: seed,
            { start, moment in
                #expect(start.budgetCents == budget)
                return AgentTurn(requests: plan[moment.number - 1])
            })
        #expect(record.outcome.cents <= budget)
        for turn in record.turns { #expect(turn.spentCents <= budget) }
        let answers = record.turns.flatMap(\.answers)
        for answer in answers where answer.status == .overBudget {
            #expect(answer.cents == 0 && answer.observations.isEmpty && answer.unpriced.isEmpty)
            #expect(answer.text == "The budget does not cover this.")
        }
        let charged = answers.reduce(0) { $0 + $1.cents }
        #expect(record.outcome.cents == charged + 10_000 * record.outcome.visits)
        #expect(answers.contains { $0.status == .overBudget })
    }

    @Test("what the budget refused leaves no trace in what comes after")
    func noTrace() async throws {
        func script(_ wish: [EncounterRequest]) -> ScriptedAgent.Script {
            { _, moment in
                switch moment.number {
                case 1: AgentTurn(requests: [.ask("fever")] + wish + [.ask("temperature")])
                case 2: AgentTurn(requests: [.ask("menstrual cramps"), .order("crp")])
                default: RunFixture.commit()
                }
            }
        }
        let greedy = try await RunFixture.play(
            variant: .budgeted, budgetCents: 13_000, script([.order("film")]))
        let modest = try await RunFixture.play(
            variant: .budgeted, budgetCents: 13_000, script([]))
        #expect(greedy.turns[0].answers[1].status == .overBudget)
        var rest = greedy.turns[0].answers
        rest.remove(at: 1)
        #expect(rest == modest.turns[0].answers)
        #expect(greedy.turns[1].answers == modest.turns[1].answers)
        // One visit: the refused order didn't end it.
        #expect(greedy.outcome.visits == 1)
        #expect(greedy.outcome.cents == 12_000 && modest.outcome.cents == 12_000)
    }

    @Test("whether it is sure is asked exactly once, whatever the agent does with it")
    func confirmation() async throws {
        let sure = try await RunFixture.play { _, _ in RunFixture.commit() }
        #expect(sure.turns.map(\.isConfirming) == [false, true])
        let wavering = try await RunFixture.play { _, moment in
            switch moment.number {
            case 1: RunFixture.commit("gout")
            case 2: AgentTurn(requests: [.ask("fever")])
            default: RunFixture.commit("pneumonia")
            }
        }
        #expect(wavering.turns.map(\.isConfirming) == [false, true, false])
        #expect(wavering.turns[1].answers.map(\.status) == [.recorded])
        #expect(wavering.outcome.stated?.name == "pneumonia")
        let unasked = try await RunFixture.play(isConfirming: false) { _, _ in RunFixture.commit() }
        #expect(unasked.turns.map(\.isConfirming) == [false])
    }

    @Test("an agent that fails when asked whether it is sure keeps its diagnosis")
    func failsLate() async throws {
        let record = try await RunFixture.play { _, moment in
            if moment.isConfirming { throw AgentError.processEnded }
            return RunFixture.commit()
        }
        #expect(record.outcome.stated?.name == "pneumonia")
        #expect(record.outcome.failures == [AgentError.processEnded.sentence])
    }

    @Test("silence ends a case after three turns, talk without end at the turn limit")
    func silence() async throws {
        let silent = try await RunFixture.play { _, _ in AgentTurn() }
        #expect(silent.turns.count == 3)
        let endless = try await RunFixture.play(
            turnLimit: 7, { _, _ in AgentTurn(requests: [.ask("fever")]) })
        #expect(endless.turns.count == 7)
        for record in [silent, endless] {
            #expect(record.outcome.stated == nil)
            #expect(!record.outcome.verdict.isCorrect)
            #expect(record.outcome.failures == ["no diagnosis was stated"])
        }
    }

    @Test(
        "numbers that aren't numbers end the case instead of spoiling the run",
        arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(_ number: Double) async throws {
        let record = try await RunFixture.play { _, _ in RunFixture.commit(probability: number) }
        #expect(record.outcome.stated == nil)
        #expect(record.outcome.failures == ["agent: expected finite numbers."])
        #expect(throws: Never.self) { try RunLog.bytes(record, root: "") }
        let figures = try await RunFixture.play { _, _ in
            AgentTurn(statements: [
                RoleStatement(role: .hypothesis, sentence: "x", figures: ["x": number])
            ])
        }
        #expect(figures.outcome.failures == ["agent: expected finite numbers."])
    }

    @Test("an agent's own words don't get into the log when it fails")
    func failureWords() async throws {
        struct Talkative: Error { var name = "Mrs Example has gout" }
        let record = try await RunFixture.play { _, _ in throw Talkative() }
        #expect(record.outcome.failures == ["the agent failed"])
        let text = String(decoding: try RunLog.bytes(record, root: ""), as: UTF8.self)
        #expect(!text.contains("Mrs Example"))
    }

    @Test("an ensemble pays a test once, hears each session with a seed of its own, and pools")
    func ensemble() async throws {
        let seeds = Mutex<[UInt64]>([])
        let record = try await RunFixture.play(variant: .ensemble, seed: 5) { start, moment in
            switch moment.number {
            case 1:
                seeds.withLock { $0.append(start.seed) }
                #expect(start.variant == .unconstrained)
                return AgentTurn(requests: [.ask("fever"), .order("crp")])
            case 2 where start.seed == 6: return AgentTurn(requests: [.order("film")])
            default: return RunFixture.commit(start.seed == 7 ? "gout" : "pneumonia")
            }
        }
        #expect(seeds.withLock { $0 } == [5, 6, 7])
        #expect(record.outcome.tests == 2)
        // Three visits, CRP and radiograph once each.
        #expect(record.outcome.cents == 3 * 10_000 + 2_000 + 15_000)
        #expect(record.outcome.stated?.name == "pneumonia")
        let probability = try #require(record.outcome.statedProbability)
        #expect(abs(probability - 0.5) < 1e-12)
        #expect(Set(record.turns.map(\.session)) == [0, 1, 2])
    }

    @Test("the rank is the place in the differential, and 1 for a right diagnosis")
    func rank() async throws {
        func outcome(_ name: String, _ differential: [String]) async throws -> CaseOutcome {
            try await RunFixture.play { _, _ in
                AgentTurn(
                    diagnosis: StatedDiagnosis(
                        name: name,
                        differential: differential.map {
                            StatedCondition(name: $0, probability: 0.2)
                        }))
            }.outcome
        }
        let third = try await outcome("gout", ["gout", "migraine", "pneumonia"])
        #expect(third.rank == 3 && third.wasInTopThree && !third.verdict.isCorrect)
        let fourth = try await outcome("gout", ["gout", "migraine", "asthma", "pneumonia"])
        #expect(fourth.rank == 4 && !fourth.wasInTopThree)
        let bare = try await outcome("pneumonia", [])
        #expect(bare.rank == 1 && !bare.wasInTopThree)
        let absent = try await outcome("gout", ["gout"])
        #expect(absent.rank == nil && !absent.wasInTopThree)
    }

    @Test("an agent is told the price of a visit and of tests, and nothing it must ask for")
    func start() async throws {
        _ = try await RunFixture.play { start, moment in
            #expect(start.visitCents == 10_000)
            #expect(start.burdens["crp"]?.cents == 2_000)
            #expect(start.volunteered.isEmpty)
            #expect(start.budgetCents == nil)
            if moment.number == 1 { #expect(moment.spentCents == 0) }
            return RunFixture.commit()
        }
    }
}
