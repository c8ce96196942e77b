// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

extension Chart {
    /// Starts what is due, renews some of what runs, and treats the minor illness of the day.
    mutating func writeTreatments(_ sitting: Sitting, to output: inout HospitalOutput) {
        let day = sitting.visit.start.day
        for treatment in physique.treatments where treatment.start <= day {
            let drug = Drug[treatment.drug]
            let isNew = !prescribed.contains(treatment.drug)
            if drug.isSingleCourse {
                // Given at the time or not at all: a late visit does not catch up.
                guard isNew, day.number - treatment.start.number < 15 else { continue }
            } else if !isNew, !random.chance(0.08) {
                continue
            }
            prescribed.insert(treatment.drug)
            writePrescription(
                drug, status: drug.isSingleCourse ? "completed" : "active", sitting, to: &output)
        }
        if case .minor(let index) = sitting.visit.reason, let name = MinorIllness.all[index].drug,
            random.chance(0.6)
        {
            writePrescription(Drug[name], status: "completed", sitting, to: &output)
        }
    }

    private mutating func writePrescription(
        _ drug: Drug, status: String, _ sitting: Sitting, to output: inout HospitalOutput
    ) {
        let patient = membership.patientID
        output.resource(.medicationRequest, id: random.uuid()) { json in
            json.field("status", status)
            json.field("intent", "order")
            json.concept("medicationCodeableConcept", drug.entry)
            json.reference("subject", .patient, patient)
            json.reference("encounter", .encounter, sitting.encounterID)
            json.field("authoredOn", sitting.startStamp)
            json.reference("requester", .practitioner, sitting.clinician.id)
        }
    }

    /// Procedures and images of a new diagnosis, sutures, screening, reconciliation.
    mutating func writeProcedures(_ sitting: Sitting, to output: inout HospitalOutput) {
        switch sitting.visit.reason {
        case .diagnosis(let condition):
            for operation in Operation.all where operation.condition == condition {
                guard random.chance(operation.probability) else { continue }
                writeProcedure(operation.entry, minutes: operation.minutes, sitting, to: &output)
            }
            for image in Image.all where image.condition == condition {
                guard random.chance(image.probability * (0.4 + 0.6 * mix.imaging)) else {
                    continue
                }
                writeImage(image, sitting, to: &output)
            }
        case .admission(let condition):
            for image in Image.all where image.condition == condition {
                if random.chance(0.6 * mix.imaging) { writeImage(image, sitting, to: &output) }
            }
        case .minor(let index):
            if let operation = MinorIllness.all[index].operation {
                writeProcedure(operation, minutes: 20, sitting, to: &output)
            }
        case .planned:
            let day = sitting.visit.start.day.number
            if (50...75).contains(sitting.state.ageYears), day >= nextColonoscopy,
                random.chance(0.25 * mix.prevention)
            {
                nextColonoscopy = day + 3650
                writeProcedure(Operation.colonoscopy, minutes: 45, sitting, to: &output)
            }
            for image in Image.all where sitting.state.present.contains(image.condition) {
                if random.chance(0.05 * mix.imaging) { writeImage(image, sitting, to: &output) }
            }
            if random.chance(0.1) {
                writeProcedure(Operation.reconciliation, minutes: 10, sitting, to: &output)
            }
        case .dying: break
        }
    }

    private mutating func writeProcedure(
        _ entry: CodeEntry, minutes: Int, _ sitting: Sitting, to output: inout HospitalOutput
    ) {
        let start = CivilTime(minutes: sitting.visit.start.minutes + 10)
        var end = CivilTime(minutes: start.minutes + Int64(minutes))
        if sitting.visit.setting != .ambulatory {
            end = min(end, max(sitting.visit.end, start))
        }
        let from = clock.stamp(start)
        let until = clock.stamp(end)
        let patient = membership.patientID
        output.resource(.procedure, id: random.uuid()) { json in
            json.field("status", "completed")
            json.concept("code", entry)
            json.reference("subject", .patient, patient)
            json.reference("encounter", .encounter, sitting.encounterID)
            json.period("performedPeriod", from, until)
        }
    }

    private mutating func writeImage(
        _ image: Image, _ sitting: Sitting, to output: inout HospitalOutput
    ) {
        let instances = random.whole(image.instances)
        // 2.25 is the root for UIDs made from UUIDs; 63 bits are enough to keep these apart.
        let study = "2.25.\(random.next() >> 1)"
        let patient = membership.patientID
        output.resource(.imagingStudy, id: random.uuid()) { json in
            json.array("identifier") { json in
                json.object { json in
                    json.field("system", "urn:dicom:uid")
                    json.field("value", "urn:oid:\(study)")
                }
            }
            json.field("status", "available")
            json.reference("subject", .patient, patient)
            json.reference("encounter", .encounter, sitting.encounterID)
            json.field("started", sitting.startStamp)
            json.field("numberOfSeries", 1)
            json.field("numberOfInstances", instances)
            json.array("series") { json in
                json.object { json in
                    json.field("uid", study + ".1")
                    json.field("number", 1)
                    json.object("modality") { json in
                        json.field("system", CodeURI.of(image.modality.code.system))
                        json.field("code", image.modality.code.value)
                        json.field("display", image.modality.display)
                    }
                    json.field("numberOfInstances", instances)
                    json.object("bodySite") { json in
                        json.field("system", CodeURI.of(image.site.code.system))
                        json.field("code", image.site.code.value)
                        json.field("display", image.site.display)
                    }
                }
            }
        }
    }

    /// Vaccines that are due by age and season, at planned visits.
    mutating func writePrevention(_ sitting: Sitting, to output: inout HospitalOutput) {
        guard case .planned = sitting.visit.reason else { return }
        let (year, month, _) = sitting.visit.start.day.parts
        for (index, vaccine) in Vaccine.all.enumerated() {
            guard vaccine.ages.contains(sitting.state.ageYears), !vaccinated.contains(index)
            else { continue }
            if !vaccine.isOnce {
                guard lastInfluenzaYear != year, month >= 9 || month <= 2 else { continue }
            }
            guard random.chance(vaccine.yearlyChance * mix.prevention) else { continue }
            if vaccine.isOnce { vaccinated.insert(index) } else { lastInfluenzaYear = year }
            let patient = membership.patientID
            output.resource(.immunization, id: random.uuid()) { json in
                json.field("status", "completed")
                json.concept("vaccineCode", vaccine.entry)
                json.reference("patient", .patient, patient)
                json.reference("encounter", .encounter, sitting.encounterID)
                json.field("occurrenceDateTime", sitting.startStamp)
                json.field("primarySource", true)
            }
        }
    }
}
