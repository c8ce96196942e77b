// SPDX-License-Identifier: Apache-2.0
package import Records

/// Writes one immutable segment of timelines; the file's layout is in `SegmentFormat`.
package struct TimelineWriter: Sendable {
    /// Writes a segment and puts it in place as one step, durably.
    ///
    /// The bytes depend on what the events say, not on their order or that of the tables; codes,
    /// units and texts no event uses are left out. Events equal in everything are kept as often as
    /// given.
    ///
    /// - Parameters:
    ///   - subjects: in strictly ascending order of id.
    ///   - events: indices point into `subjects`, `codes` and `units`.
    ///   - path: replaced if it is there; a temporary file stands beside it meanwhile.
    /// - Complexity: O(n log n) time for n events, O(n) memory.
    package static func write(
        subjects: [SubjectRecord], events: [EventRow], codes: [CodeEntry], units: [String],
        to path: String
    ) throws(TimelineError) {
        try write(
            TimelineInput(subjects: subjects, events: events, codes: codes, units: units), to: path)
    }

    /// Writes a segment with attributes, texts and concepts; see the other `write`.
    ///
    /// - Returns: the content digest of the segment.
    @discardableResult
    package static func write(_ input: TimelineInput, to path: String) throws(TimelineError)
        -> String
    {
        try input.check()
        let tables = SegmentTables(input)
        let rows = tables.reindexed(input.events)
        let attributes = tables.reindexed(input.attributes)
        let sorted = SortedEvents(rows, attributes, codeCount: tables.codes.count)
        let builder = try SegmentBuilder(
            codes: tables.codes, conceptOfCode: tables.concepts, units: tables.units,
            texts: tables.texts, to: path)
        try builder.append(subjects: input.subjects)
        for code in tables.codes.indices {
            let order = sorted.order[sorted.bounds[code]..<sorted.bounds[code + 1]]
            try builder.append(posting(order, of: rows, attributes), code: code)
        }
        try appendTimelines(rows, sorted, subjects: input.subjects.count, to: builder)
        return try builder.finish()
    }

    /// One code's postings, without the columns it has no use for.
    private static func posting(
        _ order: ArraySlice<UInt32>, of rows: [EventRow], _ attributes: [AttributeColumn]
    ) -> PostingRows {
        let events = order.map { rows[Int($0)] }
        var posting = PostingRows()
        posting.subjects = events.map(\.subject)
        posting.starts = events.map(\.start)
        if events.contains(where: { $0.end != nil }) {
            posting.durations = .each(
                events.map { row in
                    row.end.map { Int64($0) - Int64(row.start) } ?? PackedColumn.missing
                })
        }
        if events.contains(where: { $0.kind != .none }) {
            posting.kinds = .each(events.map(\.kind))
        }
        if events.contains(where: { $0.number.bitPattern != 0 }) {
            posting.numbers = .each(events.map(\.number))
        }
        if events.contains(where: { $0.valueCode >= 0 }) {
            posting.valueCodes = .each(events.map(\.valueCode))
        }
        if events.contains(where: { $0.unit >= 0 }) { posting.units = .each(events.map(\.unit)) }
        if events.contains(where: { $0.source != 0 }) {
            posting.sources = .each(events.map(\.source))
        }
        for column in attributes {
            let values = order.map { column.values[Int($0)] }
            if values.contains(where: { $0 != PackedColumn.missing }) {
                posting.attributes[column.attribute] = .each(values)
            }
        }
        return posting
    }

    /// Subjects whose timelines are handed over at a time.
    private static let timelineChunk = 4096

    /// The second permutation: each subject's events by start, then code, then row of the posting.
    private static func appendTimelines(
        _ rows: [EventRow], _ sorted: SortedEvents, subjects: Int, to builder: SegmentBuilder
    ) throws(TimelineError) {
        var counts = [UInt32](repeating: 0, count: subjects)
        for row in rows { counts[Int(row.subject)] += 1 }
        var next = [Int](repeating: 0, count: subjects)
        var total = 0
        for subject in 0..<subjects {
            next[subject] = total
            total += Int(counts[subject])
        }
        // Scattered code by code, a subject's entries lie in the order of codes already.
        var keys = [UInt64](repeating: 0, count: rows.count)
        for code in 0..<sorted.bounds.count - 1 {
            for place in sorted.bounds[code]..<sorted.bounds[code + 1] {
                let row = rows[Int(sorted.order[place])]
                let start = UInt32(bitPattern: row.start) ^ 0x8000_0000
                keys[next[Int(row.subject)]] = UInt64(start) << 32 | UInt64(code)
                next[Int(row.subject)] += 1
            }
        }
        var first = 0
        for subject in stride(from: 0, to: subjects, by: timelineChunk) {
            let chunk = Array(counts[subject..<min(subject + timelineChunk, subjects)])
            let begin = first
            for count in chunk {
                keys[first..<first + Int(count)].sort()
                first += Int(count)
            }
            try builder.append(
                timelines: chunk,
                codes: keys[begin..<first].map { UInt32(truncatingIfNeeded: $0) },
                starts: keys[begin..<first].map {
                    Int32(bitPattern: UInt32($0 >> 32) ^ 0x8000_0000)
                })
        }
    }
}

/// Sex as segments store it.
///
/// Numbers are written to disk; never renumber.
enum SexCode {
    static func code(of sex: Sex) -> UInt8 {
        switch sex {
        case .female: 0
        case .male: 1
        case .other: 2
        case .unknown: 3
        }
    }

    static func sex(_ code: UInt8) -> Sex? {
        switch code {
        case 0: .female
        case 1: .male
        case 2: .other
        case 3: .unknown
        default: nil
        }
    }
}
