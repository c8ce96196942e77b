// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import Statistics
import Testing

/// Small and random clinical knowledge, and patients drawn from it.
enum ClinicalFixture {
    static let conditionColumns =
        "id\tname\ticd10\tseverity\tmust_not_miss\tddxplus\tsynonyms\tsystem"
    static let likelihoodColumns =
        "condition\tfinding\toutcome\tsensitivity\tspecificity\tlr_positive\tlr_negative\tsource"
        + "\tnote"

    static func knowledge(
        conditions: [String], likelihoods: [String], priors: [String]
    ) throws -> ClinicalKnowledge {
        try ClinicalKnowledge(
            catalogue: .shipped(),
            // Each condition in a system of its own: nothing is lent between them.
            conditions: table(
                conditionColumns, conditions.enumerated().map { "\($1)\tsystem \($0)" }),
            sources: [table("key\tcitation\taddress", ["s1\tA study, J 2000;1:1\tdoi:1"])],
            likelihoods: [table(likelihoodColumns, likelihoods)],
            priors: [table("condition\tper_100000_per_year\tsource\tnote", priors)],
            demographics: [
                table("condition\tsex\tage_from\tage_to\trelative_rate\tsource\tnote", [])
            ],
            backgrounds: [table("finding\toutcome\tprobability\tsource\tnote", [])],
            ddxplus: nil)
    }

    private static func table(_ columns: String, _ rows: [String]) -> String {
        ([columns] + rows).joined(separator: "\n") + "\n"
    }

    static func row(
        _ condition: String, _ finding: String, _ outcome: String, _ sensitivity: Double
    ) -> String {
        "\(condition)\t\(finding)\t\(outcome)\t\(sensitivity)\t\t\t\ts1\tnote"
    }

    /// Four conditions that chest pain, fever or nothing may come from.
    static func small() throws -> ClinicalKnowledge {
        try knowledge(
            conditions: [
                "infarct\tHeart attack\tI21\t1\tyes\t\t", "reflux\tReflux\tK21\t4\tno\t\t",
                "pneumonia\tPneumonia\tJ18\t3\tno\t\t", "cold\tCommon cold\tJ06.9\t5\tno\t\t",
                "ectopic\tEctopic pregnancy\tO00\t1\tyes\t\t",
            ],
            likelihoods: [
                row("infarct", "chest-pain", "present", 0.9),
                row("infarct", "chest-pain-radiating", "present", 0.6),
                row("infarct", "sweating", "present", 0.5),
                row("infarct", "troponin", "high", 0.95),
                row("infarct", "ecg-st-elevation", "present", 0.5),
                row("infarct", "ecg-st-depression", "present", 0.4),
                row("infarct", "echo-wall-motion", "present", 0.9),
                row("reflux", "chest-pain", "present", 0.4),
                row("reflux", "heartburn", "present", 0.9),
                row("reflux", "worse-lying", "present", 0.6),
                row("pneumonia", "fever", "present", 0.8),
                row("pneumonia", "cough", "present", 0.9),
                row("pneumonia", "productive-cough", "present", 0.7),
                row("pneumonia", "crackles", "present", 0.6),
                row("pneumonia", "temperature", "high", 0.7),
                row("pneumonia", "temperature", "low", 0.1),
                row("pneumonia", "cxr-consolidation", "present", 0.9),
                row("pneumonia", "ct-consolidation", "present", 0.92),
                row("pneumonia", "wbc", "high", 0.7), row("pneumonia", "wbc", "low", 0.05),
                row("pneumonia", "crp", "high", 0.9),
                row("cold", "cough", "present", 0.6), row("cold", "sore-throat", "present", 0.6),
                row("cold", "nasal-congestion", "present", 0.9),
                row("cold", "fever", "present", 0.2),
                row("ectopic", "pelvic-pain", "present", 0.9),
                row("ectopic", "missed-period", "present", 0.8),
                row("ectopic", "vaginal-bleeding", "present", 0.7),
                row("ectopic", "hcg-positive", "present", 0.99),
                row("ectopic", "us-adnexal-mass", "present", 0.8),
            ],
            priors: [
                "infarct\t400\ts1\t", "reflux\t2000\ts1\t", "pneumonia\t700\ts1\t",
                "cold\t20000\ts1\t", "ectopic\t20\ts1\t",
            ])
    }

    /// Knowledge of the full size with drawn figures.
    static func random(
        seed: UInt64, conditions count: Int = 20, figuresEach: Int = 18
    ) throws -> ClinicalKnowledge {
        let catalogue = try Catalogue.shipped()
        var random = SeededRandom(seed: seed)
        var conditions: [String] = []
        var likelihoods: [String] = []
        var priors: [String] = []
        for index in 0..<count {
            conditions.append(
                "k\(index)\tCondition \(letters(index))\tA\(10 + index % 90)\t"
                    + "\(1 + random.below(5))\t\(random.chance(0.25) ? "yes" : "no")\t\t")
            priors.append("k\(index)\t\(1 + random.below(5_000))\ts1\t")
            var taken: Set<Int> = []
            while taken.count < figuresEach {
                let finding = random.below(catalogue.findings.count)
                guard taken.insert(finding).inserted else { continue }
                let entry = catalogue.findings[finding]
                let share = Double(5 + random.below(90)) / 100
                likelihoods.append(
                    row(
                        "k\(index)", entry.id,
                        entry.isMeasured ? (random.chance(0.5) ? "low" : "high") : "present",
                        share))
            }
        }
        return try knowledge(conditions: conditions, likelihoods: likelihoods, priors: priors)
    }

    private static func letters(_ index: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return String([alphabet[index / 26 % 26], alphabet[index % 26]])
    }

    /// Findings drawn at random, with any outcome.
    static func findings(
        _ count: Int, _ knowledge: ClinicalKnowledge, _ random: inout SeededRandom
    ) -> [Int: Int] {
        let linked = knowledge.linkedFindings
        var result: [Int: Int] = [:]
        for _ in 0..<count {
            let finding = linked[random.below(linked.count)]
            result[finding] = random.below(knowledge.catalogue.findings[finding].outcomes.count)
        }
        return result
    }

    /// Prices for every test, dearest last in the catalogue, one in ten without a price.
    static func burdens(_ catalogue: Catalogue, seed: UInt64) -> [String: Burden] {
        var random = SeededRandom(seed: seed)
        var burdens: [String: Burden] = [:]
        for test in catalogue.tests {
            burdens[test.id] = Burden(
                cents: random.chance(0.1) ? nil : 500 + random.below(40_000),
                minutes: random.below(2_000), invasiveness: random.below(3),
                radiation: Double(random.below(80)) / 10)
        }
        return burdens
    }
}

/// A patient of one hypothesis who answers what is asked, and the bill.
struct DrawnPatient {
    let knowledge: ClinicalKnowledge
    let hypothesis: Int
    let burdens: [String: Burden]
    let visitCents: Int
    var random: SeededRandom
    var outcomes: [Int: Int] = [:]
    var spent = 0
    var isVisitOpen = false
    var requests: [EncounterRequest] = []

    mutating func outcome(_ finding: Int) -> Int {
        if let known = outcomes[finding] { return known }
        var draw = random.uniform()
        let all = knowledge.catalogue.findings[finding].outcomes.indices
        for outcome in all {
            draw -= knowledge.probability(
                finding: finding, outcome: outcome, hypothesis: hypothesis)
            if draw < 0 {
                outcomes[finding] = outcome
                return outcome
            }
        }
        outcomes[finding] = knowledge.catalogue.findings[finding].usual
        return knowledge.catalogue.findings[finding].usual
    }

    private mutating func observe(_ finding: Int) -> Observation {
        let entry = knowledge.catalogue.findings[finding]
        return Observation(finding: entry.id, outcome: entry.outcomes[outcome(finding)])
    }

    mutating func answer(_ request: EncounterRequest) -> EncounterAnswer {
        requests.append(request)
        switch request {
        case .ask(let id):
            if !isVisitOpen { spent += visitCents }
            isVisitOpen = true
            if id == "vital signs" {
                var observations: [Observation] = []
                for (finding, entry) in knowledge.catalogue.findings.enumerated()
                where entry.kind == .vital { observations.append(observe(finding)) }
                return EncounterAnswer(
                    request: request, status: .recorded, text: "", observations: observations)
            }
            guard let finding = knowledge.catalogue.finding(id) else {
                return EncounterAnswer(request: request, status: .notUnderstood, text: "")
            }
            return EncounterAnswer(
                request: request, status: .recorded, text: "", observations: [observe(finding)])
        case .order(let id):
            if requests.count == 1 { spent += visitCents }
            isVisitOpen = false
            guard let test = knowledge.catalogue.test(id) else {
                return EncounterAnswer(request: request, status: .notUnderstood, text: "")
            }
            let cents = burdens[id]?.cents
            spent += cents ?? 0
            let reveals = knowledge.catalogue.tests[test].reveals
            var observations: [Observation] = []
            for finding in reveals { observations.append(observe(finding)) }
            return EncounterAnswer(
                request: request, status: .recorded, text: "", observations: observations,
                cents: cents ?? 0, unpriced: cents == nil ? [id] : [])
        }
    }
}

/// One case played to its end.
struct PlayedCase {
    var turns: [AgentTurn] = []
    var patient: DrawnPatient
    var diagnosis: StatedDiagnosis?
    var state: ClinicalState?
    var stop: ClinicalStop?

    init(_ agent: ClinicalPanelAgent, _ start: EncounterStart, _ patient: DrawnPatient) {
        self.patient = patient
        var session = agent.session(start)
        var news: [EncounterAnswer] = []
        var isConfirming = false
        for _ in 0..<200 {
            let turn = session.next(
                news, spentCents: self.patient.spent, isConfirming: isConfirming)
            turns.append(turn)
            if let stated = turn.diagnosis {
                if isConfirming || diagnosis != nil {
                    diagnosis = stated
                    break
                }
                diagnosis = stated
                isConfirming = true
                news = []
                continue
            }
            isConfirming = false
            news = []
            for request in turn.requests { news.append(self.patient.answer(request)) }
        }
        state = session.state
        stop = session.stop
    }
}
