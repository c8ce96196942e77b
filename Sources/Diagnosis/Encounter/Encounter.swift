// SPDX-License-Identifier: Apache-2.0
package import Records

/// What a test costs, in more than money.
package struct Burden: Sendable, Hashable, Codable {
    /// US cents; nil where the schedule has no price for it.
    package var cents: Int?
    /// Minutes until the result is there.
    package var minutes: Int
    /// 0 nothing, 1 a needle, 2 a tube or contrast, 3 tissue or anaesthesia.
    package var invasiveness: Int
    /// Effective dose, millisievert.
    package var radiation: Double

    package init(cents: Int?, minutes: Int = 0, invasiveness: Int = 0, radiation: Double = 0) {
        self.cents = cents
        self.minutes = minutes
        self.invasiveness = invasiveness
        self.radiation = radiation
    }
}

/// A catalogue finding with its outcome in this patient.
package struct Observation: Sendable, Hashable, Codable {
    /// Id in the catalogue.
    package var finding: String
    /// One of the finding's outcomes, such as `present` or `high`.
    package var outcome: String
    /// In the catalogue's unit.
    package var number: Double?

    package init(finding: String, outcome: String, number: Double? = nil) {
        self.finding = finding
        self.outcome = outcome
        self.number = number
    }
}

/// How freely an agent may ask and spend.
package enum Variant: String, Sendable, Codable, CaseIterable {
    /// The abstract only.
    case instant
    /// Questions and examination, no tests.
    case questions
    /// Tests within a budget.
    case budgeted
    case unconstrained
    /// Several unconstrained runs and one opinion; tests done twice are paid once.
    case ensemble
}

/// What an agent is told before its first turn.
package struct EncounterStart: Sendable {
    /// Names the case to a log, never to the agent's reasoning.
    package var caseID: String
    package var abstract: String
    package var age: Int?
    package var sex: Sex?
    package var isEmergencyDepartment: Bool
    /// What the abstract states, coded; empty for cases without codes.
    package var volunteered: [Observation]
    package var variant: Variant
    /// Limit on all spending, US cents; nil without one.
    package var budgetCents: Int?
    /// Price of one visit, US cents.
    package var visitCents: Int
    /// By catalogue test id.
    package var burdens: [String: Burden]
    /// Differs between the runs of an ensemble.
    package var seed: UInt64

    package init(
        caseID: String, abstract: String, age: Int?, sex: Sex?, isEmergencyDepartment: Bool = false,
        volunteered: [Observation] = [], variant: Variant = .unconstrained, budgetCents: Int? = nil,
        visitCents: Int = 0, burdens: [String: Burden] = [:], seed: UInt64 = 1
    ) {
        self.caseID = caseID
        self.abstract = abstract
        self.age = age
        self.sex = sex
        self.isEmergencyDepartment = isEmergencyDepartment
        self.volunteered = volunteered
        self.variant = variant
        self.budgetCents = budgetCents
        self.visitCents = visitCents
        self.burdens = burdens
        self.seed = seed
    }
}

/// One thing an agent wants to know: a question or examination, or a test.
///
/// The text may be free, a catalogue name or a catalogue id.
package enum EncounterRequest: Sendable, Hashable, Codable {
    case ask(String)
    case order(String)

    package var text: String {
        switch self {
        case .ask(let text), .order(let text): text
        }
    }
}

/// How the gatekeeper met a request.
package enum AnswerStatus: String, Sendable, Codable, CaseIterable {
    /// From the case's own record.
    case recorded
    /// Not in the record: normal by policy, or drawn from background rates.
    case byDefault = "default"
    /// The policy does not invent: nothing was recorded.
    case notRecorded = "not-recorded"
    /// Too broad to answer; nothing was revealed or charged.
    case vague
    /// Could mean several things; nothing was revealed or charged.
    case ambiguous
    /// A result was asked for as if it were history; it must be ordered.
    case needsOrder = "needs-order"
    /// Not understood; nothing was revealed or charged.
    case notUnderstood = "not-understood"
    /// The budget doesn't cover it; nothing was revealed or charged.
    case overBudget = "over-budget"
    /// The variant doesn't allow it; nothing was revealed or charged.
    case notAllowed = "not-allowed"
}

/// What came back for one request.
package struct EncounterAnswer: Sendable, Hashable, Codable {
    package var request: EncounterRequest
    package var status: AnswerStatus
    package var text: String
    /// The coded part of the answer; empty where the case has only text.
    package var observations: [Observation]
    /// Charged for this request, US cents, visits not included.
    package var cents: Int
    /// Tests done but without a price in the schedule.
    package var unpriced: [String]

    package init(
        request: EncounterRequest, status: AnswerStatus, text: String,
        observations: [Observation] = [], cents: Int = 0, unpriced: [String] = []
    ) {
        self.request = request
        self.status = status
        self.text = text
        self.observations = observations
        self.cents = cents
        self.unpriced = unpriced
    }
}

/// A condition as an agent names it.
package struct StatedCondition: Sendable, Hashable, Codable {
    package var name: String
    package var icd10: [String]
    package var probability: Double

    package init(name: String, icd10: [String] = [], probability: Double) {
        self.name = name
        self.icd10 = icd10
        self.probability = probability
    }
}

/// An agent's final word, or its present opinion.
package struct StatedDiagnosis: Sendable, Hashable, Codable {
    package var name: String
    package var icd10: [String]
    /// Most probable first; the probabilities need not add up to 1: the rest is "none of these".
    package var differential: [StatedCondition]
    /// The agent says that no disease is behind the complaint.
    package var isNoDisease: Bool

    package init(
        name: String, icd10: [String] = [], differential: [StatedCondition] = [],
        isNoDisease: Bool = false
    ) {
        self.name = name
        self.icd10 = icd10
        self.differential = differential
        self.isNoDisease = isNoDisease
    }
}

/// What an agent does with its turn.
package struct AgentTurn: Sendable, Hashable, Codable {
    /// At most 5 questions and 3 orders; empty when diagnosing.
    package var requests: [EncounterRequest]
    /// Set when the agent commits.
    package var diagnosis: StatedDiagnosis?
    /// Present opinion, where the agent has one to show.
    package var differential: [StatedCondition]
    /// What was said on the way, each sentence with its numbers.
    package var statements: [RoleStatement]
    /// What passed between the agent and its language model, if it has one.
    package var exchanges: [ChatExchange]

    package init(
        requests: [EncounterRequest] = [], diagnosis: StatedDiagnosis? = nil,
        differential: [StatedCondition] = [], statements: [RoleStatement] = [],
        exchanges: [ChatExchange] = []
    ) {
        self.requests = requests
        self.diagnosis = diagnosis
        self.differential = differential
        self.statements = statements
        self.exchanges = exchanges
    }
}

/// Anything that can work a case up: the panel, a language model, a process of the caller's.
package protocol DiagnosticAgent: Sendable {
    /// As it stands in tables.
    var name: String { get }
    /// Names code, knowledge and settings behind the agent, so that a run can be repeated.
    var digest: String { get }
    /// Begins a case.
    func begin(_ start: EncounterStart) async throws -> any AgentSession
}

/// One case in progress.
package protocol AgentSession {
    /// - Parameters:
    ///   - news: answers to the last turn's requests, in their order; empty at first.
    ///   - spentCents: all that has been charged so far, visits included.
    ///   - isConfirming: the agent has just committed and is asked whether it is sure: it may
    ///     repeat its diagnosis, change it, or go on asking.
    mutating func next(_ news: [EncounterAnswer], spentCents: Int, isConfirming: Bool) async throws
        -> AgentTurn
}
