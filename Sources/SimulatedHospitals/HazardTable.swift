// SPDX-License-Identifier: Apache-2.0

/// Every hazard of the simulation, set for software testing, not estimates of any population.
package enum HazardTable {
    /// What the truth files and the documentation say about all numbers of this target.
    package static let statement =
        "Hazards, ratios and laboratory means are set for software testing; "
        + "they are not estimates of any population."

    /// By the raw value of the condition.
    package static let conditions: [Hazard] = Condition.allCases.map(hazard)

    /// Death, from the first contact with a hospital on: people are drawn alive at that moment.
    package static let death = Hazard(
        [0.3, 0.7, 1.2, 2.5, 6, 13, 38, 110], male: 1.3, smoking: 1.4,
        causes: [
            .heartFailure: 2.2, .myocardialInfarction: 1.4, .stroke: 1.6, .kidneyDisease: 1.5,
            .copd: 1.6, .lungCancer: 12, .colonCancer: 4, .breastCancer: 2, .prostateCancer: 1.5,
            .dementia: 2.4, .diabetes: 1.3, .alcoholism: 1.8, .hipFracture: 1.6, .pneumonia: 1.5,
        ])

    private static func hazard(of condition: Condition) -> Hazard {
        metabolic(condition) ?? cardiac(condition) ?? pulmonary(condition) ?? other(condition)
    }

    // Bands begin at           0, 18, 35, 45, 55, 65, 75, 85 years; events per 1,000 person-years.
    private static func metabolic(_ condition: Condition) -> Hazard? {
        switch condition {
        case .obesity: Hazard([3, 10, 10, 10, 9, 6, 2, 1])
        case .hypertension:
            Hazard(
                [0.1, 6, 16, 28, 38, 45, 45, 40], female: 0.9,
                causes: [.obesity: 1.8, .diabetes: 1.4])
        case .hyperlipidemia:
            Hazard([0.1, 5, 14, 24, 30, 28, 18, 10], causes: [.obesity: 1.5])
        case .prediabetes: Hazard([0.3, 4, 9, 14, 17, 18, 15, 10], causes: [.obesity: 2.2])
        case .diabetes:
            Hazard(
                [0.1, 1.2, 3.2, 6.5, 9, 9, 8, 6], male: 1.2,
                causes: [.obesity: 2.5, .prediabetes: 3])
        case .kidneyDisease:
            Hazard(
                [0.02, 0.2, 0.6, 1.5, 4, 9, 16, 20], causes: [.hypertension: 2, .diabetes: 3])
        case .retinopathy:
            Hazard(
                [0, 10, 15, 15, 15, 15, 12, 10], onlyAfter: .diabetes,
                causes: [.hypertension: 1.6])
        case .neuropathy:
            Hazard([0, 8, 10, 14, 16, 18, 18, 18], onlyAfter: .diabetes)
        case .gout:
            Hazard(
                [0, 0.4, 1.1, 1.8, 2.5, 3, 3, 3], male: 2.6,
                causes: [.kidneyDisease: 2.2, .hypertension: 1.6])
        case .hypothyroidism: Hazard([0.2, 0.7, 1.1, 1.5, 1.8, 2, 2, 2], female: 4)
        default: nil
        }
    }

    private static func cardiac(_ condition: Condition) -> Hazard? {
        switch condition {
        case .coronaryDisease:
            Hazard(
                [0, 0.2, 0.8, 3, 6, 9, 12, 14], male: 1.8, smoking: 1.9,
                causes: [.hypertension: 1.7, .hyperlipidemia: 1.8, .diabetes: 2])
        case .myocardialInfarction:
            Hazard(
                [0, 0.1, 0.5, 1.5, 2.6, 4, 6, 8], male: 1.7, smoking: 1.8,
                causes: [.coronaryDisease: 3, .diabetes: 1.6])
        case .stroke:
            Hazard(
                [0.01, 0.1, 0.4, 1.2, 3, 6, 12, 18], smoking: 1.5,
                causes: [.hypertension: 2.2, .atrialFibrillation: 3, .diabetes: 1.5])
        case .atrialFibrillation:
            Hazard(
                [0.01, 0.2, 0.5, 1.5, 4, 10, 18, 24], male: 1.3,
                causes: [.hypertension: 1.5, .heartFailure: 3])
        case .heartFailure:
            Hazard(
                [0.01, 0.1, 0.3, 1, 3, 7, 14, 22],
                causes: [
                    .hypertension: 1.8, .myocardialInfarction: 4, .coronaryDisease: 2,
                    .kidneyDisease: 1.6, .diabetes: 1.5,
                ])
        default: nil
        }
    }

    private static func pulmonary(_ condition: Condition) -> Hazard? {
        switch condition {
        case .copd: Hazard([0, 0.1, 0.6, 2, 4, 6, 7, 6], smoking: 8, causes: [.asthma: 1.8])
        case .asthma: Hazard([5, 2, 1.8, 1.5, 1.5, 1.5, 1, 1], causes: [.obesity: 1.4])
        case .lungCancer:
            Hazard(
                [0, 0.005, 0.03, 0.12, 0.4, 0.8, 0.9, 0.6], smoking: 14, causes: [.copd: 2.2])
        case .pneumonia:
            Hazard(
                [3, 1.5, 2, 3, 5, 9, 18, 34], smoking: 1.3,
                causes: [.copd: 3, .dementia: 2, .heartFailure: 1.6])
        default: nil
        }
    }

    private static func other(_ condition: Condition) -> Hazard {
        switch condition {
        case .colonPolyp:
            Hazard([0, 0.2, 1, 5, 8, 8, 6, 3], smoking: 1.3, causes: [.obesity: 1.2])
        case .colonCancer:
            Hazard([0, 0.02, 0.15, 0.5, 1, 1.8, 2.4, 2.6], male: 1.2, causes: [.colonPolyp: 5])
        case .breastCancer:
            Hazard([0, 0.1, 0.8, 2, 3, 4, 4, 3.5], male: 0.01, causes: [.obesity: 1.3])
        case .prostateCancer: Hazard([0, 0, 0.1, 1.2, 5, 8, 7, 5], female: 0)
        case .osteoporosis:
            Hazard(
                [0, 0.1, 0.5, 3, 7, 12, 16, 16], male: 0.3, smoking: 1.3,
                causes: [.rheumatoidArthritis: 1.8])
        case .hipFracture:
            Hazard(
                [0.05, 0.05, 0.1, 0.3, 0.8, 2.5, 8, 18],
                causes: [.osteoporosis: 3.5, .stroke: 1.6])
        case .depression:
            Hazard(
                [1.5, 5, 5, 5, 4, 3, 3, 3], female: 1.7, causes: [.alcoholism: 2, .stroke: 2])
        case .alcoholism: Hazard([0.2, 2, 1.8, 1.4, 1, 0.6, 0.2, 0.1], male: 2.2, smoking: 2.2)
        case .dementia:
            Hazard(
                [0, 0, 0.01, 0.1, 0.8, 4, 16, 40], causes: [.stroke: 1.8, .diabetes: 1.4])
        case .anemia:
            Hazard(
                [1, 2.5, 2.5, 2.5, 3, 5, 9, 12], female: 1.5,
                causes: [.kidneyDisease: 2.8, .colonCancer: 3])
        case .rheumatoidArthritis:
            Hazard([0.1, 0.3, 0.6, 1, 1.3, 1.3, 1, 0.6], female: 2.4, smoking: 1.6)
        case .kneeOsteoarthritis:
            Hazard([0, 0.4, 2, 6, 10, 12, 10, 8], female: 1.3, causes: [.obesity: 2.2])
        case .epilepsy:
            Hazard(
                [0.6, 0.4, 0.4, 0.5, 0.7, 1.2, 1.8, 2], causes: [.stroke: 5, .alcoholism: 2])
        default: Hazard([0, 0, 0, 0, 0, 0, 0, 0])
        }
    }
}
