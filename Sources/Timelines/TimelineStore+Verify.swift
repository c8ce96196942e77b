// SPDX-License-Identifier: Apache-2.0
import Records

extension TimelineStore {
    /// Reads the whole segment: every checksum, every order and every index in it.
    ///
    /// - Complexity: O(n) for n events, plus one pass over the file.
    package func verify() throws(TimelineError) {
        for block in reader.blocks { try reader.check(block) }
        try verifySubjects()
        for index in codes.indices {
            if let postings = postings(code: index) {
                try verify(postings, code: index)
            } else if columns.codeSubjects[index] != 0 {
                throw reader.damaged("code \(index) counts subjects but has no events")
            }
        }
        try verifyTimelines()
    }

    private func verifySubjects() throws(TimelineError) {
        let subjects = columns.subjects
        for index in 0..<subjectCount {
            guard index == 0 || id(index - 1) < id(index) else {
                throw reader.damaged("the subjects are not sorted at subject \(index)")
            }
            let text = max(
                max(subjects.state[index], subjects.zip3[index]),
                max(subjects.race[index], subjects.ethnicity[index]))
            guard SexCode.sex(subjects.sex[index]) != nil, subjects.aged[index] <= 1,
                text < columns.strings.count
            else { throw reader.damaged("subject \(index) has an entry outside its table") }
        }
    }

    private func verify(_ postings: Postings, code: Int) throws(TimelineError) {
        var distinct = 0
        var previous: EventRow?
        for row in 0..<postings.count {
            guard let event = self.row(postings, code: code, row) else {
                throw reader.damaged("event \(row) of code \(code) points outside the tables")
            }
            if event.subject != previous?.subject { distinct += 1 }
            if let previous, !TimelineStore.isOrdered(previous, event) {
                throw reader.damaged("the events of code \(code) are not sorted at event \(row)")
            }
            previous = event
        }
        guard distinct == Int(columns.codeSubjects[code]) else {
            throw reader.damaged("code \(code) counts another number of subjects than it has")
        }
    }

    /// An event as it was written; nil where something in it points outside the tables.
    private func row(_ postings: Postings, code: Int, _ row: Int) -> EventRow? {
        let end = postings.end(row)
        let hasEnd = postings.durations.map { $0[row] != SegmentFormat.none } ?? false
        let (valueCode, unit) = (postings.valueCode(row), postings.unit(row))
        guard let kind = ValueKind(rawValue: postings.kinds?[row] ?? 0),
            postings.subject(row) < subjectCount, hasEnd == (end != nil),
            valueCode ?? -1 < codes.count, unit ?? -1 < units.count,
            kind != .code || valueCode != nil
        else { return nil }
        return EventRow(
            subject: postings.subject(row), code: UInt32(code), start: postings.start(row),
            end: end, kind: kind, number: postings.number(row),
            valueCode: Int32(valueCode ?? -1), unit: Int32(unit ?? -1),
            source: postings.source(row))
    }

    private static func isOrdered(_ left: EventRow, _ right: EventRow) -> Bool {
        if left.subject != right.subject { return left.subject < right.subject }
        if left.start != right.start { return left.start < right.start }
        return RowRemainder(left) <= RowRemainder(right)
    }

    /// Each subject's entries name events of that subject in strictly ascending order.
    ///
    /// As there are as many entries as events, each event is then named once.
    private func verifyTimelines() throws(TimelineError) {
        let timelines = columns.timelines
        var place = 0
        for subject in 0..<subjectCount {
            let end = timelines.ends[subject]
            guard end >= UInt64(place), end <= UInt64(eventCount) else {
                throw reader.damaged("the timeline of subject \(subject) leaves its column")
            }
            var previous: (start: Int32, code: UInt32, row: UInt32)?
            while place < Int(end) {
                let (code, row) = (timelines.code[place], timelines.row[place])
                guard let postings = postings(code: Int(code)), row < postings.count,
                    postings.subject(Int(row)) == subject
                else {
                    throw reader.damaged("the timeline of subject \(subject) names another's event")
                }
                let entry = (start: postings.start(Int(row)), code: code, row: row)
                if let previous, previous >= entry {
                    throw reader.damaged("the timeline of subject \(subject) is not in order")
                }
                previous = entry
                place += 1
            }
        }
        guard place == eventCount else {
            throw reader.damaged("the timelines do not name every event")
        }
    }
}
