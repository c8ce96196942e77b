// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

/// Answers that don't go together by the meaning of their words, for the codes of DDXPlus.
///
/// Only what the words themselves exclude is listed; what is merely unusual is left to the figures.
/// A remark changes no probability. DDXPlus draws its evidences one by one, so some of its synthetic
/// patients cough up blood without a cough; in a real patient one of the two answers is a slip.
enum Consistency {
    /// A yes to the first with a no to the second cannot both be right.
    private static let implications: [(String, String)] = [
        ("E_37", "E_34"), ("E_31", "E_123"), ("E_72", "E_123"), ("E_46", "E_124"),
        ("E_101", "E_124"), ("E_203", "E_201"), ("E_202", "E_201"), ("E_77", "E_201"),
        ("E_45", "E_201"), ("E_164", "E_155"), ("E_33", "E_53"), ("E_216", "E_53"),
        ("E_220", "E_53"),
    ]
    /// Two yeses that exclude each other.
    private static let exclusions: [(String, String)] = [
        ("E_79", "E_191"), ("E_70", "E_208"), ("E_183", "E_195"), ("E_183", "E_207"),
        ("E_195", "E_207"),
    ]
    /// A yes that doesn't go with the recorded sex male.
    private static let femaleOnly = ["E_11", "E_141", "E_145", "E_163", "E_167"]

    static func remarks(_ state: PanelState) -> [ChecklistRemark] {
        let knowledge = state.engine.knowledge
        var answers: [String: Answer] = [:]
        for answer in state.answers { answers[knowledge.evidences[answer.evidence].id] = answer }
        func pair(_ first: String, _ second: String, secondIs: Bool) -> ChecklistRemark? {
            guard let a = answers[first], let b = answers[second], a.isPresent,
                b.isPresent == secondIs
            else { return nil }
            return ChecklistRemark(
                kind: .inconsistent,
                sentence: "Yes to \(state.shortName(a.evidence)) does not go with "
                    + "\(secondIs ? "yes" : "no") to \(state.shortName(b.evidence)).",
                evidence: [first, second])
        }
        var remarks = implications.compactMap { pair($0.0, $0.1, secondIs: false) }
        remarks += exclusions.compactMap { pair($0.0, $0.1, secondIs: true) }
        if state.sex == .male {
            for code in femaleOnly {
                guard let answer = answers[code], answer.isPresent else { continue }
                remarks.append(
                    ChecklistRemark(
                        kind: .inconsistent,
                        sentence: "Yes to \(state.shortName(answer.evidence)) does not go with "
                            + "the recorded sex.",
                        evidence: [code]))
            }
        }
        return remarks
    }
}
