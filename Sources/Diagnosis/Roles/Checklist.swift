// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

/// Something about the case itself that somebody should look at.
package struct ChecklistRemark: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable {
        /// A finding whose code is in no table; left out.
        case unknownCode
        /// The same answer twice; counted once.
        case duplicate
        /// Yes and no to one evidence; both left out.
        case contradiction
        /// Two answers, or an answer and the recorded sex, that don't go together.
        case inconsistent
        /// An answer hardly expected after those before it.
        case surprising
        /// A question about an open must-not-miss condition that has not been asked.
        case redFlag
    }

    package var kind: Kind
    package var sentence: String
    /// Codes concerned, where known.
    package var evidence: [String]
    package var figures: [String: Double]

    package init(
        kind: Kind, sentence: String, evidence: [String] = [], figures: [String: Double] = [:]
    ) {
        self.kind = kind
        self.sentence = sentence
        self.evidence = evidence
        self.figures = figures
    }
}

/// Reads the case for slips: duplicates, impossible pairs, surprises, red flags nobody asked about.
package enum Checklist: PanelRole {
    package static let name = RoleName.checklist

    package static func examine(_ state: PanelState) -> [ChecklistRemark] {
        state.admissionRemarks + Consistency.remarks(state) + surprises(state) + redFlags(state)
    }

    package static func statements(
        _ work: [ChecklistRemark], _ state: PanelState
    ) -> [RoleStatement] {
        guard !work.isEmpty else {
            let count = state.answers.count
            return [
                RoleStatement(
                    role: name,
                    sentence: count == 1
                        ? "1 answer, nothing to remark." : "\(count) answers, nothing to remark.",
                    figures: ["answers": Double(count)])
            ]
        }
        return work.map {
            RoleStatement(role: name, sentence: $0.sentence, figures: $0.figures)
        }
    }

    /// Volunteered first complaints are rare by nature, so the first answer is never a surprise.
    private static func surprises(_ state: PanelState) -> [ChecklistRemark] {
        var remarks: [ChecklistRemark] = []
        for (answer, before) in zip(state.answers, state.earlier).dropFirst() {
            var yes = 0.0
            for condition in before.probabilities.indices {
                yes +=
                    before.probabilities[condition]
                    * state.engine.tables.yes(evidence: answer.evidence, condition: condition)
            }
            let expected = answer.isPresent ? yes : 1 - yes
            guard expected < state.engine.settings.surprise else { continue }
            remarks.append(
                ChecklistRemark(
                    kind: .surprising,
                    sentence: "Worth asking again: \(answer.isPresent ? "yes" : "no") to "
                        + "\(state.shortName(answer.evidence)) had been expected with "
                        + "\(Wording.percent(expected)) only.",
                    evidence: [state.engine.knowledge.evidences[answer.evidence].id],
                    figures: ["expected": expected]))
        }
        return remarks
    }

    private static func redFlags(_ state: PanelState) -> [ChecklistRemark] {
        let knowledge = state.engine.knowledge
        return state.openDangers.prefix(3).compactMap { danger in
            var best: Int?
            var most = 0.0
            for (index, evidence) in knowledge.evidences.enumerated() where !evidence.isAntecedent {
                let bits = state.outlook.bits(
                    about: danger.condition, evidence: index, state.belief, state.engine.tables)
                if bits > most {
                    best = index
                    most = bits
                }
            }
            guard let best else { return nil }
            return ChecklistRemark(
                kind: .redFlag,
                sentence: "Not asked yet: \(state.shortName(best)), the symptom that tells most "
                    + "about \(state.name(danger.condition)) "
                    + "(\(Wording.percent(danger.probability))), "
                    + "\(Wording.decimal(most, places: 3)) bits.",
                evidence: [knowledge.evidences[best].id],
                figures: ["probability": danger.probability, "bits": most])
        }
    }
}
