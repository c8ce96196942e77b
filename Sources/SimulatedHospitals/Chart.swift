// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

/// Everything one hospital writes about one person, visit by visit.
///
/// The chart follows the true life: what has begun by the day of a visit is recorded there, values
/// follow from the conditions and treatments of the day.
struct Chart {
    /// The visit being written: its ids and times.
    struct Sitting {
        let visit: Visit
        let encounterID: String
        let clinician: HospitalOutput.Clinician
        let state: State
        let startStamp: String
        /// What the visit is about; nil for a planned one.
        let reason: CodeEntry?
        let hasFever: Bool
    }

    let membership: Membership
    let physique: Physique
    let clock: Clock
    var random: SeededRandom
    var spans: [TruthSpan] = []

    var recorded = ConditionSet()
    var prescribed: Set<Drug.Name> = []
    var vaccinated: Set<Int> = []
    var lastInfluenzaYear = 0
    var nextColonoscopy: Int32 = 0
    var nextSmokingQuestion: Int32 = 0
    var nextLipids: Int32 = 0

    init(_ membership: Membership, physique: Physique) {
        self.membership = membership
        self.physique = physique
        clock = Clock(winterOffset: membership.hospital.mix.winterOffset)
        random = membership.random
    }

    var person: SimulatedPerson { membership.person }
    var mix: CaseMix { membership.hospital.mix }

    /// Writes the patient and all visits.
    mutating func write(to output: inout HospitalOutput) {
        writePatient(to: &output)
        let visits = Visit.plan(membership, random: &random)
        for (number, visit) in visits.enumerated() {
            let sitting = sitting(for: visit, staff: output.clinicians)
            writeEncounter(sitting, to: &output)
            if number == 0 { writeAllergies(sitting, to: &output) }
            writeConditions(sitting, isFirst: number == 0, to: &output)
            writeMeasurements(sitting, to: &output)
            writeTreatments(sitting, to: &output)
            writeProcedures(sitting, to: &output)
            writePrevention(sitting, to: &output)
            writeNote(sitting, to: &output)
            if random.chance(0.12) { writeClaim(sitting, to: &output) }
        }
    }

    private mutating func sitting(
        for visit: Visit, staff: [HospitalOutput.Clinician]
    ) -> Sitting {
        // Two clinicians know a person; others see them now and then.
        let own = Int(membership.firstDay.number) % staff.count
        let choice =
            random.chance(0.7) ? (own + random.below(2)) % staff.count : random.below(staff.count)
        var reason: CodeEntry?
        var hasFever = false
        switch visit.reason {
        case .planned, .dying: break
        case .diagnosis(let condition):
            reason = condition.entry
            hasFever = condition == .pneumonia
        case .admission(let condition): reason = condition.entry
        case .minor(let index):
            reason = MinorIllness.all[index].entry
            hasFever = MinorIllness.all[index].hasFever
        }
        return Sitting(
            visit: visit, encounterID: random.uuid(), clinician: staff[choice],
            state: State(of: person, physique: physique, on: visit.start.day),
            startStamp: clock.stamp(visit.start), reason: reason, hasFever: hasFever)
    }

    private func writePatient(to output: inout HospitalOutput) {
        let identity = membership.identity
        let hospital = membership.hospital
        // Lost to follow-up means that the hospital never hears of the death.
        let death = person.deathDay.flatMap { $0 == membership.lastDay ? $0 : nil }
        let clock = clock
        let person = person
        output.resource(.patient, id: membership.patientID) { json in
            json.array("extension") { json in
                json.category("us-core-race", person.race)
                json.category("us-core-ethnicity", person.ethnicity)
            }
            json.array("identifier") { json in
                json.object { json in
                    json.hl7Concept("type", "v2-0203", "MR")
                    json.field("system", hospital.recordNumberSystem)
                    json.field("value", membership.recordNumber)
                }
            }
            json.identity(identity)
            json.field("gender", person.traits.sex.rawValue)
            json.field("birthDate", membership.registeredBirthDay.iso)
            if let death {
                json.field(
                    "deceasedDateTime", clock.stamp(CivilTime(day: death, minuteOfDay: 1439)))
            }
        }
    }

    private func writeEncounter(_ sitting: Sitting, to output: inout HospitalOutput) {
        let visit = sitting.visit
        let organization = output.organizationID
        let end = clock.stamp(visit.end)
        let patient = membership.patientID
        output.resource(.encounter, id: sitting.encounterID) { json in
            json.field("status", "finished")
            json.object("class") { json in
                json.field("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
                json.field("code", visit.setting.code)
            }
            json.array("type") { json in
                json.object { $0.conceptBody(visit.type) }
            }
            json.reference("subject", .patient, patient)
            json.array("participant") { json in
                json.object { $0.reference("individual", .practitioner, sitting.clinician.id) }
            }
            json.period("period", sitting.startStamp, end)
            if let reason = sitting.reason {
                json.array("reasonCode") { json in
                    json.object { $0.conceptBody(reason) }
                }
            }
            json.reference("serviceProvider", .organization, organization)
        }
    }

    private mutating func writeAllergies(_ sitting: Sitting, to output: inout HospitalOutput) {
        guard random.chance(0.14) else { return }
        let first = random.below(Allergen.all.count)
        for number in 0..<(random.chance(0.3) ? 2 : 1) {
            let (entry, category) = Allergen.all[(first + number * 3) % Allergen.all.count]
            let isSevere = random.chance(0.15)
            let patient = membership.patientID
            output.resource(.allergyIntolerance, id: random.uuid()) { json in
                json.hl7Concept("clinicalStatus", "allergyintolerance-clinical", "active")
                json.hl7Concept(
                    "verificationStatus", "allergyintolerance-verification", "confirmed")
                json.field("type", "allergy")
                json.array("category") { $0.element(category) }
                json.field("criticality", isSevere ? "high" : "low")
                json.concept("code", entry)
                json.reference("patient", .patient, patient)
                json.field("recordedDate", sitting.startStamp)
            }
        }
    }

    /// A bill: a resource type that no clinical import needs.
    private mutating func writeClaim(_ sitting: Sitting, to output: inout HospitalOutput) {
        let organization = output.organizationID
        let cents = Double(random.whole(6_000...180_000)) / 100
        let patient = membership.patientID
        let end = clock.stamp(sitting.visit.end)
        output.resource(.claim, id: random.uuid()) { json in
            json.field("status", "active")
            json.hl7Concept("type", "claim-type", "institutional")
            json.field("use", "claim")
            json.reference("patient", .patient, patient)
            json.period("billablePeriod", sitting.startStamp, end)
            json.field("created", end)
            json.reference("provider", .organization, organization)
            json.hl7Concept("priority", "processpriority", "normal")
            json.array("insurance") { json in
                json.object { json in
                    json.field("sequence", 1)
                    json.field("focal", true)
                    json.object("coverage") { $0.field("display", "Simulated health plan") }
                }
            }
            json.object("total") { json in
                json.field("value", cents, decimals: 2)
                json.field("currency", "USD")
            }
        }
    }
}

extension Visit.Setting {
    var code: String {
        switch self {
        case .ambulatory: "AMB"
        case .emergency: "EMER"
        case .inpatient: "IMP"
        }
    }
}

extension Visit {
    /// SNOMED encounter types as they occur in Synthea's sample data.
    var type: CodeEntry {
        let (value, display) =
            switch (setting, reason) {
            case (.emergency, _): ("50849002", "Emergency room admission (procedure)")
            case (.inpatient, _): ("32485007", "Hospital admission")
            case (_, .planned): ("185349003", "Encounter for check up (procedure)")
            case (_, .diagnosis): ("185347001", "Encounter for problem (procedure)")
            default: ("185345009", "Encounter for symptom (procedure)")
            }
        return CodeEntry(code: Code(.snomed, value), display: display)
    }
}

extension JSONLine {
    /// A US Core race or ethnicity extension.
    fileprivate mutating func category(_ name: StaticString, _ category: Category) {
        object { json in
            json.field("url", "http://hl7.org/fhir/us/core/StructureDefinition/\(name)")
            json.array("extension") { json in
                json.object { json in
                    json.field("url", "ombCategory")
                    json.object("valueCoding") { json in
                        json.field("system", "urn:oid:2.16.840.1.113883.6.238")
                        json.field("code", category.code)
                        json.field("display", category.display)
                    }
                }
                json.object { json in
                    json.field("url", "text")
                    json.field("valueString", category.display)
                }
            }
        }
    }

    /// Name, telecom and address of a Patient.
    fileprivate mutating func identity(_ identity: Identity) {
        array("name") { json in
            json.object { json in
                json.field("use", "official")
                json.field("family", identity.family)
                json.array("given") { json in
                    json.element(identity.given)
                    if let middle = identity.middle { json.element(middle) }
                }
            }
        }
        array("telecom") { json in
            json.contact("phone", identity.phone)
            if let email = identity.email { json.contact("email", email) }
        }
        array("address") { json in
            json.object { json in
                json.array("line") { $0.element(identity.addressLine) }
                json.field("city", identity.town)
                json.field("state", identity.state)
                json.field("postalCode", identity.postalCode)
                json.field("country", "US")
            }
        }
    }

    private mutating func contact(_ system: String, _ value: String) {
        object { json in
            json.field("system", system)
            json.field("value", value)
        }
    }
}
