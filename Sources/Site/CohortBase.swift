// SPDX-License-Identifier: Apache-2.0
package import Cohorts
import Foundation
import Intake
import Records

/// Reads a FHIR export into the flat tables the cohort benchmark replicates.
///
/// The rows are what the import makes of seven resource types: conditions, medication requests,
/// observations and their components, procedures, encounters by type, immunizations, and patients.
/// They have to be the rows the rival engines were given, which take every resource and never look
/// at its status; an export with a resource that the import rejects is therefore refused.
package enum CohortBase {
    /// Reads a directory with one NDJSON file of each type, plain or with `.gz`.
    ///
    /// - Throws: `SiteError.refused` for a file that is missing, cannot be read, or holds a resource
    ///   that the import rejects or that names a patient outside the export.
    package static func read(_ directory: String) throws(SiteError) -> ReplicatedBase {
        var base = ReplicatedBase(patients: [], codes: [], units: [], tables: [])
        var people = try extraction("Patient", in: directory).persons
        people.sort { $0.key < $1.key }
        var positions: [String: Int] = [:]
        for (position, person) in people.enumerated() {
            guard let birthDay = person.birthDay else {
                throw .refused("Patient: expected a date of birth for every patient.")
            }
            positions[person.key] = position
            base.patients.append(
                .init(
                    sex: person.sex, birthDay: birthDay.number,
                    deathDay: person.deceasedAt?.day.number))
        }
        var numbering = Numbering()
        for table in ReplicatedTable.allCases {
            let extraction = try extraction(table.resourceType, in: directory)
            var patients: [Int] = []
            for key in extraction.patientKeys {
                guard let position = positions[key] else {
                    throw .refused(
                        "\(table.resourceType): expected a reference to a patient of the export in "
                            + "every resource.")
                }
                patients.append(position)
            }
            base.tables.append(numbering.rows(extraction, patients: patients))
        }
        base.codes = numbering.codes
        base.units = numbering.units
        return base
    }

    private static func extraction(
        _ type: String, in directory: String
    ) throws(SiteError) -> Extraction {
        let plain = "\(directory)/\(type).ndjson"
        let file = FileManager.default.fileExists(atPath: plain) ? plain : plain + ".gz"
        let extraction: Extraction
        do throws(IntakeError) {
            extraction = try FHIRReader().extract(file: file, displayName: "\(type).ndjson")
        } catch { throw .refused(error.sentence) }
        guard extraction.report.rejected.isEmpty else {
            throw .refused(
                "\(type).ndjson: expected an export whose resources can all be imported; "
                    + "\(extraction.report.rejected.values.reduce(0, +)) cannot.")
        }
        return extraction
    }
}

/// Numbers codes and units in order of first appearance.
private struct Numbering {
    var codes: [CodeEntry] = []
    var units: [String] = []
    private var codePositions: [Code: UInt32] = [:]
    private var unitPositions: [String: Int32] = [:]

    /// The rows of a table by patient, moment, code and place in the file.
    mutating func rows(_ extraction: Extraction, patients: [Int]) -> [ReplicatedBase.Row] {
        let events = extraction.events.filter {
            // An encounter also yields an event for its class.
            extraction.codes[Int($0.code)].code.system != .encounterClass
        }
        let order = events.indices.sorted { left, right in
            let (one, other) = (events[left], events[right])
            if one.patient != other.patient {
                return patients[Int(one.patient)] < patients[Int(other.patient)]
            }
            if one.start != other.start { return one.start < other.start }
            guard one.code != other.code else { return left < right }
            return extraction.codes[Int(one.code)].code.value
                < extraction.codes[Int(other.code)].code.value
        }
        var rows: [ReplicatedBase.Row] = []
        rows.reserveCapacity(order.count)
        for position in order {
            let event = events[position]
            let isNumber = event.kind == .number
            let unit = isNumber && event.unit >= 0 ? extraction.units[Int(event.unit)] : nil
            rows.append(
                ReplicatedBase.Row(
                    patient: UInt32(patients[Int(event.patient)]),
                    code: number(extraction.codes[Int(event.code)]),
                    day: event.start.day.number, number: isNumber ? event.number : .nan,
                    unit: unit.map { number($0) } ?? -1))
        }
        return rows
    }

    private mutating func number(_ entry: CodeEntry) -> UInt32 {
        if let known = codePositions[entry.code] { return known }
        let position = UInt32(codes.count)
        codePositions[entry.code] = position
        codes.append(entry)
        return position
    }

    private mutating func number(_ unit: String) -> Int32 {
        if let known = unitPositions[unit] { return known }
        let position = Int32(units.count)
        unitPositions[unit] = position
        units.append(unit)
        return position
    }
}

extension ReplicatedTable {
    fileprivate var resourceType: String {
        switch self {
        case .condition: "Condition"
        case .medication: "MedicationRequest"
        case .observation: "Observation"
        case .procedure: "Procedure"
        case .encounter: "Encounter"
        case .immunization: "Immunization"
        }
    }
}
