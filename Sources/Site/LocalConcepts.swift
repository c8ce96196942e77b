// SPDX-License-Identifier: Apache-2.0
import Intake
import Records

/// Which concepts and units of a site's own making may be released.
///
/// The same rule as `LocalCodes`, for OMOP: a local concept can be anything, a record number
/// included, and so can the text of a unit nobody else writes. Both are released only where as many
/// persons share them as a count must have to be shown.
struct LocalConcepts {
    private let rareConcepts: Set<Int64>
    private let rareCodes: Set<UInt32>
    private let rareUnits: Set<Int32>

    /// Concepts from here on are a site's own, by the OMOP conventions on local vocabularies.
    private static let first: Int64 = 2_000_000_000

    static func isLocal(_ concept: Int64) -> Bool { concept >= first }

    init(_ content: OMOPContent, smallCell: Int) {
        var concepts: [Int64: Set<UInt32>] = [:]
        var units: [Int32: Set<UInt32>] = [:]
        let events = content.events
        let isUnknown = content.units.map { !UnitTable.isKnown($0) }
        func see(_ concept: Int64, _ row: Int) {
            guard LocalConcepts.isLocal(concept) else { return }
            concepts[concept, default: []].insert(events.person[row])
        }
        for row in 0..<events.count {
            see(Int64(content.conceptOfCode[Int(events.code[row])]), row)
            let value = events.valueCode[row]
            if value >= 0 { see(Int64(content.conceptOfCode[Int(value)]), row) }
            let unit = events.unit[row]
            if unit >= 0, isUnknown[Int(unit)] {
                units[unit, default: []].insert(events.person[row])
            }
        }
        for (attribute, column) in content.attributes where attribute.isConcept {
            for (row, concept) in column.enumerated() { see(concept, row) }
        }
        let rare = Set(concepts.filter { $0.value.count < smallCell }.keys)
        rareConcepts = rare
        rareCodes = Set(
            content.conceptOfCode.indices.filter { rare.contains(Int64(content.conceptOfCode[$0])) }
                .map { UInt32($0) })
        rareUnits = Set(units.filter { $0.value.count < smallCell }.keys)
    }

    func isRare(code: UInt32) -> Bool { rareCodes.contains(code) }

    func isRare(unit: Int32) -> Bool { rareUnits.contains(unit) }

    /// An attribute's value as it may be told.
    func released(_ value: Int64, of attribute: EventAttribute) -> Int64 {
        attribute.isConcept && rareConcepts.contains(value) ? EventAttribute.missing : value
    }
}

extension EventAttribute {
    /// Whether values are OMOP concept ids.
    fileprivate var isConcept: Bool {
        switch self {
        case .concept, .sourceConcept, .typeConcept, .statusConcept, .providerSpecialty,
            .placeOfService, .routeConcept, .unitConcept, .valueConcept, .operatorConcept,
            .qualifierConcept, .modifierConcept, .anatomicSiteConcept, .diseaseStatusConcept,
            .doseUnitConcept, .payerConcept, .planConcept, .sponsorConcept, .stopReasonConcept,
            .payerSourceConcept, .planSourceConcept, .sponsorSourceConcept,
            .stopReasonSourceConcept, .admittedFromConcept, .dischargedToConcept:
            true
        case .table, .recordID, .visit, .visitDetail, .visitDetailParent, .careSite, .quantity,
            .daysSupply, .refills, .valueNumber, .rangeLow, .rangeHigh, .occurrenceCount, .gapDays,
            .doseValue, .effectiveDrugDose, .stopReason, .lotNumber, .uniqueDeviceID, .sourceID,
            .valueText:
            false
        }
    }
}
