// SPDX-License-Identifier: Apache-2.0
import Records

/// What is done for a condition: SNOMED procedure codes as they occur in Synthea's sample data.
struct Operation: Sendable {
    let condition: Condition
    let entry: CodeEntry
    let probability: Double
    let minutes: Int

    private init(_ condition: Condition, _ snomed: String, _ display: String, _ p: Double, _ m: Int)
    {
        self.condition = condition
        entry = CodeEntry(code: Code(.snomed, snomed), display: display)
        probability = p
        minutes = m
    }

    static let all = [
        Operation(
            .myocardialInfarction, "415070008", "Percutaneous coronary intervention", 0.5, 75),
        Operation(.myocardialInfarction, "232717009", "Coronary artery bypass grafting", 0.12, 240),
        Operation(.heartFailure, "433236007", "Transthoracic echocardiography", 0.8, 30),
        Operation(.atrialFibrillation, "180325003", "Electrical cardioversion", 0.35, 30),
        Operation(
            .atrialFibrillation, "18286008", "Catheter ablation of tissue of heart", 0.12, 180),
        Operation(.copd, "127783003", "Spirometry (procedure)", 0.8, 20),
        Operation(.asthma, "127783003", "Spirometry (procedure)", 0.5, 20),
        Operation(.copd, "15081005", "Pulmonary rehabilitation (regime/therapy)", 0.25, 60),
        Operation(
            .lungCancer, "173160006", "Diagnostic fiberoptic bronchoscopy (procedure)", 0.8, 45),
        Operation(
            .lungCancer, "703423002", "Combined chemotherapy and radiation therapy (procedure)",
            0.5,
            120),
        Operation(.colonPolyp, "274031008", "Rectal polypectomy", 0.85, 40),
        Operation(.colonCancer, "43075005", "Partial resection of colon", 0.7, 180),
        Operation(.colonCancer, "76164006", "Biopsy of colon", 0.9, 30),
        Operation(.prostateCancer, "65575008", "Biopsy of prostate", 0.9, 30),
        Operation(.prostateCancer, "90470006", "Prostatectomy", 0.3, 180),
        Operation(.kneeOsteoarthritis, "609588000", "Total knee replacement", 0.15, 120),
        Operation(.osteoporosis, "312681000", "Bone density scan (procedure)", 0.8, 20),
        Operation(.depression, "228557008", "Cognitive and behavioral therapy", 0.4, 50),
        Operation(.pneumonia, "399208008", "Plain chest X-ray", 0.9, 15),
        Operation(.rheumatoidArthritis, "76601001", "Intramuscular injection", 0.4, 10),
    ]

    static let colonoscopy = CodeEntry(code: Code(.snomed, "73761001"), display: "Colonoscopy")
    static let reconciliation = CodeEntry(
        code: Code(.snomed, "430193006"), display: "Medication Reconciliation (procedure)")
}

/// An image taken for a condition: DICOM modality and SNOMED body structure.
///
/// Codes from Synthea's sample data, except CT, MR and the brain (12738006), in general use.
struct Image: Sendable {
    let condition: Condition
    let modality: CodeEntry
    let site: CodeEntry
    let probability: Double
    let instances: ClosedRange<Int>

    private init(
        _ condition: Condition, _ modality: (String, String), _ site: (String, String), _ p: Double,
        _ instances: ClosedRange<Int>
    ) {
        self.condition = condition
        self.modality = CodeEntry(code: Code(.dicom, modality.0), display: modality.1)
        self.site = CodeEntry(code: Code(.snomed, site.0), display: site.1)
        probability = p
        self.instances = instances
    }

    private static let radiograph = ("CR", "Computed Radiography")
    private static let digital = ("DX", "Digital Radiography")
    private static let ultrasound = ("US", "Ultrasound")
    private static let tomography = ("CT", "Computed Tomography")
    private static let resonance = ("MR", "Magnetic Resonance")
    private static let chest = ("51185008", "Thoracic structure (body structure)")
    private static let brain = ("12738006", "Brain structure (body structure)")

    static let all = [
        Image(.pneumonia, radiograph, chest, 0.9, 1...2),
        Image(.copd, digital, chest, 0.6, 1...2),
        Image(.heartFailure, ultrasound, ("261179002", "Thoracic"), 0.8, 1...4),
        Image(.lungCancer, tomography, chest, 0.95, 60...240),
        Image(.stroke, tomography, brain, 0.9, 30...120),
        Image(.dementia, resonance, brain, 0.6, 80...200),
        Image(.epilepsy, resonance, brain, 0.6, 80...200),
        Image(.kneeOsteoarthritis, digital, ("72696002", "Knee"), 0.8, 2...4),
        Image(.hipFracture, digital, ("12921003", "Pelvis"), 0.95, 2...3),
        Image(.colonCancer, tomography, chest, 0.5, 60...240),
    ]
}

/// A passing complaint, written as a condition that ends.
struct MinorIllness: Sendable {
    let entry: CodeEntry
    let weight: Double
    let days: ClosedRange<Int>
    let drug: Drug.Name?
    let hasFever: Bool
    let operation: CodeEntry?

    private init(
        _ snomed: String, _ display: String, _ weight: Double, _ days: ClosedRange<Int>,
        _ drug: Drug.Name? = nil, fever: Bool = false, operation: (String, String)? = nil
    ) {
        entry = CodeEntry(code: Code(.snomed, snomed), display: display)
        self.weight = weight
        self.days = days
        self.drug = drug
        hasFever = fever
        self.operation = operation.map { CodeEntry(code: Code(.snomed, $0.0), display: $0.1) }
    }

    static let all = [
        MinorIllness("444814009", "Viral sinusitis (disorder)", 6, 7...21, fever: true),
        MinorIllness("195662009", "Acute viral pharyngitis (disorder)", 4, 5...14, fever: true),
        MinorIllness(
            "10509002", "Acute bronchitis (disorder)", 3, 7...28, .acetaminophen, fever: true),
        MinorIllness("65363002", "Otitis media", 1, 7...21, .amoxicillin, fever: true),
        MinorIllness(
            "301011002", "Escherichia coli urinary tract infection", 1, 5...12, .nitrofurantoin),
        MinorIllness("44465007", "Sprain of ankle", 2, 14...30, .acetaminophen),
        MinorIllness("62106007", "Concussion with no loss of consciousness", 1, 14...60),
        MinorIllness(
            "283371005", "Laceration of forearm", 1.5, 10...21, .acetaminophen,
            operation: ("288086009", "Suture open wound")),
    ]
    static let weights = all.map(\.weight)
}

/// A vaccine (CVX, as in Synthea's sample data), the ages it is given at and how often.
struct Vaccine: Sendable {
    let entry: CodeEntry
    let ages: ClosedRange<Double>
    let yearlyChance: Double
    let isOnce: Bool

    private init(
        _ cvx: String, _ display: String, _ ages: ClosedRange<Double>, _ p: Double, once: Bool
    ) {
        entry = CodeEntry(code: Code(.cvx, cvx), display: display)
        self.ages = ages
        yearlyChance = p
        isOnce = once
    }

    static let all = [
        Vaccine(
            "140", "Influenza, seasonal, injectable, preservative free", 0.5...120, 0.6, once: false
        ),
        Vaccine("113", "Td (adult) preservative free", 19...120, 0.5, once: true),
        Vaccine("133", "Pneumococcal conjugate PCV 13", 65...120, 0.6, once: true),
        Vaccine("33", "pneumococcal polysaccharide vaccine, 23 valent", 66...120, 0.4, once: true),
        Vaccine("121", "zoster", 60...120, 0.4, once: true),
        Vaccine("20", "DTaP", 0.1...6, 0.9, once: true),
        Vaccine("10", "IPV", 0.1...6, 0.9, once: true),
        Vaccine("03", "MMR", 1...6, 0.9, once: true),
        Vaccine("21", "varicella", 1...6, 0.8, once: true),
        Vaccine("62", "HPV, quadrivalent", 11...18, 0.5, once: true),
    ]
}

/// Allergies and what kind of thing they are against.
enum Allergen {
    static let all: [(entry: CodeEntry, category: String)] = [
        ("419474003", "Allergy to mould", "environment"),
        ("232347008", "Dander (animal) allergy", "environment"),
        ("419263009", "Allergy to tree pollen", "environment"),
        ("418689008", "Allergy to grass pollen", "environment"),
        ("232350006", "House dust mite allergy", "environment"),
        ("300913006", "Shellfish allergy", "food"),
        ("424213003", "Allergy to bee venom", "environment"),
        ("91934008", "Allergy to nut", "food"), ("91935009", "Allergy to peanuts", "food"),
        ("300916003", "Latex allergy", "environment"), ("91930004", "Allergy to eggs", "food"),
    ].map { (CodeEntry(code: Code(.snomed, $0.0), display: $0.1), $0.2) }
}
