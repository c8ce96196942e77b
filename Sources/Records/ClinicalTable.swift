// SPDX-License-Identifier: Apache-2.0

/// The tables of the OMOP common data model whose rows are events.
///
/// Raw values are written to disk; never renumber.
package enum ClinicalTable: UInt8, Hashable, Sendable, CaseIterable {
    case conditionOccurrence = 1
    case drugExposure = 2
    case procedureOccurrence = 3
    case measurement = 4
    case observation = 5
    case visitOccurrence = 6
    case visitDetail = 7
    case deviceExposure = 8
    case specimen = 9
    case death = 10
    case observationPeriod = 11
    case conditionEra = 12
    case drugEra = 13
    case doseEra = 14
    case payerPlanPeriod = 15

    /// The table's name in the common data model, such as `condition_occurrence`.
    package var name: String {
        switch self {
        case .conditionOccurrence: "condition_occurrence"
        case .drugExposure: "drug_exposure"
        case .procedureOccurrence: "procedure_occurrence"
        case .measurement: "measurement"
        case .observation: "observation"
        case .visitOccurrence: "visit_occurrence"
        case .visitDetail: "visit_detail"
        case .deviceExposure: "device_exposure"
        case .specimen: "specimen"
        case .death: "death"
        case .observationPeriod: "observation_period"
        case .conditionEra: "condition_era"
        case .drugEra: "drug_era"
        case .doseEra: "dose_era"
        case .payerPlanPeriod: "payer_plan_period"
        }
    }

    /// Computed from other tables: such rows repeat what the source rows say.
    package var isDerived: Bool {
        self == .conditionEra || self == .drugEra || self == .doseEra
    }
}

/// What a row of an OMOP table says besides its concept, dates and value.
///
/// Values are 64-bit integers; `isDecimal` ones hold the bit pattern of a Double, `isText` ones an
/// index into a table of texts. Raw values are written to disk; never renumber.
package enum EventAttribute: UInt8, Hashable, Sendable, CaseIterable {
    /// Raw value of `ClinicalTable`.
    case table = 1
    /// The row's primary key in its table.
    case recordID = 2
    /// The concept of the row (for death: of its cause); an OMOP concept id.
    case concept = 3
    case sourceConcept = 4
    case typeConcept = 5
    case statusConcept = 6
    /// `visit_occurrence_id`.
    case visit = 7
    /// `visit_detail_id`.
    case visitDetail = 8
    /// Specialty concept of the row's provider.
    case providerSpecialty = 9
    /// Place-of-service concept of the row's care site.
    case placeOfService = 10
    case careSite = 11
    case quantity = 12
    case daysSupply = 13
    case refills = 14
    case routeConcept = 15
    case unitConcept = 16
    case valueConcept = 17
    /// `value_as_number` as the source states it, before units are normalised.
    case valueNumber = 18
    case operatorConcept = 19
    case rangeLow = 20
    case rangeHigh = 21
    case qualifierConcept = 22
    case modifierConcept = 23
    case anatomicSiteConcept = 24
    case diseaseStatusConcept = 25
    case occurrenceCount = 26
    case gapDays = 27
    case doseValue = 28
    case doseUnitConcept = 29
    case effectiveDrugDose = 30
    case stopReason = 31
    case lotNumber = 32
    case uniqueDeviceID = 33
    case sourceID = 34
    case valueText = 35
    case payerConcept = 36
    case planConcept = 37
    case sponsorConcept = 38
    case stopReasonConcept = 39
    case payerSourceConcept = 40
    case planSourceConcept = 41
    case sponsorSourceConcept = 42
    case stopReasonSourceConcept = 43
    /// Parent of a visit detail.
    case visitDetailParent = 44
    case admittedFromConcept = 45
    case dischargedToConcept = 46

    /// Stands for "not stated" in a column of attributes.
    package static let missing = Int64.min

    package var isDecimal: Bool {
        switch self {
        case .quantity, .valueNumber, .rangeLow, .rangeHigh, .doseValue, .effectiveDrugDose: true
        default: false
        }
    }

    package var isText: Bool {
        switch self {
        case .stopReason, .lotNumber, .uniqueDeviceID, .sourceID, .valueText: true
        default: false
        }
    }
}
