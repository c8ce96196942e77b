// SPDX-License-Identifier: Apache-2.0
package import Records

/// A finding that can be recorded: its code, a short name, and the question that asks for it.
package struct EvidenceChoice: Sendable, Hashable {
    package var id: String
    package var name: String
    package var question: String

    package init(id: String, name: String, question: String) {
        self.id = id
        self.name = name
        self.question = question
    }
}

/// One interactive work-up.
///
/// The case travels in the form's hidden fields, never in the address.
package struct WorkUpView: Sendable, Hashable {
    /// A finding recorded so far.
    package struct RecordedFinding: Sendable, Hashable {
        package var id: String
        package var name: String
        package var isPresent: Bool

        package init(id: String, name: String, isPresent: Bool) {
            self.id = id
            self.name = name
            self.isPresent = isPresent
        }
    }

    /// What one finding says about one hypothesis.
    package struct Weight: Sendable, Hashable {
        package var finding: String
        package var isPresent: Bool
        /// Natural-log likelihood ratio against the other hypotheses; positive supports.
        package var weight: Double
        package var source: String

        package init(finding: String, isPresent: Bool, weight: Double, source: String) {
            self.finding = finding
            self.isPresent = isPresent
            self.weight = weight
            self.source = source
        }
    }

    /// A line of the differential.
    package struct Hypothesis: Sendable, Hashable {
        package var name: String
        /// Its ICD-10 code; may be empty.
        package var code: String
        package var probability: Double
        /// 1 (worst) to 5.
        package var severity: Int
        package var basis: [Weight]

        package init(
            name: String, code: String, probability: Double, severity: Int, basis: [Weight]
        ) {
            self.name = name
            self.code = code
            self.probability = probability
            self.severity = severity
            self.basis = basis
        }
    }

    /// A question worth asking next.
    package struct Question: Sendable, Hashable {
        package var id: String
        package var question: String
        /// Expected information, in bits.
        package var bits: Double
        package var reason: String

        package init(id: String, question: String, bits: Double, reason: String) {
            self.id = id
            self.question = question
            self.bits = bits
            self.reason = reason
        }
    }

    /// What one role of the panel says.
    package struct Statement: Sendable, Hashable {
        package var role: String
        package var text: String

        package init(role: String, text: String) {
            self.role = role
            self.text = text
        }
    }

    /// What the panel makes of the findings so far.
    package struct Standing: Sendable, Hashable {
        /// Sorted by probability; the first ten are shown.
        package var differential: [Hypothesis]
        /// Best first; the first three are shown.
        package var questions: [Question]
        package var conference: [Statement]
        /// Why the panel would stop here; nil while it would go on.
        package var stop: String?
        /// What would make the answer better, one sentence each.
        package var missing: [String]
        /// What this answer is and is not, as the assessment states it.
        package var label: String
        /// Where the call is on record; nil where it is not.
        package var ledgerIndex: Int?

        package init(
            differential: [Hypothesis], questions: [Question], conference: [Statement],
            stop: String?, missing: [String], label: String, ledgerIndex: Int?
        ) {
            self.differential = differential
            self.questions = questions
            self.conference = conference
            self.stop = stop
            self.missing = missing
            self.label = label
            self.ledgerIndex = ledgerIndex
        }
    }

    /// Everything that can be recorded, for the first complaint and for further findings.
    package var choices: [EvidenceChoice]
    package var age: Int?
    package var sex: Sex?
    package var findings: [RecordedFinding]
    /// Codes of questions answered with "don't know".
    package var skipped: [String]
    /// Nil until the work-up has begun.
    package var standing: Standing?
    /// What was needed and did not come, as a sentence.
    package var needed: String?

    package init(
        choices: [EvidenceChoice], age: Int? = nil, sex: Sex? = nil,
        findings: [RecordedFinding] = [], skipped: [String] = [], standing: Standing? = nil,
        needed: String? = nil
    ) {
        self.choices = choices
        self.age = age
        self.sex = sex
        self.findings = findings
        self.skipped = skipped
        self.standing = standing
        self.needed = needed
    }
}
