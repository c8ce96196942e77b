// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// One case in progress before the clinical panel.
package struct ClinicalSession: AgentSession {
    /// What the panel knows and foresees; nil before the first turn.
    package private(set) var state: ClinicalState?
    /// Why it committed; nil while it goes on.
    package private(set) var stop: ClinicalStop?
    fileprivate let engine: ClinicalEngine
    private let circumstances: ClinicalCircumstances
    fileprivate var record = ClinicalRecord()
    private let readText: @Sendable (String) -> [Observation]

    init(
        _ engine: ClinicalEngine, _ start: EncounterStart,
        _ readText: @escaping @Sendable (String) -> [Observation]
    ) {
        self.engine = engine
        self.readText = readText
        circumstances = ClinicalCircumstances(start)
        let told = start.volunteered.isEmpty ? readText(start.abstract) : start.volunteered
        for observation in told { record.take(observation, engine.knowledge.catalogue) }
    }

    package mutating func next(
        _ news: [EncounterAnswer], spentCents: Int, isConfirming: Bool
    ) -> AgentTurn {
        let catalogue = engine.knowledge.catalogue
        for answer in news {
            let coded =
                answer.observations.isEmpty && !answer.text.isEmpty
                    && [.recorded, .byDefault].contains(answer.status)
                ? readText(answer.text) : answer.observations
            for observation in coded { record.take(observation, catalogue) }
        }
        record.spentCents = spentCents
        let isFirst = self.state == nil
        let state = ClinicalState(engine, circumstances, record, earlier: self.state?.belief)
        self.state = state
        let action = ClinicalDeliberation.decide(state, isConfirming: isConfirming)
        var turn = AgentTurn(
            differential: Array(state.differential(least: 0.005).prefix(10)),
            statements: state.statements(action))
        switch action {
        case .ask(let findings):
            stop = nil
            if isFirst {
                open(&turn)
                turn.statements.removeLast()
                turn.statements.append(
                    RoleStatement(
                        role: .checklist,
                        sentence: "Agreed: vital signs, and the patient's own story first.",
                        figures: [:]))
            }
            for finding in findings.prefix(
                max(0, engine.settings.questionsPerTurn - turn.requests.count))
            where !record.settled.contains(finding) {
                turn.requests.append(.ask(catalogue.findings[finding].id))
                record.note(asked: finding)
            }
        case .order(let tests):
            stop = nil
            for test in tests {
                turn.requests.append(.order(catalogue.tests[test].id))
                record.note(ordered: test, catalogue)
            }
        case .diagnose(let hypothesis, let reason):
            stop = stop ?? reason
            turn.diagnosis = state.diagnosis(hypothesis)
        }
        return turn
    }
}

extension ClinicalSession {
    /// Vital signs are taken of everybody who is examined at all, as one request, and the patient is
    /// let talk before anything is asked; a record without such passages answers nothing and
    /// charges nothing.
    private mutating func open(_ turn: inout AgentTurn) {
        turn.requests.append(.ask("vital signs"))
        turn.requests += [
            "history of present illness", "associated symptoms", "past medical history",
            "review of systems",
        ].map { .ask($0) }
        for (finding, entry) in engine.knowledge.catalogue.findings.enumerated()
        where entry.kind == .vital && !["peak-flow", "orthostatic-drop"].contains(entry.id) {
            record.note(settled: finding)
        }
    }
}

extension ClinicalState {
    /// What all five roles say, then the consensus in the Checklist's name.
    package func statements(_ action: ClinicalAction) -> [RoleStatement] {
        func say<Role: ClinicalRole>(_ role: Role.Type) -> [RoleStatement] {
            role.statements(role.examine(self), self)
        }
        return say(ClinicalHypothesis.self) + say(ClinicalTestChooser.self)
            + say(ClinicalChallenger.self) + say(ClinicalStewardship.self)
            + say(ClinicalChecklist.self) + [consensus(action)]
    }

    /// The consensus in one sentence.
    package func consensus(_ action: ClinicalAction) -> RoleStatement {
        switch action {
        case .ask(let findings):
            let names = findings.map { name(finding: $0) }
            return RoleStatement(
                role: .checklist, sentence: "Agreed: ask about \(names.joined(separator: ", ")).",
                figures: [:])
        case .order(let tests):
            let names = tests.map { name(test: $0) }
            let cents = tests.reduce(0) { $0 + (burden(test: $1).cents ?? 0) }
            return RoleStatement(
                role: .checklist,
                sentence: "Agreed: order \(names.joined(separator: ", ")), "
                    + "\(Wording.dollars(cents)).",
                figures: ["US dollars": Double(cents) / 100])
        case .diagnose(let hypothesis, let reason):
            let share = belief.probabilities[hypothesis]
            return RoleStatement(
                role: .checklist,
                sentence: "Agreed: commit to \(name(hypothesis)), \(Wording.percent(share)); "
                    + "\(reason.rawValue).",
                figures: ["probability": share])
        }
    }

    /// The hypotheses by falling probability from `least` on; "none of these" is left out, as it
    /// is what is missing from 1.
    package func differential(least: Double) -> [StatedCondition] {
        let knowledge = engine.knowledge
        return belief.ranking
            .filter { $0 != knowledge.noneOfThese && belief.probabilities[$0] >= least }
            .map { hypothesis in
                StatedCondition(
                    name: name(hypothesis), icd10: codes(hypothesis),
                    probability: belief.probabilities[hypothesis])
            }
    }

    /// The panel's word when it commits to a hypothesis.
    package func diagnosis(_ hypothesis: Int) -> StatedDiagnosis {
        let knowledge = engine.knowledge
        let isUnknown = hypothesis == knowledge.noneOfThese
        return StatedDiagnosis(
            name: isUnknown ? StatedDiagnosis.unknown : name(hypothesis),
            icd10: codes(hypothesis), differential: differential(least: 0.0005),
            isNoDisease: hypothesis == knowledge.noDisease)
    }

    /// ICD-10 codes; Z71.1 stands for "no disease" (person with feared complaint, none found).
    func codes(_ hypothesis: Int) -> [String] {
        let knowledge = engine.knowledge
        if hypothesis == knowledge.noDisease { return ["Z71.1"] }
        return hypothesis == knowledge.noneOfThese ? [] : knowledge.conditions[hypothesis].icd10
    }
}
