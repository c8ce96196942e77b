// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The segments of a log that are on disk, in order; the last one grows.
final class SegmentList: Sendable {
    private let list: Mutex<[Segment]>

    init(_ segments: [Segment]) {
        list = Mutex(segments)
    }

    /// Opens what is on disk; each but the last is taken to end where the next begins.
    static func open(_ paths: LedgerPaths, flags: Int32) throws(LedgerError) -> [Segment] {
        var firsts = try paths.segments()
        // A writer may be making the last one at this moment: it holds no record yet.
        if firsts.count > 1, let last = firsts.last {
            let bytes = LedgerFile.size(at: paths.entries(first: last)) ?? 0
            if bytes < RecordFrame.magic.count { firsts.removeLast() }
        }
        var segments: [Segment] = []
        for (position, first) in firsts.enumerated() {
            let isLast = position + 1 == firsts.count
            segments.append(
                try Segment(
                    paths, first: first, end: isLast ? .max : firsts[position + 1], flags: flags))
        }
        return segments
    }

    var all: [Segment] { list.withLock { $0 } }
    var last: Segment? { list.withLock { $0.last } }
    /// The index of the first record on disk.
    var first: Int { list.withLock { $0.first?.first ?? 0 } }

    func append(_ segment: Segment) { list.withLock { $0.append(segment) } }

    /// Forgets the segments that end at or before an index; returns them.
    func drop(before index: Int) -> [Segment] {
        list.withLock { list in
            let dropped = list.prefix { $0.end <= index }
            list.removeFirst(dropped.count)
            return Array(dropped)
        }
    }

    /// The segments that hold a range, with the part that each has.
    func parts(of range: Range<Int>) -> [(segment: Segment, range: Range<Int>)] {
        let all = self.all
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if all[middle].end <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        var parts: [(segment: Segment, range: Range<Int>)] = []
        for segment in all[low...] {
            let part = range.clamped(to: segment.first..<max(segment.first, segment.end))
            guard !part.isEmpty else { break }
            parts.append((segment, part))
        }
        return parts
    }

    /// Records of a range with their leaf hashes.
    ///
    /// - Throws: `retired` where a part of it was deleted by policy.
    func records(_ range: Range<Int>) throws(LedgerError) -> [(record: [UInt8], leaf: Digest32)] {
        guard !range.isEmpty else { return [] }
        let first = first
        guard range.lowerBound >= first else { throw .retired(first: 0, end: first) }
        var found: [(record: [UInt8], leaf: Digest32)] = []
        for part in parts(of: range) {
            let records = try part.segment.records(part.range)
            if found.isEmpty { found = records } else { found += records }
        }
        guard found.count == range.count else {
            throw .damagedEntry(
                index: range.lowerBound + found.count, problem: "is not in any segment")
        }
        return found
    }
}
