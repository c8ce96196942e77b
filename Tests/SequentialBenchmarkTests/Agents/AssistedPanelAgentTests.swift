// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import Synchronization
import Testing

@testable import SequentialBenchmark

@Suite("The panel with a language model as reader")
struct AssistedPanelAgentTests {
    /// What reached the panel behind the reader.
    private final class Heard: Sendable {
        private let state = Mutex<(volunteered: [Observation], news: [Observation])>(([], []))
        var volunteered: [Observation] { state.withLock { $0.volunteered } }
        var news: [Observation] { state.withLock { $0.news } }

        func hear(_ start: EncounterStart, _ moment: ScriptedMoment) {
            state.withLock {
                $0.volunteered = start.volunteered
                $0.news += moment.news.flatMap(\.observations)
            }
        }
    }

    private let everything = #"""
        {"findings":[{"id":"fever","outcome":"present"},{"id":"fever","outcome":"absent"},
        {"id":"shadow","outcome":"present"},{"id":"crp","outcome":"high"},
        {"id":"cramps","outcome":"often"},{"id":"plague","outcome":"present"}]}
        """#

    /// Begins with a text and hands one answer on.
    private func listen(
        _ abstract: String, volunteered: [Observation] = [], answer: EncounterAnswer? = nil,
        reply: @escaping @Sendable (ChatRequest, Int) throws(ChatFailure) -> String
    ) async throws -> (heard: Heard, turn: AgentTurn, model: StubChatModel) {
        let heard = Heard()
        let panel = ScriptedAgent { start, moment in
            heard.hear(start, moment)
            return AgentTurn(requests: [.ask("fever")])
        }
        let model = StubChatModel(reply)
        let agent = AssistedPanelAgent(
            panel: panel, catalogue: try GatekeeperFixture.smallCatalogue(), model: "stub"
        ) { _ in model }
        var session = try await agent.begin(
            EncounterStart(
                caseID: "x", abstract: abstract, age: 40, sex: .female, volunteered: volunteered))
        let turn = try await session.next(
            answer.map { [$0] } ?? [], spentCents: 0, isConfirming: false)
        return (heard, turn, model)
    }

    private let fever = Observation(finding: "fever", outcome: "present")

    @Test("findings that the model reads reach the panel; made-up ones and results don't")
    func reads() async throws {
        let reply = everything
        let found = try await listen("She is burning up.") { _, _ in reply }
        #expect(found.heard.volunteered == [fever])
        #expect(found.turn.exchanges.map(\.purpose) == ["read-text"])
        #expect(found.turn.exchanges[0].failure == nil)
        #expect(found.turn.requests == [.ask("fever")])
    }

    @Test("where the model fails the deterministic reader reads, and the failure is kept")
    func fallsBack() async throws {
        for failure in [ChatFailure.timeout, .declined] {
            let found = try await listen("Has had a fever since Monday.") {
                _, _ throws(ChatFailure) in throw failure
            }
            #expect(found.heard.volunteered == [fever])
            #expect(found.turn.exchanges.map(\.failure) == [failure])
        }
        let babble = try await listen("Has had a fever since Monday.") { _, _ in "fever" }
        #expect(babble.heard.volunteered == [fever])
        #expect(babble.turn.exchanges.map(\.failure) == [.malformed, .malformed])
    }

    @Test("a case that comes coded is not read by the model")
    func coded() async throws {
        let found = try await listen("Fever.", volunteered: [fever]) { _, _ in "unused" }
        #expect(found.heard.volunteered == [fever])
        #expect(found.model.requests.isEmpty)
    }

    @Test("the model may read the result that was ordered, and no other")
    func ordered() async throws {
        let reply = everything
        func news(_ request: EncounterRequest) async throws -> [Observation] {
            try await listen(
                "Unwell.", volunteered: [fever],
                answer: EncounterAnswer(
                    request: request, status: .recorded, text: "Something on the right.")
            ) { _, _ in reply }.heard.news
        }
        let shadow = Observation(finding: "shadow", outcome: "present")
        #expect(try await news(.order("film")) == [fever, shadow])
        #expect(try await news(.order("shadow")) == [fever, shadow])
        #expect(try await news(.order("panel")) == [fever])
        #expect(try await news(.ask("shadow")) == [fever])
        #expect(try await news(.ask("how are you")) == [fever])
    }

    @Test("numbers are read by code, whatever the model says about them")
    func numbers() async throws {
        let found = try await listen("Temperature 39.2.") { _, _ in
            #"{"findings":[{"id":"temperature","outcome":"low"}]}"#
        }
        #expect(
            found.heard.volunteered == [
                Observation(finding: "temperature", outcome: "high", number: 39.2)
            ])
    }

    @Test("answers that come coded, defaults and refusals are not read by the model")
    func notRead() async throws {
        for status in AnswerStatus.allCases where status != .recorded {
            let found = try await listen(
                "Unwell.", volunteered: [fever],
                answer: EncounterAnswer(request: .ask("fever"), status: status, text: "fever")
            ) { _, _ in "unused" }
            #expect(found.model.requests.isEmpty && found.heard.news.isEmpty)
        }
    }

    @Test("name and digest tell the model; the digest changes with panel and model")
    func digest() throws {
        let catalogue = try GatekeeperFixture.smallCatalogue()
        let stub = StubChatModel { _, _ in "" }
        func agent(_ panel: String, _ model: String) -> AssistedPanelAgent {
            AssistedPanelAgent(
                panel: ScriptedAgent(digest: panel, RunFixture.worker), catalogue: catalogue,
                model: model
            ) { _ in stub }
        }
        #expect(agent("1", "m").name == "panel+model:m")
        #expect(agent("1", "m").digest == agent("1", "m").digest)
        #expect(
            Set([agent("1", "m"), agent("2", "m"), agent("1", "n")].map(\.digest)).count == 3)
    }
}
