// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Records

/// Adds a case's sessions up to its outcome.
struct OutcomeTally {
    var benchmarkCase: BenchmarkCase
    var schedule: PriceSchedule
    var sessions: [SessionResult]

    func outcome(_ stated: StatedDiagnosis?) -> CaseOutcome {
        let turns = sessions.flatMap(\.turns)
        let answers = turns.flatMap(\.answers)
        let bill = EncounterBill.union(of: sessions.compactMap { $0.gatekeeper?.bill })
        let burdens = bill.tests.map { schedule.burden(test: $0.id) }
        let exchanges = turns.flatMap(\.turn.exchanges)
        let counts = sessions.compactMap { $0.gatekeeper?.counts }
        let verdict =
            stated.map { Judge.judge($0, benchmarkCase) }
            ?? Verdict(score: 1, reason: "No diagnosis was stated.", by: .none)
        return CaseOutcome(
            caseID: benchmarkCase.id, stratum: benchmarkCase.stratum, age: benchmarkCase.age,
            sex: benchmarkCase.sex, twinOf: benchmarkCase.twinOf,
            prevalenceWeight: benchmarkCase.prevalenceWeight,
            isNoDisease: benchmarkCase.diagnosis.isNoDisease,
            truth: benchmarkCase.diagnosis.text, stated: stated, verdict: verdict,
            rank: verdict.isCorrect ? 1 : rank(stated?.differential ?? []),
            wasInTopThree: sessions.flatMap { $0.turns.dropLast() }.contains { turn in
                let shown = turn.turn.diagnosis?.differential ?? turn.turn.differential
                return (rank(shown) ?? 9) <= 3
            }, cents: bill.totalCents, visits: bill.visits,
            questions: count(answers) { if case .ask = $0.request { true } else { false } },
            tests: bill.tests.count, minutes: burdens.reduce(0) { $0 + $1.minutes },
            radiation: burdens.reduce(0) { $0 + $1.radiation },
            recordedAnswers: counts.reduce(0) { $0 + $1.recorded },
            defaultAnswers: counts.reduce(0) { $0 + $1.byDefault },
            refusedRequests: answers.count {
                ![.recorded, .byDefault, .notRecorded].contains($0.status)
            },
            unpriced: bill.unpriced,
            failures: failures,
            promptTokens: exchanges.reduce(0) { $0 + ($1.reply?.promptTokens ?? 0) },
            completionTokens: exchanges.reduce(0) { $0 + ($1.reply?.completionTokens ?? 0) })
    }

    private func count(
        _ answers: [EncounterAnswer], where isCounted: (EncounterAnswer) -> Bool
    ) -> Int {
        answers.count {
            isCounted($0) && [.recorded, .byDefault, .notRecorded].contains($0.status)
        }
    }

    /// Of agent, models and sessions that ended without a diagnosis though nothing broke.
    private var failures: [String] {
        let turns = sessions.flatMap(\.turns)
        let silent = sessions.count { session in
            session.stated == nil && session.turns.allSatisfy { $0.failure == nil }
        }
        return turns.compactMap(\.failure)
            + turns.flatMap(\.turn.exchanges).compactMap {
                $0.failure.map { "language model: \($0.rawValue)" }
            }
            + turns.flatMap(\.gatekeeper).compactMap {
                $0.failure.map { "gatekeeper's language model: \($0.rawValue)" }
            }
            + Array(
                repeating: "language model: failed and tried again",
                count: turns.flatMap(\.turn.exchanges).reduce(0) { $0 + ($1.reply?.retries ?? 0) })
            + Array(repeating: "no diagnosis was stated", count: silent)
    }

    /// Place of the right diagnosis among at most ten of a differential.
    private func rank(_ differential: [StatedCondition]) -> Int? {
        Judge.rank(Array(differential.prefix(10)), benchmarkCase)
    }
}
