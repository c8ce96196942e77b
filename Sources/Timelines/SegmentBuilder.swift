// SPDX-License-Identifier: Apache-2.0
package import Records

/// Writes one segment piece by piece, for more events than fit into memory.
///
/// In this order: all subjects; then the rows of one code after the other; then all timelines; then
/// `finish`. The bytes depend on the content alone, not on how it is cut into pieces. Until `finish`
/// nothing stands at the path but a temporary file, which goes away with the builder.
///
/// Memory: the subject directory, the packed columns of one code, and 96 bytes for each 1,024 events.
package final class SegmentBuilder {
    private let output: SegmentOutput
    private let codes: [CodeEntry]
    private let concepts: [UInt32]
    private let units: [String]
    private let texts: [String]
    private var subjects = SubjectDirectory()
    private var packer: PostingPacker?
    /// By code.
    private var rowsOfCode: [UInt32]
    private var subjectsOfCode: [UInt32]
    private var nextRow: [UInt32]
    private var timelines: TableEncoder?
    private var timelineEnds: [UInt64] = []
    private var eventCount = 0

    /// - Parameters:
    ///   - codes: in strictly ascending order; those no row uses stay in the table.
    ///   - conceptOfCode: OMOP concept ids parallel to `codes`; empty if no code has one.
    ///   - units: in strictly ascending order of their UTF-8 bytes.
    ///   - texts: in strictly ascending order of their UTF-8 bytes.
    ///   - path: replaced by `finish` if it is there.
    package init(
        codes: [CodeEntry], conceptOfCode: [UInt32] = [], units: [String] = [],
        texts: [String] = [], to path: String
    ) throws(TimelineError) {
        for position in codes.indices.dropFirst()
        where codes[position - 1].code >= codes[position].code {
            throw .invalidTable(name: "codes", expected: "strictly ascending codes")
        }
        guard conceptOfCode.isEmpty || conceptOfCode.count == codes.count else {
            throw .invalidTable(name: "concepts of codes", expected: "one for each code, or none")
        }
        for (name, table) in [("units", units), ("texts", texts)] {
            for position in table.indices.dropFirst()
            where !StringPool.precedes(table[position - 1], table[position]) {
                throw .invalidTable(name: name, expected: "strictly ascending bytes")
            }
        }
        self.codes = codes
        concepts = conceptOfCode
        self.units = units
        self.texts = texts
        rowsOfCode = [UInt32](repeating: 0, count: codes.count)
        subjectsOfCode = rowsOfCode
        nextRow = rowsOfCode
        output = try SegmentOutput(path)
    }

    /// Appends subjects to the directory; all of them come before the first rows.
    package func append(subjects more: [SubjectRecord]) throws(TimelineError) {
        guard packer == nil, timelines == nil, eventCount == 0 else {
            throw .invalidTable(name: "subjects", expected: "all of them before the first rows")
        }
        for record in more { try subjects.append(record) }
    }

    /// Appends rows of a code; those of one code come together, codes in ascending order.
    ///
    /// - Parameter rows: behind all rows of the code so far in order of subject, then start.
    package func append(_ rows: PostingRows, code: Int) throws(TimelineError) {
        guard rows.count > 0 else { return }
        try begin(code, rows: rows.count)
        try packer?.append(
            rows, subjects: subjects.count, codes: codes.count, units: units.count,
            texts: texts.count)
    }

    /// The same with rows whose values are known to be inside their tables.
    func append(_ rows: RawRows, code: Int) throws(TimelineError) {
        guard !rows.subjects.isEmpty else { return }
        try begin(code, rows: rows.subjects.count)
        try packer?.append(rows, subjects: subjects.count)
    }

    private func begin(_ code: Int, rows: Int) throws(TimelineError) {
        let last = packer?.code ?? -1
        guard codes.indices.contains(code), code >= last, timelines == nil else {
            throw .invalidTable(
                name: "rows of code \(code)",
                expected: "codes of the table in ascending order, before the timelines")
        }
        guard eventCount + rows <= SegmentFormat.rowLimit else {
            throw .tooManyRows(limit: SegmentFormat.rowLimit)
        }
        if code > last {
            try endCode()
            packer = PostingPacker(code: code)
        }
        eventCount += rows
    }

    private func endCode() throws(TimelineError) {
        guard var packer else { return }
        self.packer = nil
        rowsOfCode[packer.code] = UInt32(packer.count)
        subjectsOfCode[packer.code] = UInt32(packer.subjectCount)
        let (code, count) = (UInt32(packer.code), packer.count)
        try packer.finish { (section) throws(TimelineError) in
            output.begin()
            try output.append(section.bytes)
            try output.end(section.kind, section.encoding, code: code, count: count)
        }
    }

    /// Appends the timelines of the next subjects, each in order of start, then code.
    ///
    /// Which row of its code's postings an entry is follows from the order.
    /// - Parameters:
    ///   - counts: entries of each subject.
    ///   - codes: of all entries.
    ///   - starts: of all entries, minutes since the subjects' anchors.
    package func append(timelines counts: [UInt32], codes: [UInt32], starts: [Int32])
        throws(TimelineError)
    {
        try beginTimelines()
        guard codes.count == starts.count,
            counts.reduce(0, { $0 + Int($1) }) == codes.count,
            timelineEnds.count + counts.count <= subjects.count
        else {
            throw .invalidTable(
                name: "timelines", expected: "as many entries as counted, of known subjects")
        }
        let rows = try rows(of: counts, codes, starts)
        timelines?.append(codes, starts, rows)
        var end = timelineEnds.last ?? 0
        timelineEnds += counts.map { count in
            end += UInt64(count)
            return end
        }
        if let bytes = timelines?.take(), !bytes.isEmpty { try output.append(bytes) }
    }

    /// Which row of its code's postings each entry is: the next one each time.
    private func rows(of counts: [UInt32], _ codes: [UInt32], _ starts: [Int32])
        throws(TimelineError) -> [UInt32]
    {
        var rows = [UInt32](repeating: 0, count: codes.count)
        var next = nextRow
        var entry = 0
        for (subject, count) in counts.enumerated() {
            let first = entry
            let end = entry + Int(count)
            while entry < end {
                let code = Int(codes[entry])
                guard code < next.count,
                    entry == first || starts[entry - 1] < starts[entry]
                        || (starts[entry - 1] == starts[entry] && codes[entry - 1] <= codes[entry])
                else {
                    throw .invalidTable(
                        name: "timeline of subject \(timelineEnds.count + subject)",
                        expected: "entries in order of start, then code")
                }
                rows[entry] = next[code]
                next[code] += 1
                entry += 1
            }
        }
        nextRow = next
        return rows
    }

    private func beginTimelines() throws(TimelineError) {
        guard timelines == nil else { return }
        try endCode()
        timelines = TableEncoder([.integers, .integers, .integers])
        output.begin()
    }

    /// Writes the tables, makes the file durable and puts it in place.
    ///
    /// - Returns: the content digest of the segment.
    @discardableResult
    package func finish() throws(TimelineError) -> String {
        try beginTimelines()
        guard timelineEnds.count == subjects.count, nextRow == rowsOfCode else {
            throw .invalidTable(
                name: "timelines", expected: "every event of every subject once")
        }
        if let bytes = timelines?.finish() { try output.append(bytes) }
        try output.end(ColumnKind.timelineEntries.rawValue, .packed, count: eventCount)
        try output.column(.timelineEnds, timelineEnds)
        timelineEnds = []
        try writeTables()
        let digest = try output.finish(
            counts: [
                UInt64(subjects.count), UInt64(eventCount), UInt64(codes.count),
                UInt64(units.count), UInt64(texts.count),
            ])
        return digest.description
    }

    private func writeTables() throws(TimelineError) {
        let systems = codes.map(\.code.system.rawValue)
        let values = codes.map(\.code.value)
        let displays = codes.map(\.display)
        let pool = StringPool(systems + values + displays + units + subjects.strings)
        try output.column(.stringEnds, SegmentBuilder.ends(pool.strings))
        try output.column(.stringBytes, Array(pool.strings.joined()))
        let textBytes = texts.map { Array($0.utf8) }
        try output.column(.textEnds, SegmentBuilder.ends(textBytes))
        try output.column(.textBytes, Array(textBytes.joined()))
        try output.column(.codeSystem, systems.map(pool.position))
        try output.column(.codeValue, values.map(pool.position))
        try output.column(.codeDisplay, displays.map(pool.position))
        try output.column(.codeSubjects, subjectsOfCode)
        if concepts.contains(where: { $0 != 0 }) { try output.column(.codeConcept, concepts) }
        try output.column(.unitText, units.map(pool.position))
        try subjects.write(to: output, pool)
    }

    private static func ends(_ strings: [[UInt8]]) -> [UInt64] {
        var end: UInt64 = 0
        return strings.map { string in
            end += UInt64(string.count)
            return end
        }
    }
}

/// The subject directory while it grows.
private struct SubjectDirectory {
    private var high: [UInt64] = []
    private var low: [UInt64] = []
    private var sex: [UInt8] = []
    private var year: [Int32] = []
    private var age: [Int32] = []
    private var aged: [UInt8] = []
    /// State, ZIP code area, race and ethnicity as indices into `strings`.
    private var words: [[UInt32]] = [[], [], [], []]
    /// Anchor day, birth day and birth year.
    private var days: [[Int32]] = [[], [], []]
    /// Gender, race and ethnicity.
    private var concepts: [[UInt32]] = [[], [], []]
    private(set) var strings: [String] = []
    private var indices: [[UInt8]: UInt32] = [:]

    var count: Int { high.count }

    mutating func append(_ record: SubjectRecord) throws(TimelineError) {
        let id = record.id
        if let high = high.last, let low = low.last, SubjectID(high: high, low: low) >= id {
            throw .subjectsNotSorted(position: count)
        }
        guard count < SegmentFormat.rowLimit else {
            throw .tooManyRows(limit: SegmentFormat.rowLimit)
        }
        high.append(id.high)
        low.append(id.low)
        sex.append(SexCode.code(of: record.sex))
        year.append(record.anchorYear)
        age.append(record.ageAtAnchor ?? SegmentFormat.unknown)
        aged.append(record.isAged ? 1 : 0)
        for (column, word) in [record.state, record.zip3, record.race, record.ethnicity]
            .enumerated()
        {
            words[column].append(index(word))
        }
        for (column, day) in [record.anchorDay, record.birthDay, record.birthYear].enumerated() {
            days[column].append(day ?? SegmentFormat.unknown)
        }
        concepts[0].append(record.genderConcept)
        concepts[1].append(record.raceConcept)
        concepts[2].append(record.ethnicityConcept)
    }

    private mutating func index(_ word: String) -> UInt32 {
        let bytes = Array(word.utf8)
        if let index = indices[bytes] { return index }
        let index = UInt32(strings.count)
        strings.append(word)
        indices[bytes] = index
        return index
    }

    func write(to output: SegmentOutput, _ pool: StringPool) throws(TimelineError) {
        try output.column(.subjectHigh, high)
        try output.column(.subjectLow, low)
        try output.column(.subjectSex, sex)
        try output.column(.subjectYear, year)
        try output.column(.subjectAge, age)
        try output.column(.subjectAged, aged)
        let positions = strings.map(pool.position)
        let wordKinds: [ColumnKind] = [
            .subjectState, .subjectZIP3, .subjectRace, .subjectEthnicity,
        ]
        for (kind, column) in zip(wordKinds, words) {
            try output.column(kind, column.map { positions[Int($0)] })
        }
        let dayKinds: [ColumnKind] = [.subjectAnchorDay, .subjectBirthDay, .subjectBirthYear]
        for (kind, column) in zip(dayKinds, days)
        where column.contains(where: { $0 != SegmentFormat.unknown }) {
            try output.column(kind, column)
        }
        let conceptKinds: [ColumnKind] = [
            .subjectGenderConcept, .subjectRaceConcept, .subjectEthnicityConcept,
        ]
        for (kind, column) in zip(conceptKinds, concepts) where column.contains(where: { $0 != 0 })
        {
            try output.column(kind, column)
        }
    }
}
