// SPDX-License-Identifier: Apache-2.0

/// How far two judges of the same diagnoses agree on right and wrong, beyond chance.
package struct JudgeAgreement: Sendable, Hashable, Codable {
    package let count: Int
    /// Diagnoses that both call right, or both wrong.
    package let agreeing: Int
    /// Cohen's kappa; nil where chance alone explains everything or nothing was judged.
    ///
    /// Chance explains everything where both judges always say the same one thing. Source: Cohen
    /// 1960, Educ Psychol Meas 20:37-46.
    package let kappa: Double?

    /// - Parameter pairs: the two judges' "right", one pair a diagnosis.
    package init(_ pairs: [(first: Bool, second: Bool)]) {
        count = pairs.count
        agreeing = pairs.filter { $0.first == $0.second }.count
        let total = Double(pairs.count)
        let first = Double(pairs.filter(\.first).count) / total
        let second = Double(pairs.filter(\.second).count) / total
        let chance = first * second + (1 - first) * (1 - second)
        kappa =
            pairs.isEmpty || chance >= 1
            ? nil : (Double(agreeing) / total - chance) / (1 - chance)
    }

    /// The same from verdicts in the same order; what only one judge saw is left out.
    package init(_ first: [Verdict], _ second: [Verdict]) {
        self.init(zip(first, second).map { ($0.isCorrect, $1.isCorrect) })
    }
}

/// A person's change to a verdict.
package struct Overrule: Sendable, Hashable, Codable {
    package var caseID: String
    package var agent: String
    /// Score before, as the person saw it.
    package var from: Int
    /// Score after, 1 to 5.
    package var to: Int
    /// Who changed it.
    package var by: String
    package var reason: String

    package init(
        caseID: String, agent: String, from: Int, to: Int, by: String, reason: String
    ) {
        self.caseID = caseID
        self.agent = agent
        self.from = from
        self.to = to
        self.by = by
        self.reason = reason
    }
}

/// A verdict with its case, its agent and every change to it.
package struct JudgedDiagnosis: Sendable, Hashable, Codable {
    package var caseID: String
    package var agent: String
    /// What the judge said.
    package var verdict: Verdict
    /// Changes in the order they were made.
    package var overrules: [Overrule]

    package init(
        caseID: String, agent: String, verdict: Verdict, overrules: [Overrule] = []
    ) {
        self.caseID = caseID
        self.agent = agent
        self.verdict = verdict
        self.overrules = overrules
    }

    /// The score that counts.
    package var score: Int { overrules.last?.to ?? verdict.score }
    package var isCorrect: Bool { score >= 4 }

    /// Puts changes on verdicts, in their order; the judge's own word stays beside them.
    ///
    /// - Returns: the verdicts, and the changes that couldn't be made: no such case and agent, a
    ///   score outside 1 to 5, no name or reason, or a `from` that isn't the score any more.
    package static func applying(
        _ overrules: [Overrule], to verdicts: [JudgedDiagnosis]
    ) -> (verdicts: [JudgedDiagnosis], refused: [Overrule]) {
        var verdicts = verdicts
        var refused: [Overrule] = []
        for overrule in overrules {
            let place = verdicts.firstIndex {
                $0.caseID == overrule.caseID && $0.agent == overrule.agent
            }
            guard let place, (1...5).contains(overrule.to), !overrule.by.isEmpty,
                !overrule.reason.isEmpty, verdicts[place].score == overrule.from
            else {
                refused.append(overrule)
                continue
            }
            verdicts[place].overrules.append(overrule)
        }
        return (verdicts, refused)
    }
}
