// SPDX-License-Identifier: Apache-2.0
package import Records

/// A segment of timelines, mapped for reading.
///
/// Opening reads the directory and the tables of codes and units only; events are read from the
/// mapped file as they are asked for. A file altered after opening is found by `verify()`; until
/// then whatever points outside is left out, and nothing is read outside the file.
package final class TimelineStore: Sendable {
    let reader: SegmentReader
    let columns: SegmentColumns

    private init(_ reader: SegmentReader) throws(TimelineError) {
        self.reader = reader
        columns = try SegmentColumns(reader)
    }

    /// Opens a segment; refuses a torn or inconsistent one.
    package static func open(_ path: String) throws(TimelineError) -> TimelineStore {
        try TimelineStore(SegmentReader(path))
    }

    /// A name for the content: 32 hexadecimal digits from the checksums and lengths of all blocks.
    ///
    /// The same content gives the same digest; it stops no forger.
    package var contentDigest: String { reader.contentDigest }

    package var subjectCount: Int { reader.subjectCount }
    package var eventCount: Int { reader.eventCount }
    /// Every code an event has or carries as its value, in ascending order.
    package var codes: [CodeEntry] { columns.codes }
    /// Every unit an event has, in ascending order of UTF-8 bytes.
    package var units: [String] { columns.units }

    /// What may be known of a subject besides events; the index must be below `subjectCount`.
    package func subject(_ index: Int) -> SubjectRecord {
        let subjects = columns.subjects
        let age = subjects.age[index]
        return SubjectRecord(
            id: id(index), sex: sex(index), anchorYear: subjects.year[index],
            ageAtAnchor: age == SegmentFormat.noAge ? nil : age, isAged: isAged(index),
            state: string(subjects.state[index]), zip3: string(subjects.zip3[index]),
            race: string(subjects.race[index]), ethnicity: string(subjects.ethnicity[index]))
    }

    /// The subject's sex alone; the index must be below `subjectCount`.
    package func sex(_ index: Int) -> Sex {
        SexCode.sex(columns.subjects.sex[index]) ?? .unknown
    }

    /// The calendar year of the subject's anchor.
    package func anchorYear(_ index: Int) -> Int32 { columns.subjects.year[index] }

    /// Completed years at the anchor; nil where unknown or hidden.
    package func ageAtAnchor(_ index: Int) -> Int32? {
        let age = columns.subjects.age[index]
        return age == SegmentFormat.noAge ? nil : age
    }

    /// Every age of the subject reads "90+".
    package func isAged(_ index: Int) -> Bool { columns.subjects.aged[index] != 0 }

    func id(_ index: Int) -> SubjectID {
        SubjectID(high: columns.subjects.high[index], low: columns.subjects.low[index])
    }

    private func string(_ position: UInt32) -> String {
        position < columns.strings.count ? columns.strings[Int(position)] : ""
    }

    /// Where a subject is in the directory; O(log n).
    package func index(of subject: SubjectID) -> Int? {
        var low = 0
        var high = subjectCount
        while low < high {
            let middle = low + (high - low) / 2
            if id(middle) < subject { low = middle + 1 } else { high = middle }
        }
        return low < subjectCount && id(low) == subject ? low : nil
    }

    /// Where a code is in the table; O(log n).
    package func codeIndex(_ code: Code) -> Int? {
        var low = 0
        var high = codes.count
        while low < high {
            let middle = low + (high - low) / 2
            if codes[middle].code < code { low = middle + 1 } else { high = middle }
        }
        return low < codes.count && codes[low].code == code ? low : nil
    }

    /// How often a code occurs.
    package struct CodeCount: Hashable, Sendable {
        package let entry: CodeEntry
        package let events: Int
        /// Distinct subjects with the code, not yet disclosure-controlled.
        package let subjects: Int
    }

    /// Every code that events have, in ascending order, with its counts; reads no event.
    package func codeCounts() -> [CodeCount] {
        codes.indices.compactMap { index in
            columns.postings[index].map {
                CodeCount(
                    entry: codes[index], events: $0.count,
                    subjects: Int(columns.codeSubjects[index]))
            }
        }
    }

    /// All events of a code; nil where the code occurs only as a value or the index is outside.
    package func postings(code index: Int) -> Postings? {
        columns.postings.indices.contains(index) ? columns.postings[index] : nil
    }

    /// A subject's events in order of start, then code, then the order of postings.
    ///
    /// Empty for an index outside the directory. O(events of the subject).
    package func timeline(subject index: Int) -> [Event] {
        let timelines = columns.timelines
        guard index >= 0, let end = timelines.ends.element(index) else { return [] }
        let first = index == 0 ? 0 : timelines.ends[index - 1]
        guard first <= end, end <= UInt64(eventCount) else { return [] }
        return (Int(first)..<Int(end)).compactMap { place in
            event(code: Int(timelines.code[place]), row: Int(timelines.row[place]))
        }
    }

    private func event(code: Int, row: Int) -> Event? {
        guard let postings = postings(code: code), row < postings.count else { return nil }
        let entry = codes[code]
        return Event(
            code: entry.code, display: entry.display, start: postings.start(row),
            end: postings.end(row), value: value(postings, row))
    }

    private func value(_ postings: Postings, _ row: Int) -> EventValue? {
        let unit = postings.unit(row).flatMap { units.indices.contains($0) ? units[$0] : nil }
        switch postings.kind(row) {
        case .none: return nil
        case .number: return .number(postings.number(row), unit: unit)
        case .below: return .below(postings.number(row), unit: unit)
        case .above: return .above(postings.number(row), unit: unit)
        case .code:
            guard let index = postings.valueCode(row), codes.indices.contains(index) else {
                return nil
            }
            return .code(codes[index].code, display: codes[index].display)
        }
    }
}
