// SPDX-License-Identifier: Apache-2.0
import Records

/// A medication, what it is started for, how often, and how long after the diagnosis.
///
/// RxNorm codes as they occur in Synthea's sample data; probabilities and delays are set for
/// software testing.
struct Drug: Sendable {
    enum Name: Int, CaseIterable, Sendable {
        case metformin, insulin, lisinopril, amlodipine, hydrochlorothiazide, simvastatin
        case atorvastatin, clopidogrel, aspirin, metoprolol, furosemide, warfarin, digoxin,
            alteplase
        case albuterol, fluticasoneSalmeterol, alendronate, levothyroxine, allopurinol, methotrexate
        case prednisone, sertraline, donepezil, carbamazepine, ironSulfate, cisplatin
        case oxaliplatin, leucovorin, paclitaxel, leuprolide, naproxen, amoxicillin
        case acetaminophen, nitrofurantoin
    }

    /// A reason to start it.
    struct Indication: Sendable {
        let condition: Condition
        let probability: Double
        let delayDays: ClosedRange<Int>
    }

    let name: Name
    let entry: CodeEntry
    let indications: [Indication]

    private init(
        _ name: Name, _ rxNorm: String, _ display: String,
        for indications: [(Condition, Double, ClosedRange<Int>)] = []
    ) {
        self.name = name
        self.entry = CodeEntry(code: Code(.rxnorm, rxNorm), display: display)
        self.indications = indications.map {
            Indication(condition: $0.0, probability: $0.1, delayDays: $0.2)
        }
    }

    static subscript(name: Name) -> Drug { all[name.rawValue] }

    /// In the order of the names.
    static let all: [Drug] = chronic + occasional

    private static let soon = 0...0
    private static let later = 0...200

    private static let chronic = [
        Drug(
            .metformin, "860975",
            "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet",
            for: [(.diabetes, 0.82, 20...240)]),
        Drug(
            .insulin, "106892",
            "insulin human, isophane 70 UNT/ML / Regular Insulin, Human 30 UNT/ML "
                + "Injectable Suspension [Humulin]",
            for: [(.diabetes, 0.22, 700...2900)]),
        Drug(
            .lisinopril, "314076", "lisinopril 10 MG Oral Tablet",
            for: [
                (.hypertension, 0.5, later), (.heartFailure, 0.7, later),
                (.kidneyDisease, 0.4, later),
            ]),
        Drug(
            .amlodipine, "197361", "Amlodipine 5 MG Oral Tablet", for: [(.hypertension, 0.4, later)]
        ),
        Drug(
            .hydrochlorothiazide, "310798", "Hydrochlorothiazide 25 MG Oral Tablet",
            for: [(.hypertension, 0.35, later)]),
        Drug(
            .simvastatin, "312961", "Simvastatin 20 MG Oral Tablet",
            for: [(.hyperlipidemia, 0.6, later), (.diabetes, 0.3, later)]),
        Drug(
            .atorvastatin, "259255", "Atorvastatin 80 MG Oral Tablet",
            for: [(.myocardialInfarction, 0.85, soon), (.coronaryDisease, 0.5, later)]),
        Drug(
            .clopidogrel, "309362", "Clopidogrel 75 MG Oral Tablet",
            for: [(.myocardialInfarction, 0.7, soon), (.stroke, 0.5, soon)]),
        Drug(
            .aspirin, "243670", "Aspirin 81 MG Oral Tablet",
            for: [(.coronaryDisease, 0.7, later), (.myocardialInfarction, 0.8, soon)]),
        Drug(
            .metoprolol, "866412",
            "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet",
            for: [(.heartFailure, 0.65, later), (.atrialFibrillation, 0.5, soon)]),
        Drug(
            .furosemide, "315971", "Furosemide 40 MG", for: [(.heartFailure, 0.75, soon)]),
        Drug(
            .warfarin, "855332", "Warfarin Sodium 5 MG Oral Tablet",
            for: [(.atrialFibrillation, 0.6, soon)]),
        Drug(
            .digoxin, "197604", "Digoxin 0.125 MG Oral Tablet",
            for: [(.atrialFibrillation, 0.25, later)]),
        Drug(
            .alteplase, "1804799", "Alteplase 100 MG Injection", for: [(.stroke, 0.2, soon)]),
        Drug(
            .albuterol, "745679", "200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler",
            for: [(.asthma, 0.9, soon), (.copd, 0.7, soon)]),
        Drug(
            .fluticasoneSalmeterol, "896209",
            "60 ACTUAT Fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT "
                + "Dry Powder Inhaler",
            for: [(.copd, 0.55, later)]),
        Drug(
            .alendronate, "904419", "Alendronic acid 10 MG Oral Tablet",
            for: [(.osteoporosis, 0.65, later)]),
        Drug(
            .levothyroxine, "966222", "Levothyroxine Sodium 0.075 MG Oral Tablet",
            for: [(.hypothyroidism, 0.95, soon)]),
        Drug(.allopurinol, "197319", "Allopurinol 100 MG Oral Tablet", for: [(.gout, 0.6, later)]),
        Drug(
            .methotrexate, "105586", "Methotrexate 10 MG Oral Tablet",
            for: [(.rheumatoidArthritis, 0.7, later)]),
        Drug(
            .prednisone, "312617", "predniSONE 5 MG Oral Tablet",
            for: [(.rheumatoidArthritis, 0.4, soon), (.copd, 0.2, later)]),
        Drug(.sertraline, "328670", "Sertraline 100 MG", for: [(.depression, 0.6, later)]),
        Drug(
            .donepezil, "997223", "Donepezil hydrochloride 10 MG Oral Tablet",
            for: [(.dementia, 0.5, later)]),
        Drug(.carbamazepine, "308971", "Carbamazepine", for: [(.epilepsy, 0.7, soon)]),
        Drug(
            .ironSulfate, "310325", "ferrous sulfate 325 MG Oral Tablet",
            for: [(.anemia, 0.7, soon)]),
        Drug(.cisplatin, "1736854", "Cisplatin 50 MG Injection", for: [(.lungCancer, 0.6, later)]),
        Drug(
            .oxaliplatin, "1736776", "10 ML oxaliplatin 5 MG/ML Injection",
            for: [(.colonCancer, 0.5, later)]),
        Drug(
            .leucovorin, "1803932", "Leucovorin 100 MG Injection", for: [(.colonCancer, 0.5, later)]
        ),
        Drug(
            .paclitaxel, "583214", "PACLitaxel 100 MG Injection",
            for: [(.lungCancer, 0.5, later), (.breastCancer, 0.5, later)]),
        Drug(
            .leuprolide, "752899", "0.25 ML Leuprolide Acetate 30 MG/ML Prefilled Syringe",
            for: [(.prostateCancer, 0.45, later)]),
        Drug(
            .naproxen, "849574", "Naproxen sodium 220 MG Oral Tablet",
            for: [(.kneeOsteoarthritis, 0.7, soon), (.gout, 0.5, soon)]),
    ]

    private static let occasional = [
        Drug(
            .amoxicillin, "308182", "Amoxicillin 250 MG Oral Capsule",
            for: [(.pneumonia, 0.8, soon)]),
        Drug(.acetaminophen, "313782", "Acetaminophen 325 MG Oral Tablet"),
        Drug(.nitrofurantoin, "311989", "Nitrofurantoin 5 MG/ML Oral Suspension"),
    ]

    /// Given once, not renewed.
    var isSingleCourse: Bool {
        switch name {
        case .alteplase, .amoxicillin, .acetaminophen, .nitrofurantoin: true
        default: false
        }
    }
}
