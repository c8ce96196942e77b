// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics

/// FHIR resource types the hospitals export; the last three are not clinical events.
enum ResourceType: Int, CaseIterable {
    case patient, encounter, condition, observation, medicationRequest, procedure, immunization
    case allergyIntolerance, diagnosticReport, imagingStudy, documentReference
    case organization, practitioner, claim

    var name: StaticString {
        switch self {
        case .patient: "Patient"
        case .encounter: "Encounter"
        case .condition: "Condition"
        case .observation: "Observation"
        case .medicationRequest: "MedicationRequest"
        case .procedure: "Procedure"
        case .immunization: "Immunization"
        case .allergyIntolerance: "AllergyIntolerance"
        case .diagnosticReport: "DiagnosticReport"
        case .imagingStudy: "ImagingStudy"
        case .documentReference: "DocumentReference"
        case .organization: "Organization"
        case .practitioner: "Practitioner"
        case .claim: "Claim"
        }
    }
}

/// A file that is written from front to back, buffered.
struct LineFile {
    let path: String
    private(set) var lines = 0
    private(set) var bytesWritten = 0
    private var pending = JSONLine(reserving: 1 << 16)
    private let handle: FileHandle

    init(path: String) throws(SimulationError) {
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw .unwritable(path: path, reason: "the file could not be created") }
        self.handle = handle
    }

    /// Appends one JSON object and a line feed.
    mutating func line(_ body: (inout JSONLine) -> Void) {
        pending.object(body)
        pending.newline()
        lines += 1
    }

    /// Hands what is pending to the file, if it is worth a system call or the file ends here.
    mutating func flush(atLeast size: Int) throws(SimulationError) {
        guard pending.bytes.count >= max(1, size) else { return }
        do {
            try handle.write(contentsOf: Data(pending.bytes))
        } catch {
            throw .unwritable(path: path, reason: "the disk refused the bytes")
        }
        bytesWritten += pending.bytes.count
        pending.removeAll()
    }

    mutating func close() throws(SimulationError) {
        try flush(atLeast: 1)
        do {
            try handle.close()
        } catch {
            throw .unwritable(path: path, reason: "the file could not be closed")
        }
    }
}

/// Everything one hospital exports, one file per resource type, and its staff.
struct HospitalOutput {
    struct Clinician {
        let id: String
        let given: String
        let family: String
        let sex: Sex
    }

    let hospital: Hospital
    let organizationID: String
    let clinicians: [Clinician]
    let place: Place
    private(set) var patients = 0
    private var files: [LineFile]

    init(_ hospital: Hospital, directory: String, seed: SeededRandom) throws(SimulationError) {
        self.hospital = hospital
        var random = seed.split(0xF0 &+ hospital.streamNumber)
        organizationID = random.uuid()
        place = Place.near(hospital)[0]
        clinicians = (0..<24).map { _ in
            let sex: Sex = random.chance(0.5) ? .female : .male
            return Clinician(
                id: random.uuid(), given: random.pick(NameLists.given(sex)),
                family: random.pick(NameLists.family), sex: sex)
        }
        var files: [LineFile] = []
        for type in ResourceType.allCases {
            files.append(try LineFile(path: "\(directory)/\(type.name).ndjson"))
        }
        self.files = files
        writeStaff()
    }

    var notes: Int { files[ResourceType.documentReference.rawValue].lines }
    var resources: Int { files.reduce(0) { $0 + $1.lines } }
    var bytes: Int { files.reduce(0) { $0 + $1.bytesWritten } }

    /// Writes one resource: its type and id, then what the body adds.
    mutating func resource(
        _ type: ResourceType, id: String, _ body: (inout JSONLine) -> Void
    ) {
        if type == .patient { patients += 1 }
        files[type.rawValue].line { json in
            json.field("resourceType", "\(type.name)")
            json.field("id", id)
            body(&json)
        }
    }

    mutating func flush(atLeast size: Int) throws(SimulationError) {
        for index in files.indices { try files[index].flush(atLeast: size) }
    }

    mutating func close() throws(SimulationError) {
        for index in files.indices { try files[index].close() }
    }

    private mutating func writeStaff() {
        let place = place
        let title = hospital.title
        resource(.organization, id: organizationID) { json in
            json.field("active", true)
            json.field("name", title)
            json.array("address") { json in
                json.object { json in
                    json.field("city", place.town)
                    json.field("state", place.state)
                    json.field("postalCode", place.postalCode)
                }
            }
        }
        for clinician in clinicians {
            resource(.practitioner, id: clinician.id) { json in
                json.field("active", true)
                json.array("name") { json in
                    json.object { json in
                        json.field("family", clinician.family)
                        json.array("given") { $0.element(clinician.given) }
                        json.array("prefix") { $0.element("Dr.") }
                    }
                }
                json.field("gender", clinician.sex.rawValue)
            }
        }
    }
}
