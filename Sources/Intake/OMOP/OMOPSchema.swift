// SPDX-License-Identifier: Apache-2.0
import Records

/// Which columns of a table are read, under the names versions 5.3 and 5.4 give them.
///
/// Source: OHDSI, OMOP Common Data Model 5.3 and 5.4 (github.com/OHDSI/CommonDataModel). Names,
/// addresses and source values of persons, providers and rows are left out on purpose.
struct OMOPSchema {
    enum Need {
        /// May be missing from the file, and empty in a row.
        case optional
        /// The file must have it; a row may leave it empty.
        case column
        /// A row without it is rejected.
        case value
    }

    struct Field {
        /// The name in 5.4 first, then others.
        var names: [String]
        var column: OMOPColumn
        var need: Need
        /// What an empty field means; missing for most.
        var empty = EventAttribute.missing
    }

    /// A date with, beside it, a column that has the time as well.
    struct Moment {
        var date: String
        var datetime: String
        var day: OMOPColumn
        var minute: OMOPColumn
        var need: Need
    }

    var fields: [Field] = []
    var moments: [Moment] = []

    init(_ table: OMOPTable) {
        switch table {
        case .clinical(let table): addClinical(table)
        case .person: addPerson()
        case .location:
            add("location_id", OMOPColumn(.recordID), .value)
            add("state", .state)
            add("zip", .zip)
        case .careSite:
            add("care_site_id", OMOPColumn(.recordID), .value)
            add(.placeOfService, "place_of_service_concept_id")
            add("location_id", .location)
        case .provider:
            add("provider_id", OMOPColumn(.recordID), .value)
            add(.providerSpecialty, "specialty_concept_id")
        case .concept: addConcept()
        case .conceptAncestor:
            add("ancestor_concept_id", .first, .value)
            add("descendant_concept_id", .second, .value)
        case .conceptRelationship:
            add("concept_id_1", .first, .value)
            add("concept_id_2", .second, .value)
        }
    }

    private mutating func add(
        _ name: String, _ column: OMOPColumn, _ need: Need = .optional,
        empty: Int64 = EventAttribute.missing
    ) {
        fields.append(Field(names: [name], column: column, need: need, empty: empty))
    }

    private mutating func add(_ attribute: EventAttribute, _ names: String...) {
        fields.append(Field(names: names, column: OMOPColumn(attribute), need: .optional))
    }

    private mutating func addPerson() {
        add("person_id", .person, .value)
        add("gender_concept_id", .genderConcept, .column, empty: 0)
        add("year_of_birth", .birthYear, .column)
        add("month_of_birth", .birthMonth)
        add("day_of_birth", .birthDay)
        add("race_concept_id", .raceConcept, empty: 0)
        add("ethnicity_concept_id", .ethnicityConcept, empty: 0)
        add("location_id", .location)
        add("care_site_id", OMOPColumn(.careSite))
        moments.append(
            Moment(
                date: "birth_date", datetime: "birth_datetime", day: .birthDate,
                minute: .birthMinute, need: .optional))
    }

    private mutating func addConcept() {
        add("concept_id", OMOPColumn(.concept), .value)
        add("concept_name", .conceptName, .column)
        add("domain_id", .domain)
        add("vocabulary_id", .vocabulary, .column)
        add("concept_class_id", .conceptClass)
        add("standard_concept", .standard)
        add("concept_code", .conceptCode, .column)
        add("invalid_reason", .invalidReason)
    }

    // MARK: Events

    private mutating func addClinical(_ table: ClinicalTable) {
        add("person_id", .person, .value)
        addConcepts(table)
        addMoments(table)
        switch table {
        case .death, .observationPeriod, .conditionEra, .drugEra, .doseEra, .payerPlanPeriod: break
        default:
            add("provider_id", .provider)
            add(.visit, "visit_occurrence_id")
            add(.visitDetail, "visit_detail_id")
        }
        addParticulars(table)
    }

    /// The key of the table and its concepts: of the row, its source and its type.
    private mutating func addConcepts(_ table: ClinicalTable) {
        let stem: String
        switch table {
        case .conditionOccurrence: stem = "condition"
        case .drugExposure: stem = "drug"
        case .procedureOccurrence: stem = "procedure"
        case .visitOccurrence: stem = "visit"
        case .deviceExposure: stem = "device"
        case .conditionEra: stem = "condition"
        case .drugEra, .doseEra: stem = "drug"
        case .death: stem = "cause"
        case .observationPeriod: stem = "period"
        default: stem = table.name
        }
        if table != .death { add("\(table.name)_id", OMOPColumn(.recordID), .value) }
        switch table {
        case .observationPeriod: break
        case .payerPlanPeriod: break
        case .death: add("cause_concept_id", OMOPColumn(.concept), empty: 0)
        default: add("\(stem)_concept_id", OMOPColumn(.concept), .column, empty: 0)
        }
        add(.typeConcept, "\(table == .death ? "death" : stem)_type_concept_id")
        add(.sourceConcept, "\(stem)_source_concept_id")
    }

    private mutating func addMoments(_ table: ClinicalTable) {
        let stem: String
        var hasEnd = true
        var endNeed = Need.optional
        switch table {
        case .conditionOccurrence: stem = "condition"
        case .visitOccurrence: stem = "visit"
        case .conditionEra, .drugEra, .doseEra, .drugExposure, .deviceExposure, .visitDetail:
            stem = table.name
        case .observationPeriod, .payerPlanPeriod:
            stem = table.name
            endNeed = .value
        case .procedureOccurrence: stem = "procedure"
        case .measurement, .observation, .specimen, .death:
            stem = table.name
            hasEnd = false
        }
        let isPoint = !hasEnd || table == .procedureOccurrence
        let start = isPoint ? stem : "\(stem)_start"
        moments.append(
            Moment(
                date: "\(start)_date", datetime: "\(start)_datetime", day: .startDay,
                minute: .startMinute, need: .value))
        guard hasEnd else { return }
        moments.append(
            Moment(
                date: "\(stem)_end_date", datetime: "\(stem)_end_datetime", day: .endDay,
                minute: .endMinute, need: endNeed))
    }

    /// What only some tables say.
    private mutating func addParticulars(_ table: ClinicalTable) {
        switch table {
        case .conditionOccurrence:
            add(.statusConcept, "condition_status_concept_id")
            add(.stopReason, "stop_reason")
        case .drugExposure:
            add(.stopReason, "stop_reason")
            add(.refills, "refills")
            add(.quantity, "quantity")
            add(.daysSupply, "days_supply")
            add(.routeConcept, "route_concept_id")
            add(.lotNumber, "lot_number")
            add(.effectiveDrugDose, "effective_drug_dose")
            add(.doseUnitConcept, "dose_unit_concept_id")
        case .procedureOccurrence:
            add(.modifierConcept, "modifier_concept_id")
            add(.quantity, "quantity")
        case .measurement:
            add(.operatorConcept, "operator_concept_id")
            addValue()
            add(.rangeLow, "range_low")
            add(.rangeHigh, "range_high")
        case .observation:
            addValue()
            add(.valueText, "value_as_string")
            add(.qualifierConcept, "qualifier_concept_id")
        case .visitOccurrence, .visitDetail:
            add(.careSite, "care_site_id")
            add(.admittedFromConcept, "admitted_from_concept_id", "admitting_source_concept_id")
            add(.dischargedToConcept, "discharged_to_concept_id", "discharge_to_concept_id")
            guard table == .visitDetail else { return removeOwnVisit("visit_occurrence_id") }
            add(.visitDetailParent, "parent_visit_detail_id", "visit_detail_parent_id")
            removeOwnVisit("visit_detail_id")
        case .deviceExposure:
            add(.uniqueDeviceID, "unique_device_id")
            add(.quantity, "quantity")
        case .specimen:
            add(.quantity, "quantity")
            add(.unitConcept, "unit_concept_id")
            add(.anatomicSiteConcept, "anatomic_site_concept_id")
            add(.diseaseStatusConcept, "disease_status_concept_id")
            add(.sourceID, "specimen_source_id")
        case .conditionEra: add(.occurrenceCount, "condition_occurrence_count")
        case .drugEra:
            add(.occurrenceCount, "drug_exposure_count")
            add(.gapDays, "gap_days")
        case .doseEra:
            add(.doseUnitConcept, "unit_concept_id")
            add(.doseValue, "dose_value")
        case .payerPlanPeriod: addPayer()
        case .death, .observationPeriod: break
        }
    }

    private mutating func addValue() {
        add(.valueNumber, "value_as_number")
        add(.valueConcept, "value_as_concept_id")
        add(.unitConcept, "unit_concept_id")
        add("unit_source_value", .unitText)
    }

    private mutating func addPayer() {
        add(.payerConcept, "payer_concept_id")
        add(.planConcept, "plan_concept_id")
        add(.sponsorConcept, "sponsor_concept_id")
        add(.stopReasonConcept, "stop_reason_concept_id")
        add(.payerSourceConcept, "payer_source_concept_id")
        add(.planSourceConcept, "plan_source_concept_id")
        add(.sponsorSourceConcept, "sponsor_source_concept_id")
        add(.stopReasonSourceConcept, "stop_reason_source_concept_id")
    }

    /// A visit's own key is its record id; it is not also a reference to itself.
    private mutating func removeOwnVisit(_ name: String) {
        let attribute: EventAttribute = name == "visit_occurrence_id" ? .visit : .visitDetail
        fields.removeAll { $0.column == OMOPColumn(attribute) }
        if attribute == .visit {
            fields.removeAll { $0.column == OMOPColumn(.visitDetail) }
        }
    }
}
