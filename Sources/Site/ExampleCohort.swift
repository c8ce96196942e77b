// SPDX-License-Identifier: Apache-2.0

/// The cohort that the demo counts and the workbench starts with.
package enum ExampleCohort {
    /// The same text as `Examples/diabetes-hba1c.json`; a journey test compares them.
    package static let json = """
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
}
