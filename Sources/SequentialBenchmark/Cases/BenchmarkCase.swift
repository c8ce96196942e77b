// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
package import Knowledge
package import Records

/// How a finding of a case is opened.
package enum Gate: String, Sendable, Codable, CaseIterable {
    /// By a question or an examination.
    case ask
    /// By ordering its test.
    case order
}

/// What a case answers where it has no record.
package enum DefaultPolicy: String, Sendable, Codable, CaseIterable {
    /// Absent or normal.
    case normal
    case notRecorded = "not-recorded"
    /// Drawn from how often the finding is seen in people without a condition that causes it.
    case background
}

/// Which part of a case set a case belongs to.
package enum Stratum: String, Sendable, Codable, CaseIterable {
    case common
    case noDisease = "no-disease"
    case emergency
    case rare
    /// The set doesn't say.
    case unspecified
}

/// One thing that can be found out about the patient of a case.
package struct CaseFinding: Sendable, Hashable {
    package var kind: FindingKind
    /// Id in the catalogue; nil where the case has only its own words.
    package var id: String?
    /// The case's own names of it, beside those of the catalogue.
    package var names: [String]
    /// One of the catalogue's outcomes, such as `present` or `high`; nil where only `number` or
    /// `text` is given.
    package var outcome: String?
    /// In `unit`, or in the catalogue's unit where `unit` is nil.
    package var number: Double?
    /// UCUM unit of `number` where the finding isn't in the catalogue.
    package var unit: String?
    /// Reference interval as the case prints it.
    package var reference: String?
    /// As the laboratory prints it, such as `H`.
    package var flag: String?
    /// What the patient, the examiner or the report says.
    package var text: String?
    package var gate: Gate
    /// Catalogue id of the test that opens it, or the case's own name of that test.
    package var test: String?
    /// Gives the diagnosis away: opened by its exact order only.
    package var isPathognomonic: Bool
    package var loinc: String?

    package init(
        kind: FindingKind, id: String? = nil, names: [String] = [], outcome: String? = nil,
        number: Double? = nil, unit: String? = nil, reference: String? = nil, flag: String? = nil,
        text: String? = nil, gate: Gate? = nil, test: String? = nil, isPathognomonic: Bool = false,
        loinc: String? = nil
    ) {
        self.kind = kind
        self.id = id
        self.names = names
        self.outcome = outcome
        self.number = number
        self.unit = unit
        self.reference = reference
        self.flag = flag
        self.text = text
        self.gate = gate ?? (kind.isAskable ? .ask : .order)
        self.test = test
        self.isPathognomonic = isPathognomonic
        self.loinc = loinc
    }

    /// Its outcome by name: as stated, or worked out from the number and the reference interval;
    /// nil where it isn't in the catalogue, or has neither.
    package func outcome(in catalogue: Catalogue, sex: Sex?) -> String? {
        if let outcome { return outcome }
        guard let id, let number, let finding = catalogue.finding(id),
            let position = catalogue.outcome(finding: finding, number: number, sex: sex)
        else { return nil }
        return catalogue.findings[finding].outcomes[position]
    }

    /// Its coded part; nil where it isn't in the catalogue or has no outcome.
    package func observation(in catalogue: Catalogue, sex: Sex?) -> Observation? {
        guard let id, catalogue.finding(id) != nil,
            let outcome = outcome(in: catalogue, sex: sex)
        else { return nil }
        return Observation(finding: id, outcome: outcome, number: number)
    }
}

/// What the patient of a case has.
package struct CaseDiagnosis: Sendable, Hashable {
    package var text: String
    package var icd10: [String]
    package var mondo: [String]
    /// Other names that count as right.
    package var accepted: [String]
    /// Names that count as partly right.
    package var partial: [String]
    /// Nothing but the complaint itself, or a harmless explanation of it.
    package var isNoDisease: Bool

    package init(
        text: String, icd10: [String] = [], mondo: [String] = [], accepted: [String] = [],
        partial: [String] = [], isNoDisease: Bool = false
    ) {
        self.text = text
        self.icd10 = icd10
        self.mondo = mondo
        self.accepted = accepted
        self.partial = partial
        self.isNoDisease = isNoDisease
    }
}

/// Where a case comes from and what may be done with it.
package struct CaseProvenance: Sendable, Hashable {
    /// Name of the set, such as `AgentClinic`.
    package var source: String
    package var author: String
    /// Date, ISO 8601; empty where unknown.
    package var written: String
    package var licence: String
    package var note: String

    package init(
        source: String, author: String, written: String = "", licence: String, note: String = ""
    ) {
        self.source = source
        self.author = author
        self.written = written
        self.licence = licence
        self.note = note
    }
}

/// A figure that a case was built on.
package struct CaseSource: Sendable, Hashable {
    package var figure: String
    package var source: String

    package init(figure: String, source: String) {
        self.figure = figure
        self.source = source
    }
}

/// A patient to be worked up, with everything that can be found out.
package struct BenchmarkCase: Sendable, Hashable {
    package var id: String
    /// What the agent is told at first.
    package var abstract: String
    package var stratum: Stratum
    package var age: Int?
    package var sex: Sex?
    package var isEmergencyDepartment: Bool
    /// Catalogue ids of the findings that the abstract states.
    package var initial: [String]
    package var findings: [CaseFinding]
    package var defaultPolicy: DefaultPolicy
    package var diagnosis: CaseDiagnosis
    /// Dangerous conditions that must be considered here.
    package var mustNotMiss: [String]
    package var provenance: CaseProvenance
    /// How many patients of the set's population the case stands for, relative to the others.
    package var prevalenceWeight: Double
    /// As the set states it.
    package var difficulty: String?
    package var sources: [CaseSource]
    /// Id of the case that this one differs from in one finding.
    package var twinOf: String?
    package var twinChange: String?

    package init(
        id: String, abstract: String, stratum: Stratum = .unspecified, age: Int? = nil,
        sex: Sex? = nil, isEmergencyDepartment: Bool = false, initial: [String] = [],
        findings: [CaseFinding] = [], defaultPolicy: DefaultPolicy = .normal,
        diagnosis: CaseDiagnosis, mustNotMiss: [String] = [], provenance: CaseProvenance,
        prevalenceWeight: Double = 1, difficulty: String? = nil, sources: [CaseSource] = [],
        twinOf: String? = nil, twinChange: String? = nil
    ) {
        self.id = id
        self.abstract = abstract
        self.stratum = stratum
        self.age = age
        self.sex = sex
        self.isEmergencyDepartment = isEmergencyDepartment
        self.initial = initial
        self.findings = findings
        self.defaultPolicy = defaultPolicy
        self.diagnosis = diagnosis
        self.mustNotMiss = mustNotMiss
        self.provenance = provenance
        self.prevalenceWeight = prevalenceWeight
        self.difficulty = difficulty
        self.sources = sources
        self.twinOf = twinOf
        self.twinChange = twinChange
    }

    /// What the abstract states, coded, in the order of `initial`.
    package func volunteered(_ catalogue: Catalogue) -> [Observation] {
        initial.compactMap { id in
            findings.first { $0.id == id }?.observation(in: catalogue, sex: sex)
        }
    }
}
