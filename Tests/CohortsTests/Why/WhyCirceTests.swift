// SPDX-License-Identifier: Apache-2.0
import Records
import Testing
import Timelines

@testable import Cohorts

@Suite("Why a subject is in a Circe cohort or not")
struct WhyCirceTests {
    /// One subject observed from day 0 to 400 with an asthma diagnosis on day 200 and steroids
    /// around it.
    private func store(_ scratch: ScratchDirectory) throws -> (TimelineStore, ConceptStore) {
        var subject = SubjectRecord(
            id: SubjectID(high: 0, low: 1), sex: .female, anchorYear: 1990, ageAtAnchor: nil,
            isAged: false)
        subject.anchorDay = 8_000
        subject.birthYear = 1950
        subject.genderConcept = 8532
        let codes = [
            CodeEntry(code: Code(.bedside, "observation-period"), display: ""),
            CodeEntry(code: Code(.snomed, "195967001"), display: "Asthma"),
            CodeEntry(code: Code(.rxnorm, "8640"), display: "prednisone"),
        ]
        let drugs: [(day: Int32, quantity: Double)] = [(165, 30), (195, 5), (199, 30), (203, 30)]
        var events = [
            EventRow(subject: 0, code: 0, start: 0, end: 400 * 1440),
            EventRow(subject: 0, code: 1, start: 200 * 1440),
        ]
        events += drugs.map { EventRow(subject: 0, code: 2, start: $0.day * 1440) }
        let path = "\(scratch.path)/timelines"
        try TimelineWriter.write(
            TimelineInput(
                subjects: [subject], events: events, codes: codes, units: [],
                conceptOfCode: [0, 317_009, 1_551_099],
                attributes: [
                    .table: [11, 1, 2, 2, 2, 2], .recordID: [1, 2, 3, 4, 5, 6],
                    .quantity: [EventAttribute.missing, EventAttribute.missing]
                        + drugs.map { Int64(bitPattern: $0.quantity.bitPattern) },
                ]), to: path)
        try ConceptStore.write(
            entries: [
                ConceptEntry(id: 317_009, name: "Asthma"),
                ConceptEntry(id: 1_551_099, name: "prednisone"),
            ], ancestors: [], mapsTo: [], to: "\(scratch.path)/concepts")
        return try (
            TimelineStore.open(path), ConceptStore.open("\(scratch.path)/concepts")
        )
    }

    private func definition(priorDays: Int, atLeast: Int) -> CirceExpression {
        var expression = CirceExpression()
        expression.conceptSets = [
            Circe.ConceptSet(
                id: 0, name: "asthma", items: [.init(concept: ConceptEntry(id: 317_009, name: ""))]),
            Circe.ConceptSet(
                id: 1, name: "steroids",
                items: [.init(concept: ConceptEntry(id: 1_551_099, name: ""))]),
        ]
        expression.primary.criteria = [Circe.Criterion(.conditionOccurrence, conceptSet: 0)]
        expression.primary.priorDays = priorDays
        let steroids = Circe.Criterion(
            .drugExposure, conceptSet: 1,
            attributes: [Circe.Attribute(.quantity, .numbers(.init(.greaterOrEqual, 10)))])
        expression.inclusionRules = [
            Circe.InclusionRule(
                name: "on steroids",
                expression: Circe.Group(
                    .all,
                    criteria: [
                        Circe.CorrelatedCriterion(
                            criterion: steroids,
                            startWindow: Circe.Window(
                                start: .init(days: 30, coefficient: -1),
                                end: .init(days: 0, coefficient: 1)),
                            occurrence: Circe.Occurrence(.atLeast, atLeast))
                    ]))
        ]
        return expression
    }

    @Test("what counted and what nearly counted is told with days and amounts")
    func nearMisses() throws {
        let scratch = try ScratchDirectory()
        let (store, concepts) = try store(scratch)
        let report = try WhyReport(
            definition(priorDays: 100, atLeast: 2), subject: 0, store: store, concepts: concepts)
        #expect(!report.isMember)
        #expect(
            report.text == """
                Not in the cohort: “on steroids” is not met.
                0. Entry event: met. There is one entry event; it starts on day 0.
                   counted: day 0: Asthma (SNOMED/195967001)
                1. on steroids: NOT met. Asked: this holds. Drug exposure of “steroids”: 1 found, \
                at least 2 asked for.
                   counted: day -1: prednisone (RxNorm/8640)
                   nearly: day -5: prednisone (RxNorm/8640); 5 below 10; asked for quantity of 10 \
                or above
                   nearly: day 3: prednisone (RxNorm/8640); 3 days too late
                   nearly: day -35: prednisone (RxNorm/8640); 5 days too early
                """)
        #expect(report.rules[1].fired.map(\.table) == ["drug_exposure"])
        let member = try WhyReport(
            definition(priorDays: 100, atLeast: 1), subject: 0, store: store, concepts: concepts)
        #expect(member.isMember)
        let off = try WhyReport(
            definition(priorDays: 100, atLeast: 2), subject: 0, store: store, concepts: concepts,
            enabled: [])
        #expect(off.isMember && !off.rules[1].isMet && !off.rules[1].isOn)
    }

    @Test("an entry event that is not observed long enough is told")
    func unobserved() throws {
        let scratch = try ScratchDirectory()
        let (store, concepts) = try store(scratch)
        let report = try WhyReport(
            definition(priorDays: 365, atLeast: 1), subject: 0, store: store, concepts: concepts)
        #expect(!report.isMember)
        #expect(report.rules.count == 1)
        #expect(
            report.rules[0].nearMisses.map(\.words) == [
                "day 200: Asthma (SNOMED/195967001); no observation period holds it with 365 days "
                    + "before it"
            ])
    }
}

@Suite(
    "Why, on GiBleed", .enabled(if: CirceSuites.isPresent, "skipped: shared data not found"))
struct WhyGiBleedTests {
    /// Definitions of the library that have members, those with rules on events first.
    private func definitions() throws -> [CirceExpression] {
        let filled = Set(ExpectedCohort.all.filter { $0.entries > 0 }.map(\.cohortId))
        let all = try CirceSuites.definitions.filter { filled.contains($0.id) }.map {
            try CirceDefinition($0.source).expression
        }
        let ruled = all.filter { expression in
            expression.inclusionRules.contains { !$0.expression.criteria.isEmpty }
        }
        #expect(!ruled.isEmpty)
        let others = all.filter { !ruled.contains($0) }
        return Array((ruled + others).prefix(all.count / CirceSuites.stride(8)))
    }

    @Test("one subject's report says what the engine says of everybody")
    func agrees() throws {
        let scratch = try ScratchDirectory()
        let source = try GiBleedTimelines.shared().source(in: scratch)
        var engine = CirceEngine(source)
        var counted = 0
        for expression in try definitions() {
            let result = try engine.run(expression)
            let members = Set(result.cohort.subject)
            let qualified = (0..<result.qualifiedEvents).map { Int(result.event($0).subject) }
            for subject in Set(qualified.prefix(8) + stride(from: 0, to: 150, by: 25)) {
                let one = SubjectSource(subject, of: source.store, concepts: source.concepts)
                var explainer = try CirceExplainer(expression, one, enabled: nil)
                let report = explainer.report()
                #expect(report.isMember == members.contains(Int32(subject)))
                #expect(!report.text.isEmpty)
                let events = explainer.engine.qualifiedEvents(expression)
                for event in 0..<events.count {
                    for rule in expression.inclusionRules {
                        for member in rule.expression.criteria {
                            let event = events.chosen([event])
                            #expect(
                                holds(member, event, &explainer.engine)
                                    == explainer.engine.holds(
                                        Circe.Group(.all, criteria: [member]), event)[0])
                            counted += 1
                        }
                    }
                }
            }
        }
        #expect(counted > 0)
    }

    /// The engine's answer from the records that `WhyWindow` lets through.
    private func holds(
        _ member: Circe.CorrelatedCriterion, _ event: CirceEvents,
        _ engine: inout CirceEngine<SubjectSource>
    ) -> Bool {
        let occurrence = member.occurrence
        let column = occurrence.isDistinct ? occurrence.column ?? .concept : nil
        let records = engine.records(member.criterion, distinct: column)
        let window = WhyWindow(member, event)
        let inside = (0..<records.count).filter { window.outside(records, $0) == nil }
        let count =
            occurrence.isDistinct
            ? Set(inside.map { records.distinct[$0] }.filter { $0 != EventAttribute.missing }).count
            : inside.count
        return switch occurrence.kind {
        case .exactly: count == occurrence.count
        case .atMost: count <= occurrence.count
        case .atLeast: count >= occurrence.count
        }
    }
}
