// SPDX-License-Identifier: Apache-2.0

/// Definitions in the cohort algebra to start from.
///
/// The same texts as `Examples/algebra-NAME.json`; a test compares them.
package enum ExampleQuestions {
    /// A definition and what it asks.
    package struct Example: Sendable, Hashable {
        /// Of its file: `algebra-NAME.json`.
        package let file: String
        package let name: String
        /// One sentence.
        package let sentence: String
        package let json: String
    }

    package static let all = [hypertension, creatinine, diabetes]

    private static let hypertension = Example(
        file: "algebra-hypertension-to-stroke",
        name: "Stroke, heart attack or death after hypertension",
        sentence: "Hypertension, confirmed by raised pressure on two days, followed to the event.",
        json: """
            {
              "algebra": 1,
              "name": "Stroke, heart attack or death after hypertension",
              "index": { "first": { "codes": ["SNOMED/38341003", "SNOMED/59621000"] } },
              "rules": [
                { "name": "observed for a year before", "require": { "observed": { "before": 365 } } },
                {
                  "name": "no stroke or heart attack so far",
                  "require": {
                    "not": {
                      "has": { "codes": ["SNOMED/230690007", "SNOMED/22298006"] },
                      "days": { "to": 0 }
                    }
                  }
                },
                {
                  "name": "raised on two days at least a week apart",
                  "require": {
                    "has": {
                      "rows": {
                        "codes": ["LOINC/8480-6"], "value": { "min": 140 }, "unit": "mm[Hg]"
                      },
                      "where": {
                        "has": {
                          "codes": ["LOINC/8480-6"], "value": { "min": 140 }, "unit": "mm[Hg]"
                        },
                        "days": { "from": 7, "to": 365 }
                      }
                    },
                    "days": { "from": -365, "to": 365 }
                  }
                }
              ],
              "exit": {
                "at": { "endOfObservation": true },
                "stops": [
                  {
                    "rows": {
                      "anyOf": [
                        { "codes": ["SNOMED/230690007"] },
                        { "codes": ["SNOMED/22298006"] },
                        { "codes": ["BEDSIDE/death"] }
                      ]
                    },
                    "days": { "after": 0 }
                  }
                ]
              },
              "strata": ["sex", "ageDecade"]
            }

            """)

    private static let creatinine = Example(
        file: "algebra-creatinine-after-nsaid",
        name: "Serial creatinine rise in the week after a first NSAID",
        sentence: "Two values in a row above 1.5 times the last one before.",
        json: """
            {
              "algebra": 1,
              "name": "Serial creatinine rise in the week after a first NSAID",
              "index": { "first": { "codes": ["RxNorm/310965", "RxNorm/849574"] } },
              "rules": [
                {
                  "name": "a creatinine value in the year before",
                  "require": { "has": { "codes": ["LOINC/38483-4"] }, "days": { "from": -365, "to": 0 } }
                },
                {
                  "name": "two creatinine values in the week after",
                  "require": {
                    "has": { "codes": ["LOINC/38483-4"] },
                    "days": { "after": 0, "to": 7 },
                    "atLeast": 2,
                    "counting": "events"
                  }
                },
                {
                  "name": "two values in a row above 1.5 times the last one before",
                  "require": {
                    "has": {
                      "consecutive": 2,
                      "of": {
                        "rows": { "codes": ["LOINC/38483-4"] },
                        "where": { "within": { "after": 0, "to": 7 } }
                      },
                      "each": {
                        "ratio": { "above": 1.5 },
                        "to": {
                          "take": "last",
                          "of": { "codes": ["LOINC/38483-4"] },
                          "days": { "from": -365, "to": 0 },
                          "around": "index"
                        }
                      }
                    }
                  }
                }
              ],
              "exit": { "at": { "days": 7 } },
              "strata": ["sex", "ageDecade"]
            }

            """)

    private static let diabetes = Example(
        file: "algebra-hba1c-in-range",
        name: "First HbA1c in range after the onset of type 2 diabetes",
        sentence: "Adults out of range at onset, without insulin, followed until below 7 %.",
        json: """
            {
              "algebra": 1,
              "name": "First HbA1c in range after the onset of type 2 diabetes",
              "index": { "first": { "codes": ["SNOMED/44054006"] } },
              "rules": [
                { "name": "adult at onset", "require": { "age": { "min": 18 } } },
                {
                  "name": "not on insulin before",
                  "require": { "not": { "has": { "codes": ["RxNorm/106892"] }, "days": { "before": 0 } } }
                },
                {
                  "name": "HbA1c out of range at onset",
                  "require": {
                    "has": {
                      "rows": {
                        "last": {
                          "rows": { "codes": ["LOINC/4548-4"], "unit": "%" },
                          "where": { "within": { "from": -90, "to": 30 } }
                        }
                      },
                      "where": { "value": { "min": 7 } }
                    }
                  }
                }
              ],
              "exit": {
                "at": { "endOfObservation": true },
                "stops": [
                  {
                    "rows": { "codes": ["LOINC/4548-4"], "unit": "%", "value": { "below": 7 } },
                    "days": { "after": 0 }
                  },
                  { "rows": { "codes": ["BEDSIDE/death"] }, "days": { "after": 0 } }
                ]
              },
              "strata": ["sex", "anchorYear"]
            }

            """)
}
