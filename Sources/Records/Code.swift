// SPDX-License-Identifier: Apache-2.0

/// The vocabulary a code is taken from, by the short name used in every Bedside file.
package struct CodeSystem: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: String

    /// Takes the short name as it is; systems without one of our own keep their URI.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let snomed = CodeSystem(rawValue: "SNOMED")
    package static let loinc = CodeSystem(rawValue: "LOINC")
    package static let rxnorm = CodeSystem(rawValue: "RxNorm")
    package static let icd10cm = CodeSystem(rawValue: "ICD10CM")
    package static let icd10 = CodeSystem(rawValue: "ICD10")
    package static let icd9cm = CodeSystem(rawValue: "ICD9CM")
    package static let cvx = CodeSystem(rawValue: "CVX")
    package static let cpt = CodeSystem(rawValue: "CPT")
    package static let dicom = CodeSystem(rawValue: "DCM")
    package static let encounterClass = CodeSystem(rawValue: "ActCode")
    /// Codes of our own, for what no public vocabulary names (death, the arrival of a subject).
    package static let bedside = CodeSystem(rawValue: "BEDSIDE")

    /// FHIR `Coding.system` URIs and the short names they stand for.
    private static let byURI: [String: CodeSystem] = [
        "http://snomed.info/sct": .snomed,
        "http://loinc.org": .loinc,
        "http://www.nlm.nih.gov/research/umls/rxnorm": .rxnorm,
        "http://hl7.org/fhir/sid/icd-10-cm": .icd10cm,
        "http://hl7.org/fhir/sid/icd-10": .icd10,
        "http://hl7.org/fhir/sid/icd-9-cm": .icd9cm,
        "http://hl7.org/fhir/sid/cvx": .cvx,
        "http://www.ama-assn.org/go/cpt": .cpt,
        "http://dicom.nema.org/resources/ontology/DCM": .dicom,
        "http://terminology.hl7.org/CodeSystem/v3-ActCode": .encounterClass,
    ]

    /// True for the vocabularies named here: their codes and wordings are published.
    package var isPublic: Bool {
        self == .bedside || CodeSystem.byURI.values.contains(self)
    }

    /// The system a FHIR URI names; an unknown URI is kept as it stands.
    package init(fhirURI: String) {
        self = CodeSystem.byURI[fhirURI] ?? CodeSystem(rawValue: fhirURI)
    }

    /// The FHIR URI of the system; our own systems and unknown ones give their raw value.
    package var fhirURI: String {
        CodeSystem.byURI.first { $0.value == self }?.key ?? rawValue
    }
}

/// A coded clinical fact: a vocabulary and a value in it, written `SNOMED/44054006`.
package struct Code: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let system: CodeSystem
    package let value: String

    package init(_ system: CodeSystem, _ value: String) {
        self.system = system
        self.value = value
    }

    /// Reads `SYSTEM/value`; the value may hold further slashes only if the system is a URI.
    ///
    /// Returns nil where either side is empty or there is no slash.
    package init?(_ text: String) {
        let isURI = text.hasPrefix("http://") || text.hasPrefix("https://")
        guard let slash = isURI ? text.lastIndex(of: "/") : text.firstIndex(of: "/"),
            slash != text.startIndex, text.index(after: slash) != text.endIndex
        else { return nil }
        self.init(
            CodeSystem(rawValue: String(text[..<slash])), String(text[text.index(after: slash)...]))
    }

    package var description: String { "\(system.rawValue)/\(value)" }

    package static func < (left: Code, right: Code) -> Bool {
        (left.system.rawValue, left.value) < (right.system.rawValue, right.value)
    }

    /// The end of a life, from Patient.deceased.
    package static let death = Code(.bedside, "death")
}

extension Code: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let code = Code(text) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected a code as SYSTEM/value, such as LOINC/4548-4"))
        }
        self = code
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A code with the words the source used for it.
package struct CodeEntry: Hashable, Sendable, Codable {
    package let code: Code
    /// Vocabulary display text, never a patient's words; may be empty.
    package let display: String

    package init(code: Code, display: String) {
        self.code = code
        self.display = display
    }
}
