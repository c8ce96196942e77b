// SPDX-License-Identifier: Apache-2.0
import Records

/// What the events of one resource share.
struct EventSource {
    var patient: ByteText
    var id: ByteText
    var resource: ResourceKey
    var line: Int
}

extension ScannedResource {
    /// Refuses what did not happen, is not yet, or was entered by mistake.
    func checkStatus() throws(Rejection) {
        if let status, let reason = Rejection(status: status) { throw reason }
        if let verification { throw verification }
        if isForbidden { throw .doNotPerform }
    }

    /// Whether an observation has a code for each event that it must give.
    fileprivate var isCodedObservation: Bool {
        if value.isPresent || !hasComponents { return concept.coding != nil }
        return components.contains { $0.concept.coding != nil }
    }

    /// Which date a resource type goes by, in the order of preference.
    fileprivate func dates(_ type: ImportedType) -> [ByteText?] {
        switch type {
        case .encounter: [period.start]
        case .medicationRequest, .imagingStudy, .immunization: [moment]
        case .procedure, .documentReference: [moment, period.start]
        case .condition, .observation, .diagnosticReport, .allergyIntolerance:
            [moment, period.start, recorded]
        case .patient: []
        }
    }

    /// The end of what happened; nil for what is a point in time.
    ///
    /// onsetPeriod says when a condition began and nothing of its end.
    fileprivate func end(_ type: ImportedType) -> ByteText? {
        switch type {
        case .condition: abatement ?? abatementPeriod.end
        case .encounter: period.end
        case .procedure, .observation, .diagnosticReport: moment == nil ? period.end : nil
        default: nil
        }
    }
}

extension Assembly {
    /// Adds the events and notes of a resource.
    ///
    /// All that can be refused is refused before anything is added or counted.
    mutating func addEvents(
        of scanned: ScannedResource, type: ImportedType, source: EventSource
    ) throws(Rejection) {
        guard !scanned.value.isNotANumber, !scanned.components.contains(where: \.value.isNotANumber)
        else { throw .notANumber }
        let hasNote = scanned.attachments.contains { ($0.data?.count ?? 0) > 0 }
        let codings = codings(of: scanned, type: type)
        let isCoded = type == .observation ? scanned.isCodedObservation : !codings.isEmpty
        guard isCoded || hasNote else {
            throw scanned.hasMedicationReference ? .medicationByReference : .noCode
        }
        let start = try startTime(scanned, type: type, mayLack: hasNote && !isCoded)
        if let start {
            var event = SourceEvent(
                patient: index(ofPatient: source.patient), code: 0, start: start,
                end: endTime(scanned, type: type, start: start), resource: source.resource,
                line: Int32(clamping: source.line))
            if type == .observation {
                addObservation(scanned, event)
            } else {
                for coding in codings {
                    event.code = index(of: coding)
                    append(event)
                }
            }
        }
        if scanned.hasConclusion { withholdText() }
        addNotes(scanned, at: start, source: source)
    }

    /// The codes a resource stands for, one event each; none for observations, which have values.
    ///
    /// An encounter gives the first coding of its type and its class, one a code system; an imaging
    /// study its procedure codes, or without any each modality once.
    private func codings(of scanned: ScannedResource, type: ImportedType) -> [ScannedCoding] {
        switch type {
        case .encounter:
            var codings = [scanned.type.coding].compactMap { $0 }
            if let visit = scanned.encounterClass,
                !codings.contains(where: { $0.system == visit.system })
            {
                codings.append(visit)
            }
            return codings
        case .imagingStudy:
            let procedures = scanned.furtherConcepts.compactMap(\.coding)
            return procedures.isEmpty ? distinct(scanned.modalities) : procedures
        case .documentReference:
            return [scanned.type.coding].compactMap { $0 }
        case .diagnosticReport:
            return [scanned.concept.coding].compactMap { $0 }
                + scanned.furtherConcepts.compactMap(\.coding)
        case .observation, .patient:
            return []
        default:
            return [scanned.concept.coding].compactMap { $0 }
        }
    }

    private func distinct(_ codings: [ScannedCoding]) -> [ScannedCoding] {
        var seen: Set<Code> = []
        return codings.filter { seen.insert(code($0)).inserted }
    }

    private func startTime(
        _ scanned: ScannedResource, type: ImportedType, mayLack: Bool
    ) throws(Rejection) -> CivilTime? {
        for text in scanned.dates(type) {
            guard let text else { continue }
            do {
                return try DateText.time(text)
            } catch DateText.Refusal.outOfRange {
                throw .dateOutOfRange
            } catch {
                throw .unreadableDate
            }
        }
        if mayLack { return nil }
        throw .noDate
    }

    private mutating func endTime(
        _ scanned: ScannedResource, type: ImportedType, start: CivilTime
    ) -> CivilTime? {
        guard let text = scanned.end(type) else { return nil }
        guard let end = try? DateText.time(text) else {
            lose(.unreadableEnd)
            return nil
        }
        if end >= start { return end }
        // The clock may have been set back in between: then the wall clock shows no length.
        if let first = scanned.dates(type).lazy.compactMap({ $0 }).first,
            let began = DateText.instant(first), let ended = DateText.instant(text),
            ended >= began
        {
            return start
        }
        lose(.endBeforeStart)
        return nil
    }

    // MARK: Observations

    /// A panel is an event of its own if it has a value or no components; each component is one.
    private mutating func addObservation(_ scanned: ScannedResource, _ event: SourceEvent) {
        if scanned.value.isPresent || !scanned.hasComponents, let coding = scanned.concept.coding {
            append(valued(event, coding, scanned.value))
        }
        for component in scanned.components {
            if let coding = component.concept.coding {
                append(valued(event, coding, component.value))
            }
        }
        countLosses(scanned)
    }

    private mutating func valued(
        _ event: SourceEvent, _ coding: ScannedCoding, _ value: ScannedValue
    ) -> SourceEvent {
        var event = event
        event.code = index(of: coding)
        event.kind = value.kind
        event.number = value.number
        event.unit = index(ofUnit: value.unit)
        if value.kind == .code, let answer = value.coding { event.valueCode = index(of: answer) }
        return event
    }

    private mutating func countLosses(_ scanned: ScannedResource) {
        if scanned.value.isText { withholdText() }
        if let part = scanned.value.lost { lose(part) }
        for component in scanned.components {
            if component.concept.coding == nil { lose(.componentWithoutCode) }
            if component.value.isText { withholdText() }
            if let part = component.value.lost { lose(part) }
        }
    }

    // MARK: Notes

    private mutating func addNotes(
        _ scanned: ScannedResource, at start: CivilTime?, source: EventSource
    ) {
        for attachment in scanned.attachments {
            guard let data = attachment.data, data.count > 0 else {
                lose(.attachmentByReference)
                continue
            }
            guard let body = Base64.decode(data) else {
                lose(.unreadableAttachment)
                continue
            }
            let type = scanned.type.coding ?? scanned.concept.coding
            append(
                SourceNote(
                    patientKey: source.patient.string, resourceID: source.id.string,
                    type: type.map(code), at: start,
                    contentType: attachment.contentType?.string ?? "", body: body),
                resource: source.resource)
        }
    }
}
