// SPDX-License-Identifier: Apache-2.0

/// Reads every leaf of a log from front to back: the records of all segments, and the hashes of
/// those that were retired.
struct LogScan {
    /// A leaf, and where its record lies.
    struct Found {
        var index: Int
        var leaf: Digest32
        /// Nil where the record was retired: then the leaf is what a tile says, not yet checked.
        var segment: Segment?
        var offset: Int
    }

    /// Leaves, in whole batches.
    private(set) var size = 0
    private(set) var end = EntriesScan.End.complete
    /// Bytes of the last segment up to the end of its last whole batch.
    private(set) var length = 0

    /// - Throws: `damagedEntry` where a segment is missing or does not end where the next begins.
    init(
        _ paths: LedgerPaths, segments: [Segment], retired: [RetiredRange],
        found: (Found) -> Void
    ) throws(LedgerError) {
        guard let first = segments.first else { throw .missing(file: paths.entries) }
        if first.first > 0 {
            let retiredEnd = retired.last?.end ?? 0
            guard first.first <= retiredEnd else {
                throw .damagedEntry(
                    index: retiredEnd,
                    problem: "was removed: no segment holds it, and no signed statement retires it")
            }
            try LogScan.leaves(paths, end: first.first, found)
            size = first.first
        }
        for (position, segment) in segments.enumerated() {
            let scan = try EntriesScan(
                segment.file.descriptor, path: segment.path,
                from: .init(index: segment.first, offset: nil)
            ) {
                found(
                    Found(
                        index: $0.frame.index, leaf: $0.leaf, segment: segment, offset: $0.offset))
            }
            size = scan.size
            end = scan.end
            length = scan.length
            guard position + 1 < segments.count else { return }
            try LogScan.check(scan, next: segments[position + 1].first)
        }
    }

    /// Refuses a segment that does not end where the next one begins.
    static func check(_ scan: EntriesScan, next: Int) throws(LedgerError) {
        switch scan.end {
        case .damaged(let index, let problem): throw .damagedEntry(index: index, problem: problem)
        case .torn(let index):
            throw .damagedEntry(
                index: min(index, next), problem: "was altered or cut off; a later segment follows")
        case .complete where scan.size != next:
            throw .damagedEntry(
                index: min(scan.size, next),
                problem: "was removed or moved: a segment does not end where the next begins")
        case .complete: return
        }
    }

    private static func leaves(_ paths: LedgerPaths, end: Int, _ found: (Found) -> Void)
        throws(LedgerError)
    {
        for index in 0..<((end + 255) >> 8) {
            let id = TileID(level: 0, index: index)
            guard let tile = TileFiles.read(paths, id) else {
                throw .badTile(path: TilePath(id).text)
            }
            for position in 0..<min(256, end - index << 8) {
                found(
                    Found(
                        index: index << 8 + position, leaf: tile.node(0, position), segment: nil,
                        offset: 0))
            }
        }
    }
}
