// SPDX-License-Identifier: Apache-2.0
import Records

@testable import Cohorts

/// A clinical source in memory.
struct CirceTestSource: ClinicalSource {
    /// Everyone with a record in any table, ascending: Circe's SQL asks for a row in `person` only
    /// where a definition asks for age or the like.
    let persons: [Int64]
    let concepts: CirceTestConcepts
    private let people: [ClinicalPerson]
    private let tables: [ClinicalTable: Table]
    private let texts: [String]

    private struct Table {
        var rows = ClinicalRows()
        var positions: [UInt32: [Int32]] = [:]
    }

    var subjectCount: Int { persons.count }

    func person(_ subject: Int) -> ClinicalPerson { people[subject] }

    func text(_ index: Int64) -> String { texts[Int(index)] }

    func rows(
        _ table: ClinicalTable, concepts: Set<UInt32>?, attributes: Set<EventAttribute>
    ) -> ClinicalRows {
        guard let table = tables[table] else { return ClinicalRows() }
        let all = table.rows
        guard let concepts else {
            var rows = all
            rows.attributes = all.attributes.filter { attributes.contains($0.key) }
            for attribute in attributes where rows.attributes[attribute] == nil {
                rows.attributes[attribute] = missing(all.count)
            }
            return rows
        }
        var positions: [Int32] = []
        for concept in concepts { positions += table.positions[concept] ?? [] }
        if concepts.count > 1 { positions.sort() }
        var rows = ClinicalRows()
        rows.subject = positions.map { all.subject[Int($0)] }
        rows.start = positions.map { all.start[Int($0)] }
        rows.end = positions.map { all.end[Int($0)] }
        rows.record = positions.map { all.record[Int($0)] }
        rows.concept = positions.map { all.concept[Int($0)] }
        for attribute in attributes {
            let column = all.attributes[attribute]
            rows.attributes[attribute] =
                column.map { column in positions.map { column[Int($0)] } }
                ?? missing(positions.count)
        }
        return rows
    }

    private func missing(_ count: Int) -> [Int64] {
        [Int64](repeating: EventAttribute.missing, count: count)
    }

    // MARK: - Loading

    /// Where a table of the data model keeps what every row has, and its attributes.
    private struct Layout {
        var table: ClinicalTable
        var record: String
        var concept: String
        var start: String
        var end: String?
        var attributes: [(String, EventAttribute)]
    }

    private static let layouts: [Layout] = [
        Layout(
            table: .conditionOccurrence, record: "condition_occurrence_id",
            concept: "condition_concept_id", start: "condition_start_date",
            end: "condition_end_date",
            attributes: [
                ("condition_source_concept_id", .sourceConcept),
                ("condition_type_concept_id", .typeConcept),
                ("condition_status_concept_id", .statusConcept), ("stop_reason", .stopReason),
            ]),
        Layout(
            table: .drugExposure, record: "drug_exposure_id", concept: "drug_concept_id",
            start: "drug_exposure_start_date", end: "drug_exposure_end_date",
            attributes: [
                ("drug_source_concept_id", .sourceConcept), ("drug_type_concept_id", .typeConcept),
                ("stop_reason", .stopReason), ("refills", .refills), ("quantity", .quantity),
                ("days_supply", .daysSupply), ("route_concept_id", .routeConcept),
                ("effective_drug_dose", .effectiveDrugDose),
                ("dose_unit_concept_id", .doseUnitConcept), ("lot_number", .lotNumber),
            ]),
        Layout(
            table: .procedureOccurrence, record: "procedure_occurrence_id",
            concept: "procedure_concept_id", start: "procedure_date", end: nil,
            attributes: [
                ("procedure_source_concept_id", .sourceConcept),
                ("procedure_type_concept_id", .typeConcept),
                ("modifier_concept_id", .modifierConcept), ("quantity", .quantity),
            ]),
        Layout(
            table: .measurement, record: "measurement_id", concept: "measurement_concept_id",
            start: "measurement_date", end: nil,
            attributes: [
                ("measurement_source_concept_id", .sourceConcept),
                ("measurement_type_concept_id", .typeConcept),
                ("operator_concept_id", .operatorConcept), ("value_as_number", .valueNumber),
                ("value_as_concept_id", .valueConcept), ("unit_concept_id", .unitConcept),
                ("range_low", .rangeLow), ("range_high", .rangeHigh),
            ]),
        Layout(
            table: .observation, record: "observation_id", concept: "observation_concept_id",
            start: "observation_date", end: nil,
            attributes: [
                ("observation_source_concept_id", .sourceConcept),
                ("observation_type_concept_id", .typeConcept), ("value_as_number", .valueNumber),
                ("value_as_string", .valueText), ("value_as_concept_id", .valueConcept),
                ("qualifier_concept_id", .qualifierConcept), ("unit_concept_id", .unitConcept),
            ]),
        Layout(
            table: .visitOccurrence, record: "visit_occurrence_id", concept: "visit_concept_id",
            start: "visit_start_date", end: "visit_end_date",
            attributes: [
                ("visit_source_concept_id", .sourceConcept),
                ("visit_type_concept_id", .typeConcept),
            ]),
        Layout(
            table: .visitDetail, record: "visit_detail_id", concept: "visit_detail_concept_id",
            start: "visit_detail_start_date", end: "visit_detail_end_date",
            attributes: [
                ("visit_detail_source_concept_id", .sourceConcept),
                ("visit_detail_type_concept_id", .typeConcept),
            ]),
        Layout(
            table: .deviceExposure, record: "device_exposure_id", concept: "device_concept_id",
            start: "device_exposure_start_date", end: "device_exposure_end_date",
            attributes: [
                ("device_source_concept_id", .sourceConcept),
                ("device_type_concept_id", .typeConcept), ("unique_device_id", .uniqueDeviceID),
                ("quantity", .quantity),
            ]),
        Layout(
            table: .specimen, record: "specimen_id", concept: "specimen_concept_id",
            start: "specimen_date", end: nil,
            attributes: [
                ("specimen_type_concept_id", .typeConcept), ("quantity", .quantity),
                ("unit_concept_id", .unitConcept),
                ("anatomic_site_concept_id", .anatomicSiteConcept),
                ("disease_status_concept_id", .diseaseStatusConcept),
                ("specimen_source_id", .sourceID),
            ]),
        Layout(
            table: .death, record: "person_id", concept: "cause_concept_id", start: "death_date",
            end: nil,
            attributes: [
                ("cause_source_concept_id", .sourceConcept),
                ("death_type_concept_id", .typeConcept),
            ]),
        Layout(
            table: .observationPeriod, record: "observation_period_id",
            concept: "period_type_concept_id", start: "observation_period_start_date",
            end: "observation_period_end_date",
            attributes: [("period_type_concept_id", .typeConcept)]),
        Layout(
            table: .payerPlanPeriod, record: "payer_plan_period_id", concept: "payer_concept_id",
            start: "payer_plan_period_start_date", end: "payer_plan_period_end_date",
            attributes: [
                ("payer_concept_id", .payerConcept), ("plan_concept_id", .planConcept),
                ("sponsor_concept_id", .sponsorConcept),
                ("stop_reason_concept_id", .stopReasonConcept),
                ("payer_source_concept_id", .payerSourceConcept),
                ("plan_source_concept_id", .planSourceConcept),
                ("sponsor_source_concept_id", .sponsorSourceConcept),
                ("stop_reason_source_concept_id", .stopReasonSourceConcept),
            ]),
        Layout(
            table: .conditionEra, record: "condition_era_id", concept: "condition_concept_id",
            start: "condition_era_start_date", end: "condition_era_end_date",
            attributes: [("condition_occurrence_count", .occurrenceCount)]),
        Layout(
            table: .drugEra, record: "drug_era_id", concept: "drug_concept_id",
            start: "drug_era_start_date", end: "drug_era_end_date",
            attributes: [("drug_exposure_count", .occurrenceCount), ("gap_days", .gapDays)]),
        Layout(
            table: .doseEra, record: "dose_era_id", concept: "drug_concept_id",
            start: "dose_era_start_date", end: "dose_era_end_date",
            attributes: [("unit_concept_id", .unitConcept), ("dose_value", .doseValue)]),
    ]

    init(_ omop: OMOPTables) {
        var ids: Set<Int64> = []
        for name in omop.tables.keys { ids.formUnion(omop.column(name, "person_id") ?? []) }
        persons = ids.sorted()
        let positions = Dictionary(
            uniqueKeysWithValues: persons.enumerated().map { ($0.element, Int32($0.offset)) })
        var people = persons.map { _ in ClinicalPerson(genderConcept: 0) }
        let known = omop.column("person", "person_id") ?? []
        for row in known.indices {
            func concept(_ name: String) -> UInt32 {
                UInt32(exactly: omop.column("person", name)?[row] ?? 0) ?? 0
            }
            guard let position = positions[known[row]] else { continue }
            people[Int(position)] = ClinicalPerson(
                genderConcept: concept("gender_concept_id"),
                raceConcept: concept("race_concept_id"),
                ethnicityConcept: concept("ethnicity_concept_id"),
                yearOfBirth: Int32(exactly: omop.column("person", "year_of_birth")?[row] ?? 0))
        }
        self.people = people
        texts = omop.texts
        concepts = CirceTestConcepts(omop)
        var tables: [ClinicalTable: Table] = [:]
        for layout in CirceTestSource.layouts {
            tables[layout.table] = CirceTestSource.table(layout, omop, positions)
        }
        self.tables = tables
    }

    private static func table(
        _ layout: Layout, _ omop: OMOPTables, _ positions: [Int64: Int32]
    ) -> Table? {
        let name = layout.table.name
        guard let person = omop.column(name, "person_id"),
            let start = omop.column(name, layout.start)
        else { return nil }
        func column(_ name: String?) -> [Int64] {
            name.flatMap { omop.column(layout.table.name, $0) }
                ?? [Int64](repeating: EventAttribute.missing, count: person.count)
        }
        let record = column(layout.record)
        let concept = column(layout.concept)
        let end = column(layout.end)
        let subject = person.map { positions[$0] ?? 0 }
        let order = person.indices.sorted {
            if subject[$0] != subject[$1] { return subject[$0] < subject[$1] }
            if start[$0] != start[$1] { return start[$0] < start[$1] }
            return record[$0] < record[$1]
        }
        var table = Table()
        table.rows.subject = order.map { subject[$0] }
        table.rows.start = order.map { Int32(clamping: start[$0]) }
        table.rows.end = order.map {
            end[$0] == EventAttribute.missing ? ClinicalRows.noEnd : Int32(clamping: end[$0])
        }
        table.rows.record = order.map { record[$0] }
        table.rows.concept = order.map { UInt32(exactly: concept[$0]) ?? 0 }
        var attributes = layout.attributes + [("visit_occurrence_id", EventAttribute.visit)]
        if layout.table == .visitOccurrence { attributes.removeLast() }
        for (name, attribute) in attributes {
            guard let values = omop.column(layout.table.name, name) else { continue }
            table.rows.attributes[attribute] = order.map { values[$0] }
        }
        let joins: [(String, EventAttribute, String, String, String)] = [
            ("provider_id", .providerSpecialty, "provider", "provider_id", "specialty_concept_id"),
            (
                "care_site_id", .placeOfService, "care_site", "care_site_id",
                "place_of_service_concept_id"
            ),
        ]
        for (column, attribute, other, key, value) in joins {
            guard let own = omop.column(name, column), let keys = omop.column(other, key),
                let values = omop.column(other, value)
            else { continue }
            let found = Dictionary(zip(keys, values), uniquingKeysWith: { first, _ in first })
            table.rows.attributes[attribute] = order.map {
                found[own[$0]] ?? EventAttribute.missing
            }
        }
        for (position, concept) in table.rows.concept.enumerated() {
            table.positions[concept, default: []].append(Int32(position))
        }
        return table
    }
}

struct CirceTestConcepts: ConceptDictionary {
    private var entries: [UInt32: ConceptEntry] = [:]
    private var below: [UInt32: [UInt32]] = [:]
    private var sources: [UInt32: [UInt32]] = [:]

    init(_ omop: OMOPTables) {
        func concept(_ value: Int64) -> UInt32 { UInt32(exactly: value) ?? 0 }
        let ids = omop.column("concept", "concept_id") ?? []
        let reasons = omop.column("concept", "invalid_reason")
        for (row, id) in ids.enumerated() {
            let reason = reasons?[row] ?? EventAttribute.missing
            entries[concept(id)] = ConceptEntry(
                id: concept(id), name: "",
                invalidReason: reason == EventAttribute.missing ? "" : omop.texts[Int(reason)])
        }
        let ancestors = omop.column("concept_ancestor", "ancestor_concept_id") ?? []
        let descendants = omop.column("concept_ancestor", "descendant_concept_id") ?? []
        for (ancestor, descendant) in zip(ancestors, descendants) {
            below[concept(ancestor), default: []].append(concept(descendant))
        }
        for key in below.keys { below[key]?.sort() }
        let relationships = omop.column("concept_relationship", "relationship_id") ?? []
        for (row, relationship) in relationships.enumerated()
        where omop.texts[Int(relationship)] == "Maps to" {
            let invalid = omop.column("concept_relationship", "invalid_reason")?[row]
            guard invalid ?? EventAttribute.missing == EventAttribute.missing,
                let from = omop.column("concept_relationship", "concept_id_1")?[row],
                let to = omop.column("concept_relationship", "concept_id_2")?[row]
            else { continue }
            sources[concept(to), default: []].append(concept(from))
        }
        for key in sources.keys { sources[key]?.sort() }
    }

    func entry(_ concept: UInt32) -> ConceptEntry? { entries[concept] }
    func descendants(_ concept: UInt32) -> [UInt32] { below[concept] ?? [] }
    func mapped(to concept: UInt32) -> [UInt32] { sources[concept] ?? [] }
}
