// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

/// Reads the case and the panel's own plan for slips: duplicates, impossible orders, contradictory
/// answers, surprises, red flags nobody asked about.
package enum ClinicalChecklist: ClinicalRole {
    package static let name = RoleName.checklist

    package static func examine(_ state: ClinicalState) -> [ChecklistRemark] {
        admission(state) + impossible(state) + surprises(state)
            + redFlags(state).map { remark($0, state) }
    }

    package static func statements(
        _ work: [ChecklistRemark], _ state: ClinicalState
    ) -> [RoleStatement] {
        guard !work.isEmpty else {
            let count = state.record.findings.count
            return [
                RoleStatement(
                    role: name,
                    sentence: "\(count) \(count == 1 ? "finding" : "findings"), nothing to remark.",
                    figures: ["findings": Double(count)])
            ]
        }
        return work.map { RoleStatement(role: name, sentence: $0.sentence, figures: $0.figures) }
    }

    /// The plan without what has been done, what this patient can't have, and repetitions.
    static func passed(_ action: ClinicalAction, _ state: ClinicalState) -> ClinicalAction {
        let circumstances = state.circumstances
        var seen: Set<Int> = []
        switch action {
        case .ask(let findings):
            return .ask(
                findings.filter {
                    seen.insert($0).inserted && !state.record.settled.contains($0)
                        && !state.belief.isKnown(finding: $0)
                        && state.engine.fits(
                            finding: $0, age: circumstances.age, sex: circumstances.sex)
                })
        case .order(let tests):
            return .order(
                tests.filter {
                    seen.insert($0).inserted && !state.record.ordered.contains($0)
                        && state.engine.fits(
                            test: $0, age: circumstances.age, sex: circumstances.sex)
                })
        case .diagnose: return action
        }
    }

    private static func admission(_ state: ClinicalState) -> [ChecklistRemark] {
        let record = state.record
        var remarks: [ChecklistRemark] = []
        if record.unreadable > 0 {
            remarks.append(
                ChecklistRemark(
                    kind: .unknownCode,
                    sentence: "Left out because the catalogue doesn't know it: "
                        + "\(record.unreadable) "
                        + "\(record.unreadable == 1 ? "finding" : "findings").",
                    figures: ["left out": Double(record.unreadable)]))
        }
        let catalogue = state.engine.knowledge.catalogue
        for finding in record.repeated {
            remarks.append(
                ChecklistRemark(
                    kind: .duplicate,
                    sentence: "\(state.name(finding: finding)) came again and was counted once.",
                    evidence: [catalogue.findings[finding].id]))
        }
        for finding in record.contradicted {
            remarks.append(
                ChecklistRemark(
                    kind: .contradiction,
                    sentence: "Two different answers on \(state.name(finding: finding)): neither "
                        + "was counted.",
                    evidence: [catalogue.findings[finding].id]))
        }
        return remarks
    }

    /// A finding of the other sex, and a kind of pain reported while the pain is denied.
    private static func impossible(_ state: ClinicalState) -> [ChecklistRemark] {
        let catalogue = state.engine.knowledge.catalogue
        var outcome: [String: Int] = [:]
        var remarks: [ChecklistRemark] = []
        for known in state.record.findings {
            let entry = catalogue.findings[known.finding]
            outcome[entry.id] = known.outcome
            guard known.outcome != entry.usual,
                !state.engine.fits(
                    finding: known.finding, age: nil, sex: state.circumstances.sex)
            else { continue }
            remarks.append(
                ChecklistRemark(
                    kind: .inconsistent,
                    sentence: "\(state.words(known)) does not go with the recorded sex.",
                    evidence: [entry.id]))
        }
        for (whole, part) in parts where outcome[whole] == 0 && outcome[part] == 1 {
            guard let first = catalogue.finding(whole), let second = catalogue.finding(part) else {
                continue
            }
            remarks.append(
                ChecklistRemark(
                    kind: .inconsistent,
                    sentence: "\(state.name(finding: second)) was reported, "
                        + "\(state.name(finding: first)) was denied.",
                    evidence: [part, whole]))
        }
        return remarks
    }

    /// What can't be there without the other.
    private static let parts = [
        ("chest-pain", "chest-pain-exertion"), ("chest-pain", "chest-pain-radiating"),
        ("headache", "thunderclap-headache"), ("headache", "headache-unilateral"),
        ("headache", "headache-pulsating"), ("headache", "headache-band"),
        ("cough", "productive-cough"), ("cough", "hemoptysis"), ("abdominal-pain", "pain-rlq"),
        ("abdominal-pain", "pain-ruq"), ("abdominal-pain", "pain-epigastric"),
        ("dyspnea", "dyspnea-night"), ("vertigo", "vertigo-positional"), ("rash", "rash-malar"),
        ("back-pain", "leg-pain-radiating"),
    ]

    private static func surprises(_ state: ClinicalState) -> [ChecklistRemark] {
        guard let earlier = state.earlier else { return [] }
        let tables = state.engine.tables
        return state.record.findings.compactMap { known in
            guard !earlier.isKnown(finding: known.finding) else { return nil }
            var expected = 0.0
            for (hypothesis, share) in earlier.probabilities.enumerated() {
                expected +=
                    share
                    * tables.probability(
                        finding: known.finding, outcome: known.outcome, hypothesis: hypothesis)
            }
            guard expected < state.engine.settings.surprise else { return nil }
            return ChecklistRemark(
                kind: .surprising,
                sentence: "Worth checking again: \(state.words(known)) had been expected with "
                    + "\(Wording.percent(expected)) only.",
                evidence: [state.engine.knowledge.catalogue.findings[known.finding].id],
                figures: ["expected": expected])
        }
    }

    /// A question that nobody has put and that tells most about an open danger.
    struct RedFlag: Sendable, Equatable {
        var finding: Int
        var danger: Weighed
        var bits: Double
    }

    /// One for each of the three most probable open dangers, where some question tells enough.
    static func redFlags(_ state: ClinicalState, share: Double = 1) -> [RedFlag] {
        state.openDangers(share: share).prefix(3).compactMap { danger in
            var best: RedFlag?
            for worth in state.outlook.questions {
                guard case .question(let finding) = worth.inquiry,
                    state.engine.tables.affected[finding].contains(danger.condition)
                else { continue }
                let bits = state.outlook.bits(about: danger.condition, worth.inquiry)
                if bits >= state.engine.settings.minimumDangerBits, bits > best?.bits ?? 0 {
                    best = RedFlag(finding: finding, danger: danger, bits: bits)
                }
            }
            return best
        }
    }

    private static func remark(_ flag: RedFlag, _ state: ClinicalState) -> ChecklistRemark {
        ChecklistRemark(
            kind: .redFlag,
            sentence: "Not asked yet: \(state.name(finding: flag.finding)), which tells most about "
                + "\(state.name(flag.danger.condition)) "
                + "(\(Wording.percent(flag.danger.probability))), "
                + "\(Wording.decimal(flag.bits, places: 3)) bits.",
            evidence: [state.engine.knowledge.catalogue.findings[flag.finding].id],
            figures: ["probability": flag.danger.probability, "bits": flag.bits])
    }
}
