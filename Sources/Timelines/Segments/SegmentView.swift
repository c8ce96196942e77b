// SPDX-License-Identifier: Apache-2.0
import Records
import Synchronization

/// What a store over several segments knows beyond the segments themselves.
///
/// Counts are known when it is opened. The postings of a code are put together when they are first
/// asked for, and kept, packed, in memory.
final class SegmentView: Sendable {
    let union: SegmentUnion
    let eventCount: Int
    /// By merged code, without what is superseded.
    let eventsOfCode: [Int]
    let subjectsOfCode: [Int]
    /// By segment: where its texts begin among those of all segments.
    private let textOffsets: [Int64]
    /// By segment and merged code: the code in the segment; `SegmentFormat.none` where it has none.
    private let locals: [[UInt32]]
    private let known = Mutex<[Int: Postings]>([:])
    private let scratch: ScratchPool

    init(_ union: SegmentUnion, scratch: ScratchPool) {
        self.union = union
        self.scratch = scratch
        var events = [Int](repeating: 0, count: union.codes.count)
        var subjects = events
        var total = 0
        var textOffset: Int64 = 0
        var textOffsets: [Int64] = []
        var locals = union.segments.map { _ in
            [UInt32](repeating: SegmentFormat.none, count: union.codes.count)
        }
        for (index, segment) in union.segments.enumerated() {
            textOffsets.append(textOffset)
            textOffset += Int64(segment.texts.count)
            total += segment.eventCount
            for (local, code) in union.codeMaps[index].enumerated() {
                locals[index][Int(code)] = UInt32(local)
                events[Int(code)] += segment.postings[local]?.count ?? 0
                subjects[Int(code)] += Int(segment.codeSubjects[local])
            }
            guard union.supersededCounts[index] > 0 else { continue }
            for (local, merged) in union.merged[index].enumerated()
            where merged == SegmentUnion.superseded {
                var seen: Set<UInt32> = []
                segment.forEachCode(ofSubject: local) { code in
                    guard Int(code) < union.codeMaps[index].count else { return }
                    let merged = Int(union.codeMaps[index][Int(code)])
                    events[merged] -= 1
                    if seen.insert(code).inserted { subjects[merged] -= 1 }
                }
                total -= segment.places(local).count
            }
        }
        eventsOfCode = events.map { max(0, $0) }
        subjectsOfCode = subjects.map { max(0, $0) }
        eventCount = max(0, total)
        self.textOffsets = textOffsets
        self.locals = locals
    }

    func owner(_ subject: Int) -> (segment: Segment, local: Int) {
        (union.segments[Int(union.owners[subject])], Int(union.locals[subject]))
    }

    func text(_ index: Int) -> String? {
        guard let segment = textOffsets.lastIndex(where: { $0 <= Int64(index) }), index >= 0 else {
            return nil
        }
        return union.segments[segment].texts[index - Int(textOffsets[segment])]
    }

    func postings(_ code: Int) -> Postings? {
        guard eventsOfCode.indices.contains(code), eventsOfCode[code] > 0 else { return nil }
        if let known = known.withLock({ $0[code] }) { return known }
        let made = makePostings(code)
        guard let made else { return nil }
        known.withLock { $0[code] = made }
        return made
    }

    private func makePostings(_ code: Int) -> Postings? {
        let postings = union.segments.indices.map { segment -> Postings? in
            let local = locals[segment][code]
            return local == SegmentFormat.none ? nil : union.segments[segment].postings[Int(local)]
        }
        var merge = RunMerge(union, postings)
        let gather = RunGather(
            postings: postings, merged: union.merged, codeMaps: union.codeMaps,
            unitMaps: union.unitMaps, texts: .offsets(textOffsets))
        var packer = PostingPacker(code: code)
        var sections: [PostingPacker.PackedSection] = []
        do throws(TimelineError) {
            while true {
                let runs = merge.next(1 << 16)
                guard !runs.isEmpty else { break }
                try packer.append(gather.rows(runs), subjects: union.subjectCount)
            }
            try packer.finish { (section) throws(TimelineError) in sections.append(section) }
        } catch {
            // Only rows that are not in order are refused, and `verify()` names those.
            return nil
        }
        return SegmentView.postings(sections, count: packer.count, scratch: scratch)
    }

    private static func postings(
        _ sections: [PostingPacker.PackedSection], count: Int, scratch: ScratchPool
    ) -> Postings? {
        let packed = sections.compactMap { section in
            PackedMemory(section.bytes)
                .column(count: count, isConstant: section.encoding == .constant)
                .map { (kind: section.kind, column: $0) }
        }
        guard packed.count == sections.count, packed.count >= 2 else { return nil }
        var columns = PostingColumns(subjects: packed[0].column, starts: packed[1].column)
        for (kind, column) in packed.dropFirst(2) { columns.set(column, kind: kind) }
        return Postings(columns, scratch: scratch)
    }
}

extension Segment {
    /// Calls for each entry of a subject's timeline with its code.
    func forEachCode(ofSubject subject: Int, _ body: (UInt32) -> Void) {
        let places = places(subject)
        guard !places.isEmpty, let entries = timelines.entries else { return }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: places.count) { room in
            guard let codes = room.baseAddress else { return }
            entries.codes.decode32(places, into: codes)
            for place in 0..<places.count { body(codes[place]) }
        }
    }
}
