// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site
import Testing

/// A directory that goes away with the test.
final class Scratch {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "bedside-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
    }
}

/// A few lines of FHIR written for these tests.
enum FHIR {
    static func patient(_ id: String, born: String = "1960-05-04") -> String {
        """
        {"resourceType":"Patient","id":"\(id)","gender":"female","birthDate":"\(born)",\
        "identifier":[{"system":"urn:mrn","value":"MRN-77\(id)"}],\
        "name":[{"family":"Marker","given":["Ada"]}],\
        "address":[{"state":"Massachusetts","postalCode":"02139","country":"US"}]}
        """
    }

    static func condition(_ id: String, patient: String, code: String = "44054006", on day: String)
        -> String
    {
        """
        {"resourceType":"Condition","id":"\(id)","code":{"coding":[{"system":\
        "http://snomed.info/sct","code":"\(code)","display":"Diabetes"}]},\
        "subject":{"reference":"Patient/\(patient)"},"onsetDateTime":"\(day)"}
        """
    }

    static func hba1c(_ id: String, patient: String, value: Double, on day: String) -> String {
        """
        {"resourceType":"Observation","id":"\(id)","status":"final","code":{"coding":[{"system":\
        "http://loinc.org","code":"4548-4","display":"HbA1c"}]},\
        "subject":{"reference":"Patient/\(patient)"},"effectiveDateTime":"\(day)",\
        "valueQuantity":{"value":\(value),"unit":"%","code":"%","system":\
        "http://unitsofmeasure.org"}}
        """
    }

    /// An export of some patients, each with a condition and a result.
    static func export(_ patients: Range<Int>, into scratch: Scratch, folder: String) throws {
        let ids = patients.map { "p\($0)" }
        try scratch.write(
            "\(folder)/Patient.ndjson", ids.map { patient($0) }.joined(separator: "\n"))
        try scratch.write(
            "\(folder)/Condition.ndjson",
            ids.map { condition("c-\($0)", patient: $0, on: "2015-03-04") }
                .joined(separator: "\n"))
        try scratch.write(
            "\(folder)/Observation.ndjson",
            ids.map { hba1c("o-\($0)", patient: $0, value: 7.5, on: "2015-04-01T10:00:00Z") }
                .joined(separator: "\n"))
    }
}
