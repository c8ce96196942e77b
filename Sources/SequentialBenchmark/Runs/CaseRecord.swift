// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
import Knowledge
package import Records

/// One turn of a case: what the agent did and what came back.
package struct TurnRecord: Sendable, Hashable, Codable {
    package var number: Int
    /// Which session of an ensemble; 0 otherwise.
    package var session: Int
    package var isConfirming: Bool
    package var turn: AgentTurn
    package var answers: [EncounterAnswer]
    /// All that has been charged in this session, US cents.
    package var spentCents: Int
    /// What the gatekeeper's language model was asked, where the run has one.
    package var gatekeeper: [ChatExchange] = []
    /// Why the agent gave no turn; its own words, never the case's.
    package var failure: String?
}

/// How a case ended.
package struct CaseOutcome: Sendable, Hashable, Codable {
    package var caseID: String
    package var stratum: Stratum
    package var age: Int?
    package var sex: Sex?
    package var twinOf: String?
    package var prevalenceWeight: Double
    package var isNoDisease: Bool
    package var truth: String
    /// Nil when the agent never committed.
    package var stated: StatedDiagnosis?
    package var verdict: Verdict
    /// Place of the right diagnosis in the final differential, from 1; 1 where the diagnosis itself
    /// is right, nil where the right one isn't there.
    package var rank: Int?
    /// The right diagnosis was among the first three of the differential at some turn before the
    /// last one.
    package var wasInTopThree: Bool
    package var cents: Int
    package var visits: Int
    package var questions: Int
    package var tests: Int
    package var minutes: Int
    package var radiation: Double
    package var recordedAnswers: Int
    package var defaultAnswers: Int
    /// Requests that revealed nothing: vague, ambiguous, not understood, not allowed.
    package var refusedRequests: Int
    package var unpriced: [String]
    /// What went wrong, each time by its kind; without a diagnosis there is at least one.
    package var failures: [String]
    package var promptTokens: Int
    package var completionTokens: Int

    /// Probability the agent gave the diagnosis it stated; nil where its differential lacks it.
    package var statedProbability: Double? {
        guard let stated else { return nil }
        let probability = stated.differential.first { $0.name == stated.name }?.probability
        return probability.flatMap { $0.isFinite ? $0 : nil }
    }

    /// A disease was named where there is none; to say that none of the known fits names none.
    package var isFalseAlarm: Bool {
        isNoDisease && !verdict.isCorrect && stated?.isNoDisease == false
            && stated?.name != StatedDiagnosis.unknown
    }
}

/// A whole case: its turns and its outcome.
package struct CaseRecord: Sendable, Hashable, Codable {
    package var turns: [TurnRecord]
    package var outcome: CaseOutcome
}
