// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Synchronization

extension LedgerLog {
    /// The files of records on disk, in order.
    package var segments: [LedgerSegment] {
        segmentList.all.map { LedgerSegment(first: $0.first, end: $0.end, bytes: $0.length) }
    }

    /// What was deleted by policy so far.
    package var retired: [RetiredRange] { state.withLock { $0.retired } }

    /// What a policy lets go now: whole segments from the oldest on; deletes nothing.
    ///
    /// The last segment stays, and every segment under the last partial tile, so that the tree can
    /// be put together again from full tiles.
    ///
    /// - Parameter now: milliseconds since 1970, UTC.
    package func retirable(_ policy: RetirementPolicy, now: Int) throws(LedgerError)
        -> [RetiredRange]
    {
        let view = view()
        var bytes = segmentList.all.reduce(0) { $0 + $1.length }
        var ranges: [RetiredRange] = []
        for segment in segmentList.all.dropLast() where segment.end <= view.count & ~255 {
            let isTooMuch = policy.keepBytes.map { bytes > $0 } ?? false
            var isTooOld = false
            if let age = policy.olderThanMilliseconds, let time = try lastTime(of: segment) {
                isTooOld = time < now - age
            }
            guard isTooMuch || isTooOld, let root = try view.root(size: segment.end) else { break }
            ranges.append(
                RetiredRange(
                    first: segment.first, end: segment.end, root: root, milliseconds: now,
                    policy: policy.name))
            bytes -= segment.length
        }
        return ranges
    }

    /// The `ts` of a segment's last record; nil where it has none.
    private func lastTime(of segment: Segment) throws(LedgerError) -> Int? {
        let record = try records((segment.end - 1)..<segment.end)[0]
        return (try? CanonicalJSON(parsing: record))?["ts"]?.intValue
    }

    /// Deletes whole segments that `retirable` named; their hashes and the roots stay.
    ///
    /// A checkpoint over them is signed and on disk first, then their hashes, then the signed
    /// statement; a crash in between leaves a log that opens, with or without the records. Who keeps
    /// the fact in the log too appends its entry before. Blocks.
    ///
    /// - Throws: `outOfRange` where a range is not the next whole segment on disk.
    package func retire(_ ranges: [RetiredRange]) throws(LedgerError) {
        guard !ranges.isEmpty else { return }
        _ = try checkpoint()
        let result: Result<Void, LedgerError> = queue.sync {
            do throws(LedgerError) {
                return .success(try self.retireOnQueue(ranges))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func retireOnQueue(_ ranges: [RetiredRange]) throws(LedgerError) {
        let view = view()
        let known = state.withLock { $0.retired }
        var next = segmentList.first
        for range in ranges {
            guard range.first == next,
                segmentList.all.dropLast().contains(where: {
                    $0.first == range.first && $0.end == range.end
                }),
                range.end <= view.count & ~255, try view.root(size: range.end) == range.root
            else { throw .outOfRange(requested: range.first, size: view.count) }
            next = range.end
        }
        try tiles.makeDurable(from: segmentList.first, to: next, in: view)
        let statement = try RetirementStatement(
            origin: origin, ranges: known + ranges, key: key)
        try LedgerFile.replace(paths.retired, with: Array(statement.text.utf8))
        state.withLock { $0.retired = statement.ranges }
        deleteRetiredSegments()
    }

    /// Deletes the files of segments that the signed statement names.
    func deleteRetiredSegments() {
        let end = state.withLock { $0.retired.last?.end ?? 0 }
        guard end > 0 else { return }
        for segment in segmentList.drop(before: end) {
            unlink(segment.path)
            unlink(paths.index(first: segment.first))
        }
    }
}

extension TileFiles {
    /// Waits until the full tiles over a range of leaves are on the disk itself.
    ///
    /// After this the records of the range are not needed to put the tree together.
    func makeDurable(from first: Int, to end: Int, in view: TreeView) throws(LedgerError) {
        let code = writePending()
        guard code == 0 else { throw .notWritten(reason: String(cString: strerror(code))) }
        var directories: Set<String> = []
        for level in 0..<view.edges.tiles.count {
            let height = 8 * (level + 1)
            let full = view.edges.partialIndex(level: level)
            let last = min(full, (end + (1 << height) - 1) >> height)
            for index in (first >> height)..<max(first >> height, last) {
                let id = TileID(level: level, index: index)
                // Read back and checked: made again from the records while they are there.
                _ = try view.tile(id)
                let path = try synchronize(id)
                directories.insert(path)
            }
        }
        for path in directories.sorted() { try LedgerFile.synchronizeDirectory(of: path) }
    }
}
