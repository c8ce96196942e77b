// SPDX-License-Identifier: Apache-2.0
import Records

/// Writes what several segments say as one, without what is superseded.
///
/// The result is byte for byte what writing the remaining events at once would give, as far as the
/// segments were written by `TimelineWriter`. One code is in memory at a time, packed.
struct SegmentMerge {
    let union: SegmentUnion

    /// Rows and timeline entries moved at a time.
    private static let chunk = 1 << 16
    /// Rows after which the pages read are let go, so that memory stays bounded.
    private static let releaseRows = 1 << 22

    /// - Returns: the content digest of the segment at the path.
    func write(to path: String) throws(TimelineError) -> String {
        let segments = union.segments
        let used = segments.indices.map { UsedEntries($0, of: union) }
        let codes = CodeTable(of: segments, used: used.map { $0?.codes })
        let units = StringTable(segments.map(\.units), used: used.map { $0?.units })
        let texts = StringTable(
            segments.map { segment in
                (0..<segment.texts.count).map { segment.texts[$0] ?? "" }
            }, used: used.map { $0?.texts })
        let builder = try SegmentBuilder(
            codes: codes.codes, conceptOfCode: codes.concepts, units: units.strings,
            texts: texts.strings, to: path)
        for first in stride(from: 0, to: union.subjectCount, by: SegmentMerge.chunk) {
            let end = min(first + SegmentMerge.chunk, union.subjectCount)
            try builder.append(
                subjects: (first..<end).map {
                    segments[Int(union.owners[$0])].record(Int(union.locals[$0]))
                })
        }
        try appendPostings(codes, units.maps, .tables(texts.maps), to: builder)
        try appendTimelines(codes.maps, to: builder)
        return try builder.finish()
    }

    private func appendPostings(
        _ codes: CodeTable, _ unitMaps: [[UInt32]], _ texts: RunGather.TextMaps,
        to builder: SegmentBuilder
    ) throws(TimelineError) {
        var locals = union.segments.map { _ in [Int?](repeating: nil, count: codes.codes.count) }
        for (segment, map) in codes.maps.enumerated() {
            for (local, code) in map.enumerated() where code != SegmentFormat.none {
                locals[segment][Int(code)] = local
            }
        }
        var moved = 0
        for code in codes.codes.indices {
            let postings = union.segments.indices.map { segment in
                locals[segment][code].flatMap { union.segments[segment].postings[$0] }
            }
            var merge = RunMerge(union, postings)
            let gather = RunGather(
                postings: postings, merged: union.merged, codeMaps: codes.maps,
                unitMaps: unitMaps, texts: texts)
            while true {
                let runs = merge.next(SegmentMerge.chunk)
                guard !runs.isEmpty else { break }
                let rows = gather.rows(runs)
                try builder.append(rows, code: code)
                moved += rows.subjects.count
            }
            if moved > SegmentMerge.releaseRows {
                releasePages()
                moved = 0
            }
        }
    }

    private func releasePages() {
        for segment in union.segments { segment.reader.file.releasePages() }
    }

    private func appendTimelines(_ codeMaps: [[UInt32]], to builder: SegmentBuilder)
        throws(TimelineError)
    {
        var counts: [UInt32] = []
        var codes: [UInt32] = []
        var starts: [Int32] = []
        var moved = 0
        var subject = 0
        while subject < union.subjectCount {
            // Subjects that follow each other in one segment move together.
            let owner = Int(union.owners[subject])
            let segment = union.segments[owner]
            let first = Int(union.locals[subject])
            let begin = segment.places(first).lowerBound
            var end = begin
            let run = subject
            while subject < union.subjectCount, Int(union.owners[subject]) == owner,
                Int(union.locals[subject]) == first + subject - run,
                end - begin < SegmentMerge.chunk
            {
                let places = segment.places(first + subject - run)
                guard places.lowerBound == end || places.isEmpty else { break }
                counts.append(UInt32(places.count))
                end += places.count
                subject += 1
            }
            guard subject > run else {
                throw segment.reader.damaged("the timeline of subject \(first) leaves its column")
            }
            try append(begin..<end, of: segment, codeMaps[owner], &codes, &starts)
            if codes.count >= SegmentMerge.chunk || counts.count >= SegmentMerge.chunk {
                try builder.append(timelines: counts, codes: codes, starts: starts)
                moved += codes.count
                counts.removeAll(keepingCapacity: true)
                codes.removeAll(keepingCapacity: true)
                starts.removeAll(keepingCapacity: true)
                if moved > SegmentMerge.releaseRows {
                    releasePages()
                    moved = 0
                }
            }
        }
        try builder.append(timelines: counts, codes: codes, starts: starts)
    }

    private func append(
        _ places: Range<Int>, of segment: Segment, _ map: [UInt32], _ codes: inout [UInt32],
        _ starts: inout [Int32]
    ) throws(TimelineError) {
        guard !places.isEmpty, let entries = segment.timelines.entries else { return }
        let own = [UInt32](unsafeUninitializedCapacity: places.count) { buffer, filled in
            if let start = buffer.baseAddress { entries.codes.decode32(places, into: start) }
            filled = places.count
        }
        for code in own {
            guard Int(code) < map.count, map[Int(code)] != SegmentFormat.none else {
                throw segment.reader.damaged("a timeline names a code outside the table")
            }
            codes.append(map[Int(code)])
        }
        let times = [UInt32](unsafeUninitializedCapacity: places.count) { buffer, filled in
            if let start = buffer.baseAddress { entries.starts.decode32(places, into: start) }
            filled = places.count
        }
        for time in times { starts.append(Int32(bitPattern: time)) }
    }
}

/// What of a segment's tables its events still use once some subjects are superseded.
private struct UsedEntries {
    private(set) var codes: [Bool]
    private(set) var units: [Bool]
    private(set) var texts: [Bool]

    /// Nil where nothing is superseded, and so everything is used.
    init?(_ index: Int, of union: SegmentUnion) {
        guard union.supersededCounts[index] > 0 else { return nil }
        let segment = union.segments[index]
        codes = [Bool](repeating: false, count: segment.codes.count)
        units = [Bool](repeating: false, count: segment.units.count)
        texts = [Bool](repeating: false, count: segment.texts.count)
        let only = union.segments.indices.map { other in
            other == index ? segment.postings : []
        }
        for code in segment.codes.indices {
            guard let postings = segment.postings[code] else { continue }
            var merge = RunMerge(union, only.map { $0.isEmpty ? nil : $0[code] })
            while true {
                let runs = merge.next(1 << 16)
                guard !runs.isEmpty else { break }
                codes[code] = true
                for run in runs { mark(run.rows, postings.columns) }
            }
        }
    }

    private mutating func mark(_ rows: Range<Int>, _ columns: PostingColumns) {
        if let column = columns.valueCodes { UsedEntries.mark(column, rows, &codes) }
        if let column = columns.units { UsedEntries.mark(column, rows, &units) }
        for pair in columns.attributes where pair.attribute.isText {
            UsedEntries.mark(pair.column, rows, &texts)
        }
    }

    private static func mark(_ column: PackedColumn, _ rows: Range<Int>, _ used: inout [Bool]) {
        if let same = column.sameValue {
            if let index = Int(exactly: same), used.indices.contains(index) { used[index] = true }
            return
        }
        for row in rows {
            if let index = Int(exactly: column[row]), used.indices.contains(index) {
                used[index] = true
            }
        }
    }
}
