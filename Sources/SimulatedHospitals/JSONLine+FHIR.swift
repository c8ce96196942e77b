// SPDX-License-Identifier: Apache-2.0
import Records

/// The few FHIR data types the export uses.
extension JSONLine {
    mutating func coding(system: String, code: String, display: String) {
        object { json in
            json.field("system", system)
            json.field("code", code)
            if !display.isEmpty { json.field("display", display) }
        }
    }

    /// A CodeableConcept with one coding and its wording as text.
    mutating func concept(_ key: StaticString, _ entry: CodeEntry) {
        object(key) { $0.conceptBody(entry) }
    }

    mutating func conceptBody(_ entry: CodeEntry) {
        array("coding") {
            $0.coding(
                system: CodeURI.of(entry.code.system), code: entry.code.value,
                display: entry.display)
        }
        field("text", entry.display)
    }

    /// A CodeableConcept of an HL7 code system: status and category fields.
    mutating func hl7Concept(_ key: StaticString, _ codeSystem: StaticString, _ code: String) {
        object(key) { json in
            json.array("coding") {
                $0.coding(
                    system: "http://terminology.hl7.org/CodeSystem/\(codeSystem)", code: code,
                    display: "")
            }
        }
    }

    mutating func hl7Category(_ codeSystem: StaticString, _ code: String) {
        array("category") { json in
            json.object { json in
                json.array("coding") {
                    $0.coding(
                        system: "http://terminology.hl7.org/CodeSystem/\(codeSystem)", code: code,
                        display: "")
                }
            }
        }
    }

    mutating func reference(_ key: StaticString, _ type: ResourceType, _ id: String) {
        object(key) { $0.field("reference", "\(type.name)/\(id)") }
    }

    mutating func referenceElement(_ type: ResourceType, _ id: String) {
        object { $0.field("reference", "\(type.name)/\(id)") }
    }

    mutating func period(_ key: StaticString, _ start: String, _ end: String) {
        object(key) { json in
            json.field("start", start)
            json.field("end", end)
        }
    }

    /// A Quantity; without `isUCUM` only the human unit is given, as some exports do.
    mutating func quantity(
        _ key: StaticString, _ value: Double, decimals: Int, unit: String,
        comparator: String? = nil, isUCUM: Bool = true
    ) {
        object(key) { json in
            json.field("value", value, decimals: decimals)
            if let comparator { json.field("comparator", comparator) }
            json.field("unit", unit)
            if isUCUM {
                json.field("system", "http://unitsofmeasure.org")
                json.field("code", unit)
            }
        }
    }
}

/// `CodeSystem.fhirURI` for the systems used here, without its search.
enum CodeURI {
    private static let snomed = CodeSystem.snomed.fhirURI
    private static let loinc = CodeSystem.loinc.fhirURI
    private static let rxnorm = CodeSystem.rxnorm.fhirURI
    private static let cvx = CodeSystem.cvx.fhirURI
    private static let dicom = CodeSystem.dicom.fhirURI

    static func of(_ system: CodeSystem) -> String {
        switch system {
        case .snomed: snomed
        case .loinc: loinc
        case .rxnorm: rxnorm
        case .cvx: cvx
        case .dicom: dicom
        default: system.fhirURI
        }
    }
}

/// Local time as FHIR writes it, with the offset of the hospital's place.
struct Clock: Sendable {
    let winterOffset: Int

    /// An instant with offset; April to October count as summer time.
    func stamp(_ time: CivilTime) -> String {
        let day = time.day
        let minute = time.minuteOfDay
        // Seconds nobody recorded: spread, and the same for the same minute.
        let second = Int(time.minutes * 37 % 60)
        let month = day.parts.month
        let offset = winterOffset + ((4...10).contains(month) ? 1 : 0)
        let hours = Clock.two(abs(offset))
        return "\(day.iso)T\(Clock.two(minute / 60)):\(Clock.two(minute % 60)):"
            + "\(Clock.two(second))\(offset < 0 ? "-" : "+")\(hours):00"
    }

    static func two(_ value: Int) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
