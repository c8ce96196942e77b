// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
package import Knowledge
import Records

/// Plays one case with one agent: gatekeeper, prices, the rules of the variant, the judge.
package struct EncounterPlay: Sendable {
    package var benchmarkCase: BenchmarkCase
    package var agent: any DiagnosticAgent
    package var settings: RunSettings
    package var catalogue: Catalogue
    package var schedule: PriceSchedule
    package var background: BackgroundRates
    /// Helps where the fixed rules don't understand a request.
    package var helper: ModelGatekeeper?

    package init(
        _ benchmarkCase: BenchmarkCase, agent: any DiagnosticAgent, settings: RunSettings,
        catalogue: Catalogue, schedule: PriceSchedule, background: @escaping BackgroundRates,
        helper: ModelGatekeeper? = nil
    ) {
        self.benchmarkCase = benchmarkCase
        self.agent = agent
        self.settings = settings
        self.catalogue = catalogue
        self.schedule = schedule
        self.background = background
        self.helper = helper
    }

    /// Plays the case to its end; whatever the agent does, there is a record.
    package func run() async -> CaseRecord {
        var sessions: [SessionResult] = []
        let count = settings.variant == .ensemble ? max(1, settings.ensemble) : 1
        for session in 0..<count { sessions.append(await play(session)) }
        let stated =
            count == 1
            ? sessions[0].stated : StatedDiagnosis.pooled(sessions.compactMap(\.stated))
        return CaseRecord(
            turns: sessions.flatMap(\.turns),
            outcome: OutcomeTally(
                benchmarkCase: benchmarkCase, schedule: schedule, sessions: sessions
            ).outcome(stated))
    }

    private func start(_ session: Int) -> EncounterStart {
        EncounterStart(
            caseID: benchmarkCase.id, abstract: benchmarkCase.abstract, age: benchmarkCase.age,
            sex: benchmarkCase.sex, isEmergencyDepartment: benchmarkCase.isEmergencyDepartment,
            volunteered: benchmarkCase.volunteered(catalogue),
            variant: settings.variant == .ensemble ? .unconstrained : settings.variant,
            budgetCents: settings.variant == .budgeted ? settings.budgetCents : nil,
            visitCents: schedule.visitCents(
                isEmergencyDepartment: benchmarkCase.isEmergencyDepartment),
            burdens: schedule.burdens, seed: settings.seed &+ UInt64(session))
    }

    private func play(_ number: Int) async -> SessionResult {
        var gatekeeper = Gatekeeper(
            case: benchmarkCase, catalogue: catalogue, schedule: schedule, background: background,
            seed: settings.seed)
        var result = SessionResult()
        var news: [EncounterAnswer] = []
        var isConfirming = false
        var hasConfirmed = !settings.isConfirming || settings.variant == .instant
        var idle = 0
        var chat = helper?.chat(benchmarkCase.id)
        do {
            var session = try await agent.begin(start(number))
            while result.turns.count < settings.turnLimit, idle < 3 {
                let turn = try await session.next(
                    news, spentCents: gatekeeper.spentCents, isConfirming: isConfirming)
                guard turn.isFinite else { throw AgentError.notATurn(expected: "finite numbers") }
                news =
                    turn.diagnosis == nil
                    ? await answers(turn.requests, &gatekeeper, &chat, number) : []
                result.turns.append(
                    TurnRecord(
                        number: result.turns.count + 1, session: number,
                        isConfirming: isConfirming, turn: turn, answers: news,
                        spentCents: gatekeeper.spentCents, gatekeeper: chat?.taken() ?? []))
                if let diagnosis = turn.diagnosis {
                    result.stated = diagnosis
                    if hasConfirmed { break }
                    hasConfirmed = true
                    isConfirming = true
                } else {
                    isConfirming = false
                    idle = turn.requests.isEmpty ? idle + 1 : 0
                }
            }
        } catch {
            // An agent's failure ends the case, never the run.
            result.turns.append(
                TurnRecord(
                    number: result.turns.count + 1, session: number, isConfirming: isConfirming,
                    turn: AgentTurn(), answers: [], spentCents: gatekeeper.spentCents,
                    failure: AgentFailure(error).sentence))
        }
        result.gatekeeper = gatekeeper
        return result
    }

    /// At most five questions and three orders a turn; what exceeds that is left unanswered.
    private func answers(
        _ requests: [EncounterRequest], _ gatekeeper: inout Gatekeeper,
        _ chat: inout StructuredChat?, _ session: Int
    ) async -> [EncounterAnswer] {
        var answers: [EncounterAnswer] = []
        var asked = 0
        var ordered = 0
        for request in requests {
            var isAllowed = settings.variant != .instant
            switch request {
            case .ask:
                asked += 1
                guard asked <= 5 else { continue }
            case .order:
                ordered += 1
                guard ordered <= 3 else { continue }
                isAllowed = isAllowed && settings.variant != .questions
            }
            answers.append(
                isAllowed
                    ? await understood(request, &gatekeeper, &chat, session) : notAllowed(request))
        }
        return answers
    }

    /// By the fixed rules, and where they don't understand by the helper's reading of the request.
    private func understood(
        _ request: EncounterRequest, _ gatekeeper: inout Gatekeeper,
        _ chat: inout StructuredChat?, _ session: Int
    ) async -> EncounterAnswer {
        let answer = affordable(request, &gatekeeper)
        guard answer.status == .notUnderstood || answer.status == .ambiguous, let helper,
            var own = chat
        else { return answer }
        let meant = await helper.translate(
            request, catalogue, &own, seed: settings.seed &+ UInt64(session))
        chat = own
        guard let meant, !givesAway(meant) else { return answer }
        var again = affordable(meant, &gatekeeper)
        again.request = request
        return again
    }

    /// What only the exact words may open isn't opened by a translation.
    private func givesAway(_ request: EncounterRequest) -> Bool {
        benchmarkCase.findings.contains { finding in
            guard finding.isPathognomonic else { return false }
            let tests =
                finding.id.flatMap { catalogue.finding($0) }
                .map { catalogue.findings[$0].tests.map { catalogue.tests[$0].id } } ?? []
            return finding.id == request.text || tests.contains(request.text)
        }
    }

    private func notAllowed(_ request: EncounterRequest) -> EncounterAnswer {
        EncounterAnswer(
            request: request, status: .notAllowed, text: "This is not part of this variant.")
    }

    /// Answers on a copy first, so that what the budget doesn't cover leaves no trace.
    private func affordable(
        _ request: EncounterRequest, _ gatekeeper: inout Gatekeeper
    ) -> EncounterAnswer {
        guard settings.variant == .budgeted, let budget = settings.budgetCents else {
            return gatekeeper.answer(request)
        }
        var tried = gatekeeper
        let answer = tried.answer(request)
        guard tried.spentCents <= budget, answer.unpriced.isEmpty else {
            return EncounterAnswer(
                request: request, status: .overBudget, text: "The budget does not cover this.")
        }
        gatekeeper = tried
        return answer
    }
}

extension AgentTurn {
    /// Every number in it can be written and added up.
    fileprivate var isFinite: Bool {
        let conditions = differential + (diagnosis?.differential ?? [])
        return conditions.allSatisfy(\.probability.isFinite)
            && statements.allSatisfy { $0.figures.values.allSatisfy(\.isFinite) }
    }
}

/// One session of a case before it is judged.
struct SessionResult: Sendable {
    var turns: [TurnRecord] = []
    var stated: StatedDiagnosis?
    var gatekeeper: Gatekeeper?
}

/// What went wrong in an agent, without its words about the case.
struct AgentFailure {
    var sentence: String

    init(_ error: any Error) {
        sentence =
            switch error {
            case let failure as ChatFailure: "language model: \(failure.rawValue)"
            case let failure as AgentError: failure.sentence
            default: "the agent failed"
            }
    }
}
