// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

extension Chart {
    /// Complaints written in words only, as real exports hold them; never a patient's own words.
    private static let uncoded = [
        "Low back pain", "Seasonal allergies", "Insomnia", "Fatigue, unspecified", "Dizziness",
        "Dry skin", "Tension headache", "Heartburn",
    ]

    /// Records what has begun and is not yet on file, and the minor illness of the day.
    mutating func writeConditions(
        _ sitting: Sitting, isFirst: Bool, to output: inout HospitalOutput
    ) {
        for onset in person.life.onsets where !recorded.contains(onset.condition) {
            let began = person.day(ofAge: onset.age)
            guard began <= sitting.visit.start.day else { continue }
            recorded.insert(onset.condition)
            writeOnset(onset.condition, began: began, isFirst: isFirst, sitting, to: &output)
        }
        if case .minor(let index) = sitting.visit.reason {
            let illness = MinorIllness.all[index]
            let ends = CivilDay(
                number: sitting.visit.start.day.number + Int32(random.whole(illness.days)))
            let clock = clock
            let ended = ends <= membership.lastDay ? clock.stamp(CivilTime(day: ends)) : nil
            writeCondition(
                illness.entry, sitting, onset: sitting.startStamp, ended: ended, to: &output)
        }
        if random.chance(0.012) {
            let text = random.pick(Chart.uncoded)
            writeCondition(nil, text: text, sitting, onset: sitting.startStamp, to: &output)
        }
        if random.chance(0.004) {
            let wrong = random.pick(Condition.allCases)
            writeCondition(
                wrong.entry, sitting, onset: sitting.startStamp, isError: true, to: &output)
        }
    }

    /// A condition that began before the first visit has its onset on file only half of the time.
    private mutating func writeOnset(
        _ condition: Condition, began: CivilDay, isFirst: Bool, _ sitting: Sitting,
        to output: inout HospitalOutput
    ) {
        var ended: String?
        if let days = condition.resolvesWithinDays {
            let end = CivilDay(number: began.number + Int32(random.whole(days)))
            if end <= membership.lastDay { ended = end.iso }
        }
        var onset: String? = began.iso
        if began == sitting.visit.start.day {
            onset = sitting.startStamp
        } else if isFirst, ended == nil, random.chance(0.5) {
            onset = nil
        }
        writeCondition(condition.entry, sitting, onset: onset, ended: ended, to: &output)
    }

    private mutating func writeCondition(
        _ entry: CodeEntry?, text: String = "", _ sitting: Sitting, onset: String?,
        ended: String? = nil, isError: Bool = false, to output: inout HospitalOutput
    ) {
        let patient = membership.patientID
        output.resource(.condition, id: random.uuid()) { json in
            // con-5 of the FHIR specification: no clinical status on an error.
            if !isError {
                json.hl7Concept(
                    "clinicalStatus", "condition-clinical", ended == nil ? "active" : "resolved")
            }
            json.hl7Concept(
                "verificationStatus", "condition-ver-status",
                isError ? "entered-in-error" : "confirmed")
            json.hl7Category("condition-category", "encounter-diagnosis")
            if let entry {
                json.concept("code", entry)
            } else {
                json.object("code") { $0.field("text", text) }
            }
            json.reference("subject", .patient, patient)
            json.reference("encounter", .encounter, sitting.encounterID)
            if let onset { json.field("onsetDateTime", onset) }
            if let ended { json.field("abatementDateTime", ended) }
            json.field("recordedDate", sitting.startStamp)
        }
    }
}
