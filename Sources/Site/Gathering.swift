// SPDX-License-Identifier: Apache-2.0
import Intake
import Records
import Vault

/// Everything the vault's batches say, on one set of tables: the latest word on each resource.
///
/// A resource that a later import states again replaces the earlier one. Events whose patient no
/// import has brought stay in their batch and are counted; they appear once the patient does.
struct Gathering {
    /// First and last moment of a patient's events.
    struct Span {
        var first: CivilTime
        var last: CivilTime
    }

    var persons: [String: Person] = [:]
    var patientKeys: [String] = []
    /// Per patient; nil without events.
    var spans: [Span?] = []
    /// Indices point into the tables below.
    var events: [SourceEvent] = []
    var codes: [CodeEntry] = []
    var units: [String] = []
    var notes = 0
    /// The reports of all batches, added up.
    var report = IntakeReport()
    var withheldByBatch: [String: [String: Int]] = [:]

    private var patientIndex: [String: Int32] = [:]
    private var codeIndex: [Code: Int32] = [:]
    private var unitIndex: [String: Int32] = [:]
    private var seenLater: Set<ResourceKey> = []

    static let superseded = "stated again by a later file"
    static let patientUnknown = "patient not in any import"

    /// Reads the batches from the latest to the first.
    static func gather(_ list: ImportList, from vault: Vault) throws(SiteError) -> Gathering {
        var gathering = Gathering()
        var orphans = OrphanCount()
        for (position, batch) in list.batches.enumerated().reversed() {
            guard case .fhir(let extraction) = try ImportList.batch(batch.digest, from: vault)
            else { continue }
            gathering.add(extraction, position: position, digest: batch.digest, to: &orphans)
        }
        gathering.dropOrphans(orphans, list: list)
        return gathering
    }

    /// Resources by batch and patient, to be counted where the patient turns out to be unknown.
    struct OrphanCount {
        var resources: [[Int32: Int]] = []
        var positions: [Int] = []
    }

    private mutating func add(
        _ extraction: Extraction, position: Int, digest: String, to orphans: inout OrphanCount
    ) {
        report = report + extraction.report
        var seenHere: Set<ResourceKey> = []
        var superseded: Set<ResourceKey> = []
        func isNew(_ key: ResourceKey) -> Bool {
            if seenLater.contains(key) {
                superseded.insert(key)
                return false
            }
            seenHere.insert(key)
            return true
        }
        for (person, key) in zip(extraction.persons, extraction.personResources)
        where isNew(key) {
            persons[person.key] = person
        }
        for key in extraction.noteResources where isNew(key) { notes += 1 }
        let patients = extraction.patientKeys.map { index(ofPatient: $0) }
        let codeMap = extraction.codes.map { index(ofCode: $0) }
        let unitMap = extraction.units.map { index(ofUnit: $0) }
        var byPatient: [Int32: Int] = [:]
        var last: ResourceKey?
        var lastIsNew = false
        events.reserveCapacity(events.count + extraction.events.count)
        for var event in extraction.events {
            if event.resource != last {
                last = event.resource
                lastIsNew = isNew(event.resource)
                if lastIsNew { byPatient[patients[Int(event.patient)], default: 0] += 1 }
            }
            guard lastIsNew else { continue }
            event.patient = patients[Int(event.patient)]
            event.code = codeMap[Int(event.code)]
            if event.valueCode >= 0 { event.valueCode = codeMap[Int(event.valueCode)] }
            if event.unit >= 0 { event.unit = unitMap[Int(event.unit)] }
            include(event)
            events.append(event)
        }
        if !superseded.isEmpty {
            withheldByBatch[digest, default: [:]][Gathering.superseded] = superseded.count
        }
        seenLater.formUnion(seenHere)
        orphans.resources.append(byPatient)
        orphans.positions.append(position)
    }

    private mutating func include(_ event: SourceEvent) {
        let patient = Int(event.patient)
        let end = max(event.start, event.end ?? event.start)
        if var span = spans[patient] {
            span.first = min(span.first, event.start)
            span.last = max(span.last, end)
            spans[patient] = span
        } else {
            spans[patient] = Span(first: event.start, last: end)
        }
    }

    private mutating func dropOrphans(_ orphans: OrphanCount, list: ImportList) {
        let isKnown = patientKeys.map { persons[$0] != nil }
        for (byPatient, position) in zip(orphans.resources, orphans.positions) {
            let count = byPatient.reduce(0) { $0 + (isKnown[Int($1.key)] ? 0 : $1.value) }
            if count > 0 {
                let digest = list.batches[position].digest
                withheldByBatch[digest, default: [:]][Gathering.patientUnknown] = count
            }
        }
        guard isKnown.contains(false) else { return }
        let kept = events.indices.filter { isKnown[Int(events[$0].patient)] }
        events = kept.map { events[$0] }
    }

    private mutating func index(ofPatient key: String) -> Int32 {
        if let index = patientIndex[key] { return index }
        let index = Int32(patientKeys.count)
        patientIndex[key] = index
        patientKeys.append(key)
        spans.append(nil)
        return index
    }

    private mutating func index(ofCode entry: CodeEntry) -> Int32 {
        if let index = codeIndex[entry.code] {
            if codes[Int(index)].display.isEmpty { codes[Int(index)] = entry }
            return index
        }
        let index = Int32(codes.count)
        codeIndex[entry.code] = index
        codes.append(entry)
        return index
    }

    private mutating func index(ofUnit unit: String) -> Int32 {
        if let index = unitIndex[unit] { return index }
        let index = Int32(units.count)
        unitIndex[unit] = index
        units.append(unit)
        return index
    }
}
