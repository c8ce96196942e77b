// SPDX-License-Identifier: Apache-2.0

/// What the panel knows: conditions, yes/no evidences, and how often each goes with each.
///
/// An immutable table of figures with a digest, so that an assessment can name exactly what it was
/// computed from.
package struct KnowledgeBase: Sendable {
    /// A diagnosis the panel can name.
    package struct Condition: Hashable, Sendable {
        package var name: String
        package var icd10: String
        /// From 1 (worst) to 5 (mildest).
        package var severity: Int
        /// Patients with it among those counted; the prior is proportional to it.
        package var trainCount: Int

        package init(name: String, icd10: String, severity: Int, trainCount: Int) {
            self.name = name
            self.icd10 = icd10
            self.severity = severity
            self.trainCount = trainCount
        }
    }

    /// A yes/no question a patient can be asked.
    package struct Evidence: Hashable, Sendable {
        /// Code, such as `E_53`.
        package var id: String
        /// Plain English, said to the patient.
        package var question: String
        /// About the past, habits or family rather than the present complaint.
        package var isAntecedent: Bool
        /// Two to five words, such as "sore throat".
        package var shortName: String

        package init(id: String, question: String, isAntecedent: Bool, shortName: String) {
            self.id = id
            self.question = question
            self.isAntecedent = isAntecedent
            self.shortName = shortName
        }
    }

    package let conditions: [Condition]
    /// In the order that breaks ties between equally informative questions.
    package let evidences: [Evidence]
    /// Attribution, one sentence.
    package let source: String
    package let version: String
    /// 128-bit FNV-1a of every value above and every probability, 32 hexadecimal digits.
    package let digest: String
    /// Sum of the conditions' counts.
    package let trainTotal: Int

    /// P(yes | condition), row by evidence: `[evidence * conditions.count + condition]`.
    private let probabilities: [Double]
    private let conditionIndex: [String: Int]
    private let evidenceIndex: [String: Int]

    /// - Parameter probabilities: P(yes | condition) at `[evidence * conditions.count + condition]`.
    /// - Throws: `KnowledgeError.inconsistent` for empty tables, repeated names, a severity
    ///   outside 1 ... 5, a count below 1, or a probability outside 0 ... 1.
    package init(
        conditions: [Condition], evidences: [Evidence], probabilities: [Double], source: String,
        version: String
    ) throws(KnowledgeError) {
        try KnowledgeBase.check(conditions, evidences, probabilities)
        var conditionIndex: [String: Int] = [:]
        for (index, condition) in conditions.enumerated() {
            conditionIndex[condition.name] = index
        }
        var evidenceIndex: [String: Int] = [:]
        for (index, evidence) in evidences.enumerated() {
            for key in [evidence.id, evidence.shortName, evidence.question] {
                guard evidenceIndex.updateValue(index, forKey: KnowledgeBase.folded(key)) == nil
                else {
                    throw .inconsistent(expected: "\"\(key)\" to name one evidence only")
                }
            }
        }
        guard conditionIndex.count == conditions.count else {
            throw .inconsistent(expected: "each condition to have a name of its own")
        }
        self.conditions = conditions
        self.evidences = evidences
        self.probabilities = probabilities
        self.source = source
        self.version = version
        self.conditionIndex = conditionIndex
        self.evidenceIndex = evidenceIndex
        trainTotal = conditions.reduce(0) { $0 + $1.trainCount }
        digest = KnowledgeBase.digest(conditions, evidences, probabilities, source, version)
    }

    private static func check(
        _ conditions: [Condition], _ evidences: [Evidence], _ probabilities: [Double]
    ) throws(KnowledgeError) {
        guard conditions.count >= 2, !evidences.isEmpty else {
            throw .inconsistent(expected: "at least two conditions and one evidence")
        }
        guard probabilities.count == conditions.count * evidences.count else {
            throw .inconsistent(expected: "one probability for each evidence and condition")
        }
        guard probabilities.allSatisfy({ (0...1).contains($0) }) else {
            throw .inconsistent(expected: "probabilities from 0 to 1")
        }
        guard conditions.allSatisfy({ (1...5).contains($0.severity) && $0.trainCount > 0 }) else {
            throw .inconsistent(expected: "severities from 1 to 5 and counts of at least 1")
        }
    }

    /// P(yes | condition), as counted: neither floored nor smoothed.
    package func probability(evidence: Int, condition: Int) -> Double {
        probabilities[evidence * conditions.count + condition]
    }

    /// The share of the condition among all counted patients.
    package func prior(condition: Int) -> Double {
        Double(conditions[condition].trainCount) / Double(trainTotal)
    }

    /// The position of a condition named exactly so.
    package func condition(named name: String) -> Int? { conditionIndex[name] }

    /// The position of an evidence given by id, short name or question; capitals and runs of white
    /// space don't count.
    package func evidence(named name: String) -> Int? {
        evidenceIndex[KnowledgeBase.folded(name)]
    }

    private static func folded(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func digest(
        _ conditions: [Condition], _ evidences: [Evidence], _ probabilities: [Double],
        _ source: String, _ version: String
    ) -> String {
        var hash = Fingerprint()
        hash.add(source)
        hash.add(version)
        hash.add(UInt64(conditions.count))
        for condition in conditions {
            hash.add(condition.name)
            hash.add(condition.icd10)
            hash.add(UInt64(condition.severity))
            hash.add(UInt64(condition.trainCount))
        }
        hash.add(UInt64(evidences.count))
        for evidence in evidences {
            hash.add(evidence.id)
            hash.add(evidence.question)
            hash.add(evidence.isAntecedent ? 1 : 0)
            hash.add(evidence.shortName)
        }
        for probability in probabilities { hash.add(probability.bitPattern) }
        return hash.hexadecimal
    }
}
