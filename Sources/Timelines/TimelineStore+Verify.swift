// SPDX-License-Identifier: Apache-2.0
import Records

extension TimelineStore {
    /// Reads every segment as a whole: every checksum, every order and every index in it.
    ///
    /// - Throws: `damaged`, which names the file and the column (and code) that is not as written.
    /// - Complexity: O(n) for n events, plus one pass over the files.
    package func verify() throws(TimelineError) {
        for segment in segments { try segment.verify() }
    }
}

extension Segment {
    /// Reads the whole segment: every checksum, every order and every index in it.
    func verify() throws(TimelineError) {
        try verifyChecksums()
        try verifySubjects()
        for index in 0..<texts.count where texts[index] == nil {
            throw reader.damaged("text \(index) is not UTF-8 text inside its section")
        }
        for index in codes.indices {
            if let postings = postings[index] {
                try verify(postings, code: index)
            } else if codeSubjects[index] != 0 {
                throw reader.damaged("code \(name(index)) counts subjects but has no events")
            }
        }
        try verifyTimelines()
    }

    /// Every section against its checksum, and the digest.
    func verifyChecksums() throws(TimelineError) {
        for section in reader.sections {
            guard section.isPosting else {
                try reader.check(section)
                continue
            }
            guard reader.isWhole(section) else {
                throw reader.damaged(
                    "the column \(ColumnKind.title(section.kind)) of code "
                        + "\(name(Int(section.code))) does not match its checksum")
            }
        }
        guard reader.computedDigest == reader.contentDigest else {
            throw reader.damaged("the content digest is not that of the footer")
        }
    }

    private func name(_ code: Int) -> String {
        codes.indices.contains(code) ? codes[code].code.description : "\(code)"
    }

    private func verifySubjects() throws(TimelineError) {
        for index in 0..<subjectCount {
            guard index == 0 || id(index - 1) < id(index) else {
                throw reader.damaged("the subjects are not sorted at subject \(index)")
            }
            let text = max(
                max(subjects.state[index], subjects.zip3[index]),
                max(subjects.race[index], subjects.ethnicity[index]))
            guard SexCode.sex(subjects.sex[index]) != nil, subjects.aged[index] <= 1,
                text < strings.count
            else { throw reader.damaged("subject \(index) has an entry outside its table") }
        }
    }

    /// Every row of a code: its order, and that nothing in it points outside the tables.
    private func verify(_ postings: Postings, code: Int) throws(TimelineError) {
        var distinct = 0
        var previous: (subject: Int64, start: Int64)?
        for block in 0..<postings.blockCount {
            let first = block * Postings.blockRows
            let columns = postings.columns
            let (subjects, starts) = (columns.subjects.values(block), columns.starts.values(block))
            if let row = outside(columns, block, subjects, starts) {
                throw reader.damaged(
                    "event \(first + row) of code \(name(code)) points outside the tables")
            }
            for row in subjects.indices {
                let event = (subject: subjects[row], start: starts[row])
                if event.subject != previous?.subject { distinct += 1 }
                if let previous, previous > event {
                    throw reader.damaged(
                        "the events of code \(name(code)) are not sorted at event \(first + row)")
                }
                previous = event
            }
        }
        guard distinct == Int(codeSubjects[code]) else {
            throw reader.damaged(
                "code \(name(code)) counts another number of subjects than it has")
        }
    }

    /// The first row of a block that points outside the tables; nil if none does.
    private func outside(
        _ columns: PostingColumns, _ block: Int, _ subjects: [Int64], _ starts: [Int64]
    ) -> Int? {
        let missing = PackedColumn.missing
        let kinds = columns.kinds?.values(block)
        let valueCodes = columns.valueCodes?.values(block)
        let durations = columns.durations?.values(block)
        let units = columns.units?.values(block)
        func isIndex(_ value: Int64, below limit: Int) -> Bool {
            value == missing || (value >= 0 && value < Int64(limit))
        }
        for row in subjects.indices {
            let kind = ValueKind(rawValue: UInt8(clamping: kinds?[row] ?? 0))
            let valueCode = valueCodes?[row] ?? missing
            let duration = durations?[row] ?? missing
            guard let kind, subjects[row] >= 0, subjects[row] < Int64(subjectCount),
                Int32(exactly: starts[row]) != nil,
                duration == missing
                    || (duration >= 0 && duration <= Int64(UInt32.max)
                        && Int32(exactly: starts[row] + duration) != nil),
                isIndex(valueCode, below: codes.count),
                isIndex(units?[row] ?? missing, below: self.units.count),
                kind != .code || valueCode != missing
            else { return row }
        }
        for pair in columns.attributes where pair.attribute.isText {
            let values = pair.column.values(block)
            if let row = values.firstIndex(where: { !isIndex($0, below: texts.count) }) {
                return row
            }
        }
        return nil
    }

    /// Each subject's entries are in order, and name the next row of their code each time.
    ///
    /// Both orders go through a code's rows from the first to the last, so one decoded block of each
    /// code is enough, and in the end each event was named once.
    private func verifyTimelines() throws(TimelineError) {
        var cursors = postings.map { VerifyCursor($0) }
        var place = 0
        for subject in 0..<subjectCount {
            let end = timelines.ends[subject]
            guard end >= UInt64(place), end <= UInt64(eventCount) else {
                throw reader.damaged("the timeline of subject \(subject) leaves its column")
            }
            guard let entries = timelines.entries else { continue }
            let places = place..<Int(end)
            let (own, starts) = (entries.codes.values(places), entries.starts.values(places))
            let rows = entries.rows.values(places)
            for entry in own.indices {
                guard own[entry] >= 0, own[entry] < Int64(codes.count),
                    cursors[Int(own[entry])].isNext(
                        row: rows[entry], subject: Int64(subject), start: starts[entry])
                else {
                    throw reader.damaged("the timeline of subject \(subject) names another's event")
                }
                if entry > 0,
                    (starts[entry - 1], own[entry - 1]) > (starts[entry], own[entry])
                {
                    throw reader.damaged("the timeline of subject \(subject) is not in order")
                }
            }
            place = Int(end)
        }
        guard place == eventCount else {
            throw reader.damaged("the timelines do not name every event")
        }
    }
}

/// How far the rows of a code have been named.
private struct VerifyCursor {
    private let postings: Postings?
    private var next = 0
    private var subjects: [Int64] = []
    private var starts: [Int64] = []

    init(_ postings: Postings?) { self.postings = postings }

    /// True if this is the code's next row; goes on to the one behind it.
    mutating func isNext(row: Int64, subject: Int64, start: Int64) -> Bool {
        guard let postings, row == Int64(next), next < postings.count else { return false }
        let place = next % Postings.blockRows
        if place == 0 {
            subjects = postings.columns.subjects.values(next / Postings.blockRows)
            starts = postings.columns.starts.values(next / Postings.blockRows)
        }
        next += 1
        return subjects[place] == subject && starts[place] == start
    }
}

extension PackedColumn {
    /// The values of a block.
    fileprivate func values(_ block: Int) -> [Int64] { values(rows(ofBlock: block)) }

    fileprivate func values(_ rows: Range<Int>) -> [Int64] {
        [Int64](unsafeUninitializedCapacity: rows.count) { buffer, filled in
            if let start = buffer.baseAddress { decode64(rows, into: start) }
            filled = rows.count
        }
    }
}
