// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
package import SequentialBenchmark

extension AgentDesk {
    /// Plays cases into a directory, or goes on with a run that is there.
    ///
    /// - Parameter unrecorded: what the gatekeeper says where a case has no record; nil as each
    ///   case has it.
    /// - Returns: the result and the seconds taken.
    package func run(
        cases path: String, settings: RunSettings, unrecorded: DefaultPolicy? = nil,
        directory: String?, threads: Int, progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws(SiteError) -> (result: RunResult, seconds: Double) {
        var chosen = try cases(path)
        if let unrecorded {
            for index in chosen.indices { chosen[index].defaultPolicy = unrecorded }
        }
        let run = BenchmarkRun(
            cases: chosen, agent: try agent(settings.agent), settings: settings,
            catalogue: catalogue, schedule: try schedule(settings.prices), background: background,
            helper: try helper(settings), evidenceDigest: knowledge.digest)
        let clock = ContinuousClock()
        let start = clock.now
        let records: [CaseRecord]
        do {
            records = try await run.run(
                directory: directory, threads: threads, progress: progress)
        } catch { throw .refused(error.sentence) }
        let seconds = Double((clock.now - start) / .nanoseconds(1)) / 1e9
        return (
            RunResult(settings: settings, outcomes: records.map(\.outcome)), seconds
        )
    }

    private func helper(_ settings: RunSettings) throws(SiteError) -> ModelGatekeeper? {
        guard let name = settings.gatekeeper else { return nil }
        return try gatekeeper(name)
    }

    /// A kept run's result, with people's changes to verdicts applied.
    package func result(directory: String) throws(SiteError) -> RunResult {
        let kept = try kept(directory)
        return RunResult(
            settings: kept.settings,
            outcomes: try Overrules(directory).applied(
                to: kept.records.map(\.outcome), agent: kept.settings.agent))
    }

    package func kept(_ directory: String) throws(SiteError) -> KeptRun {
        try stage { try KeptRun.read(directory, catalogue: catalogue) }
    }

    /// Plays a kept run again from its own cases; language models answer from the recording.
    package func replay(directory: String, threads: Int) async throws(SiteError) -> Replay {
        let kept = try kept(directory)
        let settings = kept.settings
        var helper: ModelGatekeeper?
        if let name = settings.gatekeeper {
            helper = try gatekeeper(name, recorded: kept.gatekeeperExchanges)
        }
        let run = BenchmarkRun(
            cases: kept.cases, agent: try agent(settings.agent, recorded: kept.exchanges),
            settings: settings, catalogue: catalogue, schedule: try schedule(settings.prices),
            background: background, helper: helper, evidenceDigest: knowledge.digest)
        do {
            return try await run.replay(directory: directory, threads: threads)
        } catch { throw .refused(error.sentence) }
    }

    /// Lets one or two language models judge a kept run beside the code.
    package func judge(
        directory: String, models: [String]
    ) async throws(SiteError) -> JudgeReport {
        let kept = try kept(directory)
        var verdicts: [[Verdict?]] = []
        var failures = 0
        for name in models {
            let judge = ModelJudge(try model(name))
            var given: [Verdict?] = []
            for (item, record) in zip(kept.cases, kept.records) {
                guard let stated = record.outcome.stated else {
                    given.append(nil)
                    continue
                }
                let reply = await judge.judge(stated, item)
                if reply.verdict == nil { failures += 1 }
                given.append(reply.verdict)
            }
            verdicts.append(given)
        }
        let byCode = kept.records.map { Optional($0.outcome.verdict) }
        return JudgeReport(
            models: models, withCode: verdicts.map { JudgeReport.agreement($0, byCode) },
            between: verdicts.count == 2 ? JudgeReport.agreement(verdicts[0], verdicts[1]) : nil,
            failures: failures)
    }
}

/// How far language models as judges agree with the code and with each other.
package struct JudgeReport: Sendable, Encodable {
    package var models: [String]
    package var withCode: [JudgeAgreement]
    package var between: JudgeAgreement?
    /// Diagnoses for which a model gave no verdict.
    package var failures: Int

    static func agreement(_ first: [Verdict?], _ second: [Verdict?]) -> JudgeAgreement {
        JudgeAgreement(
            zip(first, second).compactMap { first, second in
                guard let first, let second else { return nil }
                return (first.isCorrect, second.isCorrect)
            })
    }
}

/// People's changes to the verdicts of a run: one JSON object a line, earlier lines kept.
package struct Overrules: Sendable {
    private let path: String
    private let directory: String

    package init(_ directory: String) {
        self.directory = directory
        path = directory + "/overrules.jsonl"
    }

    package func all() throws(SiteError) -> [Overrule] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        var found: [Overrule] = []
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let overrule = try? JSONDecoder().decode(Overrule.self, from: line) else {
                throw .refused("\(path), line \(index + 1): expected a change to a verdict.")
            }
            found.append(overrule)
        }
        return found
    }

    /// Adds a change after checking that it fits the run.
    package func add(_ overrule: Overrule, to outcomes: [CaseOutcome]) throws(SiteError) {
        let known = try all()
        let refused = JudgedDiagnosis.applying(
            known + [overrule], to: judged(outcomes, agent: overrule.agent)
        ).refused
        guard refused.isEmpty else {
            throw .refused(
                "overrule: expected a case of this run, the score it has now, another from 1 to 5, "
                    + "a name and a reason.")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            var lines = Data()
            for change in known + [overrule] {
                lines += try encoder.encode(change)
                lines.append(UInt8(ascii: "\n"))
            }
            try lines.write(to: URL(filePath: path), options: .atomic)
        } catch { throw .refused("\(path): expected a place that can be written to.") }
    }

    func applied(to outcomes: [CaseOutcome], agent: String) throws(SiteError) -> [CaseOutcome] {
        let verdicts = JudgedDiagnosis.applying(
            try all(), to: judged(outcomes, agent: agent)
        ).verdicts
        return zip(outcomes, verdicts).map { outcome, judged in
            guard let last = judged.overrules.last else { return outcome }
            var changed = outcome
            changed.verdict = Verdict(
                score: last.to, reason: "Overruled by \(last.by): \(last.reason)", by: .person)
            // What was judged right is the first of the differential, by the same word.
            changed.rank = changed.verdict.isCorrect ? 1 : nil
            changed.wasInTopThree = changed.verdict.isCorrect
            return changed
        }
    }

    private func judged(_ outcomes: [CaseOutcome], agent: String) -> [JudgedDiagnosis] {
        outcomes.map { JudgedDiagnosis(caseID: $0.caseID, agent: agent, verdict: $0.verdict) }
    }
}
