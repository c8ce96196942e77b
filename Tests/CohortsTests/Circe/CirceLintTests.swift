// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Cohorts

@Suite("Warnings about Circe definitions")
struct CirceLintTests {
    private func expression(_ change: (inout CirceExpression) -> Void) -> CirceExpression {
        var expression = CirceExpression()
        expression.conceptSets = [
            Circe.ConceptSet(
                id: 0, name: "asthma",
                items: [Circe.ConceptSetItem(concept: ConceptEntry(id: 317_009, name: "Asthma"))])
        ]
        expression.primary.criteria = [Circe.Criterion(.conditionOccurrence, conceptSet: 0)]
        change(&expression)
        return expression
    }

    private func warnings(_ change: (inout CirceExpression) -> Void) -> [CirceLint] {
        CirceLint.warnings(expression(change))
    }

    private func counted(
        _ occurrence: Circe.Occurrence, from: Int = -30, to: Int = 0
    ) -> Circe.CorrelatedCriterion {
        Circe.CorrelatedCriterion(
            criterion: Circe.Criterion(.conditionOccurrence, conceptSet: 0),
            startWindow: Circe.Window(
                start: Circe.Endpoint(days: abs(from), coefficient: from < 0 ? -1 : 1),
                end: Circe.Endpoint(days: abs(to), coefficient: to < 0 ? -1 : 1)),
            occurrence: occurrence)
    }

    @Test("a sound definition has none")
    func sound() {
        #expect(warnings { _ in } == [])
    }

    @Test("concept sets that are unused, empty, missing or share a number")
    func conceptSets() {
        #expect(
            warnings { $0.primary.criteria = [Circe.Criterion(.death)] }
                == [.unusedConceptSet(name: "asthma")])
        #expect(
            warnings { $0.conceptSets[0].items[0].isExcluded = true }
                == [.emptyConceptSet(name: "asthma")])
        #expect(
            warnings { $0.primary.criteria[0].conceptSet = 7 }
                == [
                    .missingConceptSet(
                        number: 7, place: "Primary criterion 1, condition_occurrence"),
                    .unusedConceptSet(name: "asthma"),
                ])
        #expect(
            warnings { $0.conceptSets.append($0.conceptSets[0]) }
                == [.sharedNumber(names: ["asthma", "asthma"])])
        #expect(
            warnings {
                $0.endStrategy = .drugEra(conceptSet: 3, gapDays: 0, offset: 0, daysSupply: nil)
            } == [.missingConceptSet(number: 3, place: "End strategy")])
    }

    @Test("criteria that ask nothing")
    func anything() {
        #expect(
            warnings { $0.censoring = [Circe.Criterion(.measurement)] }
                == [.anyRecord(place: "Censoring criterion 1, measurement")])
        #expect(
            warnings {
                $0.inclusionRules = [
                    Circe.InclusionRule(name: "none", expression: Circe.Group(.all))
                ]
            } == [.emptyRule(name: "none")])
        #expect(warnings { $0.primary.criteria = [] }.first == .noPrimaryCriteria)
    }

    @Test("intervals and windows in which nothing lies, and unfinished conditions")
    func intervals() {
        let place = "Primary criterion 1, condition_occurrence, age"
        func age(_ range: Circe.NumericRange) -> [CirceLint] {
            warnings {
                $0.primary.criteria[0].attributes = [Circe.Attribute(.age, .numbers(range))]
            }
        }
        #expect(age(.init(.between, 40, 18)) == [.emptyInterval(place: place)])
        #expect(age(.init(.between, 18, nil)) == [.unfinishedCondition(place: place)])
        #expect(age(.init(.notBetween, 40, 18)) == [])
        #expect(
            warnings {
                $0.additional = Circe.Group(
                    .all, criteria: [counted(Circe.Occurrence(.atLeast, 1), from: 1, to: -1)])
            } == [.emptyWindow(place: "Additional criteria, criterion 1")])
    }

    @Test("counts that always or never hold, and pairs that exclude each other")
    func counts() {
        func additional(_ group: Circe.Group) -> [CirceLint] {
            warnings { $0.additional = group }
        }
        let one = counted(Circe.Occurrence(.atLeast, 1))
        let none = counted(Circe.Occurrence(.exactly, 0))
        let place = "Additional criteria"
        #expect(
            additional(Circe.Group(.atLeast(3), criteria: [one, none]))
                == [.neverMet(place: place)])
        #expect(
            additional(Circe.Group(.atMost(2), criteria: [one, none]))
                == [.alwaysMet(place: place)])
        #expect(
            additional(Circe.Group(.all, criteria: [counted(Circe.Occurrence(.atLeast, 0))]))
                == [.alwaysMet(place: "\(place), criterion 1")])
        #expect(
            additional(Circe.Group(.all, criteria: [one, none])) == [.contradiction(place: place)])
        #expect(additional(Circe.Group(.any, criteria: [one, none])) == [])
    }

    @Test("a condition for which Circe compares another value")
    func comparesOther() {
        let range = Circe.DateRange(.greater, CivilDay(year: 2020, month: 1, day: 1))
        let found = warnings {
            $0.primary.criteria = [
                Circe.Criterion(
                    .drugExposure, conceptSet: 0,
                    attributes: [Circe.Attribute(.endDate, .dates(range))])
            ]
        }
        #expect(
            found == [
                .comparesOther(
                    place: "Primary criterion 1, drug_exposure", named: "the end date",
                    compared: "the start date")
            ])
    }

    @Test(
        "the phenotype library has unused concept sets, and nothing worse",
        .enabled(if: CirceSuites.isPresent, "skipped: shared data not found"))
    func library() throws {
        let all = CirceSuites.definitions
        var unused = 0
        for index in stride(from: 0, to: all.count, by: CirceSuites.stride(25)) {
            let expression = try CirceDefinition(all[index].source).expression
            for warning in CirceLint.warnings(expression) {
                guard case .unusedConceptSet = warning else {
                    Issue.record("\(all[index].id): \(warning.sentence)")
                    continue
                }
                unused += 1
            }
        }
        #expect(unused > 0)
    }
}
