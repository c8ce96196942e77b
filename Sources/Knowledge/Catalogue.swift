// SPDX-License-Identifier: Apache-2.0
package import Records

/// How a finding is come by.
package enum FindingKind: String, Sendable, Codable, CaseIterable {
    /// A complaint, in the patient's words.
    case symptom
    /// The past, habits, medication, family.
    case history
    /// Seen, heard or felt on examination.
    case exam
    /// A measured vital sign.
    case vital
    case lab
    case imaging
    /// An electrical, functional or endoscopic study.
    case procedure
    case pathology

    /// Told or examined without an order.
    package var isAskable: Bool {
        switch self {
        case .symptom, .history, .exam, .vital: true
        case .lab, .imaging, .procedure, .pathology: false
        }
    }
}

/// The vocabulary of what can be found out about a patient, and by which test.
///
/// It ties findings to tests, names, codes and units; never to a disease.
package struct Catalogue: Sendable {
    /// One thing that can be observed, with two or three outcomes.
    package struct Finding: Hashable, Sendable {
        package var id: String
        package var kind: FindingKind
        package var name: String
        package var synonyms: [String]
        /// `absent, present` or `low, normal, high`; an outcome is named by its position.
        package var outcomes: [String]
        /// Positions of the tests that reveal it, the narrowest first; empty where it is asked or
        /// examined.
        package var tests: [Int]
        /// The DDXPlus evidence that means the same.
        package var ddxplus: String?
        /// Set where only one sex can have it.
        package var sex: Sex?
        /// UCUM unit of its number; nil for absent and present.
        package var unit: String?
        package var loinc: String?

        /// A measured quantity, in contrast to absent or present.
        package var isMeasured: Bool { outcomes.count == 3 }
        /// The position of "nothing unusual": absent, or normal.
        package var usual: Int { isMeasured ? 1 : 0 }
    }

    /// A test that can be ordered by itself.
    package struct Test: Hashable, Sendable {
        package var id: String
        package var name: String
        package var synonyms: [String]
        /// Positions of the findings it reveals.
        package var reveals: [Int]
        package var loinc: String?
    }

    /// The interval outside which a number counts as low or high.
    package struct Range: Hashable, Sendable {
        /// Nil: nothing is too low.
        package var low: Double?
        /// Nil: nothing is too high.
        package var high: Double?
        package var source: String
    }

    package let findings: [Finding]
    package let tests: [Test]
    /// Of every name, code and interval; 32 hexadecimal digits.
    package let digest: String
    private let ranges: [Sex?: [Int: Range]]
    private let findingIndex: [String: Int]
    private let testIndex: [String: Int]

    init(findings: [Finding], tests: [Test], ranges: [Sex?: [Int: Range]], digest: String) {
        self.findings = findings
        self.tests = tests
        self.ranges = ranges
        self.digest = digest
        var findingIndex: [String: Int] = [:]
        for (index, finding) in findings.enumerated() { findingIndex[finding.id] = index }
        var testIndex: [String: Int] = [:]
        for (index, test) in tests.enumerated() { testIndex[test.id] = index }
        self.findingIndex = findingIndex
        self.testIndex = testIndex
    }

    /// The position of a finding by id.
    package func finding(_ id: String) -> Int? { findingIndex[id] }

    /// The position of a test by id.
    package func test(_ id: String) -> Int? { testIndex[id] }

    /// The reference interval of a measured finding; nil where none was found in a source.
    package func range(finding: Int, sex: Sex?) -> Range? {
        ranges[sex]?[finding] ?? ranges[nil]?[finding]
    }

    /// Where a number lies: 0 low, 1 normal, 2 high; nil without a reference interval.
    package func outcome(finding: Int, number: Double, sex: Sex?) -> Int? {
        guard findings[finding].isMeasured, number.isFinite,
            let range = range(finding: finding, sex: sex)
        else { return nil }
        if let low = range.low, number < low { return 0 }
        if let high = range.high, number > high { return 2 }
        return 1
    }
}
