// SPDX-License-Identifier: Apache-2.0
package import Records

/// A column of an extraction: what an event's attribute says, or something only the assembly needs.
package struct OMOPColumn: Hashable, Sendable {
    /// The raw value of an `EventAttribute`, or 128 and more; written to disk, never renumber.
    let tag: UInt8

    private init(tag: UInt8) {
        self.tag = tag
    }

    /// The column of an attribute.
    package init(_ attribute: EventAttribute) {
        tag = attribute.rawValue
    }

    /// `person_id`.
    package static let person = OMOPColumn(tag: 128)
    /// Days since 1970-01-01.
    package static let startDay = OMOPColumn(tag: 129)
    /// Minute of the day, 0...1439; missing where no time is given.
    package static let startMinute = OMOPColumn(tag: 130)
    package static let endDay = OMOPColumn(tag: 131)
    package static let endMinute = OMOPColumn(tag: 132)
    /// `provider_id`.
    package static let provider = OMOPColumn(tag: 133)
    /// `unit_source_value`, an index into the texts.
    package static let unitText = OMOPColumn(tag: 134)

    package static let genderConcept = OMOPColumn(tag: 140)
    package static let raceConcept = OMOPColumn(tag: 141)
    package static let ethnicityConcept = OMOPColumn(tag: 142)
    package static let birthYear = OMOPColumn(tag: 143)
    package static let birthMonth = OMOPColumn(tag: 144)
    package static let birthDay = OMOPColumn(tag: 145)
    /// Day of `birth_datetime`, counted from 1970-01-01.
    package static let birthDate = OMOPColumn(tag: 146)
    package static let birthMinute = OMOPColumn(tag: 147)
    /// `location_id`.
    package static let location = OMOPColumn(tag: 148)
    /// Texts, as indices.
    package static let state = OMOPColumn(tag: 149)
    package static let zip = OMOPColumn(tag: 150)

    package static let conceptName = OMOPColumn(tag: 160)
    package static let domain = OMOPColumn(tag: 161)
    package static let vocabulary = OMOPColumn(tag: 162)
    package static let conceptClass = OMOPColumn(tag: 163)
    package static let standard = OMOPColumn(tag: 164)
    package static let conceptCode = OMOPColumn(tag: 165)
    package static let invalidReason = OMOPColumn(tag: 166)

    /// The concepts of a pair: ancestor and descendant, or source and the one it maps to.
    package static let first = OMOPColumn(tag: 170)
    package static let second = OMOPColumn(tag: 171)

    private static let ownTags: Set<UInt8> = [
        128, 129, 130, 131, 132, 133, 134, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150,
        160, 161, 162, 163, 164, 165, 166, 170, 171,
    ]

    /// The column of a byte in an encoded extraction.
    init?(known tag: UInt8) {
        guard OMOPColumn.ownTags.contains(tag) || EventAttribute(rawValue: tag) != nil else {
            return nil
        }
        self.tag = tag
    }

    package var attribute: EventAttribute? { EventAttribute(rawValue: tag) }

    /// What the column's numbers may be; checked when a file is read and when bytes are decoded.
    enum Content {
        /// Any number, such as a key.
        case integer
        /// An OMOP concept id, 0...4,294,967,295.
        case concept
        /// The bit pattern of a finite Double.
        case decimal
        /// An index into the texts.
        case text
        case day
        case minute
        case year
        case month
        case dayOfMonth
    }

    var content: Content {
        switch self {
        case .startDay, .endDay, .birthDate: return .day
        case .startMinute, .endMinute, .birthMinute: return .minute
        case .birthYear: return .year
        case .birthMonth: return .month
        case .birthDay: return .dayOfMonth
        case .unitText, .state, .zip, .conceptName, .domain, .vocabulary, .conceptClass,
            .standard, .conceptCode, .invalidReason:
            return .text
        case .genderConcept, .raceConcept, .ethnicityConcept, .first, .second: return .concept
        default: break
        }
        guard let attribute else { return .integer }
        if attribute.isDecimal { return .decimal }
        if attribute.isText { return .text }
        return attribute.isConcept ? .concept : .integer
    }

    /// The numbers that are allowed, besides missing.
    var range: ClosedRange<Int64> {
        switch content {
        case .integer, .decimal: Int64.min + 1...Int64.max
        case .concept: 0...Int64(UInt32.max)
        case .text: 0...Int64(Int32.max)
        case .day: OMOPDate.days
        case .minute: 0...1439
        case .year: 1800...2299
        case .month: 1...12
        case .dayOfMonth: 1...31
        }
    }
}

extension EventAttribute {
    /// Its numbers are OMOP concept ids.
    var isConcept: Bool {
        switch self {
        case .concept, .sourceConcept, .typeConcept, .statusConcept, .providerSpecialty,
            .placeOfService, .routeConcept, .unitConcept, .valueConcept, .operatorConcept,
            .qualifierConcept, .modifierConcept, .anatomicSiteConcept, .diseaseStatusConcept,
            .doseUnitConcept, .payerConcept, .planConcept, .sponsorConcept, .stopReasonConcept,
            .payerSourceConcept, .planSourceConcept, .sponsorSourceConcept,
            .stopReasonSourceConcept, .admittedFromConcept, .dischargedToConcept:
            true
        default: false
        }
    }
}
