// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// The parts of an assessment that follow from a state.
extension PanelState {
    func action(_ decision: Decision) -> Action {
        switch decision {
        case .ask(let evidence): .ask(evidence: engine.knowledge.evidences[evidence].id)
        case .diagnose(let condition, _): .diagnose(condition: name(condition))
        }
    }

    func differential() -> [Assessment.Hypothesis] {
        let contributions = Contributions(answers, engine.tables)
        let order = belief.probabilities.indices.sorted {
            belief.probabilities[$0] != belief.probabilities[$1]
                ? belief.probabilities[$0] > belief.probabilities[$1] : name($0) < name($1)
        }
        return order.enumerated().map { rank, condition in
            let entry = engine.knowledge.conditions[condition]
            let probability = belief.probabilities[condition]
            return Assessment.Hypothesis(
                name: entry.name, icd10: entry.icd10, probability: probability,
                severity: entry.severity, priorLogOdds: contributions.priorLogOdds[condition],
                basis: rank < 5 || probability >= 0.01 ? basis(condition, contributions) : [])
        }
    }

    private func basis(
        _ condition: Int, _ contributions: Contributions
    ) -> [Assessment.Contribution] {
        let patients = Wording.count(engine.knowledge.conditions[condition].trainCount)
        return answers.enumerated().map { index, answer in
            let evidence = engine.knowledge.evidences[answer.evidence]
            let yes = engine.tables.yes(evidence: answer.evidence, condition: condition)
            let counted = engine.knowledge.probability(
                evidence: answer.evidence, condition: condition)
            return Assessment.Contribution(
                evidence: evidence.id, shortName: evidence.shortName, isPresent: answer.isPresent,
                logLikelihoodRatio: contributions.values[index][condition],
                probability: answer.isPresent ? yes : 1 - yes,
                probabilityElsewhere: contributions.elsewhere[index][condition],
                source: "\(engine.knowledge.version): yes in "
                    + "\(Wording.decimal(counted * 100, places: 1)) % of \(patients) patients")
        }
    }

    func missing() -> [String] {
        let open = belief.isAnswered.count { !$0 }
        var sentences: [String] = []
        let given = [age == nil ? nil : "age", sex == nil ? nil : "sex"].compactMap { $0 }
        if given.isEmpty {
            sentences.append("Age and sex are not given; the figures would not use them.")
        } else {
            sentences.append(
                "The figures hold no ages or sexes: the \(given.joined(separator: " and ")) given "
                    + "did not change a probability.")
        }
        sentences.append(
            "Only yes/no questions are known: where a pain is, how strong it is, and every "
                + "examination, laboratory test or image are not taken into account.")
        sentences.append(
            "\(open) of \(belief.isAnswered.count) questions are unanswered; an unanswered "
                + "question counts neither as yes nor as no.")
        return sentences
    }
}
