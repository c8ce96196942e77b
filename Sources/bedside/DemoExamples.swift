// SPDX-License-Identifier: Apache-2.0
import Site

/// The demo's made-up patient.
enum DemoExamples {
    struct Patient {
        /// Evidence id of what brings the patient in.
        var complaint: String
        /// Evidence ids the patient affirms; everything else is denied.
        var present: Set<String>
    }

    /// Adults from their first record of hypertension on.
    static let question = """
        {
          "algebra": 1,
          "name": "Adults from their first record of hypertension on",
          "index": { "first": { "codes": ["SNOMED/38341003"] } },
          "rules": [ { "name": "adult", "require": { "age": { "min": 18 } } } ],
          "exit": { "at": { "endOfObservation": true } },
          "strata": ["sex"]
        }
        """

    /// A made-up patient with sudden shortness of breath, written for software testing; not
    /// reviewed by clinicians.
    static func patient() throws -> Patient {
        let knowledge = try Shipped.knowledge()
        func id(_ name: String) throws -> String {
            try Shipped.evidence(named: name, knowledge: knowledge)
        }
        return Patient(
            complaint: try id("E_66"),
            present: Set(try ["E_53", "E_220", "E_151", "E_196", "E_110"].map(id)))
    }
}
