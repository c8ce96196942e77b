// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
import Foundation
package import Knowledge

/// Plays many cases with one agent, in parallel, into a directory that can be resumed and replayed.
package struct BenchmarkRun: Sendable {
    package var cases: [BenchmarkCase]
    package var agent: any DiagnosticAgent
    package var settings: RunSettings
    package var catalogue: Catalogue
    package var schedule: PriceSchedule
    package var background: BackgroundRates
    package var helper: ModelGatekeeper?
    /// Names what `background` draws from.
    package var evidenceDigest: String

    package init(
        cases: [BenchmarkCase], agent: any DiagnosticAgent, settings: RunSettings,
        catalogue: Catalogue, schedule: PriceSchedule, background: @escaping BackgroundRates,
        helper: ModelGatekeeper? = nil, evidenceDigest: String = ""
    ) {
        self.cases = cases
        self.agent = agent
        self.settings = settings
        self.catalogue = catalogue
        self.schedule = schedule
        self.background = background
        self.helper = helper
        self.evidenceDigest = evidenceDigest
    }

    private var manifest: RunManifest {
        RunManifest(
            settings: settings, agentDigest: agent.digest, catalogueDigest: catalogue.digest,
            pricesDigest: schedule.digest, evidenceDigest: evidenceDigest,
            casesDigest: BenchmarkCase.digest(of: cases), caseCount: cases.count)
    }

    /// Plays what is not yet there and gives the whole run's outcomes, in the order of the cases.
    ///
    /// - Parameters:
    ///   - directory: empty, or an earlier run of the same; nil keeps nothing.
    ///   - threads: cases at once; changes nothing but the time.
    ///   - progress: called after each case with done and all.
    /// - Throws: `BenchmarkError` when the directory holds another run or cannot be written to.
    package func run(
        directory path: String?, threads: Int = 2,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws(BenchmarkError) -> [CaseRecord] {
        guard !cases.isEmpty else { throw .badOption(name: "cases", expected: "at least one") }
        guard settings.variant != .budgeted || (settings.budgetCents ?? -1) >= 0 else {
            throw .badOption(name: "budget", expected: "US dollars for the budgeted variant")
        }
        let directory = path.map { RunDirectory(path: $0) }
        let root = try open(directory)
        var records = [CaseRecord?](repeating: nil, count: cases.count)
        if let directory {
            for index in cases.indices {
                records[index] = directory.log(index).flatMap {
                    RunLog.read($0, root: root, caseID: cases[index].id)
                }
            }
        }
        let open = cases.indices.filter { records[$0] == nil }
        var done = cases.count - open.count
        progress(done, cases.count)
        var failure: BenchmarkError?
        await withTaskGroup(of: (Int, CaseRecord).self) { group in
            var waiting = open.makeIterator()
            for _ in 0..<max(1, threads) {
                if let index = waiting.next() { group.addTask { (index, await play(index)) } }
            }
            while let (index, record) = await group.next() {
                records[index] = record
                done += 1
                do throws(BenchmarkError) {
                    try keep(record, index, directory, root)
                } catch {
                    failure = error
                    group.cancelAll()
                    break
                }
                progress(done, cases.count)
                if let next = waiting.next() { group.addTask { (next, await play(next)) } }
            }
        }
        if let failure { throw failure }
        return records.compactMap { $0 }
    }

    private func play(_ index: Int) async -> CaseRecord {
        await EncounterPlay(
            cases[index], agent: agent, settings: settings, catalogue: catalogue,
            schedule: schedule, background: background, helper: helper
        ).run()
    }

    private func open(_ directory: RunDirectory?) throws(BenchmarkError) -> String {
        let lines = cases.map { $0.json + "\n" }.joined()
        try directory?.open(manifest, cases: Array(lines.utf8))
        return root
    }

    /// What every case's first line points to.
    private var root: String {
        RunLog.digest([UInt8]((try? RunLog.encoder().encode(manifest)) ?? Data()))
    }

    private func keep(
        _ record: CaseRecord, _ index: Int, _ directory: RunDirectory?, _ root: String
    ) throws(BenchmarkError) {
        guard let directory else { return }
        guard let bytes = try? RunLog.bytes(record, root: root) else {
            throw .badOption(
                name: "case \(index + 1)", expected: "finite numbers from the agent")
        }
        try directory.writeLog(bytes, index)
    }

    /// Plays a finished run again and compares the bytes of every log.
    ///
    /// A log that is missing, or no longer what was written, counts as different.
    ///
    /// - Throws: `BenchmarkError` when the run was made of something else.
    package func replay(directory path: String, threads: Int = 2) async throws(BenchmarkError)
        -> Replay
    {
        let directory = RunDirectory(path: path)
        guard try directory.manifest() == manifest else {
            throw .badOption(
                name: path, expected: "a run of this version, with this agent and these prices")
        }
        let root = root
        let records = try await run(directory: nil, threads: threads)
        var different: [String] = []
        for (index, record) in records.enumerated() {
            let again = try? RunLog.bytes(record, root: root)
            if again == nil || again != directory.log(index) { different.append(cases[index].id) }
        }
        return Replay(cases: cases.count, different: different)
    }
}

/// Whether playing a run again gave the same bytes.
package struct Replay: Sendable, Equatable {
    package var cases: Int
    /// Ids of cases whose log came out differently.
    package var different: [String]
    package var isIdentical: Bool { different.isEmpty }
}

/// What is needed to play a kept run again.
package struct KeptRun: Sendable {
    package var settings: RunSettings
    package var cases: [BenchmarkCase]
    /// By case id; what the agent exchanged with its language model, in order.
    package var exchanges: [String: [ChatExchange]]
    /// The same for the gatekeeper's model.
    package var gatekeeperExchanges: [String: [ChatExchange]]
    package var records: [CaseRecord]

    /// - Throws: `BenchmarkError` for a directory that holds no complete run, other cases than the
    ///   run's, or a log whose chain is broken.
    package static func read(_ path: String, catalogue: Catalogue) throws(BenchmarkError) -> KeptRun
    {
        let directory = RunDirectory(path: path)
        let manifest = try directory.manifest()
        let cases = try CaseLibrary.read(path: path + "/cases.jsonl", catalogue: catalogue)
        guard BenchmarkCase.digest(of: cases) == manifest.casesDigest else {
            throw .badOption(name: path + "/cases.jsonl", expected: "the cases of the run")
        }
        let root = RunLog.digest([UInt8]((try? RunLog.encoder().encode(manifest)) ?? Data()))
        var exchanges: [String: [ChatExchange]] = [:]
        var gatekeeper: [String: [ChatExchange]] = [:]
        var records: [CaseRecord] = []
        for (index, benchmarkCase) in cases.enumerated() {
            guard let bytes = directory.log(index) else {
                throw .badOption(
                    name: path, expected: "a finished run; case \(index + 1) has no log yet")
            }
            guard let record = RunLog.read(bytes, root: root, caseID: benchmarkCase.id) else {
                throw .badOption(
                    name: directory.logPath(index), expected: "an unbroken chain of turns")
            }
            exchanges[benchmarkCase.id] = record.turns.flatMap(\.turn.exchanges)
            gatekeeper[benchmarkCase.id] = record.turns.flatMap(\.gatekeeper)
            records.append(record)
        }
        return KeptRun(
            settings: manifest.settings, cases: cases, exchanges: exchanges,
            gatekeeperExchanges: gatekeeper, records: records)
    }
}
