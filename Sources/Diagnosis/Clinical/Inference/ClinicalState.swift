// SPDX-License-Identifier: Apache-2.0
package import Knowledge
package import Records

/// What can be done in a case, apart from the findings.
package struct ClinicalCircumstances: Sendable {
    package var age: Int?
    package var sex: Sex?
    package var isEmergencyDepartment: Bool
    package var variant: Variant
    package var budgetCents: Int?
    package var visitCents: Int
    package var burdens: [String: Burden]

    package init(
        age: Int? = nil, sex: Sex? = nil, isEmergencyDepartment: Bool = false,
        variant: Variant = .unconstrained, budgetCents: Int? = nil, visitCents: Int = 0,
        burdens: [String: Burden] = [:]
    ) {
        self.age = age
        self.sex = sex
        self.isEmergencyDepartment = isEmergencyDepartment
        self.variant = variant
        self.budgetCents = budgetCents
        self.visitCents = visitCents
        self.burdens = burdens
    }

    package init(_ start: EncounterStart) {
        self.init(
            age: start.age, sex: start.sex, isEmergencyDepartment: start.isEmergencyDepartment,
            variant: start.variant, budgetCents: start.budgetCents, visitCents: start.visitCents,
            burdens: start.burdens)
    }
}

/// A finding with its outcome, by position in the catalogue.
package struct KnownFinding: Sendable, Hashable {
    package var finding: Int
    package var outcome: Int

    package init(finding: Int, outcome: Int) {
        self.finding = finding
        self.outcome = outcome
    }
}

/// What has happened in a case so far.
package struct ClinicalRecord: Sendable {
    /// In the order they came; each finding once, and none that was contradicted.
    package private(set) var findings: [KnownFinding] = []
    /// Findings with two different outcomes; counted as unknown.
    package private(set) var contradicted: [Int] = []
    /// How often a finding came again with the same outcome.
    package private(set) var repeated: [Int] = []
    /// Observations that no catalogue entry fits.
    package private(set) var unreadable = 0
    /// Questions put, and findings whose test gave nothing on them: not asked again.
    package private(set) var settled: Set<Int> = []
    package private(set) var asked: [Int] = []
    package private(set) var ordered: [Int] = []
    /// Charged so far, visits included, US cents.
    package var spentCents = 0
    /// A question now opens no new visit.
    package var isVisitOpen = false
    /// Something has been asked or ordered, so the first visit is on the bill.
    package var hasBegun: Bool { !asked.isEmpty || !ordered.isEmpty }

    package init() {}

    package mutating func note(asked finding: Int) {
        asked.append(finding)
        settled.insert(finding)
        isVisitOpen = true
    }

    /// A finding that comes with a request for several at once.
    package mutating func note(settled finding: Int) {
        settled.insert(finding)
        isVisitOpen = true
    }

    package mutating func note(ordered test: Int, _ catalogue: Catalogue) {
        ordered.append(test)
        settled.formUnion(catalogue.tests[test].reveals)
        isVisitOpen = false
    }

    package mutating func take(_ observation: Observation, _ catalogue: Catalogue) {
        guard let finding = catalogue.finding(observation.finding),
            let outcome = catalogue.findings[finding].outcomes
                .firstIndex(of: observation.outcome)
        else {
            unreadable += 1
            return
        }
        guard !contradicted.contains(finding) else { return }
        if let index = findings.firstIndex(where: { $0.finding == finding }) {
            if findings[index].outcome == outcome {
                repeated.append(finding)
            } else {
                findings.remove(at: index)
                contradicted.append(finding)
                settled.insert(finding)
            }
            return
        }
        findings.append(KnownFinding(finding: finding, outcome: outcome))
    }
}

/// The one table all five roles look at: the findings so far and what follows from them.
package struct ClinicalState: Sendable {
    package let engine: ClinicalEngine
    package let circumstances: ClinicalCircumstances
    package let record: ClinicalRecord
    package let belief: ClinicalBelief
    /// Before the last answers; nil at first.
    package let earlier: ClinicalBelief?
    package let outlook: ClinicalOutlook
    let prior: [Double]

    package init(
        _ engine: ClinicalEngine, _ circumstances: ClinicalCircumstances,
        _ record: ClinicalRecord = ClinicalRecord(), earlier: ClinicalBelief? = nil
    ) {
        self.engine = engine
        self.circumstances = circumstances
        self.record = record
        self.earlier = earlier
        prior = engine.prior(age: circumstances.age, sex: circumstances.sex)
        var outcomes: [Int: Int] = [:]
        for known in record.findings { outcomes[known.finding] = known.outcome }
        belief = ClinicalBelief(engine, prior: prior, outcomes: outcomes)
        outlook = ClinicalOutlook(engine, circumstances, record, belief)
    }

    func name(_ hypothesis: Int) -> String { engine.knowledge.name(hypothesis: hypothesis) }

    func name(finding: Int) -> String { engine.knowledge.catalogue.findings[finding].name }

    func name(test: Int) -> String { engine.knowledge.catalogue.tests[test].name }

    func name(_ inquiry: Inquiry) -> String {
        switch inquiry {
        case .question(let finding): name(finding: finding)
        case .test(let test): name(test: test)
        }
    }

    /// Such as `fever: present`.
    func words(_ known: KnownFinding) -> String {
        "\(name(finding: known.finding)): "
            + engine.knowledge.catalogue.findings[known.finding].outcomes[known.outcome]
    }

    var leader: Int { belief.leader }

    var isCertain: Bool { belief.probabilities[belief.leader] >= engine.settings.stop }

    /// Must-not-miss conditions that must be confirmed or excluded before the panel commits, most
    /// probable first.
    ///
    /// The leader is open until a test about it has been done; any other one while its probability
    /// is `dangerProbability` (times `share`) or more.
    package func openDangers(share: Double = 1) -> [Weighed] {
        let threshold = engine.settings.dangerProbability * share
        return belief.ranking.filter { hypothesis in
            engine.isDanger(hypothesis) && belief.probabilities[hypothesis] >= threshold
                && (hypothesis != leader || !isTested(hypothesis))
        }
        .map { Weighed(condition: $0, probability: belief.probabilities[$0]) }
    }

    /// The result of some test that says something about the hypothesis is known.
    func isTested(_ hypothesis: Int) -> Bool {
        record.findings.contains { known in
            !engine.knowledge.catalogue.findings[known.finding].kind.isAskable
                && engine.tables.affected[known.finding].contains(hypothesis)
        }
    }

    /// What a test costs here.
    func burden(test: Int) -> Burden {
        circumstances.burdens[engine.knowledge.catalogue.tests[test].id]
            ?? Burden(cents: nil)
    }
}
