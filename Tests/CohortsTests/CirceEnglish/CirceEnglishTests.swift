// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Cohorts

@Suite("Circe definitions in English")
struct CirceEnglishTests {
    private let json = """
        {
          "Title": "New users",
          "ConceptSets": [
            {"id": 0, "name": "Drug", "expression": {"items": [
              {"concept": {"CONCEPT_ID": 7, "CONCEPT_NAME": "Drug A", "VOCABULARY_ID": "RxNorm",
                "CONCEPT_CODE": "77"}, "includeDescendants": true}]}},
            {"id": 1, "name": "Bleed", "expression": {"items": []}}
          ],
          "PrimaryCriteria": {
            "CriteriaList": [{"DrugExposure": {"CodesetId": 0, "First": true,
              "Age": {"Value": 18, "Op": "gte"}}}],
            "ObservationWindow": {"PriorDays": 365, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "First"}
          },
          "QualifiedLimit": {"Type": "First"},
          "ExpressionLimit": {"Type": "All"},
          "InclusionRules": [
            {"name": "no bleed before", "expression": {"Type": "ALL", "CriteriaList": [
              {"Criteria": {"ConditionOccurrence": {"CodesetId": 1}},
               "StartWindow": {"Start": {"Coeff": -1}, "End": {"Days": 1, "Coeff": -1}},
               "Occurrence": {"Type": 0, "Count": 0}}],
              "DemographicCriteriaList": [], "Groups": []}}
          ],
          "EndStrategy": {"DateOffset": {"DateField": "EndDate", "Offset": 30}},
          "CensoringCriteria": [],
          "CollapseSettings": {"CollapseType": "ERA", "EraPad": 7},
          "CensorWindow": {}
        }
        """

    @Test("each part is said, with the date its window counts from")
    func whole() throws {
        let text = try CirceDefinition(Array(json.utf8)).inEnglish
        #expect(
            text == """
                New users
                Entry. An entry event is any of these, with at least 365 days before it in the same observation period:
                   - a drug exposure of “Drug”, the person's first such record
                      with age in the year of the record of 18 or above
                The start of an entry event is its index start, its end the index end. Of a person's entry events the earliest is kept.
                Inclusion rules. An event stays only if all of them hold:
                   1. no bleed before: this holds:
                      - no condition occurrence of “Bleed” whose start lies on or before 1 day before the index start
                All events that satisfy every rule of a person are kept.
                Exit. A person leaves 30 days after the index end, and no later than the observation period ends.
                Periods of a person up to 7 days apart are joined.
                Concept sets.
                   “Drug”:
                      Drug A (RxNorm 77), with descendants
                   “Bleed”: empty; no record matches.
                """)
    }

    @Test("a set the definition doesn't hold is said to be missing")
    func missingSet() {
        var expression = CirceExpression()
        expression.primary.criteria = [Circe.Criterion(.conditionOccurrence, conceptSet: 9)]
        let text = CirceProse(expression).text
        #expect(text.contains("concept set 9, which the definition does not"))
    }
}
