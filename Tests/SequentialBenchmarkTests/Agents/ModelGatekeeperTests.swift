// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Testing

@testable import SequentialBenchmark

@Suite("A language model that helps the gatekeeper understand")
struct ModelGatekeeperTests {
    private func play(
        _ requests: [EncounterRequest], variant: Variant = .unconstrained, budgetCents: Int? = nil,
        reply: @escaping @Sendable (ChatRequest, Int) throws(ChatFailure) -> String
    ) async throws -> (record: CaseRecord, model: StubChatModel) {
        let model = StubChatModel(reply)
        let helper = ModelGatekeeper(
            model: "stub", catalogue: try GatekeeperFixture.smallCatalogue()
        ) { _ in model }
        let agent = ScriptedAgent { _, moment in
            moment.number == 1 ? AgentTurn(requests: requests) : RunFixture.commit()
        }
        return (
            try await RunFixture.play(
                agent, variant: variant, budgetCents: budgetCents, helper: helper), model
        )
    }

    @Test("a request the rules don't understand is answered as the entry the model picks")
    func translated() async throws {
        let (record, model) = try await play([.ask("zorbly quux"), .order("blip zonk")]) {
            _, number in number == 1 ? #"{"id":"fever"}"# : #"{"id":"crp"}"#
        }
        let answers = record.turns[0].answers
        #expect(answers.map(\.status) == [.recorded, .recorded])
        // The agent's own words stay on the answer.
        #expect(answers.map(\.request) == [.ask("zorbly quux"), .order("blip zonk")])
        #expect(answers[0].observations.map(\.finding) == ["fever"])
        #expect(record.turns[0].gatekeeper.map(\.purpose) == ["gatekeeper", "gatekeeper"])
        #expect(model.requests.count == 2)
    }

    @Test("the model sees the request and names, never a value, a report or the diagnosis")
    func neverSees() async throws {
        let (_, model) = try await play([
            .ask("fever"), .order("crp"), .order("film"), .ask("zorbly quux"),
        ]) { _, _ in #"{"id":null}"# }
        #expect(model.requests.count == 1)
        for message in model.requests.flatMap(\.messages) {
            for word in ["secret", "oven", "81", "neumonia", "J18", "Patient 1", "run-1"] {
                #expect(!message.content.contains(word), "\(word)")
            }
        }
    }

    @Test(
        "a question can't become a result, and an order can't become anything but a test",
        arguments: ["crp", "shadow", "film", "nonsense", ""])
    func noWayRound(_ id: String) async throws {
        let (record, _) = try await play([.ask("zorbly quux")]) { _, _ in #"{"id":"\#(id)"}"# }
        #expect(record.turns[0].answers.map(\.status) == [.notUnderstood])
        #expect(record.outcome.cents == 0)
        let (ordered, _) = try await play([.order("zorbly quux")]) { _, _ in #"{"id":"fever"}"# }
        #expect(ordered.turns[0].answers.map(\.status) == [.notUnderstood])
    }

    @Test("what the rules understand is not put to the model")
    func notAsked() async throws {
        let (_, model) = try await play([.ask("fever"), .order("crp"), .ask("crp")]) { _, _ in "" }
        #expect(model.requests.isEmpty)
    }

    @Test("variant and budget hold for what the model picks")
    func limits() async throws {
        let (poor, _) = try await play(
            [.order("zorbly quux")], variant: .budgeted, budgetCents: 5_000
        ) { _, _ in #"{"id":"film"}"# }
        #expect(poor.turns[0].answers.map(\.status) == [.overBudget])
        #expect(poor.outcome.cents == 0)
        let (asking, model) = try await play([.order("zorbly quux")], variant: .questions) { _, _ in
            #"{"id":"film"}"#
        }
        #expect(asking.turns[0].answers.map(\.status) == [.notAllowed])
        #expect(model.requests.isEmpty)
    }

    @Test("a model that fails leaves the refusal as it was and is counted")
    func fails() async throws {
        let (record, _) = try await play([.ask("zorbly quux")]) { _, _ throws(ChatFailure) in
            throw .timeout
        }
        #expect(record.turns[0].answers.map(\.status) == [.notUnderstood])
        #expect(record.outcome.failures == ["gatekeeper's language model: timeout"])
    }
}
