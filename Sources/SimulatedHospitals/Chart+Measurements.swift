// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

extension Chart {
    /// A value as it will be reported.
    private struct Reading {
        let entry: CodeEntry
        let value: Double
        let decimals: Int
        let unit: String
        var comparator: String?
    }

    /// Vital signs and whatever laboratory tests the state of the day calls for.
    mutating func writeMeasurements(_ sitting: Sitting, to output: inout HospitalOutput) {
        writeVitals(sitting, to: &output)
        if sitting.visit.start.day.number >= nextSmokingQuestion, sitting.state.ageYears >= 14 {
            nextSmokingQuestion = sitting.visit.start.day.number + 700
            writeSmoking(sitting, to: &output)
        }
        writePanels(sitting, to: &output)
        writeSpecialTests(sitting, to: &output)
        writeUncodedResult(sitting, to: &output)
    }

    private mutating func reading(
        _ name: Analyte.Name, _ sitting: Sitting, shift: Double = 0
    ) -> Reading {
        let analyte = Analyte[name]
        let value = physique.value(
            of: analyte, state: sitting.state, shift: shift, random: &random)
        let range = analyte.range
        return Reading(
            entry: analyte.entry, value: min(max(value, range.lowerBound), range.upperBound),
            decimals: analyte.decimals, unit: analyte.unit,
            comparator: name.isVitalSign ? nil : Chart.comparator(value, range))
    }

    private static func comparator(_ value: Double, _ range: ClosedRange<Double>) -> String? {
        if value < range.lowerBound { return "<" }
        return value > range.upperBound ? ">" : nil
    }

    private mutating func writeVitals(_ sitting: Sitting, to output: inout HospitalOutput) {
        let isAdult = sitting.state.ageYears >= 12
        if isAdult, random.chance(0.9) {
            let systolic = reading(.systolic, sitting)
            var diastolic = reading(.diastolic, sitting)
            if diastolic.value > systolic.value - 15 {
                diastolic = Reading(
                    entry: diastolic.entry, value: systolic.value - 15, decimals: 0,
                    unit: diastolic.unit)
            }
            writeBloodPressure(systolic, diastolic, sitting, to: &output)
        }
        if random.chance(sitting.visit.setting == .emergency ? 0.2 : 0.4) {
            let index = physique.massIndex(state: sitting.state, random: &random)
            let height = physique.height(ageYears: sitting.state.ageYears)
            let weight = index * height * height / 10_000
            write(
                Reading(entry: Measured.weight, value: weight, decimals: 1, unit: "kg"),
                "vital-signs", sitting, to: &output)
            if random.chance(0.5) {
                write(
                    Reading(
                        entry: Measured.bodyMassIndex, value: index, decimals: 1, unit: "kg/m2"),
                    "vital-signs", sitting, to: &output)
            }
            if random.chance(isAdult ? 0.15 : 0.8) {
                write(
                    Reading(entry: Measured.height, value: height, decimals: 1, unit: "cm"),
                    "vital-signs", sitting, to: &output)
            }
        }
        if sitting.visit.setting != .ambulatory || sitting.hasFever {
            let temperature = reading(.temperature, sitting, shift: sitting.hasFever ? 1.7 : 0)
            write(temperature, "vital-signs", sitting, to: &output)
        }
        if random.chance(0.1), isAdult {
            write(reading(.pain, sitting), "vital-signs", sitting, to: &output)
        }
    }

    private mutating func writePanels(_ sitting: Sitting, to output: inout HospitalOutput) {
        let present = sitting.state.present
        let isAcute = sitting.visit.setting != .ambulatory
        let needsChemistry =
            isAcute || present.contains(.hypertension) || present.contains(.kidneyDisease)
            || present.contains(.diabetes) || present.contains(.heartFailure)
        if random.chance((needsChemistry ? 0.6 : 0.15) * mix.testing) {
            var readings = [
                Analyte.Name.glucose, .ureaNitrogen, .creatinine, .sodium, .potassium, .chloride,
                .carbonDioxide, .calcium,
            ].map { reading($0, sitting) }
            readings.append(filtration(creatinine: readings[2].value, sitting))
            writePanel(Measured.metabolicPanel, readings, sitting, to: &output)
        }
        let needsCount =
            isAcute || present.contains(.anemia) || present.contains(.kidneyDisease)
            || sitting.hasFever
        if random.chance((needsCount ? 0.6 : 0.12) * mix.testing) {
            let hemoglobin = reading(.hemoglobin, sitting)
            let hematocrit = Reading(
                entry: Measured.hematocrit, value: hemoglobin.value * 3, decimals: 1, unit: "%")
            let leukocytes = reading(.leukocytes, sitting, shift: sitting.hasFever ? 5 : 0)
            writePanel(
                Measured.bloodCount,
                [hemoglobin, hematocrit, leukocytes, reading(.platelets, sitting)], sitting,
                to: &output)
        }
        let isDue = sitting.visit.start.day.number >= nextLipids && sitting.state.ageYears >= 30
        if !isAcute, isDue, random.chance(0.6 * mix.testing) {
            nextLipids = sitting.visit.start.day.number + 600
            writePanel(Measured.lipidPanel, lipids(sitting), sitting, to: &output)
        }
    }

    /// eGFR from this creatinine; the emergency hospital's laboratory reports 60 and more as `>60`.
    private func filtration(creatinine: Double, _ sitting: Sitting) -> Reading {
        let value = Measured.filtration(
            creatinine: creatinine, ageYears: sitting.state.ageYears, sex: sitting.state.sex)
        let isCut = membership.hospital == .safetyNetEmergency && value > 60
        return Reading(
            entry: Measured.filtration, value: isCut ? 60 : value, decimals: 0,
            unit: "mL/min/{1.73_m2}", comparator: isCut ? ">" : nil)
    }

    /// LDL by the Friedewald formula (Clin Chem 1972;18:499), which holds to 400 mg/dL.
    private mutating func lipids(_ sitting: Sitting) -> [Reading] {
        let cholesterol = reading(.cholesterol, sitting)
        let triglycerides = reading(.triglycerides, sitting)
        let hdl = reading(.hdl, sitting)
        var readings = [cholesterol, triglycerides, hdl]
        let ldl = cholesterol.value - hdl.value - triglycerides.value / 5
        if triglycerides.value <= 400, ldl > 5 {
            readings.append(
                Reading(entry: Measured.ldl, value: ldl, decimals: 0, unit: "mg/dL"))
        }
        return readings
    }

    private mutating func writeSpecialTests(_ sitting: Sitting, to output: inout HospitalOutput) {
        let present = sitting.state.present
        var isDiabetesFound = false
        if case .diagnosis(.diabetes) = sitting.visit.reason { isDiabetesFound = true }
        let hasDiabetes = present.contains(.diabetes)
        let glycation =
            isDiabetesFound
            ? 0.95 : hasDiabetes ? 0.7 : present.contains(.prediabetes) ? 0.35 : 0.06
        let scale = isDiabetesFound ? 1 : mix.testing
        var wanted: [(Analyte.Name, Double)] = [(.hemoglobinA1c, glycation * scale)]
        if hasDiabetes { wanted.append((.albuminRatio, 0.25 * scale)) }
        if present.contains(.heartFailure) {
            wanted += [(.natriureticPeptide, 0.5 * scale), (.ejectionFraction, 0.15 * scale)]
        } else if sitting.visit.setting == .inpatient {
            wanted.append((.natriureticPeptide, 0.3 * scale))
        }
        if present.contains(.copd) || present.contains(.asthma) {
            wanted.append((.airflowRatio, 0.25 * scale))
        }
        if sitting.state.sex == .male, sitting.state.ageYears > 50 {
            wanted.append(
                (.prostateAntigen, (present.contains(.prostateCancer) ? 0.5 : 0.12) * scale))
        }
        wanted.append((.thyrotropin, (present.contains(.hypothyroidism) ? 0.5 : 0.05) * scale))
        guard sitting.state.ageYears >= 16 else { return }
        for (name, probability) in wanted where random.chance(probability) {
            write(reading(name, sitting), "laboratory", sitting, to: &output)
        }
    }

    private mutating func writePanel(
        _ panel: CodeEntry, _ readings: [Reading], _ sitting: Sitting,
        to output: inout HospitalOutput
    ) {
        let ids = readings.map { write($0, "laboratory", sitting, to: &output) }
        let patient = membership.patientID
        output.resource(.diagnosticReport, id: random.uuid()) { json in
            json.field("status", "final")
            json.hl7Category("v2-0074", "LAB")
            json.concept("code", panel)
            json.reference("subject", .patient, patient)
            json.reference("encounter", .encounter, sitting.encounterID)
            json.field("effectiveDateTime", sitting.startStamp)
            json.field("issued", sitting.startStamp)
            json.array("result") { json in
                for id in ids { json.referenceElement(.observation, id) }
            }
        }
    }

    /// Writes one result; one in 70 in mg/dL comes in the old unit "mg%" without a UCUM code, one in
    /// 250 is followed by a withdrawn duplicate.
    @discardableResult
    private mutating func write(
        _ reading: Reading, _ category: String, _ sitting: Sitting,
        to output: inout HospitalOutput
    ) -> String {
        let isOldUnit = reading.unit == "mg/dL" && random.chance(1 / 70)
        let id = observation(reading.entry, category, sitting, to: &output) { json in
            json.quantity(
                "valueQuantity", reading.value, decimals: reading.decimals,
                unit: isOldUnit ? "mg%" : reading.unit, comparator: reading.comparator,
                isUCUM: !isOldUnit)
        }
        if random.chance(1 / 250) {
            observation(
                reading.entry, category, sitting, status: "entered-in-error", to: &output
            ) { json in
                json.quantity(
                    "valueQuantity", reading.value * 10, decimals: reading.decimals,
                    unit: reading.unit)
            }
        }
        return id
    }

    private mutating func writeBloodPressure(
        _ systolic: Reading, _ diastolic: Reading, _ sitting: Sitting,
        to output: inout HospitalOutput
    ) {
        observation(Measured.bloodPressure, "vital-signs", sitting, to: &output) { json in
            json.array("component") { json in
                for part in [systolic, diastolic] {
                    json.object { json in
                        json.concept("code", part.entry)
                        json.quantity(
                            "valueQuantity", part.value, decimals: 0, unit: part.unit)
                    }
                }
            }
        }
    }

    private mutating func writeSmoking(_ sitting: Sitting, to output: inout HospitalOutput) {
        let status = person.smoking.entry
        observation(Measured.smoking, "survey", sitting, to: &output) { json in
            json.concept("valueCodeableConcept", status)
        }
    }

    /// Results brought from elsewhere: a code in words only, and a value in words only.
    private mutating func writeUncodedResult(
        _ sitting: Sitting, to output: inout HospitalOutput
    ) {
        guard random.chance(0.008) else { return }
        let isText = random.chance(0.5)
        observation(nil, "laboratory", sitting, to: &output) { json in
            if isText {
                json.field("valueString", "within normal limits")
            } else {
                json.quantity("valueQuantity", 95, decimals: 0, unit: "mg%", isUCUM: false)
            }
        }
    }

    @discardableResult
    private mutating func observation(
        _ entry: CodeEntry?, _ category: String, _ sitting: Sitting, status: String = "final",
        to output: inout HospitalOutput, value: (inout JSONLine) -> Void
    ) -> String {
        let id = random.uuid()
        let patient = membership.patientID
        output.resource(.observation, id: id) { json in
            json.field("status", status)
            json.hl7Category("observation-category", category)
            if let entry {
                json.concept("code", entry)
            } else {
                json.object("code") { $0.field("text", "Outside laboratory glucose") }
            }
            json.reference("subject", .patient, patient)
            json.reference("encounter", .encounter, sitting.encounterID)
            json.field("effectiveDateTime", sitting.startStamp)
            value(&json)
        }
        return id
    }
}
