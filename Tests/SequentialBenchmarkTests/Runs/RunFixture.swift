// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Synchronization
import Testing

@testable import SequentialBenchmark

/// What a scripted agent sees in its turn.
struct ScriptedMoment: Sendable {
    /// From 1.
    var number: Int
    var news: [EncounterAnswer]
    var spentCents: Int
    var isConfirming: Bool
}

/// An agent that does what its script says; no intelligence is pretended.
struct ScriptedAgent: DiagnosticAgent {
    typealias Script = @Sendable (EncounterStart, ScriptedMoment) throws -> AgentTurn

    var name = "scripted"
    var digest = "scripted/1"
    var script: Script

    init(digest: String = "scripted/1", _ script: @escaping Script) {
        self.digest = digest
        self.script = script
    }

    func begin(_ start: EncounterStart) async throws -> any AgentSession {
        Session(start: start, script: script)
    }

    private struct Session: AgentSession {
        let start: EncounterStart
        let script: Script
        var number = 0

        mutating func next(
            _ news: [EncounterAnswer], spentCents: Int, isConfirming: Bool
        ) async throws -> AgentTurn {
            number += 1
            return try script(
                start,
                ScriptedMoment(
                    number: number, news: news, spentCents: spentCents, isConfirming: isConfirming))
        }
    }
}

/// A model that says what a closure says, and remembers what it was asked.
final class StubChatModel: ChatModel {
    let name = "stub"
    private let asked = Mutex<[ChatRequest]>([])
    private let reply: @Sendable (ChatRequest, Int) throws(ChatFailure) -> String

    /// - Parameter reply: from the request and its number, from 1.
    init(_ reply: @escaping @Sendable (ChatRequest, Int) throws(ChatFailure) -> String) {
        self.reply = reply
    }

    var requests: [ChatRequest] { asked.withLock { $0 } }

    func complete(_ request: ChatRequest) async throws(ChatFailure) -> ChatReply {
        let number = asked.withLock { asked in
            asked.append(request)
            return asked.count
        }
        return ChatReply(
            text: try reply(request, number), promptTokens: 7, completionTokens: 3)
    }
}

/// Something made up that a test throws.
struct ScriptBroke: Error {}

/// Cases, prices and scripts for runs.
enum RunFixture {
    static func schedule(_ catalogue: Catalogue) throws -> PriceSchedule {
        try PriceSchedule(
            name: "small",
            table: Array(
                """
                name,usd
                visit,100
                electrolyte panel,7.01
                C-reactive protein,20
                chest radiograph,150

                """.utf8), file: "small.csv", catalogue: catalogue, shipsBurdens: false)
    }

    /// Six cases, the last a twin of the first.
    static let cases: [BenchmarkCase] = (1...6).map { number in
        let isHealthy = number % 3 == 0
        return BenchmarkCase(
            id: "run-\(number)", abstract: "Patient \(number) doesn't feel well.",
            stratum: isHealthy ? .noDisease : number == 1 ? .emergency : .common,
            age: 20 + number, sex: number.isMultiple(of: 2) ? .female : .male,
            findings: [
                CaseFinding(
                    kind: .symptom, id: "fever", outcome: isHealthy ? "absent" : "present",
                    text: "Burning like an oven, secret-\(number)."),
                CaseFinding(kind: .lab, id: "crp", number: isHealthy ? 2 : 80 + Double(number)),
                CaseFinding(
                    kind: .imaging, id: "shadow", outcome: isHealthy ? "absent" : "present"),
            ],
            diagnosis: isHealthy
                ? CaseDiagnosis(text: "No disease", isNoDisease: true)
                : CaseDiagnosis(text: "Pneumonia", icd10: ["J18.9"]),
            provenance: CaseProvenance(source: "test", author: "test", licence: "Apache-2.0"),
            twinOf: number == 6 ? "run-1" : nil, twinChange: number == 6 ? "no fever" : nil)
    }

    static func commit(_ name: String = "pneumonia", probability: Double = 0.75) -> AgentTurn {
        AgentTurn(
            diagnosis: StatedDiagnosis(
                name: name, differential: [StatedCondition(name: name, probability: probability)]))
    }

    /// Asks for fever, orders CRP, then names pneumonia where CRP was high.
    static let worker: ScriptedAgent.Script = { start, moment in
        switch moment.number {
        case 1: return AgentTurn(requests: [.ask("fever"), .ask("temperature")])
        case 2: return AgentTurn(requests: [.order("crp")])
        case 3:
            let isHigh = moment.news.flatMap(\.observations).contains { $0.outcome == "high" }
            return isHigh
                ? commit(probability: 0.5 + 1 / Double(3 + start.abstract.count))
                : AgentTurn(diagnosis: StatedDiagnosis(name: "no disease", isNoDisease: true))
        default: return commit()
        }
    }

    static func run(
        _ agent: any DiagnosticAgent = ScriptedAgent(worker), variant: Variant = .unconstrained,
        budgetCents: Int? = nil, seed: UInt64 = 1, cases: [BenchmarkCase] = cases,
        isConfirming: Bool = true, turnLimit: Int = 12, helper: ModelGatekeeper? = nil
    ) throws -> BenchmarkRun {
        let catalogue = try GatekeeperFixture.smallCatalogue()
        return BenchmarkRun(
            cases: cases, agent: agent,
            settings: RunSettings(
                agent: "scripted", variant: variant, prices: "small", budgetCents: budgetCents,
                seed: seed, isConfirming: isConfirming, turnLimit: turnLimit),
            catalogue: catalogue, schedule: try schedule(catalogue), background: { _, _ in 0 },
            helper: helper)
    }

    /// Plays the first case alone.
    static func play(
        _ agent: any DiagnosticAgent, variant: Variant = .unconstrained, budgetCents: Int? = nil,
        seed: UInt64 = 1, isConfirming: Bool = true, turnLimit: Int = 12,
        helper: ModelGatekeeper? = nil
    ) async throws -> CaseRecord {
        let run = try run(
            agent, variant: variant, budgetCents: budgetCents, seed: seed, cases: [cases[0]],
            isConfirming: isConfirming, turnLimit: turnLimit, helper: helper)
        return try #require(try await run.run(directory: nil).first)
    }

    static func play(
        variant: Variant = .unconstrained, budgetCents: Int? = nil, seed: UInt64 = 1,
        isConfirming: Bool = true, turnLimit: Int = 12, _ script: @escaping ScriptedAgent.Script
    ) async throws -> CaseRecord {
        try await play(
            ScriptedAgent(script), variant: variant, budgetCents: budgetCents, seed: seed,
            isConfirming: isConfirming, turnLimit: turnLimit)
    }
}

/// A folder that is gone after the test.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/bedside-run-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Every file's bytes by its path in the folder.
    func files(_ under: String = "") throws -> [String: Data] {
        let root = under.isEmpty ? path : path + "/" + under
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            if let data = FileManager.default.contents(atPath: root + "/" + name) {
                files[name] = data
            }
        }
        return files
    }
}
