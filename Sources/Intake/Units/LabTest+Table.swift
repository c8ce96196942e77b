// SPDX-License-Identifier: Apache-2.0

/// The tests with a unit of their own.
///
/// Factors between units of one kind are powers of ten or UCUM definitions; those between mass and
/// amount of substance follow from the molar mass of the formula named in `source`. Two are not
/// arithmetic: HbA1c follows the NGSP-IFCC master equation, and triglycerides the convention that
/// they are all triolein of 885.7 g/mol. Hemoglobin in mmol/L is left alone: laboratories mean one
/// chain or four by it, a factor of four.
extension LabTest {
    static let all: [LabTest] = substances + ions + masses + enzymes + blood + vitals

    private static func mole(
        _ name: String, _ formula: String, unit: String, _ loinc: String...
    ) -> LabTest {
        LabTest(
            name: name, loinc: loinc, unit: unit, molarMass: ChemicalFormula.molarMass(formula),
            source: "molar mass of \(formula) from IUPAC standard atomic weights 2021")
    }

    private static func scaled(
        _ name: String, unit: String, _ loinc: String...
    ) -> LabTest {
        LabTest(
            name: name, loinc: loinc, unit: unit,
            source: "UCUM definitions of the units, no change of kind")
    }

    private static let substances: [LabTest] = [
        mole("creatinine", "C4H7N3O", unit: "mg/dL", "2160-0", "38483-4", "14682-9"),
        mole(
            "glucose", "C6H12O6", unit: "mg/dL", "2345-7", "2339-0", "1558-6", "14749-6",
            "15074-8"),
        mole("cholesterol", "C27H46O", unit: "mg/dL", "2093-3", "14647-2"),
        mole("HDL cholesterol", "C27H46O", unit: "mg/dL", "2085-9", "14646-4"),
        mole("LDL cholesterol", "C27H46O", unit: "mg/dL", "13457-7", "18262-6", "22748-8"),
        LabTest(
            name: "triglycerides", loinc: ["2571-8", "14927-8"], unit: "mg/dL",
            molarMass: 885.7,
            source: "convention: reckoned as triolein of 885.7 g/mol, 1 mmol/L = 88.57 mg/dL"),
        mole("total bilirubin", "C33H36N4O6", unit: "mg/dL", "1975-2", "14631-6"),
        mole("direct bilirubin", "C33H36N4O6", unit: "mg/dL", "1968-7", "14629-0"),
        // One mole of urea holds two atoms of nitrogen: mmol/L are of urea, mg/dL of nitrogen.
        mole("urea nitrogen", "N2", unit: "mg/dL", "3094-0", "6299-2"),
        mole("urea", "CH4N2O", unit: "mmol/L", "22664-7", "3091-6"),
        mole("urate", "C5H4N4O3", unit: "mg/dL", "3084-1", "14933-6"),
        mole("iron", "Fe", unit: "ug/dL", "2498-4", "14798-3"),
        mole("iron binding capacity", "Fe", unit: "ug/dL", "2500-7"),
        mole("phosphate, as phosphorus", "P", unit: "mg/dL", "2777-1", "14879-1"),
        mole("lactate", "C3H6O3", unit: "mmol/L", "2524-7"),
        mole("cortisol", "C21H30O5", unit: "ug/dL", "2143-6", "14675-3"),
        mole("testosterone", "C19H28O2", unit: "ng/dL", "2986-8", "14913-8"),
        mole("free thyroxine", "C15H11I4NO4", unit: "ng/dL", "3024-7", "14920-3"),
        mole("cobalamin", "C63H88CoN14O14P", unit: "pg/mL", "2132-9"),
        mole("folate", "C19H19N7O6", unit: "ng/mL", "2284-8"),
        mole("25-hydroxyvitamin D3", "C27H44O2", unit: "ng/mL", "1989-3", "62292-8"),
        LabTest(
            name: "hemoglobin A1c", loinc: ["4548-4", "17856-6", "59261-8"], unit: "%",
            source: "NGSP: NGSP = 0.09148 x IFCC + 2.152 (ngsp.org/ifcc.asp)",
            isGlycatedHemoglobin: true),
    ]

    private static func ion(
        _ name: String, _ element: String, valence: Double, unit: String, _ loinc: String...
    ) -> LabTest {
        LabTest(
            name: name, loinc: loinc, unit: unit,
            molarMass: ChemicalFormula.molarMass(element), valence: valence,
            source: "charge of the ion; molar mass of \(element) from IUPAC standard atomic"
                + " weights 2021")
    }

    private static let ions: [LabTest] = [
        ion("sodium", "Na", valence: 1, unit: "mmol/L", "2951-2", "2947-0"),
        ion("potassium", "K", valence: 1, unit: "mmol/L", "2823-3", "6298-4"),
        ion("chloride", "Cl", valence: 1, unit: "mmol/L", "2075-0", "2069-3"),
        ion("bicarbonate", "HCO3", valence: 1, unit: "mmol/L", "1963-8"),
        LabTest(
            name: "total carbon dioxide", loinc: ["2028-9", "20565-8"], unit: "mmol/L",
            valence: 1, source: "reckoned as bicarbonate, charge 1"),
        ion("calcium", "Ca", valence: 2, unit: "mg/dL", "17861-6", "49765-1", "2000-8"),
        ion("magnesium", "Mg", valence: 2, unit: "mg/dL", "19123-9", "2601-3"),
    ]

    private static let masses: [LabTest] = [
        scaled("hemoglobin", unit: "g/dL", "718-7", "30313-1"),
        scaled("albumin", unit: "g/dL", "1751-7"),
        scaled("total protein", unit: "g/dL", "2885-2"),
        scaled("C reactive protein", unit: "mg/L", "1988-5", "30522-7"),
        scaled("ferritin", unit: "ug/L", "2276-4"),
        scaled("fibrinogen", unit: "mg/dL", "3255-7"),
        scaled("cardiac troponin I", unit: "pg/mL", "10839-9", "89579-7"),
        scaled("cardiac troponin T", unit: "pg/mL", "6598-7", "67151-1"),
        scaled("BNP", unit: "pg/mL", "30934-4"),
        scaled("NT-proBNP", unit: "pg/mL", "33762-6"),
        scaled("prostate specific antigen", unit: "ng/mL", "2857-1"),
        scaled("albumin to creatinine in urine", unit: "mg/g", "14959-1"),
    ]

    private static let enzymes: [LabTest] = [
        scaled("alanine aminotransferase", unit: "U/L", "1742-6"),
        scaled("aspartate aminotransferase", unit: "U/L", "1920-8"),
        scaled("alkaline phosphatase", unit: "U/L", "6768-6"),
        scaled("gamma glutamyl transferase", unit: "U/L", "2324-2"),
        scaled("lactate dehydrogenase", unit: "U/L", "2532-0"),
        scaled("creatine kinase", unit: "U/L", "2157-6"),
        scaled("amylase", unit: "U/L", "1798-8"),
        scaled("lipase", unit: "U/L", "3040-3"),
        scaled("thyrotropin", unit: "m[IU]/L", "3016-3", "11580-8"),
    ]

    private static let blood: [LabTest] = [
        scaled("leukocytes", unit: "10*3/uL", "6690-2", "804-5"),
        scaled("platelets", unit: "10*3/uL", "777-3", "26515-7"),
        scaled("erythrocytes", unit: "10*6/uL", "789-8"),
        scaled("hematocrit", unit: "%", "4544-3", "20570-8"),
        scaled("mean corpuscular volume", unit: "fL", "787-2"),
        scaled("mean corpuscular hemoglobin", unit: "pg", "785-6"),
        scaled("mean corpuscular hemoglobin concentration", unit: "g/dL", "786-4"),
        scaled("erythrocyte sedimentation rate", unit: "mm/h", "4537-7"),
        scaled("prothrombin time", unit: "s", "5902-2"),
        scaled("activated partial thromboplastin time", unit: "s", "14979-9"),
        scaled(
            "estimated glomerular filtration rate", unit: "mL/min/{1.73_m2}", "33914-3",
            "62238-1", "98979-8"),
    ]

    private static let vitals: [LabTest] = [
        scaled("body weight", unit: "kg", "29463-7", "3141-9"),
        scaled("body height", unit: "cm", "8302-2", "3137-7"),
        scaled("head circumference", unit: "cm", "9843-4"),
        scaled("body temperature", unit: "Cel", "8310-5", "8331-1"),
        scaled("body mass index", unit: "kg/m2", "39156-5"),
        scaled("systolic blood pressure", unit: "mm[Hg]", "8480-6"),
        scaled("diastolic blood pressure", unit: "mm[Hg]", "8462-4"),
        scaled("heart rate", unit: "/min", "8867-4"),
        scaled("respiratory rate", unit: "/min", "9279-1"),
        scaled("oxygen saturation", unit: "%", "2708-6", "59408-5"),
    ]
}
