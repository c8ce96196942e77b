// SPDX-License-Identifier: Apache-2.0
import Records

// Which columns of which tables the parts of a definition read.

extension ClinicalTable {
    /// Rows say which visit they belong to.
    var hasVisit: Bool {
        switch self {
        case .conditionOccurrence, .drugExposure, .procedureOccurrence, .measurement, .observation,
            .visitDetail, .deviceExposure:
            true
        case .visitOccurrence, .specimen, .death, .observationPeriod, .conditionEra, .drugEra,
            .doseEra, .payerPlanPeriod:
            false
        }
    }

    /// Circe counts such records as one day long.
    var lastsOneDay: Bool {
        switch self {
        case .procedureOccurrence, .measurement, .observation, .specimen, .death: true
        case .conditionOccurrence, .drugExposure, .visitOccurrence, .visitDetail, .deviceExposure,
            .observationPeriod, .conditionEra, .drugEra, .doseEra, .payerPlanPeriod:
            false
        }
    }
}

extension Circe.Field {
    /// The columns a condition on this field reads, besides the dates and the person.
    func columns(_ table: ClinicalTable) -> [EventAttribute] {
        switch self {
        case .startDate, .endDate, .age, .ageAtStart, .ageAtEnd, .gender, .race, .ethnicity,
            .length, .userDefinedPeriod:
            []
        case .type: [.typeConcept]
        case .status: [.statusConcept]
        case .stopReason: [.stopReason]
        case .providerSpecialty: [.providerSpecialty]
        case .visitConcept: [.visit]
        case .placeOfService: [.placeOfService]
        case .refills: [.refills]
        case .quantity: [.quantity]
        case .daysSupply: [.daysSupply]
        case .route: [.routeConcept]
        case .effectiveDose: [.effectiveDrugDose]
        case .doseUnit: [.doseUnitConcept]
        case .lotNumber: [.lotNumber]
        case .modifier: [.modifierConcept]
        case .operatorConcept: [.operatorConcept]
        case .valueNumber: [.valueNumber]
        case .valueConcept: [.valueConcept]
        case .valueText: [.valueText]
        case .unit: [.unitConcept]
        case .rangeLow: [.rangeLow]
        case .rangeHigh: [.rangeHigh]
        case .rangeLowRatio: [.valueNumber, .rangeLow]
        case .rangeHighRatio: [.valueNumber, .rangeHigh]
        case .abnormal: [.valueNumber, .rangeLow, .rangeHigh, .valueConcept]
        case .qualifier: [.qualifierConcept]
        case .deviceID: [.uniqueDeviceID]
        case .anatomicSite: [.anatomicSiteConcept]
        case .diseaseStatus: [.diseaseStatusConcept]
        case .sourceID: [.sourceID]
        case .occurrenceCount: [.occurrenceCount]
        case .gapDays: [.gapDays]
        case .doseValue: [.doseValue]
        case .payer: [.payerConcept]
        case .plan: [.planConcept]
        case .sponsor: [.sponsorConcept]
        case .stopReasonConcept: [.stopReasonConcept]
        case .payerSource: [.payerSourceConcept]
        case .planSource: [.planSourceConcept]
        case .sponsorSource: [.sponsorSourceConcept]
        case .stopReasonSource: [.stopReasonSourceConcept]
        }
    }

    /// Circe cuts the condition's decimals off.
    func isWhole(_ table: ClinicalTable) -> Bool {
        switch self {
        case .refills, .daysSupply, .occurrenceCount, .gapDays, .length, .age, .ageAtStart,
            .ageAtEnd:
            true
        case .quantity: table == .procedureOccurrence || table == .deviceExposure
        default: false
        }
    }
}

extension Circe.Column {
    /// Whether Circe can count a domain's records by this column.
    func isKnown(_ table: ClinicalTable) -> Bool {
        switch self {
        case .startDate, .endDate, .concept: true
        case .visit: table != .conditionEra && table != .visitDetail
        case .visitDetail: table == .visitDetail
        case .duration: table != .payerPlanPeriod
        case .quantity:
            table == .drugExposure || table == .procedureOccurrence || table == .deviceExposure
        case .daysSupply, .refills: table == .drugExposure
        case .rangeLow, .rangeHigh: table == .measurement
        case .valueNumber: table == .measurement || table == .observation || table == .doseEra
        case .unit: table == .doseEra
        case .gapDays: table == .drugEra
        case .eraOccurrences: table == .conditionEra || table == .drugEra
        }
    }

    /// The attribute that holds the column's values; nil for what every row has.
    func attribute(_ table: ClinicalTable) -> EventAttribute? {
        switch self {
        case .concept:
            switch table {
            case .observationPeriod: .typeConcept
            case .payerPlanPeriod: .payerConcept
            default: nil
            }
        case .startDate, .endDate, .duration, .visitDetail: nil
        case .visit: table.hasVisit ? .visit : nil
        case .quantity: .quantity
        case .daysSupply: .daysSupply
        case .refills: .refills
        case .rangeLow: .rangeLow
        case .rangeHigh: .rangeHigh
        case .valueNumber: table == .doseEra ? .doseValue : .valueNumber
        case .unit: .unitConcept
        case .gapDays: .gapDays
        case .eraOccurrences: .occurrenceCount
        }
    }
}
