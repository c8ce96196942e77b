// SPDX-License-Identifier: Apache-2.0
package import Knowledge
import Records

/// The panel of virtual physicians: five roles over one explicit posterior.
///
/// No language model and no network: a naive Bayes differential over counted frequencies, the next
/// question by expected information, and checks. The same case gives the same bytes.
package struct Panel: Sendable {
    package let engine: PanelEngine

    /// The name assessments carry.
    package static let model = "bedside-panel"

    package init(knowledge: KnowledgeBase, settings: PanelSettings = .standard) {
        engine = PanelEngine(knowledge: knowledge, settings: settings)
    }

    package var knowledge: KnowledgeBase { engine.knowledge }
    package var settings: PanelSettings { engine.settings }

    /// Names knowledge and settings together; 32 hexadecimal digits.
    package var digest: String {
        var hash = Fingerprint()
        hash.add(Panel.model)
        hash.add(knowledge.digest)
        hash.add(settings.method.rawValue)
        let numbers = [
            settings.likelihoodFloor, settings.stop ?? -1, Double(settings.maxQuestions),
            settings.minimumInformation, settings.equivalentShare, Double(settings.proposals),
            Double(settings.dangerSeverity), settings.dangerProbability, settings.surprise,
        ]
        for number in numbers { hash.add(number.bitPattern) }
        return hash.hexadecimal
    }

    /// Differential, reasons and next questions for a case as it stands.
    ///
    /// The first finding counts as volunteered, the rest as asked for, when it comes to the limit of
    /// questions.
    package func assess(_ input: CaseInput) -> Assessment {
        assess(admit(input))
    }

    /// What the five roles say about the case, and the action they agree on.
    package func conference(_ input: CaseInput) -> PanelRound {
        conference(admit(input))
    }

    /// The state after a case's findings.
    ///
    /// A finding that no table knows, that repeats another or that is contradicted by another is
    /// left out and remarked on.
    package func admit(_ input: CaseInput, allVolunteered: Bool = false) -> PanelState {
        var state = PanelState(engine)
        state.age = input.age
        state.sex = input.sex
        let admission = Admission(input.findings, knowledge)
        state.admissionRemarks = admission.remarks
        for (index, answer) in admission.answers.enumerated() {
            state.take(answer, asked: index > 0 && !allVolunteered)
        }
        return state
    }

    package func assess(_ state: PanelState) -> Assessment {
        let decision = Deliberation.decide(state)
        var stop: StopReason?
        if case .diagnose(_, let reason) = decision { stop = reason }
        return Assessment(
            differential: state.differential(), nextQuestions: state.nextQuestions(decision),
            action: state.action(decision), missing: state.missing(),
            remarks: Checklist.examine(state), label: Assessment.notADevice, model: Panel.model,
            modelDigest: digest, source: knowledge.source, stop: stop)
    }

    package func conference(_ state: PanelState) -> PanelRound {
        PanelRound(state)
    }
}

/// A case's findings as the panel can use them, and what was wrong with the others.
struct Admission {
    var answers: [Answer] = []
    var remarks: [ChecklistRemark] = []

    init(_ findings: [Finding], _ knowledge: KnowledgeBase) {
        var values: [Int: Set<Bool>] = [:]
        let positions = findings.map { knowledge.evidence(named: $0.evidence) }
        for (finding, position) in zip(findings, positions) {
            if let position { values[position, default: []].insert(finding.isPresent) }
        }
        var seen: Set<Int> = []
        for (index, finding) in findings.enumerated() {
            guard let position = positions[index] else {
                remarks.append(
                    ChecklistRemark(
                        kind: .unknownCode,
                        sentence: "Finding \(index + 1) names no evidence of this knowledge base "
                            + "and was left out.",
                        figures: ["finding": Double(index + 1)]))
                continue
            }
            let evidence = knowledge.evidences[position]
            let isFirst = seen.insert(position).inserted
            if values[position]?.count == 2 {
                guard isFirst else { continue }
                remarks.append(
                    ChecklistRemark(
                        kind: .contradiction,
                        sentence: "Both yes and no to \(evidence.shortName): neither was counted.",
                        evidence: [evidence.id]))
            } else if isFirst {
                answers.append(Answer(evidence: position, isPresent: finding.isPresent))
            } else {
                remarks.append(
                    ChecklistRemark(
                        kind: .duplicate,
                        sentence: "Finding \(index + 1) repeats \(evidence.shortName) and was "
                            + "counted once.",
                        evidence: [evidence.id], figures: ["finding": Double(index + 1)]))
            }
        }
    }
}
