// SPDX-License-Identifier: Apache-2.0
import Records

/// One segment file, mapped: everything that is ready to read after opening.
final class Segment: Sendable {
    let reader: SegmentReader
    let subjects: SubjectColumns
    let timelines: TimelineColumns
    let strings: [String]
    let codes: [CodeEntry]
    /// OMOP concept of each code, 0 where there is none.
    let concepts: [UInt32]
    let units: [String]
    let texts: TextTable
    let codeSubjects: Column<UInt32>
    /// One per code; nil for codes that only occur as values.
    let postings: [Postings?]

    /// Opens a segment; reads the directory and the tables of codes and units, no event.
    init(_ path: String) throws(TimelineError) {
        reader = try SegmentReader(path)
        let directory = try SectionDirectory(reader)
        strings = try directory.strings()
        codes = try directory.codes(strings)
        units = try directory.units(strings)
        if let concepts: Column<UInt32> = try directory.optional(.codeConcept, reader.codeCount) {
            self.concepts = (0..<concepts.count).map { concepts[$0] }
        } else {
            concepts = [UInt32](repeating: 0, count: reader.codeCount)
        }
        texts = TextTable(
            ends: try directory.table(.textEnds, reader.textCount),
            bytes: try directory.any(.textBytes))
        subjects = try SubjectColumns(directory)
        timelines = try TimelineColumns(directory)
        codeSubjects = try directory.table(.codeSubjects, reader.codeCount)
        postings = try directory.postings()
        guard postings.reduce(0, { $0 + ($1?.count ?? 0) }) == reader.eventCount else {
            throw reader.damaged("the postings do not add up to the count of events")
        }
    }

    var subjectCount: Int { reader.subjectCount }
    var eventCount: Int { reader.eventCount }

    func id(_ subject: Int) -> SubjectID {
        SubjectID(high: subjects.high[subject], low: subjects.low[subject])
    }

    func record(_ index: Int) -> SubjectRecord {
        let age = subjects.age[index]
        var record = SubjectRecord(
            id: id(index), sex: SexCode.sex(subjects.sex[index]) ?? .unknown,
            anchorYear: subjects.year[index],
            ageAtAnchor: age == SegmentFormat.unknown ? nil : age,
            isAged: subjects.aged[index] != 0, state: string(subjects.state[index]),
            zip3: string(subjects.zip3[index]), race: string(subjects.race[index]),
            ethnicity: string(subjects.ethnicity[index]))
        record.anchorDay = Segment.known(subjects.anchorDay?[index])
        record.birthDay = Segment.known(subjects.birthDay?[index])
        record.birthYear = Segment.known(subjects.birthYear?[index])
        record.genderConcept = subjects.genderConcept?[index] ?? 0
        record.raceConcept = subjects.raceConcept?[index] ?? 0
        record.ethnicityConcept = subjects.ethnicityConcept?[index] ?? 0
        return record
    }

    static func known(_ value: Int32?) -> Int32? {
        value.flatMap { $0 == SegmentFormat.unknown ? nil : $0 }
    }

    private func string(_ position: UInt32) -> String {
        position < strings.count ? strings[Int(position)] : ""
    }

    /// The places of a subject's entries among the timelines; empty where the file is wrong.
    func places(_ subject: Int) -> Range<Int> {
        guard subject >= 0, let end = timelines.ends.element(subject) else { return 0..<0 }
        let first = subject == 0 ? 0 : timelines.ends[subject - 1]
        guard first <= end, end <= UInt64(eventCount) else { return 0..<0 }
        return Int(first)..<Int(end)
    }
}

/// The columns of the subject directory.
struct SubjectColumns: Sendable {
    let high: Column<UInt64>
    let low: Column<UInt64>
    let sex: Column<UInt8>
    let year: Column<Int32>
    let age: Column<Int32>
    let aged: Column<UInt8>
    let state: Column<UInt32>
    let zip3: Column<UInt32>
    let race: Column<UInt32>
    let ethnicity: Column<UInt32>
    let anchorDay: Column<Int32>?
    let birthDay: Column<Int32>?
    let birthYear: Column<Int32>?
    let genderConcept: Column<UInt32>?
    let raceConcept: Column<UInt32>?
    let ethnicityConcept: Column<UInt32>?

    fileprivate init(_ directory: SectionDirectory) throws(TimelineError) {
        let count = directory.reader.subjectCount
        high = try directory.table(.subjectHigh, count)
        low = try directory.table(.subjectLow, count)
        sex = try directory.table(.subjectSex, count)
        year = try directory.table(.subjectYear, count)
        age = try directory.table(.subjectAge, count)
        aged = try directory.table(.subjectAged, count)
        state = try directory.table(.subjectState, count)
        zip3 = try directory.table(.subjectZIP3, count)
        race = try directory.table(.subjectRace, count)
        ethnicity = try directory.table(.subjectEthnicity, count)
        anchorDay = try directory.optional(.subjectAnchorDay, count)
        birthDay = try directory.optional(.subjectBirthDay, count)
        birthYear = try directory.optional(.subjectBirthYear, count)
        genderConcept = try directory.optional(.subjectGenderConcept, count)
        raceConcept = try directory.optional(.subjectRaceConcept, count)
        ethnicityConcept = try directory.optional(.subjectEthnicityConcept, count)
    }
}

/// The second permutation: whose events come in which order.
struct TimelineColumns: Sendable {
    let ends: Column<UInt64>
    /// Nil where there is no event.
    let entries: (codes: PackedColumn, starts: PackedColumn, rows: PackedColumn)?

    fileprivate init(_ directory: SectionDirectory) throws(TimelineError) {
        let reader = directory.reader
        ends = try directory.table(.timelineEnds, reader.subjectCount)
        let section = try directory.entry(.timelineEntries)
        guard section.count == UInt64(reader.eventCount) else {
            throw reader.damaged("the timelines do not add up to the count of events")
        }
        if reader.eventCount == 0 {
            entries = nil
        } else {
            let lanes = SegmentFormat.timelineLanes
            entries = (
                try reader.packed(section, lane: 0, lanes: lanes),
                try reader.packed(section, lane: 1, lanes: lanes),
                try reader.packed(section, lane: 2, lanes: lanes)
            )
        }
    }
}

/// Texts that are read when they are asked for.
struct TextTable: Sendable {
    let ends: Column<UInt64>
    let bytes: Column<UInt8>

    var count: Int { ends.count }

    /// The bytes of a text; nil outside the table or where the table is wrong.
    func range(_ index: Int) -> Range<Int>? {
        guard let end = ends.element(index).flatMap({ Int(exactly: $0) }) else { return nil }
        let first = index == 0 ? 0 : Int(exactly: ends[index - 1]) ?? .max
        return first <= end && end <= bytes.count ? first..<end : nil
    }

    /// Nil where there is no such text or it is not UTF-8.
    subscript(index: Int) -> String? { range(index).flatMap { bytes.text($0) } }
}

/// Sections by kind and code.
private struct SectionDirectory {
    let reader: SegmentReader
    private var tables: [UInt16: SectionEntry] = [:]
    /// Sections of postings come first.
    private let postingCount: Int

    init(_ reader: SegmentReader) throws(TimelineError) {
        self.reader = reader
        postingCount = reader.sections.firstIndex { !$0.isPosting } ?? reader.sections.count
        // Every code has an entry in at least one table column, so this cannot be larger than the
        // file unless the footer lies about it.
        guard reader.codeCount <= reader.file.count else {
            throw reader.damaged("the footer counts more codes than the file has room for")
        }
        for section in reader.sections[postingCount...]
        where tables.updateValue(section, forKey: section.kind) != nil {
            throw reader.damaged("two sections hold the same table")
        }
    }

    func entry(_ kind: ColumnKind) throws(TimelineError) -> SectionEntry {
        guard let section = tables[kind.rawValue] else {
            throw reader.damaged("the column \(kind) is missing")
        }
        return section
    }

    func any<Element>(_ kind: ColumnKind) throws(TimelineError) -> Column<Element> {
        try reader.column(entry(kind))
    }

    func table<Element>(_ kind: ColumnKind, _ count: Int) throws(TimelineError)
        -> Column<Element>
    {
        let section = try entry(kind)
        guard section.count == UInt64(count) else {
            throw reader.damaged("the column \(kind) is not as long as its table")
        }
        return try reader.column(section)
    }

    func optional<Element>(_ kind: ColumnKind, _ count: Int) throws(TimelineError)
        -> Column<Element>?
    {
        tables[kind.rawValue] == nil ? nil : try table(kind, count)
    }

    /// The strings, with their sections checked, since codes and units are made of them now.
    func strings() throws(TimelineError) -> [String] {
        for kind in [
            ColumnKind.stringEnds, .stringBytes, .codeSystem, .codeValue, .codeDisplay,
            .codeConcept, .unitText,
        ] {
            if let section = tables[kind.rawValue] { try reader.check(section) }
        }
        let pool = TextTable(ends: try any(.stringEnds), bytes: try any(.stringBytes))
        var strings: [String] = []
        strings.reserveCapacity(pool.count)
        for index in 0..<pool.count {
            guard let string = pool[index] else {
                throw reader.damaged("string \(index) is not UTF-8 text inside its section")
            }
            strings.append(string)
        }
        guard (pool.count == 0 ? 0 : pool.ends[pool.count - 1]) == UInt64(pool.bytes.count) else {
            throw reader.damaged("the strings do not fill their section")
        }
        return strings
    }

    func codes(_ strings: [String]) throws(TimelineError) -> [CodeEntry] {
        let systems: Column<UInt32> = try table(.codeSystem, reader.codeCount)
        let values: Column<UInt32> = try table(.codeValue, reader.codeCount)
        let displays: Column<UInt32> = try table(.codeDisplay, reader.codeCount)
        var codes: [CodeEntry] = []
        codes.reserveCapacity(reader.codeCount)
        for index in 0..<reader.codeCount {
            let (system, value, display) = (systems[index], values[index], displays[index])
            guard max(system, value, display) < strings.count else {
                throw reader.damaged("code \(index) names a string outside the table")
            }
            let code = Code(CodeSystem(rawValue: strings[Int(system)]), strings[Int(value)])
            if let last = codes.last, last.code >= code {
                throw reader.damaged("the code table is not sorted at code \(index)")
            }
            codes.append(CodeEntry(code: code, display: strings[Int(display)]))
        }
        return codes
    }

    func units(_ strings: [String]) throws(TimelineError) -> [String] {
        let texts: Column<UInt32> = try table(.unitText, reader.unitCount)
        var units: [String] = []
        for index in 0..<reader.unitCount {
            guard texts[index] < strings.count else {
                throw reader.damaged("unit \(index) names a string outside the table")
            }
            // Strings are sorted and each there once, so ascending positions are ascending units.
            guard index == 0 || texts[index - 1] < texts[index] else {
                throw reader.damaged("the unit table is not sorted at unit \(index)")
            }
            units.append(strings[Int(texts[index])])
        }
        return units
    }

    func postings() throws(TimelineError) -> [Postings?] {
        var all = [Postings?](repeating: nil, count: reader.codeCount)
        let scratch = ScratchPool()
        var first = 0
        while first < postingCount {
            let code = reader.sections[first].code
            var end = first + 1
            while end < postingCount, reader.sections[end].code == code { end += 1 }
            all[Int(code)] = try postings(reader.sections[first..<end], scratch)
            first = end
        }
        return all
    }

    private func postings(_ sections: ArraySlice<SectionEntry>, _ scratch: ScratchPool)
        throws(TimelineError) -> Postings
    {
        let first = sections.startIndex
        guard sections.count >= 2, sections[first].kind == ColumnKind.postingSubject.rawValue,
            sections[first + 1].kind == ColumnKind.postingStart.rawValue
        else { throw reader.damaged("a code's postings lack subjects or starts") }
        var columns = PostingColumns(
            subjects: try reader.packed(sections[first]),
            starts: try reader.packed(sections[first + 1]))
        for section in sections[(first + 2)...] {
            guard section.count == sections[first].count else {
                throw reader.damaged("a code's columns are not of one length")
            }
            columns.set(try reader.packed(section), kind: section.kind)
        }
        guard sections[first + 1].count == sections[first].count else {
            throw reader.damaged("a code's columns are not of one length")
        }
        return Postings(columns, scratch: scratch)
    }
}

extension Column<UInt8> {
    /// The text of a range inside the column; nil where it is not UTF-8.
    fileprivate func text(_ range: Range<Int>) -> String? {
        withSpan { span in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(range.count)
            for position in range { bytes.append(span[position]) }
            return String(validating: bytes, as: UTF8.self)
        }
    }
}
