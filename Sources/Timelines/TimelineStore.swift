// SPDX-License-Identifier: Apache-2.0
package import Records

/// Timelines, mapped for reading: one segment, or the segments of a directory seen as one.
///
/// Opening reads the directories and the tables of codes and units only; events are read from the
/// mapped files as they are asked for. A file altered after opening is found by `verify()`; until
/// then whatever points outside is left out, and nothing is read outside the file.
///
/// Over several segments, subjects, codes and units are those of all, and a subject in several
/// segments is as the newest one has them. Codes, units and texts that only superseded events use
/// stay in the tables until the segments are merged.
package final class TimelineStore: Sendable {
    /// Oldest first; at least one.
    let segments: [Segment]
    /// Nil for one segment, which is read without further ado.
    let view: SegmentView?
    let scratch = ScratchPool()
    /// A name for the content: 32 hexadecimal digits from the checksums and lengths of all columns.
    ///
    /// The same content in the same segments gives the same digest; it stops no forger.
    package let contentDigest: String
    /// Every code an event has or carries as its value, in ascending order.
    package let codes: [CodeEntry]
    /// Every unit an event has, in ascending order of UTF-8 bytes.
    package let units: [String]
    /// What had to be done without to open the store, in one sentence; nil if nothing.
    package let recovery: String?
    private let concepts: [UInt32]
    /// Codes that have a concept, by concept, then index.
    private let codesByConcept: [UInt64]

    /// - Parameter first: the oldest segment.
    init(_ first: Segment, _ others: [Segment] = [], recovery: String? = nil) {
        segments = [first] + others
        self.recovery = recovery
        if others.isEmpty {
            view = nil
            codes = first.codes
            units = first.units
            concepts = first.concepts
            contentDigest = first.reader.contentDigest.description
        } else {
            let union = SegmentUnion(segments)
            view = SegmentView(union, scratch: scratch)
            codes = union.codes
            units = union.units
            concepts = union.concepts
            let digests = segments.map(\.reader.contentDigest.description).joined()
            contentDigest = ContentDigest(Array(digests.utf8).span.bytes).description
        }
        codesByConcept = concepts.enumerated().filter { $0.element != 0 }
            .map { UInt64($0.element) << 32 | UInt64($0.offset) }.sorted()
    }

    /// Opens a segment; refuses a torn or inconsistent one.
    package static func open(_ path: String) throws(TimelineError) -> TimelineStore {
        TimelineStore(try Segment(path))
    }

    package var subjectCount: Int { view?.union.subjectCount ?? segments[0].subjectCount }
    package var eventCount: Int { view?.eventCount ?? segments[0].eventCount }

    /// The segment that owns a subject, and the subject's position there.
    @inline(__always)
    func owner(_ subject: Int) -> (segment: Segment, local: Int) {
        guard let view else { return (segments[0], subject) }
        return view.owner(subject)
    }

    // MARK: Subjects

    /// What may be known of a subject besides events; the index must be below `subjectCount`.
    package func subject(_ index: Int) -> SubjectRecord {
        let (segment, local) = owner(index)
        return segment.record(local)
    }

    /// The subject's sex alone; the index must be below `subjectCount`.
    package func sex(_ index: Int) -> Sex {
        let (segment, local) = owner(index)
        return SexCode.sex(segment.subjects.sex[local]) ?? .unknown
    }

    /// The calendar year of the subject's anchor.
    package func anchorYear(_ index: Int) -> Int32 {
        let (segment, local) = owner(index)
        return segment.subjects.year[local]
    }

    /// Completed years at the anchor; nil where unknown or hidden.
    package func ageAtAnchor(_ index: Int) -> Int32? {
        let (segment, local) = owner(index)
        return Segment.known(segment.subjects.age[local])
    }

    /// Every age of the subject reads "90+".
    package func isAged(_ index: Int) -> Bool {
        let (segment, local) = owner(index)
        return segment.subjects.aged[local] != 0
    }

    /// The anchor's day counted from 1970-01-01; nil where the profile keeps no true dates.
    package func anchorDay(_ index: Int) -> Int32? {
        let (segment, local) = owner(index)
        return Segment.known(segment.subjects.anchorDay?[local])
    }

    /// The day of birth counted from 1970-01-01; nil where unknown or withheld.
    package func birthDay(_ index: Int) -> Int32? {
        let (segment, local) = owner(index)
        return Segment.known(segment.subjects.birthDay?[local])
    }

    /// The year of birth; nil where unknown or withheld.
    package func birthYear(_ index: Int) -> Int32? {
        let (segment, local) = owner(index)
        return Segment.known(segment.subjects.birthYear?[local])
    }

    func id(_ index: Int) -> SubjectID {
        let (segment, local) = owner(index)
        return segment.id(local)
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

    // MARK: Codes

    /// Where a code is in the table; O(log n).
    package func codeIndex(_ code: Code) -> Int? {
        let codes = codes
        var low = 0
        var high = codes.count
        while low < high {
            let middle = low + (high - low) / 2
            if codes[middle].code < code { low = middle + 1 } else { high = middle }
        }
        return low < codes.count && codes[low].code == code ? low : nil
    }

    /// The OMOP concept id of a code, 0 where it has none.
    ///
    /// The index must be in the table.
    package func concept(ofCode index: Int) -> UInt32 { concepts[index] }

    /// The codes of an OMOP concept as indices into the table, ascending; O(log n).
    package func codes(ofConcept concept: UInt32) -> [Int] {
        var low = 0
        var high = codesByConcept.count
        while low < high {
            let middle = low + (high - low) / 2
            if codesByConcept[middle] >> 32 < UInt64(concept) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return codesByConcept[low...].prefix { $0 >> 32 == UInt64(concept) }
            .map { Int(UInt32(truncatingIfNeeded: $0)) }
    }

    /// The text an attribute points to; empty where there is none.
    package func text(_ index: Int) -> String {
        (view.map { $0.text(index) } ?? segments[0].texts[index]) ?? ""
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
            if let view {
                guard view.eventsOfCode[index] > 0 else { return nil }
                return CodeCount(
                    entry: codes[index], events: view.eventsOfCode[index],
                    subjects: view.subjectsOfCode[index])
            }
            return segments[0].postings[index].map {
                CodeCount(
                    entry: codes[index], events: $0.count,
                    subjects: Int(segments[0].codeSubjects[index]))
            }
        }
    }

    /// All events of a code; nil where the code occurs only as a value or the index is outside.
    ///
    /// Over several segments the first call for a code puts its events together: O(n) for those.
    package func postings(code index: Int) -> Postings? {
        if let view { return view.postings(index) }
        return segments[0].postings.indices.contains(index) ? segments[0].postings[index] : nil
    }
}
