// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Testing

@testable import SequentialBenchmark

@Suite("A language model alone as agent")
struct ModelAgentTests {
    private func agent(_ model: StubChatModel) -> ModelAgent {
        ModelAgent(model: "stub") { _ in model }
    }

    @Test("it goes through the roles, asks, orders, commits and is asked once whether it is sure")
    func roles() async throws {
        let model = StubChatModel { request, number in
            if request.purpose != "consensus" { return "note of \(request.purpose)" }
            return number < 7
                ? #"{"questions":["fever"],"tests":["crp"],"diagnosis":null}"#
                : #"{"diagnosis":"pneumonia","differential":[{"name":"pneumonia","#
                    + #""probability":1.7}]}"#
        }
        let record = try await RunFixture.play(agent(model))
        let purposes = model.requests.map(\.purpose)
        #expect(purposes.count == 13)
        #expect(purposes[5] == "consensus" && purposes[11] == "consensus")
        let roles: [RoleName] = [
            .hypothesis, .testChooser, .challenger, .stewardship, .checklist,
        ]
        #expect(Array(purposes[..<5]) == roles.map { "role-\($0.rawValue)" })
        #expect(purposes.last == "consensus")
        #expect(record.turns.map(\.isConfirming) == [false, false, true])
        #expect(record.turns[0].answers.count == 2)
        #expect(record.outcome.verdict.isCorrect)
        // What it says beyond 1 is taken as 1.
        #expect(record.outcome.statedProbability == 1)
        #expect(record.outcome.promptTokens == 13 * 7)
        #expect(record.outcome.failures.isEmpty)
        // Later roles hear earlier ones, and the answers came back to it.
        let second = try #require(model.requests[1].messages.last?.content)
        #expect(second.contains("note of role-"))
        let late = try #require(model.requests[11].messages.last?.content)
        #expect(late.contains("secret-1"))
        let confirming = try #require(model.requests[12].messages.last?.content)
        #expect(confirming.contains("Are you sure?"))
    }

    @Test(
        "a model that fails is counted and the case ends without throwing",
        arguments: ChatFailure.allCases)
    func failing(_ failure: ChatFailure) async throws {
        let model = StubChatModel { _, _ throws(ChatFailure) in throw failure }
        let record = try await RunFixture.play(agent(model))
        #expect(record.turns.count == 3)
        #expect(record.turns.allSatisfy { $0.failure == nil })
        let expected = "language model: \(failure.rawValue)"
        #expect(record.outcome.failures.count { $0 == expected } == 18)
        #expect(record.outcome.failures.last == "no diagnosis was stated")
    }

    @Test("a model that never gives JSON is malformed each turn and ends without throwing")
    func chatter() async throws {
        let model = StubChatModel { _, _ in "I think that it might be serious." }
        let record = try await RunFixture.play(agent(model))
        // The reply and its repair, three turns long.
        #expect(record.outcome.failures.count { $0 == "language model: malformed" } == 6)
        #expect(record.outcome.stated == nil)
    }

    @Test("asks beyond the limits are cut, and instant commits without the roles")
    func instant() async throws {
        let many = StubChatModel { request, _ in
            request.purpose == "consensus"
                ? #"{"questions":["a","b","c","d","e","f","g"],"tests":["a","b","c","d"]}"# : "note"
        }
        let record = try await RunFixture.play(agent(many), turnLimit: 1)
        #expect(record.turns[0].turn.requests.count == 8)
        let quick = StubChatModel { _, _ in #"{"diagnosis":"pneumonia"}"# }
        let instant = try await RunFixture.play(agent(quick), variant: .instant)
        #expect(quick.requests.map(\.purpose) == ["consensus"])
        #expect(instant.outcome.verdict.isCorrect)
    }

    @Test("no disease without a name is a diagnosis; with a name it keeps the name")
    func noDisease() async throws {
        for reply in [
            #"{"no_disease":true}"#, #"{"no_disease":true,"diagnosis":"","questions":[]}"#,
            #"{"no_disease":true,"diagnosis":"no disease"}"#,
        ] {
            let model = StubChatModel { _, _ in reply }
            let stated = try await RunFixture.play(agent(model)).outcome.stated
            #expect(stated?.isNoDisease == true)
            #expect(stated?.name == "no disease")
        }
    }

    @Test("the model is not told the case's name, diagnosis or unasked findings")
    func told() async throws {
        let model = StubChatModel { request, _ in
            request.purpose == "consensus" ? #"{"diagnosis":"gout"}"# : "note"
        }
        _ = try await RunFixture.play(agent(model))
        for request in model.requests {
            for message in request.messages {
                for word in ["run-1", "neumonia", "J18", "secret-1"] {
                    #expect(!message.content.contains(word))
                }
            }
        }
    }
}
