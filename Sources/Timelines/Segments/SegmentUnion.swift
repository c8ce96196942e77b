// SPDX-License-Identifier: Apache-2.0
import Records

/// Several segments seen as one: who owns which subject, and how the tables fit together.
///
/// A segment holds the whole timelines of its subjects. Of a subject in several segments the newest
/// one counts; the rows in older ones are superseded and seen by nobody.
struct SegmentUnion: Sendable {
    /// Stands for "superseded" among merged subjects.
    static let superseded = UInt32.max

    /// Oldest first.
    let segments: [Segment]
    /// By merged subject: which segment owns it, and its position there.
    let owners: [UInt16]
    let locals: [UInt32]
    /// By segment: the merged subject of each of its subjects, or `superseded`.
    let merged: [[UInt32]]
    /// By segment: how many of its subjects are superseded.
    let supersededCounts: [Int]
    /// Every code of the segments once, in ascending order, and its concept.
    let codes: [CodeEntry]
    let concepts: [UInt32]
    let units: [String]
    /// By segment: where its codes and units are in the tables.
    let codeMaps: [[UInt32]]
    let unitMaps: [[UInt32]]

    init(_ segments: [Segment]) {
        self.segments = segments
        var merged = segments.map {
            [UInt32](repeating: SegmentUnion.superseded, count: $0.subjectCount)
        }
        var owners: [UInt16] = []
        var locals: [UInt32] = []
        SegmentUnion.forEachSubject(segments) { owner, local in
            merged[owner][local] = UInt32(owners.count)
            owners.append(UInt16(owner))
            locals.append(UInt32(local))
        }
        self.owners = owners
        self.locals = locals
        supersededCounts = merged.map { column in
            column.reduce(0) { $0 + ($1 == SegmentUnion.superseded ? 1 : 0) }
        }
        self.merged = merged
        let codeTable = CodeTable(of: segments)
        (codes, concepts, codeMaps) = (codeTable.codes, codeTable.concepts, codeTable.maps)
        let unitTable = StringTable(segments.map(\.units))
        (units, unitMaps) = (unitTable.strings, unitTable.maps)
    }

    var subjectCount: Int { owners.count }

    /// Calls for each subject once, in order of id, with its newest segment and position there.
    private static func forEachSubject(_ segments: [Segment], _ body: (Int, Int) -> Void) {
        var next = [Int](repeating: 0, count: segments.count)
        var heads = segments.map { $0.subjectCount > 0 ? $0.id(0) : nil }
        func advance(_ segment: Int) {
            next[segment] += 1
            heads[segment] =
                next[segment] < segments[segment].subjectCount
                ? segments[segment].id(next[segment]) : nil
        }
        func least(but owner: Int?) -> SubjectID? {
            var least: SubjectID?
            for (segment, head) in heads.enumerated() where segment != owner {
                guard let head else { continue }
                least = least.map { min($0, head) } ?? head
            }
            return least
        }
        while let id = least(but: nil), let owner = heads.lastIndex(of: id) {
            body(owner, next[owner])
            for segment in heads.indices where heads[segment] == id { advance(segment) }
            // Subjects only this segment has need no look at the others.
            let limit = least(but: owner)
            while let head = heads[owner], limit.map({ head < $0 }) ?? true {
                body(owner, next[owner])
                advance(owner)
            }
        }
    }
}

/// The codes of several segments as one table.
struct CodeTable {
    private(set) var codes: [CodeEntry] = []
    private(set) var concepts: [UInt32] = []
    /// By segment: where each of its codes went; `SegmentFormat.none` for those left out.
    private(set) var maps: [[UInt32]]

    /// Of several wordings of a code the first counts, in the same order as when writing a segment.
    ///
    /// - Parameter used: by segment and code, which to keep; nil for a segment to keep all of.
    init(of segments: [Segment], used: [[Bool]?] = []) {
        maps = segments.map { [UInt32](repeating: SegmentFormat.none, count: $0.codes.count) }
        var all: [(segment: Int, index: Int, entry: CodeEntry)] = []
        for (segment, own) in segments.enumerated() {
            let used = segment < used.count ? used[segment] : nil
            for (index, entry) in own.codes.enumerated() where used?[index] ?? true {
                all.append((segment, index, entry))
            }
        }
        if segments.count > 1 { all.sort { SegmentTables.precedes($0.entry, $1.entry) } }
        for item in all {
            if codes.last?.code != item.entry.code {
                codes.append(item.entry)
                concepts.append(0)
            }
            let position = codes.count - 1
            maps[item.segment][item.index] = UInt32(position)
            let concept = segments[item.segment].concepts[item.index]
            if concept != 0 && (concepts[position] == 0 || concept < concepts[position]) {
                concepts[position] = concept
            }
        }
    }
}

/// Sorted tables of strings as one.
struct StringTable {
    private(set) var strings: [String] = []
    /// By table: where each of its strings went; `SegmentFormat.none` for those left out.
    private(set) var maps: [[UInt32]]

    /// - Parameter used: by table and string, which to keep; nil for a table to keep all of.
    init(_ tables: [[String]], used: [[Bool]?] = []) {
        maps = tables.map { [UInt32](repeating: SegmentFormat.none, count: $0.count) }
        var next = [Int](repeating: 0, count: tables.count)
        func skip(_ table: Int) {
            guard table < used.count, let used = used[table] else { return }
            while next[table] < used.count, !used[next[table]] { next[table] += 1 }
        }
        for table in tables.indices { skip(table) }
        while true {
            var least: String?
            for (table, own) in tables.enumerated() where next[table] < own.count {
                let string = own[next[table]]
                if let known = least, !StringPool.precedes(string, known) { continue }
                least = string
            }
            guard let least else { return }
            for (table, own) in tables.enumerated()
            where next[table] < own.count && own[next[table]].utf8.elementsEqual(least.utf8) {
                maps[table][next[table]] = UInt32(strings.count)
                next[table] += 1
                skip(table)
            }
            strings.append(least)
        }
    }
}
