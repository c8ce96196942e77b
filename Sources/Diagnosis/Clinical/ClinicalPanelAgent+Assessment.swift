// SPDX-License-Identifier: Apache-2.0
import Knowledge
package import Records

extension ClinicalPanelAgent {
    /// Differential, reasons and next actions for findings as they stand.
    ///
    /// - Parameter burdens: by test id; without one a test has no price.
    package func assess(
        _ observations: [Observation], age: Int?, sex: Sex?, isEmergencyDepartment: Bool = false,
        burdens: [String: Burden] = [:]
    ) -> ClinicalAssessment {
        var record = ClinicalRecord()
        for observation in observations {
            record.take(observation, engine.knowledge.catalogue)
        }
        return assess(
            ClinicalState(
                engine,
                ClinicalCircumstances(
                    age: age, sex: sex, isEmergencyDepartment: isEmergencyDepartment,
                    burdens: burdens),
                record))
    }

    /// The same for a state in progress.
    package func assess(_ state: ClinicalState) -> ClinicalAssessment {
        let action = ClinicalDeliberation.decide(state)
        var stop: ClinicalStop?
        if case .diagnose(_, let reason) = action { stop = reason }
        let differential = state.weighed()
        let keys = Set(differential.flatMap { $0.basis.map(\.source) })
        return ClinicalAssessment(
            differential: differential, nextActions: state.nextActions(action),
            consensus: state.consensus(action).sentence, stop: stop, missing: state.missing(),
            remarks: ClinicalChecklist.examine(state),
            sources: state.engine.knowledge.sources.filter { keys.contains($0.key) }
                .map {
                    ClinicalAssessment.Source(
                        key: $0.key, citation: $0.citation, address: $0.address)
                },
            label: Assessment.notADevice, model: ClinicalPanelAgent.model, modelDigest: digest)
    }
}

extension ClinicalState {
    /// Every hypothesis with what each finding did to it.
    func weighed() -> [ClinicalAssessment.Hypothesis] {
        let path = path()
        let first = path[0]
        return belief.ranking.enumerated().map { rank, hypothesis in
            let probability = belief.probabilities[hypothesis]
            let isShown = rank < 5 || probability >= 0.01
            let isCondition = hypothesis < engine.knowledge.conditions.count
            return ClinicalAssessment.Hypothesis(
                name: name(hypothesis), icd10: codes(hypothesis), probability: probability,
                severity: isCondition ? engine.knowledge.conditions[hypothesis].severity : nil,
                mustNotMiss: engine.isDanger(hypothesis), priorLogOdds: first[hypothesis],
                basis: isShown
                    ? record.findings.enumerated().map { index, known in
                        contribution(
                            known, hypothesis, path[index + 1][hypothesis] - path[index][hypothesis]
                        )
                    } : [])
        }
    }

    /// Log odds of every hypothesis before any finding and after each.
    private func path() -> [[Double]] {
        var outcomes: [Int: Int] = [:]
        var rows = [ClinicalBelief(engine, prior: prior, outcomes: outcomes).logOdds]
        for known in record.findings {
            outcomes[known.finding] = known.outcome
            rows.append(ClinicalBelief(engine, prior: prior, outcomes: outcomes).logOdds)
        }
        return rows
    }

    private func contribution(
        _ known: KnownFinding, _ hypothesis: Int, _ shift: Double
    ) -> ClinicalAssessment.Contribution {
        let entry = engine.knowledge.catalogue.findings[known.finding]
        return ClinicalAssessment.Contribution(
            finding: entry.id, name: entry.name, outcome: entry.outcomes[known.outcome],
            logLikelihoodRatio: shift,
            probability: engine.tables.probability(
                finding: known.finding, outcome: known.outcome, hypothesis: hypothesis),
            source: source(known, hypothesis))
    }

    /// The key of the figure for this outcome, or for another outcome of the finding, from which
    /// this one's share follows.
    private func source(_ known: KnownFinding, _ hypothesis: Int) -> String {
        let knowledge = engine.knowledge
        guard hypothesis < knowledge.conditions.count else {
            return hypothesis == knowledge.noDisease ? "background" : "mean of the conditions"
        }
        let outcomes = knowledge.catalogue.findings[known.finding].outcomes.indices
        for outcome in [known.outcome] + outcomes {
            if let figure = knowledge.figure(
                finding: known.finding, outcome: outcome, condition: hypothesis)
            {
                return knowledge.sources[figure.source].key
            }
        }
        if knowledge.isFromDDXPlus(finding: known.finding, condition: hypothesis) {
            return "DDXPlus"
        }
        return engine.tables.affected[known.finding].contains(hypothesis)
            ? "lent by neighbours" : "background"
    }

    func missing() -> [String] {
        var sentences: [String] = []
        if circumstances.age == nil {
            sentences.append("The age is not known; rates of the whole population were used.")
        }
        if circumstances.sex != .female && circumstances.sex != .male {
            sentences.append("The sex is not known; rates of both sexes were used.")
        }
        if record.findings.isEmpty {
            sentences.append("No finding was given; this is what attenders have in general.")
        }
        let catalogue = engine.knowledge.catalogue
        let vitals = catalogue.findings.indices.filter {
            ClinicalState.basicVitals.contains(catalogue.findings[$0].id)
                && !belief.isKnown(finding: $0)
        }
        if !vitals.isEmpty {
            let names = vitals.map { name(finding: $0) }
            sentences.append("Not measured: \(names.joined(separator: ", ")).")
        }
        let silent = record.findings.filter { engine.tables.affected[$0.finding].isEmpty }
        if !silent.isEmpty {
            let names = silent.map { name(finding: $0.finding) }
            sentences.append(
                "Without a figure, so they changed nothing: \(names.joined(separator: ", ")).")
        }
        return sentences
    }

    private static let basicVitals: Set = [
        "temperature", "heart-rate", "respiratory-rate", "systolic-bp", "oxygen-saturation",
    ]

    /// The action's own inquiries, then up to three questions and three tests.
    func nextActions(_ action: ClinicalAction) -> [ClinicalAssessment.NextAction] {
        var inquiries: [Inquiry] = []
        switch action {
        case .ask(let findings): inquiries = findings.map { .question($0) }
        case .order(let tests): inquiries = tests.map { .test($0) }
        case .diagnose: break
        }
        let settings = engine.settings
        let more =
            outlook.questions.prefix(3).filter { $0.value >= settings.minimumQuestionBits }
            + outlook.tests.prefix(3).filter { $0.value >= settings.minimumTestBits }
        for worth in more where !inquiries.contains(worth.inquiry) {
            inquiries.append(worth.inquiry)
        }
        let worths = outlook.questions + outlook.tests
        return inquiries.compactMap { inquiry in
            worths.first { $0.inquiry == inquiry }.map(nextAction)
        }
    }

    /// Its reason names the hypothesis that the likeliest unusual result of the most informative
    /// finding raises most.
    private func nextAction(_ worth: Worth) -> ClinicalAssessment.NextAction {
        let catalogue = engine.knowledge.catalogue
        var reason = "\(Wording.bits(worth.bits)) bits expected."
        var figures = ["bits": worth.bits]
        if let finding = outlook.findings(worth.inquiry).first,
            let raised = raised(by: finding)
        {
            let now = belief.probabilities[raised.hypothesis]
            reason =
                "\(words(KnownFinding(finding: finding, outcome: raised.outcome))) would raise "
                + "\(name(raised.hypothesis)) from \(Wording.percent(now)) to "
                + "\(Wording.percent(raised.probability)); " + reason
            figures["now"] = now
            figures["then"] = raised.probability
        }
        let kind: String
        let id: String
        switch worth.inquiry {
        case .question(let finding): (kind, id) = ("question", catalogue.findings[finding].id)
        case .test(let test): (kind, id) = ("test", catalogue.tests[test].id)
        }
        return ClinicalAssessment.NextAction(
            kind: kind, id: id, name: name(worth.inquiry), expectedInformationBits: worth.bits,
            cents: worth.cents, reason: reason, figures: figures)
    }

    /// The unusual outcome and the hypothesis for which chance times rise is greatest.
    private func raised(
        by finding: Int
    ) -> (outcome: Int, hypothesis: Int, probability: Double)? {
        let usual = engine.knowledge.catalogue.findings[finding].usual
        var best: (outcome: Int, hypothesis: Int, probability: Double)?
        var most = 0.0
        OutcomeWalk(engine: engine, belief: belief).visit([finding]) { branch in
            guard branch.outcomes[0] != usual else { return }
            for (slot, hypothesis) in branch.affected.enumerated() {
                let after = branch.weights[slot] / branch.total
                let rise = branch.chance * (after - belief.probabilities[hypothesis])
                if rise > most {
                    most = rise
                    best = (branch.outcomes[0], hypothesis, after)
                }
            }
        }
        return best
    }
}
