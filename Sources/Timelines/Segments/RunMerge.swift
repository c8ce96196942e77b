// SPDX-License-Identifier: Apache-2.0
import Records

/// Rows of one segment's postings that follow each other in the merged postings too.
struct PostingRun {
    let segment: Int
    let rows: Range<Int>
}

/// Walks the rows of one code in several segments in order of merged subjects, without those that
/// are superseded.
///
/// As each subject has one owner, whole runs of rows move at a time: for segments of disjoint
/// subjects a handful in all.
struct RunMerge {
    private var cursors: [RunCursor] = []

    init(_ union: SegmentUnion, _ postings: [Postings?]) {
        for (segment, own) in postings.enumerated() {
            if let own {
                cursors.append(RunCursor(segment, own, union.merged[segment]))
            }
        }
    }

    /// The next runs, together of about so many rows; empty at the end.
    mutating func next(_ limit: Int) -> [PostingRun] {
        var runs: [PostingRun] = []
        var rows = 0
        while rows < limit {
            var first: Int?
            var second = SegmentUnion.superseded
            for (index, cursor) in cursors.enumerated() where cursor.subject != RunCursor.atEnd {
                guard let known = first else {
                    first = index
                    continue
                }
                if cursor.subject < cursors[known].subject {
                    second = min(second, cursors[known].subject)
                    first = index
                } else {
                    second = min(second, cursor.subject)
                }
            }
            guard let first else { break }
            let taken = cursors[first].take(below: second, atMost: limit - rows)
            guard !taken.isEmpty else { break }
            runs.append(PostingRun(segment: cursors[first].segment, rows: taken))
            rows += taken.count
        }
        return runs
    }
}

/// A place in one segment's postings.
private struct RunCursor {
    static let atEnd = SegmentUnion.superseded

    let segment: Int
    /// Merged subject of the row; `atEnd` behind the last.
    private(set) var subject = RunCursor.atEnd
    private let postings: Postings
    private let merged: [UInt32]
    private var row = 0
    /// Merged subjects of the block that begins at `blockStart`.
    private var block: [UInt32] = []
    private var blockStart = 0

    init(_ segment: Int, _ postings: Postings, _ merged: [UInt32]) {
        self.segment = segment
        self.postings = postings
        self.merged = merged
        skipSuperseded()
    }

    /// Takes rows of subjects below a limit, up to the next superseded one.
    mutating func take(below limit: UInt32, atMost count: Int) -> Range<Int> {
        let first = row
        let last = min(postings.count, first + count)
        while row < last {
            load()
            // `superseded` is no smaller than any limit.
            guard block[row - blockStart] < limit else { break }
            row += 1
        }
        skipSuperseded()
        return first..<max(first, endOfTaken)
    }

    private var endOfTaken = 0

    private mutating func skipSuperseded() {
        endOfTaken = row
        while row < postings.count {
            load()
            subject = block[row - blockStart]
            if subject != SegmentUnion.superseded { return }
            row += 1
        }
        subject = RunCursor.atEnd
    }

    private mutating func load() {
        guard row >= blockStart + block.count || block.isEmpty else { return }
        blockStart = row / Postings.blockRows * Postings.blockRows
        let (merged, rows) = (merged, postings.columns.subjects.rows(ofBlock: row / 1024))
        block = [UInt32](unsafeUninitializedCapacity: rows.count) { buffer, filled in
            if let start = buffer.baseAddress {
                postings.columns.subjects.decode32(block: row / Postings.blockRows, into: start)
            }
            filled = rows.count
        }
        for index in block.indices {
            let local = Int(block[index])
            block[index] = local < merged.count ? merged[local] : SegmentUnion.superseded
        }
    }
}

/// Fetches the columns of runs, with indices as the merged tables have them.
struct RunGather {
    let postings: [Postings?]
    let merged: [[UInt32]]
    let codeMaps: [[UInt32]]
    let unitMaps: [[UInt32]]
    let texts: TextMaps

    /// Where texts of each segment are in the merged table.
    enum TextMaps {
        case offsets([Int64])
        case tables([[UInt32]])
    }

    func rows(_ runs: [PostingRun]) -> RawRows {
        var raw = RawRows()
        raw.subjects = narrow(runs) {
            $0.subjects
        } map: { segment, local in
            let merged = merged[segment]
            return Int(local) < merged.count ? merged[Int(local)] : SegmentUnion.superseded
        }
        raw.starts = narrow(runs) { $0.starts }.map { Int32(bitPattern: $0) }
        var kinds: Set<UInt16> = []
        for (segment, own) in postings.enumerated() {
            guard let own, runs.contains(where: { $0.segment == segment }) else { continue }
            kinds.formUnion(own.columns.kindsBesides)
        }
        for kind in kinds { raw.others[kind] = values(kind, runs) }
        return raw
    }

    private func narrow(
        _ runs: [PostingRun], _ column: (PostingColumns) -> PackedColumn,
        map: ((Int, UInt32) -> UInt32)? = nil
    ) -> [UInt32] {
        let count = runs.reduce(0) { $0 + $1.rows.count }
        return [UInt32](unsafeUninitializedCapacity: count) { buffer, filled in
            defer { filled = count }
            guard var target = buffer.baseAddress else { return }
            for run in runs {
                guard let columns = postings[run.segment]?.columns else { continue }
                column(columns).decode32(run.rows, into: target)
                if let map {
                    for row in 0..<run.rows.count { target[row] = map(run.segment, target[row]) }
                }
                target += run.rows.count
            }
        }
    }

    private func values(_ kind: UInt16, _ runs: [PostingRun]) -> RowValues<Int64> {
        let absent = RawRows.absent(kind)
        let segments = Set(runs.map(\.segment))
        let same = Set(
            segments.map { segment -> Int64? in
                guard let column = postings[segment]?.columns[kind] else { return absent }
                return column.sameValue.map { mapped($0, kind, segment) }
            })
        if same.count == 1, let value = same.first ?? nil { return .same(value) }
        let count = runs.reduce(0) { $0 + $1.rows.count }
        return .each(
            [Int64](unsafeUninitializedCapacity: count) { buffer, filled in
                defer { filled = count }
                guard var target = buffer.baseAddress else { return }
                for run in runs {
                    fill(target, kind, run, absent)
                    target += run.rows.count
                }
            })
    }

    private func fill(
        _ target: UnsafeMutablePointer<Int64>, _ kind: UInt16, _ run: PostingRun, _ absent: Int64
    ) {
        guard let column = postings[run.segment]?.columns[kind] else {
            target.initialize(repeating: absent, count: run.rows.count)
            return
        }
        column.decode64(run.rows, into: target)
        guard RunGather.isIndex(kind) else { return }
        for row in 0..<run.rows.count { target[row] = mapped(target[row], kind, run.segment) }
    }

    private static func isIndex(_ kind: UInt16) -> Bool {
        switch ColumnKind(rawValue: kind) {
        case .postingValueCode, .postingUnit: true
        case .some: false
        case .none: RawRows.isText(kind)
        }
    }

    private func mapped(_ value: Int64, _ kind: UInt16, _ segment: Int) -> Int64 {
        guard RunGather.isIndex(kind), value != PackedColumn.missing else { return value }
        func moved(_ map: [UInt32]) -> Int64 {
            guard let index = Int(exactly: value), map.indices.contains(index),
                map[index] != SegmentFormat.none
            else { return PackedColumn.missing }
            return Int64(map[index])
        }
        switch ColumnKind(rawValue: kind) {
        case .postingValueCode: return moved(codeMaps[segment])
        case .postingUnit: return moved(unitMaps[segment])
        default:
            switch texts {
            case .offsets(let offsets): return value &+ offsets[segment]
            case .tables(let tables): return moved(tables[segment])
            }
        }
    }
}

extension RawRows {
    static func isText(_ kind: UInt16) -> Bool {
        guard kind > SegmentFormat.firstAttribute else { return false }
        let raw = UInt8(exactly: kind - SegmentFormat.firstAttribute)
        return raw.flatMap(EventAttribute.init(rawValue:))?.isText ?? false
    }
}

extension PostingColumns {
    /// Kinds of the columns that are there besides subjects and starts.
    var kindsBesides: [UInt16] {
        let fixed: [ColumnKind] = [
            .postingDuration, .postingKind, .postingNumber, .postingValueCode, .postingUnit,
            .postingSource,
        ]
        return fixed.map(\.rawValue).filter { self[$0] != nil }
            + attributes.map { SegmentFormat.firstAttribute + UInt16($0.attribute.rawValue) }
    }

    subscript(kind: UInt16) -> PackedColumn? {
        switch ColumnKind(rawValue: kind) {
        case .postingSubject: return subjects
        case .postingStart: return starts
        case .postingDuration: return durations
        case .postingKind: return kinds
        case .postingNumber: return numbers
        case .postingValueCode: return valueCodes
        case .postingUnit: return units
        case .postingSource: return sources
        case .some: return nil
        case .none:
            for pair in attributes
            where SegmentFormat.firstAttribute + UInt16(pair.attribute.rawValue) == kind {
                return pair.column
            }
            return nil
        }
    }
}
