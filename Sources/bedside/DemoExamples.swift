// SPDX-License-Identifier: Apache-2.0
import Site

/// The inputs of the demo: a cohort definition and a made-up patient.
enum DemoExamples {
    /// The same text as `Examples/diabetes-hba1c.json`; a journey test compares them.
    static let cohort = """
        {
          "name": "Adults with type 2 diabetes and HbA1c of 7 % or more within a year",
          "index": { "anyOf": ["SNOMED/44054006"], "occurrence": "first" },
          "rules": [
            { "name": "adult at the first diagnosis", "age": { "min": 18, "max": 89 } },
            {
              "name": "HbA1c of 7 % or more within a year",
              "anyOf": ["LOINC/4548-4"],
              "withinDays": [-365, 365],
              "atLeast": 1,
              "value": { "min": 7, "unit": "%" }
            }
          ]
        }

        """

    struct Patient {
        /// Evidence id of what brings the patient in.
        var complaint: String
        /// Evidence ids the patient affirms; everything else is denied.
        var present: Set<String>
    }

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
