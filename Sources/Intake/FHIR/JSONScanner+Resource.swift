// SPDX-License-Identifier: Apache-2.0

/// The one scan that serves every clinical resource type.
extension JSONScanner {
    /// Reads a clinical resource, from before its opening brace to after its closing one.
    mutating func resource(_ systems: inout SystemTable) throws(JSONFault) -> ScannedResource {
        var scanned = ScannedResource()
        guard try enterObject() else { return scanned }
        while let field = try nextField() {
            switch field {
            case .id: scanned.id = try string()
            case .status: scanned.status = try string()
            case .verificationStatus: scanned.verification = try verification()
            case .doNotPerform: scanned.isForbidden = try boolean() == true
            case .subject, .patient: scanned.reference = try reference()
            case .code, .vaccineCode, .medicationCodeableConcept:
                scanned.concept = try concept(&systems)
            case .type: scanned.type = try firstConcept(&systems)
            case .encounterClass:
                scanned.encounterClass = try coding(
                    &systems,
                    defaultSystem: "http://terminology.hl7.org/CodeSystem/v3-ActCode")
            case .medicationReference:
                scanned.hasMedicationReference = true
                try skipValue()
            case .procedureCode, .conclusionCode:
                scanned.furtherConcepts += try concepts(&systems)
            case .series: try series(into: &scanned, &systems)
            default:
                if try scanDate(field, into: &scanned) { continue }
                try scanContent(field, into: &scanned, &systems)
            }
        }
        return scanned
    }

    /// Dates; false for a field that is none.
    private mutating func scanDate(
        _ field: Field, into scanned: inout ScannedResource
    ) throws(JSONFault) -> Bool {
        switch field {
        case .onsetDateTime, .effectiveDateTime, .effectiveInstant, .authoredOn,
            .performedDateTime, .started, .date, .occurrenceDateTime:
            scanned.moment = try string()
        case .onsetPeriod, .effectivePeriod, .performedPeriod, .period:
            scanned.period = try period()
        case .recordedDate, .issued: scanned.recorded = try string()
        case .abatementDateTime: scanned.abatement = try string()
        case .abatementPeriod: scanned.abatementPeriod = try period()
        case .context:
            guard try enterObject() else { return true }
            while let member = try nextField() {
                if member == .period {
                    scanned.period = try period()
                } else {
                    try skipValue()
                }
            }
        default: return false
        }
        return true
    }

    /// Values, components and attachments; skips everything else.
    private mutating func scanContent(
        _ field: Field, into scanned: inout ScannedResource, _ systems: inout SystemTable
    ) throws(JSONFault) {
        switch field {
        case .valueQuantity, .valueCodeableConcept, .valueString, .valueBoolean, .valueInteger,
            .valueRange, .valueRatio, .valueSampledData, .valueTime, .valueDateTime, .valuePeriod:
            scanned.value = try observationValue(field, &systems)
        case .component:
            guard try enterArray() else { return }
            while try nextElement() {
                scanned.hasComponents = true
                if let part = try component(&systems) { scanned.components.append(part) }
            }
        case .content:
            guard try enterArray() else { return }
            while try nextElement() {
                guard try enterObject() else { continue }
                while let member = try nextField() {
                    if member == .attachment {
                        scanned.attachments.append(try attachment())
                    } else {
                        try skipValue()
                    }
                }
            }
        case .presentedForm:
            guard try enterArray() else { return }
            while try nextElement() { scanned.attachments.append(try attachment()) }
        case .conclusion: scanned.hasConclusion = try string() != nil
        default: try skipValue()
        }
    }

    /// The first reason against a resource among the codings of its verificationStatus.
    private mutating func verification() throws(JSONFault) -> Rejection? {
        var reason: Rejection?
        guard try enterObject() else { return nil }
        while let field = try nextField() {
            guard field == .coding else {
                try skipValue()
                continue
            }
            guard try enterArray() else { continue }
            while try nextElement() {
                guard try enterObject() else { continue }
                while let member = try nextField() {
                    if member == .code, let code = try string() {
                        reason = reason ?? Rejection(status: code)
                    } else if member != .code {
                        try skipValue()
                    }
                }
            }
        }
        return reason
    }

    /// Observation.component; nil where the element is not an object.
    private mutating func component(
        _ systems: inout SystemTable
    ) throws(JSONFault) -> ScannedComponent? {
        var component = ScannedComponent(concept: ScannedConcept(), value: ScannedValue())
        guard try enterObject() else { return nil }
        while let field = try nextField() {
            switch field {
            case .code: component.concept = try concept(&systems)
            case .valueQuantity, .valueCodeableConcept, .valueString, .valueBoolean,
                .valueInteger, .valueRange, .valueRatio, .valueSampledData, .valueTime,
                .valueDateTime, .valuePeriod:
                component.value = try observationValue(field, &systems)
            default: try skipValue()
            }
        }
        return component
    }

    /// The modalities of ImagingStudy.series, as DICOM codes.
    private mutating func series(
        into scanned: inout ScannedResource, _ systems: inout SystemTable
    ) throws(JSONFault) {
        guard try enterArray() else { return }
        while try nextElement() {
            guard try enterObject() else { continue }
            while let field = try nextField() {
                guard field == .modality else {
                    try skipValue()
                    continue
                }
                let modality = try coding(
                    &systems, defaultSystem: "http://dicom.nema.org/resources/ontology/DCM")
                if let modality { scanned.modalities.append(modality) }
            }
        }
    }
}
