// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Statistics
import Synchronization
import Testing

@testable import SequentialBenchmark

@Suite("Runs kept in a directory")
struct BenchmarkRunTests {
    /// What may happen to a finished run's files.
    enum Damage: String, CaseIterable, CustomTestStringConvertible {
        case deleted, halved, flipped, outcomeChanged, lastLineLost, emptied, swapped
        case logFolderLost, casesLost

        var testDescription: String { rawValue }
    }

    private func damage(_ kind: Damage, _ folder: String) throws {
        let first = folder + "/log/00001.jsonl"
        let second = folder + "/log/00002.jsonl"
        let bytes = try Data(contentsOf: URL(filePath: first))
        var changed = bytes
        switch kind {
        case .deleted:
            try FileManager.default.removeItem(atPath: first)
            return try FileManager.default.removeItem(atPath: folder + "/log/00004.jsonl")
        case .halved: changed = bytes.prefix(bytes.count / 2)
        case .flipped: changed[bytes.count / 3] ^= 1
        case .outcomeChanged:
            let text = String(decoding: bytes, as: UTF8.self)
            changed = Data(text.replacing(/"visits":\d+/, with: "\"visits\":7").utf8)
        case .lastLineLost:
            let lines = bytes.split(separator: UInt8(ascii: "\n"))
            changed = Data(lines.dropLast().flatMap { $0 + [UInt8(ascii: "\n")] })
        case .emptied: changed = Data()
        case .swapped:
            changed = try Data(contentsOf: URL(filePath: second))
            try bytes.write(to: URL(filePath: second))
        case .logFolderLost: return try FileManager.default.removeItem(atPath: folder + "/log")
        case .casesLost:
            return try FileManager.default.removeItem(atPath: folder + "/cases.jsonl")
        }
        #expect(changed != bytes)
        try changed.write(to: URL(filePath: first))
    }

    @Test("files are the same bytes for 1, 2 and 8 threads and when repeated")
    func threads() async throws {
        var seen: [[String: Data]] = []
        for threads in [1, 2, 8, 1] {
            let folder = try ScratchFolder()
            _ = try await RunFixture.run().run(directory: folder.path, threads: threads)
            seen.append(try folder.files())
        }
        #expect(seen[0].count == RunFixture.cases.count + 2)
        #expect(seen.allSatisfy { $0 == seen[0] })
    }

    @Test(
        "a damaged run that is gone on with ends in the bytes of one never interrupted",
        arguments: Damage.allCases)
    func resumed(_ kind: Damage) async throws {
        let folder = try ScratchFolder()
        let run = try RunFixture.run()
        let whole = try await run.run(directory: folder.path)
        let before = try folder.files()
        try damage(kind, folder.path)
        #expect(try folder.files() != before)
        let resumed = try await run.run(directory: folder.path)
        #expect(try folder.files() == before)
        #expect(resumed == whole)
    }

    @Test("what is there is not played again")
    func onlyMissing() async throws {
        let folder = try ScratchFolder()
        _ = try await RunFixture.run().run(directory: folder.path)
        let refusing = ScriptedAgent { _, _ in throw ScriptBroke() }
        let again = try await RunFixture.run(refusing).run(directory: folder.path)
        #expect(again.allSatisfy { $0.outcome.failures.isEmpty })
    }

    @Test("no single byte of a log can change unnoticed")
    func everyByte() async throws {
        let record = try await RunFixture.play(RunFixture.worker)
        let bytes = try RunLog.bytes(record, root: "root")
        let id = record.outcome.caseID
        #expect(RunLog.read(bytes, root: "root", caseID: id) == record)
        #expect(RunLog.read(bytes, root: "other", caseID: id) == nil)
        #expect(RunLog.read(bytes, root: "root", caseID: "run-2") == nil)
        var random = SeededRandom(seed: 3)
        for position in stride(from: 0, to: bytes.count, by: 7) {
            var changed = bytes
            changed[position] ^= UInt8(1 << random.below(8))
            #expect(
                RunLog.read(changed, root: "root", caseID: id) == nil, "byte \(position)")
        }
        #expect(RunLog.read(Array(bytes.dropLast()), root: "root", caseID: id) == nil)
        #expect(RunLog.read(bytes + [10], root: "root", caseID: id) == nil)
    }

    @Test("a directory with another run is refused in one sentence and left as it is")
    func anotherRun() async throws {
        let folder = try ScratchFolder()
        _ = try await RunFixture.run().run(directory: folder.path)
        let before = try folder.files()
        let others = [
            try RunFixture.run(seed: 2), try RunFixture.run(variant: .questions),
            try RunFixture.run(ScriptedAgent(digest: "scripted/2", RunFixture.worker)),
            try RunFixture.run(cases: Array(RunFixture.cases.dropLast())),
        ]
        for other in others {
            let error = await #expect(throws: BenchmarkError.self) {
                _ = try await other.run(directory: folder.path)
            }
            let sentence = try #require(error?.sentence)
            #expect(sentence.hasSuffix(".") && !sentence.contains("\n"))
            #expect(sentence.contains("an empty directory, or a run of the same"))
        }
        #expect(try folder.files() == before)
    }

    @Test("a directory with other people's files is refused and left as it is")
    func foreignFiles() async throws {
        let folder = try ScratchFolder()
        try Data("mine".utf8).write(to: URL(filePath: folder.path + "/notes.txt"))
        await #expect(throws: BenchmarkError.self) {
            _ = try await RunFixture.run().run(directory: folder.path)
        }
        #expect(try folder.files() == ["notes.txt": Data("mine".utf8)])
    }

    @Test("a place that can't be written to is refused in a sentence")
    func unwritable() async throws {
        let folder = try ScratchFolder()
        let file = folder.path + "/file"
        try Data("x".utf8).write(to: URL(filePath: file))
        await #expect(throws: BenchmarkError.self) {
            _ = try await RunFixture.run().run(directory: file)
        }
    }

    @Test("replay says identical, and names the case whose log was changed or is missing")
    func replay() async throws {
        let folder = try ScratchFolder()
        let run = try RunFixture.run()
        _ = try await run.run(directory: folder.path)
        #expect(
            try await run.replay(directory: folder.path) == Replay(cases: 6, different: []))
        try damage(.flipped, folder.path)
        try FileManager.default.removeItem(atPath: folder.path + "/log/00005.jsonl")
        let changed = try await run.replay(directory: folder.path)
        #expect(changed.different == ["run-1", "run-5"])
        #expect(!changed.isIdentical)
    }

    @Test("replay by another agent is refused, and one that acts differently is found out")
    func replayOther() async throws {
        let folder = try ScratchFolder()
        _ = try await RunFixture.run().run(directory: folder.path)
        await #expect(throws: BenchmarkError.self) {
            _ = try await RunFixture.run(seed: 9).replay(directory: folder.path)
        }
        let liar = ScriptedAgent { _, _ in RunFixture.commit("gout") }
        let replay = try await RunFixture.run(liar).replay(directory: folder.path)
        #expect(replay.different.count == 6)
    }

    @Test("a kept run reads back as it was played")
    func kept() async throws {
        let folder = try ScratchFolder()
        let run = try RunFixture.run()
        let records = try await run.run(directory: folder.path)
        let kept = try KeptRun.read(folder.path, catalogue: run.catalogue)
        #expect(kept.records == records)
        #expect(kept.settings == run.settings)
        #expect(kept.cases.map(\.digest) == run.cases.map(\.digest))
    }

    @Test(
        "a broken chain, a missing log or other cases are found when a kept run is read",
        arguments: [Damage.flipped, .outcomeChanged, .lastLineLost, .swapped, .deleted, .casesLost])
    func brokenChain(_ kind: Damage) async throws {
        let folder = try ScratchFolder()
        let run = try RunFixture.run()
        _ = try await run.run(directory: folder.path)
        try damage(kind, folder.path)
        let error = #expect(throws: BenchmarkError.self) {
            _ = try KeptRun.read(folder.path, catalogue: run.catalogue)
        }
        let sentence = try #require(error?.sentence)
        if [.flipped, .outcomeChanged, .lastLineLost, .swapped].contains(kind) {
            #expect(sentence.contains("00001.jsonl: expected an unbroken chain"))
        }
    }

    @Test("a shortened list of cases is found when a kept run is read")
    func fewerCases() async throws {
        let folder = try ScratchFolder()
        let run = try RunFixture.run()
        _ = try await run.run(directory: folder.path)
        let lines = run.cases.dropLast().map { $0.json + "\n" }.joined()
        try Data(lines.utf8).write(to: URL(filePath: folder.path + "/cases.jsonl"))
        #expect(throws: BenchmarkError.self) {
            _ = try KeptRun.read(folder.path, catalogue: run.catalogue)
        }
    }

    @Test("no cases, or a budgeted run without a budget, is refused")
    func badOptions() async throws {
        await #expect(throws: BenchmarkError.self) {
            _ = try await RunFixture.run(cases: []).run(directory: nil)
        }
        await #expect(throws: BenchmarkError.self) {
            _ = try await RunFixture.run(variant: .budgeted).run(directory: nil)
        }
    }

    @Test("agents that throw, never commit or say nothing end their case and the run goes on")
    func runGoesOn() async throws {
        let agent = ScriptedAgent { start, moment in
            switch start.caseID {
            case "run-1": throw ScriptBroke()
            case "run-2": return AgentTurn(requests: [.ask("fever")])
            case "run-4": return AgentTurn()
            default: return try RunFixture.worker(start, moment)
            }
        }
        let run = try RunFixture.run(agent)
        let folder = try ScratchFolder()
        let outcomes = try await run.run(directory: folder.path).map(\.outcome)
        #expect(
            outcomes.map(\.failures) == [
                ["the agent failed"], ["no diagnosis was stated"], [], ["no diagnosis was stated"],
                [],
                [],
            ])
        #expect(outcomes.map { $0.stated != nil } == [false, false, true, false, true, true])
        let result = RunResult(settings: run.settings, outcomes: outcomes)
        #expect(result.failures.map(\.kind) == ["no diagnosis was stated", "the agent failed"])
        #expect(result.failures.map(\.count) == [2, 1])
        #expect(try await run.replay(directory: folder.path).isIdentical)
    }

    @Test("progress ends at all cases and never goes back")
    func progress() async throws {
        let folder = try ScratchFolder()
        _ = try await RunFixture.run().run(directory: folder.path)
        try damage(.deleted, folder.path)
        let seen = Progress()
        _ = try await RunFixture.run().run(directory: folder.path) { done, all in
            seen.add(done, all)
        }
        #expect(seen.steps == [4, 5, 6])
    }

    @Test(
        "a run with a model, an ensemble's too, replays from its recording",
        arguments: [Variant.unconstrained, .ensemble])
    func recordedModel(_ variant: Variant) async throws {
        let model = StubChatModel { request, number in
            if request.purpose != "consensus" { return "note \(number)" }
            return number < 40
                ? #"{"questions":["fever"],"tests":[],"no_disease":false,"differential":[]}"#
                : #"{"diagnosis":"pneumonia \#(number)","differential":[]}"#
        }
        let folder = try ScratchFolder()
        let cases = [RunFixture.cases[0]]
        let run = try RunFixture.run(
            ModelAgent(model: "stub") { _ in model }, variant: variant, cases: cases)
        _ = try await run.run(directory: folder.path)
        let kept = try KeptRun.read(folder.path, catalogue: run.catalogue)
        let recorded = ModelAgent(model: "stub") {
            RecordedChatModel(name: "stub", exchanges: kept.exchanges[$0] ?? [])
        }
        let replay = try await RunFixture.run(recorded, variant: variant, cases: cases)
            .replay(directory: folder.path)
        #expect(replay.isIdentical)
    }
}

/// Collects calls from any thread.
private final class Progress: Sendable {
    private let state = Mutex<[Int]>([])

    func add(_ done: Int, _ all: Int) {
        #expect(all == RunFixture.cases.count)
        state.withLock { $0.append(done) }
    }

    var steps: [Int] { state.withLock { $0 } }
}
