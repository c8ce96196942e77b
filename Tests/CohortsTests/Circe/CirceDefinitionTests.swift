// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Cohorts

@Suite("Circe definitions")
struct CirceDefinitionTests {
    @Test(
        "every definition of the phenotype library is read, kept byte by byte and written anew",
        .enabled(if: CirceSuites.isPresent, "skipped: shared data not found"))
    func library() async throws {
        let all = CirceSuites.definitions
        #expect(all.count == 1100)
        let failures = await withTaskGroup(of: [String].self) { group in
            for part in 0..<2 {
                group.addTask {
                    var failures: [String] = []
                    for index in stride(from: part, to: all.count, by: 2) {
                        let (id, source) = all[index]
                        do throws(CirceError) {
                            let definition = try CirceDefinition(source)
                            if definition.encoded() != source { failures.append("\(id): bytes") }
                            // Concept sets are most of the text; debug builds write some of them.
                            var expression = definition.expression
                            if index % CirceSuites.stride(11) != 0 { expression.conceptSets = [] }
                            let written = CirceDefinition(expression)
                            if try CirceDefinition(written.encoded()) != written {
                                failures.append("\(id): written")
                            }
                        } catch {
                            failures.append("\(id): \(error.sentence)")
                        }
                    }
                    return failures
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(failures == [])
    }

    private func refusal(_ text: String) -> CirceError? {
        do throws(CirceError) {
            _ = try CirceDefinition(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "what is not understood is refused with its line and path",
        arguments: [
            (
                "{\"PrimaryCriteria\": {\n\"CriteriaList\": [\n{\"Death\": {}},\n"
                    + "{\"LocationRegion\": {}}]}}",
                CirceError.unsupported(
                    line: 4, path: "PrimaryCriteria.CriteriaList[1].LocationRegion")
            ),
            (
                "{\"PrimaryCriteria\": {\"CriteriaList\": [{\"Death\": {\n\"Ages\": 3}}]}}",
                .unsupported(line: 2, path: "PrimaryCriteria.CriteriaList[0].Death.Ages")
            ),
            (
                "{\"PrimaryCriteria\": {}, \"AdditionalCriteria\":\n{\"Type\": \"AT_LEAST\", "
                    + "\"Groups\": [{}]}}",
                .malformed(
                    line: 2, path: "AdditionalCriteria",
                    expected: "Type ALL or ANY, or AT_LEAST or AT_MOST with a Count")
            ),
            (
                "{\"PrimaryCriteria\": {},\n\"CensorWindow\": {\n\"EndDate\": \"2021-02-29\"}}",
                .malformed(
                    line: 3, path: "CensorWindow.EndDate", expected: "a day such as 2020-01-31")
            ),
            (
                "{\"ConceptSets\": []}",
                .malformed(line: 1, path: "", expected: "PrimaryCriteria")
            ),
            (
                "{\"PrimaryCriteria\": {},\n}",
                .notJSON(line: 2, expected: "a key in quotation marks")
            ),
        ])
    func refusals(text: String, error: CirceError) {
        #expect(refusal(text) == error)
    }

    @Test("values that may be left out have Circe's defaults; null is as good as absent")
    func defaults() throws {
        let text = """
            {"PrimaryCriteria": {"CriteriaList": [{"Death": {"CodesetId": null}}]},
             "AdditionalCriteria": {"Type": "any", "CriteriaList": [{
               "Criteria": {"VisitOccurrence": {"VisitTypeExclude": true, "VisitType": []}},
               "StartWindow": {"Start": {"Coeff": -1}, "End": {"Days": 0, "Coeff": 1}},
               "EndWindow": {"Start": {"Coeff": -1}, "End": {"Coeff": 1}},
               "Occurrence": {"Type": 2, "Count": 1}}]},
             "ExpressionLimit": {"Type": "ALL"}, "CensorWindow": {"StartDate": ""}}
            """
        let expression = try CirceDefinition(Array(text.utf8)).expression
        #expect(expression.primary.criteria == [Circe.Criterion(.death)])
        #expect(expression.primary.limit == .first)
        #expect(expression.qualifiedLimit == .first)
        #expect(expression.expressionLimit == .all)
        #expect(expression.endStrategy == nil)
        #expect(expression.censorWindow.isOpen)
        let group = try #require(expression.additional)
        #expect(group.kind == .any)
        let member = group.criteria[0]
        #expect(!member.startWindow.useEventEnd)
        #expect(member.endWindow?.useEventEnd == true)
        #expect(!member.restrictVisit && !member.ignoreObservationPeriod)
        #expect(
            member.criterion.attributes
                == [Circe.Attribute(.type, .concepts([], isExcluded: true))])
    }

    @Test("every attribute of every domain is written as it is read")
    func everyAttribute() throws {
        var expression = CirceExpression()
        let concepts = [ConceptEntry(id: 7, name: "say \"seven\"\n\u{1}é")]
        let day = try #require(CivilDay(year: 1999, month: 2, day: 3))
        for keys in CirceKeys.domains {
            var criterion = Circe.Criterion(keys.table, isFirst: keys.hasFirst)
            criterion.conceptSet = keys.conceptSet.map { _ in 1 }
            criterion.sourceConceptSet = keys.sourceConceptSet.map { _ in 2 }
            criterion.dateAdjustment = Circe.DateAdjustment(startWith: .end, endOffset: -3)
            criterion.attributes = keys.keys.map { key in
                let test: Circe.Test =
                    switch key.form {
                    case .dates: .dates(.init(.notBetween, day, day))
                    case .numbers: .numbers(.init(.between, -0.25, 1e6))
                    case .concepts(let flag): .concepts(concepts, isExcluded: flag != nil)
                    case .selection: .conceptSet(3, isExcluded: true)
                    case .conceptSet: .conceptSet(4, isExcluded: false)
                    case .text: .text(.init(.contains, "a\\b", isNegated: true))
                    case .period: .period(.init(start: day))
                    case .flag: .holds
                    }
                return Circe.Attribute(key.field, test)
            }
            expression.primary.criteria.append(criterion)
        }
        expression.censorWindow = Circe.Period(end: day)
        expression.endStrategy = .drugEra(conceptSet: 1, gapDays: 2, offset: 3, daysSupply: 4)
        let definition = CirceDefinition(expression)
        #expect(try CirceDefinition(definition.encoded()).expression == expression)
    }
}
