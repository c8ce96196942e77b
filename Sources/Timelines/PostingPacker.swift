// SPDX-License-Identifier: Apache-2.0
import Records

/// Packs the columns of one code while its rows come piece by piece.
struct PostingPacker {
    let code: Int
    private(set) var count = 0
    private(set) var subjectCount = 0
    private var last: (subject: UInt32, start: Int32)?
    private var subjects = ColumnEncoder(.ascending)
    private var starts = ColumnEncoder(.integers)
    /// By kind; those no row has used so far are not there.
    private var others: [UInt16: ColumnEncoder] = [:]

    init(code: Int) {
        self.code = code
    }

    /// Appends rows; refuses those out of order and values that point outside their tables.
    mutating func append(
        _ rows: PostingRows, subjects: Int, codes: Int, units: Int, texts: Int
    ) throws(TimelineError) {
        var raw = RawRows()
        raw.subjects = rows.subjects
        raw.starts = rows.starts
        let missing = PackedColumn.missing
        try set(&raw, .postingDuration, rows.durations, rows.count) {
            $0 == missing || ($0 >= 0 && $0 <= Int64(UInt32.max)) ? $0 : nil
        }
        try set(&raw, .postingKind, rows.kinds, rows.count) { Int64($0.rawValue) }
        try set(&raw, .postingNumber, rows.numbers, rows.count) {
            Int64(bitPattern: $0.bitPattern)
        }
        try set(&raw, .postingValueCode, rows.valueCodes, rows.count) {
            PostingPacker.index($0, below: codes)
        }
        try set(&raw, .postingUnit, rows.units, rows.count) {
            PostingPacker.index($0, below: units)
        }
        try set(&raw, .postingSource, rows.sources, rows.count) { Int64(bitPattern: $0) }
        for (attribute, values) in rows.attributes {
            let kind = SegmentFormat.firstAttribute + UInt16(attribute.rawValue)
            try set(&raw, kind, values, rows.count) { value in
                !attribute.isText || value == missing || (value >= 0 && value < Int64(texts))
                    ? value : nil
            }
        }
        try append(raw, subjects: subjects)
    }

    private static func index(_ value: Int32, below limit: Int) -> Int64? {
        if value == -1 { return PackedColumn.missing }
        return value >= 0 && Int(value) < limit ? Int64(value) : nil
    }

    private func set<Value>(
        _ raw: inout RawRows, _ kind: ColumnKind, _ values: RowValues<Value>, _ rows: Int,
        _ stored: (Value) -> Int64?
    ) throws(TimelineError) {
        try set(&raw, kind.rawValue, values, rows, stored)
    }

    /// Puts a column among the raw ones; nil from `stored` is a value that points nowhere.
    private func set<Value>(
        _ raw: inout RawRows, _ kind: UInt16, _ values: RowValues<Value>, _ rows: Int,
        _ stored: (Value) -> Int64?
    ) throws(TimelineError) {
        switch values {
        case .none: return
        case .same(let value):
            guard let number = stored(value) else { throw outside(kind) }
            raw.others[kind] = .same(number)
        case .each(let values):
            guard values.count == rows else { throw invalid("columns of one length") }
            var numbers: [Int64] = []
            numbers.reserveCapacity(rows)
            for value in values {
                guard let number = stored(value) else { throw outside(kind) }
                numbers.append(number)
            }
            raw.others[kind] = .each(numbers)
        }
    }

    /// Appends rows whose values are known to be inside their tables.
    mutating func append(_ rows: RawRows, subjects subjectLimit: Int) throws(TimelineError) {
        let added = rows.subjects.count
        guard rows.starts.count == added else { throw invalid("as many starts as subjects") }
        let (owners, times) = (rows.subjects, rows.starts)
        var previous = last
        var distinct = 0
        for row in 0..<added {
            let (subject, start) = (owners[row], times[row])
            if let before = previous, before.subject == subject {
                guard before.start <= start else { throw disordered }
            } else {
                guard Int(subject) < subjectLimit, (previous?.subject ?? 0) <= subject else {
                    throw disordered
                }
                distinct += 1
            }
            previous = (subject, start)
        }
        last = previous
        subjectCount += distinct
        subjects.append(rows.subjects.lazy.map { Int64($0) })
        starts.append(rows.starts.lazy.map { Int64($0) })
        for (kind, values) in rows.others {
            let absent = RawRows.absent(kind)
            switch values {
            case .none: continue
            case .same(let value):
                guard value != absent || others[kind] != nil else { continue }
                fill(kind)
                others[kind]?.append(repeating: value, count: added)
            case .each(let values):
                guard others[kind] != nil || values.contains(where: { $0 != absent }) else {
                    continue
                }
                fill(kind)
                others[kind]?.append(values)
            }
        }
        count += added
    }

    /// Makes a column as long as the rows before this piece.
    private mutating func fill(_ kind: UInt16) {
        var column = others.removeValue(forKey: kind) ?? ColumnEncoder(RawRows.content(kind))
        column.append(repeating: RawRows.absent(kind), count: count - column.count)
        others[kind] = column
    }

    /// A column as it lies in a file.
    struct PackedSection {
        let kind: UInt16
        let encoding: ColumnEncoding
        let bytes: [UInt8]
    }

    /// Calls with the columns in ascending order of their kinds, and forgets them.
    mutating func finish(_ body: (PackedSection) throws(TimelineError) -> Void)
        throws(TimelineError)
    {
        try PostingPacker.finish(&subjects, ColumnKind.postingSubject.rawValue, body)
        try PostingPacker.finish(&starts, ColumnKind.postingStart.rawValue, body)
        for kind in others.keys.sorted() {
            guard var column = others.removeValue(forKey: kind) else { continue }
            column.append(repeating: RawRows.absent(kind), count: count - column.count)
            try PostingPacker.finish(&column, kind, body)
        }
    }

    private static func finish(
        _ column: inout ColumnEncoder, _ kind: UInt16,
        _ body: (PackedSection) throws(TimelineError) -> Void
    ) throws(TimelineError) {
        let (encoding, bytes) = column.finish()
        try body(PackedSection(kind: kind, encoding: encoding, bytes: bytes))
    }

    private var disordered: TimelineError {
        invalid("rows of known subjects in order of subject, then start")
    }

    private func outside(_ kind: UInt16) -> TimelineError {
        invalid("values of \(ColumnKind.title(kind)) inside their table")
    }

    private func invalid(_ expected: String) -> TimelineError {
        .invalidTable(name: "rows of code \(code)", expected: expected)
    }
}

/// Rows of one code with their columns as packed columns hold them.
struct RawRows {
    var subjects: [UInt32] = []
    var starts: [Int32] = []
    /// By kind: see `ColumnKind`.
    var others: [UInt16: RowValues<Int64>] = [:]

    /// What rows have in a column that is not there.
    static func absent(_ kind: UInt16) -> Int64 {
        switch ColumnKind(rawValue: kind) {
        case .postingKind, .postingNumber, .postingSource: 0
        default: PackedColumn.missing
        }
    }

    static func content(_ kind: UInt16) -> ColumnContent {
        switch ColumnKind(rawValue: kind) {
        case .postingSubject: return .ascending
        case .postingNumber: return .numbers
        case .postingStart, .postingKind, .postingSource: return .integers
        case .some: return .optionalIntegers
        case .none:
            let raw = UInt8(truncatingIfNeeded: kind &- SegmentFormat.firstAttribute)
            let isDecimal = EventAttribute(rawValue: raw)?.isDecimal ?? false
            return isDecimal ? .optionalNumbers : .optionalIntegers
        }
    }
}
