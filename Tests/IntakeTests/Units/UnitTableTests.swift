// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Intake

@Suite("Units of laboratory tests")
struct UnitTableTests {
    private func close(_ value: Double, _ expected: Double, _ share: Double = 1e-3) -> Bool {
        abs(value - expected) <= abs(expected) * share
    }

    /// Expected values are those of published conversion tables: JAMA's author instructions, the
    /// NGSP's page on the IFCC scale, and exact definitions of UCUM.
    @Test(
        "values convert as published tables say",
        arguments: [
            ("2160-0", 88.4, "umol/L", 1.0, "mg/dL"), ("14682-9", 88.4, "µmol/L", 1.0, "mg/dL"),
            ("2345-7", 5.551, "mmol/L", 100, "mg/dL"), ("4548-4", 53, "mmol/mol", 7.0, "%"),
            ("2093-3", 5.172, "mmol/L", 200, "mg/dL"), ("2571-8", 1, "mmol/L", 88.57, "mg/dL"),
            ("1975-2", 17.1, "umol/L", 1, "mg/dL"), ("17861-6", 2.495, "mmol/L", 10, "mg/dL"),
            ("17861-6", 5, "mEq/L", 10.02, "mg/dL"), ("3094-0", 3.57, "mmol/L", 10, "mg/dL"),
            ("718-7", 140, "g/L", 14, "g/dL"), ("2823-3", 4.1, "mEq/L", 4.1, "mmol/L"),
            ("777-3", 250, "10*9/L", 250, "10*3/uL"), ("777-3", 250_000, "/uL", 250, "10*3/uL"),
            ("777-3", 250, "K/uL", 250, "10*3/uL"), ("789-8", 4.5, "10^12/L", 4.5, "10*6/uL"),
            ("1751-7", 42, "g/L", 4.2, "g/dL"), ("1988-5", 1.2, "mg/dL", 12, "mg/L"),
            ("3084-1", 356.9, "umol/L", 6, "mg/dL"), ("2276-4", 80, "ng/mL", 80, "ug/L"),
            ("3016-3", 2.5, "uIU/mL", 2.5, "m[IU]/L"), ("29463-7", 150, "lb", 68.04, "kg"),
            ("8302-2", 70, "[in_i]", 177.8, "cm"), ("8310-5", 98.6, "[degF]", 37, "Cel"),
            ("8310-5", 310.15, "K", 37, "Cel"), ("1920-8", 0.5, "ukat/L", 30, "U/L"),
            ("4544-3", 0.42, "L/L", 42, "%"), ("8480-6", 16, "kPa", 120.01, "mm[Hg]"),
            ("2143-6", 275.9, "nmol/L", 10, "ug/dL"),
            ("3024-7", 12.87, "pmol/L", 1, "ng/dL"), ("2986-8", 3.47, "nmol/L", 100, "ng/dL"),
            ("2132-9", 73.78, "pmol/L", 100, "pg/mL"), ("1989-3", 24.96, "nmol/L", 10, "ng/mL"),
            ("2498-4", 17.91, "umol/L", 100, "ug/dL"), ("19123-9", 0.4114, "mmol/L", 1, "mg/dL"),
            ("2777-1", 0.3229, "mmol/L", 1, "mg/dL"), ("2524-7", 9.01, "mg/dL", 1, "mmol/L"),
            ("89579-7", 0.03, "ng/mL", 30, "pg/mL"), ("14959-1", 3.4, "mg/mmol", 30.06, "mg/g"),
        ])
    func published(
        loinc: String, value: Double, unit: String, expected: Double, canonical: String
    ) {
        let result = UnitTable.normalise(code: Code(.loinc, loinc), value: value, unit: unit)
        #expect(close(result.value, expected), "\(result.value)")
        #expect(result.unit == canonical)
    }

    @Test("spellings of one unit are one unit")
    func spellings() {
        for unit in ["mg/dL", "mg/dl", "MG/DL", " mg / dL ", "mg/100ml", "mg%"] {
            let result = UnitTable.normalise(
                code: Code(.loinc, "2160-0"), value: 1.25, unit: unit)
            #expect(result == Normalised(value: 1.25, unit: "mg/dL", outcome: .same))
        }
        for unit in ["umol/L", "µmol/L", "μmol/L", "UMOL/L", "mcmol/L"] {
            let result = UnitTable.normalise(
                code: Code(.loinc, "2160-0"), value: 88.4, unit: unit)
            #expect(result.outcome == .converted)
            #expect(close(result.value, 1))
        }
    }

    @Test("what does not convert keeps its value and its own unit, marked")
    func kept() {
        let code = Code(.loinc, "2160-0")
        #expect(
            UnitTable.normalise(code: code, value: 3, unit: "g")
                == Normalised(value: 3, unit: "g", outcome: .notConvertible))
        #expect(
            UnitTable.normalise(code: code, value: 3, unit: "bananas")
                == Normalised(value: 3, unit: "bananas", outcome: .notConvertible))
        #expect(
            UnitTable.normalise(code: code, value: 3, unit: "")
                == Normalised(value: 3, unit: "", outcome: .noUnit))
        // One chain of hemoglobin or four: a factor of four, so neither is assumed.
        #expect(
            UnitTable.normalise(code: Code(.loinc, "718-7"), value: 8.7, unit: "mmol/L").outcome
                == .notConvertible)
        // A share of hemoglobin is not the IFCC scale, and U/L never become mg/dL.
        #expect(
            UnitTable.normalise(code: Code(.loinc, "4548-4"), value: 0.07, unit: "1").outcome
                == .notConvertible)
        #expect(
            UnitTable.normalise(code: Code(.loinc, "1742-6"), value: 1, unit: "mg/dL").outcome
                == .notConvertible)
    }

    @Test("other tests keep their values; only the spelling of a known unit is made uniform")
    func others() {
        let code = Code(.loinc, "99999-9")
        #expect(
            UnitTable.normalise(code: code, value: 3, unit: "MG/DL")
                == Normalised(value: 3, unit: "mg/dL", outcome: .otherTest))
        for unit in ["G/L", "{score}", "C", "T/L"] {
            #expect(UnitTable.normalise(code: code, value: 3, unit: unit).unit == unit)
        }
    }

    @Test("a test is known by its OMOP concept where the concept table is missing")
    func concepts() {
        let code = Code(CodeSystem(rawValue: "OMOP"), "3016723")
        #expect(close(UnitTable.normalise(code: code, value: 884, unit: "umol/L").value, 10))
        #expect(UnitTable.unit(of: code) == "mg/dL")
    }

    @Test("every test has a unit of the table, a source, and codes of its own")
    func table() {
        var codes: Set<String> = []
        for test in LabTest.all {
            #expect(UnitSpelling.unit(test.unit) != nil, "\(test.name)")
            #expect(!test.source.isEmpty && !test.loinc.isEmpty)
            for code in test.loinc { #expect(codes.insert(code).inserted, "\(code)") }
            let result = UnitTable.normalise(
                code: Code(.loinc, test.loinc[0]), value: 7, unit: test.unit)
            #expect(result == Normalised(value: 7, unit: test.unit, outcome: .same))
        }
        #expect(LabTest.all.count >= 30)
    }

    @Test("converting there and back gives the value again, for every unit of the table's kinds")
    func inverse() {
        for (loinc, one, other) in [
            ("2160-0", "umol/L", 88.4), ("2345-7", "mmol/L", 0.05551), ("718-7", "g/L", 10),
        ] {
            let there = UnitTable.normalise(
                code: Code(.loinc, loinc), value: other, unit: one)
            #expect(close(there.value, 1))
        }
        #expect(ChemicalFormula.molarMass("C6H12O6").map { close($0, 180.156, 1e-5) } == true)
        #expect(ChemicalFormula.molarMass("Xx2") == nil)
    }

    @Test("powers of ten are exact")
    func exact() {
        let result = UnitTable.normalise(
            code: Code(.loinc, "718-7"), value: 141, unit: "g/L")
        #expect(result.value == 14.1)
        #expect(
            UnitTable.normalise(code: Code(.loinc, "2276-4"), value: 80.3, unit: "ng/mL")
                == Normalised(value: 80.3, unit: "ug/L", outcome: .same))
    }
}
