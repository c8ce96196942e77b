// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Testing

@testable import SequentialBenchmark

@Suite("An agent that is a process")
struct ProcessAgentTests {
    private static let good = """
        while read -r line; do case "$line" in
        *'"type":"start"'*) echo '{"questions":["fever"],"tests":["crp"]}';;
        *) echo '{"diagnosis":{"name":"pneumonia","differential":[{"name":"pneumonia",\
        "probability":0.9}]}}';;
        esac; done
        """

    private func failure(_ command: String, seconds: Int = 20) async throws -> [String] {
        let record = try await RunFixture.play(ProcessAgent(command: command, seconds: seconds))
        return record.outcome.failures
    }

    @Test("a process that keeps to the protocol works a case up, the same each time")
    func good() async throws {
        let agent = ProcessAgent(command: ProcessAgentTests.good, seconds: 20)
        let record = try await RunFixture.play(agent)
        #expect(record.turns.map(\.isConfirming) == [false, false, true])
        #expect(record.turns[0].answers.map(\.status) == [.recorded, .recorded])
        #expect(record.outcome.verdict.isCorrect)
        #expect(record.outcome.statedProbability == 0.9)
        #expect(record.outcome.failures.isEmpty)
        #expect(try await RunFixture.play(agent) == record)
    }

    @Test("the process hears what the protocol says and nothing more")
    func heard() async throws {
        let folder = try ScratchFolder()
        let file = folder.path + "/heard"
        let command = "tee '\(file)' | " + ProcessAgentTests.good
        _ = try await RunFixture.play(ProcessAgent(command: command, seconds: 20))
        let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        let start = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(
            Set(start.keys) == ["type", "abstract", "age", "sex", "variant", "visit", "prices"])
        let answers = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
        #expect(Set(answers.keys) == ["type", "answers", "spent", "confirming"])
        #expect(answers["spent"] as? Double == 120)
        #expect(lines[2].contains(#""confirming":true"#))
        // Neither the case's name nor its diagnosis nor what was recorded and what assumed.
        for word in ["run-1", "neumonia", "J18", "recorded", "default"] {
            #expect(!text.contains(word), "\(word)")
        }
    }

    @Test("a process that ends at once, or in the middle, ends its case only")
    func dies() async throws {
        #expect(try await failure("exit 3") == [AgentError.processEnded.sentence])
        #expect(
            try await failure(#"read -r line; echo '{"questions":["fever"]}'; exit 0"#)
                == [AgentError.processEnded.sentence])
        #expect(
            try await failure("no-such-command-anywhere") == [AgentError.processEnded.sentence])
    }

    @Test("writing to a process that is dead is an error and not our end")
    func brokenPipe() async throws {
        for _ in 0..<5 {
            let agent = ProcessAgent(command: "exec true", seconds: 20)
            var session = try await agent.begin(
                EncounterStart(caseID: "x", abstract: "x", age: nil, sex: nil))
            try await Task.sleep(for: .milliseconds(100))
            await #expect(throws: AgentError.processEnded) {
                _ = try await session.next([], spentCents: 0, isConfirming: false)
            }
        }
    }

    @Test("a process that says nothing is given up after its time")
    func silent() async throws {
        #expect(
            try await failure("exec sleep 60", seconds: 1)
                == [AgentError.processTooSlow(seconds: 1).sentence])
    }

    @Test("a process that doesn't read can't hold up the writer")
    func unread() async throws {
        let agent = ProcessAgent(command: "exec sleep 60", seconds: 1)
        var session = try await agent.begin(
            EncounterStart(
                caseID: "x", abstract: String(repeating: "x", count: 1 << 20), age: nil, sex: nil))
        await #expect(throws: AgentError.processTooSlow(seconds: 1)) {
            _ = try await session.next([], spentCents: 0, isConfirming: false)
        }
    }

    @Test("a flood without lines is cut off, and one of turns ends at the turn limit")
    func floods() async throws {
        #expect(
            try await failure(#"yes | tr -d '\n'"#)
                == [AgentError.notATurn(expected: "a line of at most a megabyte").sentence])
        let lines = try await RunFixture.play(
            ProcessAgent(command: #"yes '{"questions":["fever"]}'"#, seconds: 20), turnLimit: 5)
        #expect(lines.turns.count == 5)
        #expect(lines.outcome.failures == ["no diagnosis was stated"])
    }

    @Test(
        "what is no turn is refused in a sentence without the process's words",
        arguments: ["gout", "[]", #"{"questions":"fever"}"#, #"{"diagnosis":{}}"#, ""])
    func noTurn(_ line: String) async throws {
        let failures = try await failure("echo '\(line)'; cat > /dev/null")
        #expect(
            failures == [
                "agent: expected one line of JSON with questions, tests or a diagnosis."
            ])
    }

    #if os(Linux)
        @Test("what the process started is gone after the case")
        func noOrphans() async throws {
            let folder = try ScratchFolder()
            let file = folder.path + "/pid"
            let agent = ProcessAgent(
                command: "sleep 300 & echo $! > '\(file)'; "
                    + #"read -r line; echo '{"questions":[]}'; wait"#, seconds: 20)
            do {
                var session = try await agent.begin(
                    EncounterStart(caseID: "x", abstract: "x", age: nil, sex: nil))
                _ = try await session.next([], spentCents: 0, isConfirming: false)
            }
            let pid = try String(contentsOf: URL(filePath: file), encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            var isGone = false
            for _ in 0..<100 where !isGone {
                let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
                isGone = status.map { $0.contains("State:\tZ") } ?? true
                if !isGone { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(isGone)
        }
    #endif
}
