// SPDX-License-Identifier: Apache-2.0
package import Records

/// Writes one immutable segment of timelines; the file's layout is in `SegmentFormat`.
package struct TimelineWriter: Sendable {
    /// Writes a segment and puts it in place as one step, durably.
    ///
    /// The bytes depend on what the events say, not on their order or that of the tables; codes and
    /// units no event uses are left out. Events equal in everything are kept as often as given.
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
        try check(subjects)
        try check(events, subjects: subjects.count, codes: codes.count, units: units.count)
        let tables = SegmentTables(codes: codes, units: units, events: events)
        let rows = tables.reindexed(events)
        let sorted = SortedEvents(rows, codeCount: tables.codes.count)
        let output = try SegmentOutput(path)
        try write(tables, subjects: subjects, to: output)
        try write(rows, sorted, to: output)
        try writeTimelines(rows, sorted, subjects: subjects.count, to: output)
        try output.finish(
            counts: [
                UInt64(subjects.count), UInt64(rows.count), UInt64(tables.codes.count),
                UInt64(tables.units.count),
            ])
    }

    private static func check(_ subjects: [SubjectRecord]) throws(TimelineError) {
        guard subjects.count <= SegmentFormat.rowLimit else {
            throw .tooManyRows(limit: SegmentFormat.rowLimit)
        }
        for position in subjects.indices.dropFirst()
        where subjects[position - 1].id >= subjects[position].id {
            throw .subjectsNotSorted(position: position)
        }
    }

    private static func check(_ events: [EventRow], subjects: Int, codes: Int, units: Int)
        throws(TimelineError)
    {
        guard events.count <= SegmentFormat.rowLimit else {
            throw .tooManyRows(limit: SegmentFormat.rowLimit)
        }
        for (position, event) in events.enumerated() {
            let expected: String? =
                if Int(event.subject) >= subjects {
                    "a subject among \(subjects)"
                } else if Int(event.code) >= codes {
                    "a code among \(codes)"
                } else if Int(event.valueCode) >= codes || event.valueCode < -1 {
                    "a value code among \(codes), or -1"
                } else if event.kind == .code && event.valueCode < 0 {
                    "a value code, since the value's kind is a code"
                } else if Int(event.unit) >= units || event.unit < -1 {
                    "a unit among \(units), or -1"
                } else if let end = event.end, end < event.start {
                    "an end at or after the start"
                } else if let end = event.end,
                    Int64(end) - Int64(event.start) >= Int64(SegmentFormat.none)
                {
                    "fewer than \(SegmentFormat.none) minutes from start to end"
                } else {
                    nil
                }
            if let expected { throw .invalidEvent(position: position, expected: expected) }
        }
    }

    private static func write(
        _ tables: SegmentTables, subjects: [SubjectRecord], to output: SegmentOutput
    ) throws(TimelineError) {
        let systems = tables.codes.map(\.code.system.rawValue)
        let values = tables.codes.map(\.code.value)
        let displays = tables.codes.map(\.display)
        let states = subjects.map(\.state)
        let zip3s = subjects.map(\.zip3)
        let races = subjects.map(\.race)
        let ethnicities = subjects.map(\.ethnicity)
        let pool = StringPool(
            systems + values + displays + tables.units + states + zip3s + races + ethnicities)
        var end: UInt64 = 0
        let ends = pool.strings.map { string in
            end += UInt64(string.count)
            return end
        }
        try output.column(.stringEnds, ends)
        try output.column(.stringBytes, Array(pool.strings.joined()))
        try output.column(.codeSystem, systems.map(pool.position))
        try output.column(.codeValue, values.map(pool.position))
        try output.column(.codeDisplay, displays.map(pool.position))
        try output.column(.unitText, tables.units.map(pool.position))
        try output.column(.subjectHigh, subjects.map(\.id.high))
        try output.column(.subjectLow, subjects.map(\.id.low))
        try output.column(.subjectSex, subjects.map { SexCode.code(of: $0.sex) })
        try output.column(.subjectYear, subjects.map(\.anchorYear))
        try output.column(.subjectAge, subjects.map { $0.ageAtAnchor ?? SegmentFormat.noAge })
        try output.column(.subjectAged, subjects.map { UInt8($0.isAged ? 1 : 0) })
        try output.column(.subjectState, states.map(pool.position))
        try output.column(.subjectZIP3, zip3s.map(pool.position))
        try output.column(.subjectRace, races.map(pool.position))
        try output.column(.subjectEthnicity, ethnicities.map(pool.position))
    }

    private static func write(_ rows: [EventRow], _ sorted: SortedEvents, to output: SegmentOutput)
        throws(TimelineError)
    {
        var subjectsOfCode: [UInt32] = []
        for code in 0..<sorted.bounds.count - 1 {
            let posting = sorted.order[sorted.bounds[code]..<sorted.bounds[code + 1]]
            try write(posting.map { rows[Int($0)] }, code: UInt32(code), to: output)
            var distinct: UInt32 = 0
            var previous: UInt32?
            for row in posting where rows[Int(row)].subject != previous {
                previous = rows[Int(row)].subject
                distinct += 1
            }
            subjectsOfCode.append(distinct)
        }
        try output.column(.codeSubjects, subjectsOfCode)
    }

    /// One code's postings, without the columns it has no use for.
    private static func write(_ posting: [EventRow], code: UInt32, to output: SegmentOutput)
        throws(TimelineError)
    {
        guard !posting.isEmpty else { return }
        try output.column(.postingSubject, code: code, posting.map(\.subject))
        try output.column(.postingStart, code: code, posting.map(\.start))
        if posting.contains(where: { $0.end != nil }) {
            let durations = posting.map { row in
                row.end.map { UInt32(Int64($0) - Int64(row.start)) } ?? SegmentFormat.none
            }
            try output.column(.postingDuration, code: code, durations)
        }
        if posting.contains(where: { $0.kind != .none }) {
            try output.column(.postingKind, code: code, posting.map(\.kind.rawValue))
        }
        if posting.contains(where: { $0.number.bitPattern != 0 }) {
            try output.column(.postingNumber, code: code, posting.map(\.number))
        }
        if posting.contains(where: { $0.valueCode >= 0 }) {
            let codes = posting.map { UInt32(bitPattern: $0.valueCode) }
            try output.column(.postingValueCode, code: code, codes)
        }
        if posting.contains(where: { $0.unit >= 0 }) {
            try output.column(.postingUnit, code: code, posting.map { UInt32(bitPattern: $0.unit) })
        }
        if posting.contains(where: { $0.source != 0 }) {
            try output.column(.postingSource, code: code, posting.map(\.source))
        }
    }

    /// The second permutation: each subject's events by start, then code, then row of the posting.
    private static func writeTimelines(
        _ rows: [EventRow], _ sorted: SortedEvents, subjects: Int, to output: SegmentOutput
    ) throws(TimelineError) {
        var ends = [UInt64](repeating: 0, count: subjects)
        for row in rows { ends[Int(row.subject)] += 1 }
        var next = [Int](repeating: 0, count: subjects)
        var total: UInt64 = 0
        for subject in 0..<subjects {
            next[subject] = Int(total)
            total += ends[subject]
            ends[subject] = total
        }
        // Scattered code by code and row by row, a subject's entries lie in that order already; only
        // start remains to be sorted by, with the place in that order as the tie-break.
        var codes = [UInt32](repeating: 0, count: rows.count)
        var positions = codes
        var keys = [UInt64](repeating: 0, count: rows.count)
        for code in 0..<sorted.bounds.count - 1 {
            for place in sorted.bounds[code]..<sorted.bounds[code + 1] {
                let row = rows[Int(sorted.order[place])]
                let target = next[Int(row.subject)]
                next[Int(row.subject)] += 1
                codes[target] = UInt32(code)
                positions[target] = UInt32(place - sorted.bounds[code])
                let start = UInt32(bitPattern: row.start) ^ 0x8000_0000
                keys[target] = UInt64(start) << 32 | UInt64(target)
            }
        }
        var first = 0
        for end in ends {
            keys[first..<Int(end)].sort()
            first = Int(end)
        }
        try output.column(.timelineEnds, ends)
        try output.column(.timelineCode, keys.map { codes[Int(UInt32(truncatingIfNeeded: $0))] })
        try output.column(.timelineRow, keys.map { positions[Int(UInt32(truncatingIfNeeded: $0))] })
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
