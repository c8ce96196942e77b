// SPDX-License-Identifier: Apache-2.0
package import Records
package import Knowledge

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A question by kind and position.
package enum Question: Sendable, Hashable {
    case yesNo(Int)
    case valued(Int)
}

/// An answer to a question: yes or no, or the values named.
package enum Reply: Sendable, Hashable {
    case yesNo(Int, Bool)
    case valued(Int, [Int])
}

/// The panel's best questioning of a DDXPlus patient: age, sex, yes/no and valued questions, under an
/// explicit answer noise.
package struct Questioning: Sendable {
    /// Conditions under this share are left out of weighing questions, not of the posterior.
    private static let negligible = 0.000_5

    package let tables: QuestionTables
    /// By condition; they sum to 1.
    package private(set) var probabilities: [Double]
    package private(set) var asked = 0
    private var logWeights: [Double]
    private var isOpenYesNo: [Bool]
    private var isOpenValued: [Bool]

    package init(_ tables: QuestionTables, _ values: ValuedKnowledge, age: Int?, sex: Sex?) {
        self.tables = tables
        logWeights = tables.logPrior.enumerated().map { condition, prior in
            prior + log(values.demographics(age: age, sex: sex, condition: condition))
        }
        probabilities = []
        isOpenYesNo = Array(repeating: true, count: tables.binaryCount)
        isOpenValued = Array(repeating: true, count: tables.valued.count)
        normalise()
    }

    /// Takes in an answer; each question is answered once.
    package mutating func take(_ reply: Reply, isAsked: Bool) {
        let count = tables.conditionCount
        switch reply {
        case .yesNo(let evidence, let isYes):
            isOpenYesNo[evidence] = false
            for condition in 0..<count {
                let cell = evidence * count + condition
                logWeights[condition] += isYes ? tables.logYes[cell] : tables.logNo[cell]
            }
        case .valued(let evidence, let answer):
            isOpenValued[evidence] = false
            let logs = tables.valued[evidence].logLikelihoods(answer)
            for condition in 0..<count { logWeights[condition] += logs[condition] }
        }
        if isAsked { asked += 1 }
        normalise()
    }

    /// The most informative open question and its expected bits; nil when all are answered.
    package func next() -> (question: Question, bits: Double)? {
        let active = self.probabilities.indices.filter {
            self.probabilities[$0] >= Questioning.negligible
        }
        let mass = active.reduce(0) { $0 + self.probabilities[$1] }
        let probabilities = self.probabilities.map { $0 / mass }
        var best: (question: Question, bits: Double)?
        let count = tables.conditionCount
        for evidence in isOpenYesNo.indices where isOpenYesNo[evidence] {
            var yes = 0.0
            var noise = 0.0
            for condition in active {
                let cell = evidence * count + condition
                yes += probabilities[condition] * tables.yes[cell]
                noise += probabilities[condition] * tables.entropy[cell]
            }
            let bits = InferenceTables.entropy(yes) - noise
            if bits > best?.bits ?? -1 { best = (.yesNo(evidence), bits) }
        }
        for evidence in isOpenValued.indices where isOpenValued[evidence] {
            let bits = tables.valued[evidence].bits(probabilities, active: active)
            if bits > best?.bits ?? -1 { best = (.valued(evidence), bits) }
        }
        return best
    }

    /// Open yes/no questions to which everybody with the leading condition gave the same answer, in
    /// the order of the tables.
    ///
    /// Asked as a control they show how often answers are wrong, with no diagnosis looked up: what
    /// was not chosen for its information isn't explained away by another condition either.
    package func controls() -> [(evidence: Int, isYes: Bool)] {
        let leader = leader
        return isOpenYesNo.indices.compactMap { evidence in
            guard isOpenYesNo[evidence] else { return nil }
            return tables.certain[evidence * tables.conditionCount + leader].map { (evidence, $0) }
        }
    }

    /// The condition with the highest probability; ties go to the lower position.
    package var leader: Int {
        probabilities.indices.max {
            (probabilities[$0], -$0) < (probabilities[$1], -$1)
        } ?? 0
    }

    private mutating func normalise() {
        let highest = logWeights.max() ?? 0
        probabilities = logWeights.map { exp($0 - highest) }
        let total = probabilities.reduce(0, +)
        for condition in probabilities.indices { probabilities[condition] /= total }
    }
}
