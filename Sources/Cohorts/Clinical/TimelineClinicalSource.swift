// SPDX-License-Identifier: Apache-2.0
package import Records
import Synchronization
package import Timelines

/// Released timelines read as the tables of the OMOP common data model.
///
/// An event is a row of the table that its attributes name, of the concept of its code. Rows that
/// were read are kept, by code, for the next definition that asks for them. Any number of tasks may
/// read at once.
package final class TimelineClinicalSource: ClinicalSource {
    package let store: TimelineStore
    package let concepts: ConceptStore
    /// False where subjects have no true anchor day: days then count from each subject's anchor,
    /// and whatever asks for calendar dates must be refused by the caller.
    package let hasTrueDates: Bool
    /// The day each subject's minutes count from; all 0 without true dates.
    private let anchors: [Int32]
    /// Codes that may have rows of a table, ascending; from block bounds, so perhaps too many.
    private let codes: [ClinicalTable: [Int]]
    private let cache: Mutex<RunCache>

    /// - Parameter cacheSize: bytes of rows kept between calls, about.
    package init(store: TimelineStore, concepts: ConceptStore, cacheSize: Int = 1 << 29) {
        self.store = store
        self.concepts = concepts
        let days = (0..<store.subjectCount).map { store.anchorDay($0) }
        let hasTrueDates = TimelineClinicalSource.areTrue(days, in: store)
        self.hasTrueDates = hasTrueDates
        anchors = days.map { hasTrueDates ? $0 ?? 0 : 0 }
        codes = TimelineClinicalSource.codesByTable(store)
        cache = Mutex(RunCache(limit: cacheSize))
    }

    /// Whether any event is a row of a table; never of a store made from FHIR.
    package var hasTables: Bool { !codes.isEmpty }

    package var subjectCount: Int { store.subjectCount }

    package func person(_ subject: Int) -> ClinicalPerson {
        let record = store.subject(subject)
        return ClinicalPerson(
            genderConcept: record.genderConcept, raceConcept: record.raceConcept,
            ethnicityConcept: record.ethnicityConcept, yearOfBirth: record.birthYear)
    }

    package func text(_ index: Int64) -> String {
        guard let index = Int(exactly: index), index >= 0 else { return "" }
        return store.text(index)
    }

    /// The rows of a table, sorted by subject, start, then record id.
    ///
    /// - Complexity: O(n log k) for n rows of k codes; rows of one code that were read before are
    ///   not even copied.
    package func rows(
        _ table: ClinicalTable, concepts: Set<UInt32>?, attributes: Set<EventAttribute>
    ) -> ClinicalRows {
        var parts: [ClinicalRows] = []
        for code in codes[table] ?? [] {
            // The concept of a death is its cause, which the rows state one by one.
            if let concepts, table != .death, !concepts.contains(store.concept(ofCode: code)) {
                continue
            }
            guard let run = run(code, table, attributes), run.count > 0 else { continue }
            guard let concepts, table == .death else {
                parts.append(run)
                continue
            }
            let wanted = run.concept.indices.filter { concepts.contains(run.concept[$0]) }
            parts.append(run.rows(at: wanted))
        }
        guard parts.count == 1, var only = parts.first else {
            return ClinicalRows.merged(parts, attributes: attributes)
        }
        only.attributes = only.attributes.filter { attributes.contains($0.key) }
        return only
    }

    /// The rows of one code in a table; nil where it has none there.
    private func run(
        _ code: Int, _ table: ClinicalTable, _ attributes: Set<EventAttribute>
    ) -> ClinicalRows? {
        let known = cache.withLock { $0.runs(code) }
        if let known {
            guard let run = known[table] else { return nil }
            if !run.lacks(attributes) { return run.rows }
        }
        guard let postings = store.postings(code: code) else { return nil }
        var runs =
            known
            ?? TableRun.runs(of: postings, concept: store.concept(ofCode: code), anchors: anchors)
        runs[table]?.read(attributes, from: postings)
        cache.withLock { [runs] in $0.keep(runs, code) }
        return runs[table]?.rows
    }

    /// Whether every subject with events has an anchor day.
    private static func areTrue(_ days: [Int32?], in store: TimelineStore) -> Bool {
        guard days.contains(where: { $0 != nil }) else { return false }
        return days.indices.allSatisfy {
            days[$0] != nil || store.eventCount(ofSubject: $0) == 0
        }
    }

    private static func codesByTable(_ store: TimelineStore) -> [ClinicalTable: [Int]] {
        var codes: [ClinicalTable: [Int]] = [:]
        for code in store.codes.indices {
            guard let bounds = store.postings(code: code)?.attributeBounds(.table) else { continue }
            for table in ClinicalTable.allCases where bounds.contains(Int64(table.rawValue)) {
                codes[table, default: []].append(code)
            }
        }
        return codes
    }
}

/// The rows of codes read so far, the longest unused ones let go when they are too many.
private struct RunCache {
    private struct Entry {
        var runs: [ClinicalTable: TableRun]
        var size: Int
        var lastUse: Int
    }

    private let limit: Int
    private var entries: [Int: Entry] = [:]
    private var size = 0
    private var uses = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func runs(_ code: Int) -> [ClinicalTable: TableRun]? {
        uses += 1
        entries[code]?.lastUse = uses
        return entries[code]?.runs
    }

    mutating func keep(_ runs: [ClinicalTable: TableRun], _ code: Int) {
        uses += 1
        let added = runs.values.reduce(64) { $0 + $1.size }
        size += added - (entries[code]?.size ?? 0)
        entries[code] = Entry(runs: runs, size: added, lastUse: uses)
        guard size > limit else { return }
        // Down to half, so that not every further code pays for a sort.
        for (code, entry) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard size > limit / 2 else { break }
            entries[code] = nil
            size -= entry.size
        }
    }
}
