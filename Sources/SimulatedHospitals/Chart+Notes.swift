// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

extension Chart {
    /// LOINC document types: 34117-2 from Synthea's sample data, the others in general use.
    private static let noteTypes: [Visit.Setting: CodeEntry] = [
        .ambulatory: CodeEntry(code: Code(.loinc, "11506-3"), display: "Progress note"),
        .emergency: CodeEntry(code: Code(.loinc, "34117-2"), display: "History and physical note"),
        .inpatient: CodeEntry(code: Code(.loinc, "18842-5"), display: "Discharge summary"),
    ]

    /// A note for every stay, most emergencies and some clinic visits.
    mutating func writeNote(_ sitting: Sitting, to output: inout HospitalOutput) {
        let probability =
            switch sitting.visit.setting {
            case .inpatient: 1.0
            case .emergency: 0.6
            case .ambulatory: 0.25
            }
        guard random.chance(probability) else { return }
        var writer = NoteWriter(
            membership: membership, clinicians: output.clinicians, sitting: sitting,
            drugs: currentDrugs(sitting), conditions: currentConditions(),
            hospitalPhone: "\(output.place.areaCode)-555-0100", random: random.split(random.next()))
        if sitting.visit.setting == .ambulatory, random.chance(0.2) {
            writer.writeMessage()
        } else {
            writer.writeNote()
        }
        let id = random.uuid()
        spans += writer.note.spans.map { TruthSpan(document: id, span: $0) }
        let data = Base64.text(writer.note.bytes)
        let end = clock.stamp(sitting.visit.end)
        let patient = membership.patientID
        let type = Chart.noteTypes[sitting.visit.setting]
        output.resource(.documentReference, id: id) { json in
            json.field("status", "current")
            if let type { json.concept("type", type) }
            json.reference("subject", .patient, patient)
            json.field("date", end)
            json.array("author") { $0.referenceElement(.practitioner, sitting.clinician.id) }
            json.array("content") { json in
                json.object { json in
                    json.object("attachment") { json in
                        json.field("contentType", "text/plain; charset=utf-8")
                        json.field("data", data)
                    }
                }
            }
            json.object("context") { json in
                json.array("encounter") { $0.referenceElement(.encounter, sitting.encounterID) }
            }
        }
    }

    private func currentDrugs(_ sitting: Sitting) -> [String] {
        physique.treatments
            .filter { $0.start <= sitting.visit.start.day && !Drug[$0.drug].isSingleCourse }
            .suffix(6)
            .map { Drug[$0.drug].entry.display }
    }

    private func currentConditions() -> [String] {
        person.life.onsets.map(\.condition).filter { recorded.contains($0) }.suffix(7)
            .map(\.spoken)
    }
}

extension Condition {
    /// The wording of the vocabulary without its category in parentheses, in lower case.
    fileprivate var spoken: String {
        let display = entry.display
        let plain = display.split(separator: "(").first.map(String.init) ?? display
        return (plain.hasSuffix(" ") ? String(plain.dropLast()) : plain).lowercased()
    }
}
