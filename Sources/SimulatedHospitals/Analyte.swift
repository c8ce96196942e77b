// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records

/// What moves the mean of a measured value, and by how much, in the value's unit.
enum Cause: Sendable {
    case male(Double)
    case condition(Condition, Double)
    case drug(Drug.Name, Double)
}

/// A measured quantity: where its mean lies, what moves it, and how it is reported.
///
/// LOINC codes and UCUM units as they occur in Synthea's sample data. Means, spreads and shifts are
/// set for software testing, not estimates of any population.
struct Analyte: Sendable {
    enum Name: Int, CaseIterable, Sendable {
        case glucose, ureaNitrogen, creatinine, sodium, potassium, chloride, carbonDioxide, calcium
        case hemoglobin, leukocytes, platelets
        case cholesterol, triglycerides, hdl
        case hemoglobinA1c, albuminRatio, natriureticPeptide, ejectionFraction, airflowRatio
        case prostateAntigen, thyrotropin, temperature, systolic, diastolic, pain

        /// Read at the bedside, where no reporting limit applies.
        var isVitalSign: Bool {
            switch self {
            case .temperature, .systolic, .diastolic, .pain: true
            default: false
            }
        }
    }

    let name: Name
    let entry: CodeEntry
    let unit: String
    let decimals: Int
    let mean: Double
    /// Standard deviation between people, and of one person from day to day.
    let between: Double
    let within: Double
    /// Reportable range: values outside are written as `<` or `>` its ends.
    let range: ClosedRange<Double>
    let causes: [Cause]

    private init(
        _ name: Name, _ loinc: String, _ display: String, _ unit: String, decimals: Int = 0,
        mean: Double, between: Double, within: Double, range: ClosedRange<Double>,
        causes: [Cause] = []
    ) {
        self.name = name
        self.entry = CodeEntry(code: Code(.loinc, loinc), display: display)
        self.unit = unit
        self.decimals = decimals
        self.mean = mean
        self.between = between
        self.within = within
        self.range = range
        self.causes = causes
    }

    static subscript(name: Name) -> Analyte { all[name.rawValue] }

    /// In the order of the names.
    private static let all: [Analyte] = metabolic + blood + lipids + special + vital

    private static let metabolic = [
        Analyte(
            .glucose, "2339-0", "Glucose", "mg/dL", mean: 92, between: 6, within: 8,
            range: 20...500,
            causes: [
                .condition(.prediabetes, 12), .condition(.diabetes, 75), .drug(.metformin, -32),
                .drug(.insulin, -18), .condition(.obesity, 3),
            ]),
        Analyte(
            .ureaNitrogen, "6299-2", "Urea Nitrogen", "mg/dL", mean: 14, between: 2.5, within: 2,
            range: 2...150, causes: [.condition(.kidneyDisease, 14), .condition(.heartFailure, 4)]),
        Analyte(
            .creatinine, "38483-4", "Creatinine", "mg/dL", decimals: 2, mean: 0.76, between: 0.1,
            within: 0.05, range: 0.2...15,
            causes: [
                .male(0.2), .condition(.kidneyDisease, 0.9), .condition(.heartFailure, 0.1),
            ]),
        Analyte(
            .sodium, "2947-0", "Sodium", "mmol/L", mean: 140, between: 1.3, within: 1.6,
            range: 100...175,
            causes: [.condition(.heartFailure, -2.5), .drug(.hydrochlorothiazide, -1)]),
        Analyte(
            .potassium, "6298-4", "Potassium", "mmol/L", decimals: 1, mean: 4.2, between: 0.2,
            within: 0.25, range: 1.5...9,
            causes: [
                .condition(.kidneyDisease, 0.4), .drug(.hydrochlorothiazide, -0.3),
                .drug(.lisinopril, 0.2),
            ]),
        Analyte(
            .chloride, "2069-3", "Chloride", "mmol/L", mean: 103, between: 1.5, within: 1.8,
            range: 70...140),
        Analyte(
            .carbonDioxide, "20565-8", "Carbon Dioxide", "mmol/L", mean: 25, between: 1.2,
            within: 1.5, range: 5...50,
            causes: [.condition(.kidneyDisease, -2.5), .condition(.copd, 2.5)]),
        Analyte(
            .calcium, "49765-1", "Calcium", "mg/dL", decimals: 1, mean: 9.4, between: 0.2,
            within: 0.2, range: 4...16),
    ]

    private static let blood = [
        Analyte(
            .hemoglobin, "718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", decimals: 1,
            mean: 13.4, between: 0.7, within: 0.4, range: 2...24,
            causes: [
                .male(1.4),
                .condition(.anemia, -3.6), .condition(.kidneyDisease, -1.1),
                .drug(.ironSulfate, 1.8),
                .condition(.copd, 0.4),
            ]),
        Analyte(
            .leukocytes, "6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL",
            decimals: 1, mean: 6.9, between: 1.1, within: 0.9, range: 0.2...99,
            causes: [.condition(.rheumatoidArthritis, 0.8), .drug(.prednisone, 1.5)]),
        Analyte(
            .platelets, "777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL",
            mean: 250, between: 45, within: 18, range: 10...1200,
            causes: [.condition(.alcoholism, -50)]),
    ]

    private static let lipids = [
        Analyte(
            .cholesterol, "2093-3", "Total Cholesterol", "mg/dL", mean: 186, between: 22,
            within: 11,
            range: 50...600,
            causes: [
                .condition(.hyperlipidemia, 48), .drug(.simvastatin, -28),
                .drug(.atorvastatin, -36),
            ]),
        Analyte(
            .triglycerides, "2571-8", "Triglycerides", "mg/dL", mean: 118, between: 30, within: 18,
            range: 20...1500,
            causes: [
                .condition(.hyperlipidemia, 40), .condition(.diabetes, 30),
                .condition(.obesity, 25),
            ]),
        Analyte(
            .hdl, "2085-9", "High Density Lipoprotein Cholesterol", "mg/dL", mean: 57, between: 8,
            within: 4, range: 10...140,
            causes: [.male(-9), .condition(.obesity, -6), .condition(.diabetes, -4)]),
    ]

    private static let special = [
        Analyte(
            .hemoglobinA1c, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", decimals: 1,
            mean: 5.3, between: 0.2, within: 0.15, range: 3.5...14,
            causes: [
                .condition(.prediabetes, 0.5), .condition(.diabetes, 2.6), .drug(.metformin, -1.2),
                .drug(.insulin, -0.6),
            ]),
        Analyte(
            .albuminRatio, "14959-1", "Microalbumin Creatinine Ratio", "mg/g", decimals: 1, mean: 9,
            between: 5, within: 3, range: 20...3000,
            causes: [.condition(.diabetes, 25), .condition(.kidneyDisease, 130)]),
        Analyte(
            .natriureticPeptide, "33762-6", "NT-proBNP", "pg/mL", mean: 90, between: 45, within: 30,
            range: 70...35000,
            causes: [.condition(.heartFailure, 2100), .condition(.kidneyDisease, 350)]),
        Analyte(
            .ejectionFraction, "10230-1", "Left ventricular Ejection fraction", "%", mean: 60,
            between: 4, within: 2, range: 10...80,
            causes: [.condition(.heartFailure, -21), .condition(.myocardialInfarction, -6)]),
        Analyte(
            .airflowRatio, "19926-5", "FEV1/FVC", "%", mean: 80, between: 4, within: 2,
            range: 20...95,
            causes: [.condition(.copd, -22), .condition(.asthma, -7)]),
        Analyte(
            .prostateAntigen, "2857-1", "Prostate specific Ag [Mass/volume] in Serum or Plasma",
            "ng/mL", decimals: 1, mean: 1.4, between: 0.6, within: 0.2, range: 0.1...500,
            causes: [.condition(.prostateCancer, 8)]),
        Analyte(
            .thyrotropin, "3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L",
            decimals: 2, mean: 2, between: 0.6, within: 0.3, range: 0.01...100,
            causes: [.condition(.hypothyroidism, 7.5), .drug(.levothyroxine, -6.5)]),
    ]

    private static let vital = [
        Analyte(
            .temperature, "8331-1", "Oral temperature", "Cel", decimals: 1, mean: 36.8,
            between: 0.1,
            within: 0.2, range: 33...42),
        Analyte(
            .systolic, "8480-6", "Systolic Blood Pressure", "mm[Hg]", mean: 117, between: 7,
            within: 6, range: 60...260,
            causes: [
                .condition(.hypertension, 29), .condition(.obesity, 4), .drug(.lisinopril, -10),
                .drug(.amlodipine, -9), .drug(.hydrochlorothiazide, -8),
            ]),
        Analyte(
            .diastolic, "8462-4", "Diastolic Blood Pressure", "mm[Hg]", mean: 75, between: 5,
            within: 4, range: 30...160,
            causes: [
                .condition(.hypertension, 14), .drug(.lisinopril, -5), .drug(.amlodipine, -5),
                .drug(.hydrochlorothiazide, -4),
            ]),
        Analyte(
            .pain, "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
            "{score}", mean: 1.5, between: 1, within: 1, range: 0...10,
            causes: [.condition(.kneeOsteoarthritis, 2.5), .condition(.rheumatoidArthritis, 2)]),
    ]
}

/// LOINC entries that are computed from other values, or hold others.
enum Measured {
    static let filtration = loinc("33914-3", "Estimated Glomerular Filtration Rate")
    static let hematocrit = loinc(
        "4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count")
    static let ldl = loinc("18262-6", "Low Density Lipoprotein Cholesterol")
    static let bloodPressure = loinc("55284-4", "Blood Pressure")
    static let height = loinc("8302-2", "Body Height")
    static let weight = loinc("29463-7", "Body Weight")
    static let bodyMassIndex = loinc("39156-5", "Body Mass Index")
    static let smoking = loinc("72166-2", "Tobacco smoking status NHIS")

    static let metabolicPanel = loinc("51990-0", "Basic Metabolic Panel")
    static let bloodCount = loinc(
        "58410-2", "Complete blood count (hemogram) panel - Blood by Automated count")
    static let lipidPanel = loinc("57698-3", "Lipid Panel")

    private static func loinc(_ value: String, _ display: String) -> CodeEntry {
        CodeEntry(code: Code(.loinc, value), display: display)
    }

    /// eGFR in mL/min/1.73 m2 from serum creatinine in mg/dL.
    ///
    /// Source: CKD-EPI 2021 creatinine equation (Inker et al., N Engl J Med 2021;385:1737).
    static func filtration(creatinine: Double, ageYears: Double, sex: Sex) -> Double {
        let isFemale = sex == .female
        let ratio = creatinine / (isFemale ? 0.7 : 0.9)
        let low = pow(min(ratio, 1), isFemale ? -0.241 : -0.302)
        let high = pow(max(ratio, 1), -1.2)
        return 142 * low * high * pow(0.9938, ageYears) * (isFemale ? 1.012 : 1)
    }
}
