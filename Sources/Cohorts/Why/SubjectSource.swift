// SPDX-License-Identifier: Apache-2.0
import Records
import Timelines

/// One subject of a release as OMOP tables: subject 0 and no other.
///
/// What a definition makes of a subject depends on that subject's rows alone, so an engine over
/// this source answers as one over the whole release does, without reading anyone else's events.
struct SubjectSource: ClinicalSource {
    private struct Row {
        var place: SubjectEvents.Place
        var start: Int32
        var end: Int32
        var record: Int64
        var concept: UInt32
    }

    let events: SubjectEvents
    let concepts: ConceptStore
    /// The day that minutes count from; 0 in a release without true dates.
    let anchor: Int32
    /// Sorted by start, then record id.
    private var tables: [ClinicalTable: [Row]] = [:]

    init(_ subject: Int, of store: TimelineStore, concepts: ConceptStore) {
        events = SubjectEvents(subject, in: store)
        self.concepts = concepts
        anchor = store.anchorDay(subject) ?? 0
        for place in events.places {
            guard let postings = events.postings(place),
                let raw = UInt8(exactly: postings.attribute(.table, place.row)),
                let table = ClinicalTable(rawValue: raw)
            else { continue }
            let cause = UInt32(exactly: postings.attribute(.concept, place.row)) ?? 0
            tables[table, default: []].append(
                Row(
                    place: place, start: day(place.start),
                    end: postings.end(place.row).map(day) ?? ClinicalRows.noEnd,
                    record: postings.attribute(.recordID, place.row),
                    concept: table == .death ? cause : store.concept(ofCode: place.code)))
        }
        for table in tables.keys {
            tables[table]?.sort { ($0.start, $0.record) < ($1.start, $1.record) }
        }
    }

    /// The day some minutes after the anchor fall on.
    private func day(_ minutes: Int32) -> Int32 { anchor.moved(Int(DayNumber.of(minutes))) }

    var subjectCount: Int { 1 }

    func person(_ subject: Int) -> ClinicalPerson {
        let record = events.store.subject(events.subject)
        return ClinicalPerson(
            genderConcept: record.genderConcept, raceConcept: record.raceConcept,
            ethnicityConcept: record.ethnicityConcept, yearOfBirth: record.birthYear)
    }

    func text(_ index: Int64) -> String {
        guard let index = Int(exactly: index), index >= 0 else { return "" }
        return events.store.text(index)
    }

    func rows(
        _ table: ClinicalTable, concepts: Set<UInt32>?, attributes: Set<EventAttribute>
    ) -> ClinicalRows {
        let found = (tables[table] ?? []).filter { concepts?.contains($0.concept) ?? true }
        var rows = ClinicalRows()
        rows.subject = found.map { _ in 0 }
        rows.start = found.map(\.start)
        rows.end = found.map(\.end)
        rows.record = found.map(\.record)
        rows.concept = found.map(\.concept)
        for attribute in attributes {
            rows.attributes[attribute] = found.map { value(attribute, $0.place) }
        }
        return rows
    }

    private func value(_ attribute: EventAttribute, _ place: SubjectEvents.Place) -> Int64 {
        events.postings(place)?.attribute(attribute, place.row) ?? EventAttribute.missing
    }

    /// The event that a row of a table is.
    func place(_ table: ClinicalTable, _ record: Int64) -> SubjectEvents.Place? {
        tables[table]?.first { $0.record == record }?.place
    }

    /// What a row states as a number; nil where it states none.
    func number(
        _ attribute: EventAttribute, _ table: ClinicalTable, _ record: Int64
    ) -> Double? {
        guard let place = place(table, record) else { return nil }
        let raw = value(attribute, place)
        guard raw != EventAttribute.missing else { return nil }
        return attribute.isDecimal ? Double(bitPattern: UInt64(bitPattern: raw)) : Double(raw)
    }
}
