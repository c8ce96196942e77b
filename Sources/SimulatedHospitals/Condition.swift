// SPDX-License-Identifier: Apache-2.0
package import Records

/// The conditions a simulated person can develop, each at most once.
///
/// SNOMED CT codes as they occur in Synthea's sample data, except COPD (13645005) and breast cancer
/// (254837009), which are in general use.
package enum Condition: UInt8, CaseIterable, Sendable {
    case obesity, hypertension, hyperlipidemia, prediabetes, diabetes
    case kidneyDisease, retinopathy, neuropathy
    case coronaryDisease, myocardialInfarction, stroke, atrialFibrillation, heartFailure
    case copd, asthma, lungCancer, colonPolyp, colonCancer, breastCancer, prostateCancer
    case osteoporosis, hipFracture, depression, alcoholism, dementia, anemia
    case rheumatoidArthritis, kneeOsteoarthritis, gout, epilepsy, pneumonia, hypothyroidism

    /// SNOMED CT code and wording.
    package var entry: CodeEntry {
        let (value, display) = Condition.vocabulary[Int(rawValue)]
        return CodeEntry(code: Code(.snomed, value), display: display)
    }

    /// The short name used in the truth files.
    package var name: String { String(describing: self) }

    /// Conditions whose first day brings the person to an emergency room or a ward.
    var isSudden: Bool {
        switch self {
        case .myocardialInfarction, .stroke, .hipFracture, .pneumonia: true
        default: false
        }
    }

    /// Conditions that end: they are written with an abatement and a resolved status.
    var resolvesWithinDays: ClosedRange<Int>? {
        switch self {
        case .pneumonia: 14...45
        case .hipFracture: 60...150
        default: nil
        }
    }

    /// In the order of the cases.
    private static let vocabulary: [(String, String)] = [
        ("162864005", "Body mass index 30+ - obesity (finding)"),
        ("38341003", "Hypertension"),
        ("55822004", "Hyperlipidemia"),
        ("15777000", "Prediabetes"),
        ("44054006", "Type 2 diabetes mellitus"),
        ("433144002", "Chronic kidney disease stage 3 (disorder)"),
        ("422034002", "Diabetic retinopathy associated with type II diabetes mellitus (disorder)"),
        ("368581000119106", "Neuropathy due to type 2 diabetes mellitus (disorder)"),
        ("53741008", "Coronary heart disease"),
        ("22298006", "Myocardial infarction"),
        ("230690007", "Stroke"),
        ("49436004", "Atrial fibrillation"),
        ("88805009", "Chronic congestive heart failure (disorder)"),
        ("13645005", "Chronic obstructive lung disease"),
        ("195967001", "Asthma"),
        ("254637007", "Non-small cell lung cancer (disorder)"),
        ("68496003", "Polyp of colon"),
        ("363406005", "Malignant tumor of colon"),
        ("254837009", "Malignant neoplasm of breast (disorder)"),
        ("126906006", "Neoplasm of prostate"),
        ("64859006", "Osteoporosis (disorder)"),
        ("359817006", "Closed fracture of hip"),
        ("370143000", "Major depression disorder"),
        ("7200002", "Alcoholism"),
        ("26929004", "Alzheimer's disease (disorder)"),
        ("271737000", "Anemia (disorder)"),
        ("69896004", "Rheumatoid arthritis"),
        ("239873007", "Osteoarthritis of knee"),
        ("90560007", "Gout"),
        ("84757009", "Epilepsy"),
        ("233604007", "Pneumonia"),
        ("83664006", "Idiopathic atrophic hypothyroidism"),
    ]
}

/// Which conditions a person has had so far.
package struct ConditionSet: Hashable, Sendable {
    private var bits: UInt64 = 0

    package init() {}

    package init(_ conditions: [Condition]) {
        for condition in conditions { insert(condition) }
    }

    package func contains(_ condition: Condition) -> Bool {
        bits >> UInt64(condition.rawValue) & 1 == 1
    }

    package mutating func insert(_ condition: Condition) {
        bits |= 1 << UInt64(condition.rawValue)
    }

    package var count: Int { bits.nonzeroBitCount }
}
