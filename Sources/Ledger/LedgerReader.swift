// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads the records of a log that another process may be writing, as of the moment of opening or
/// of the last `refresh`.
///
/// Needs no key. Each record is checked against its frame; whether the log is the signed one is the
/// question that `LedgerLog.verify` and `LedgerAudit` answer.
///
/// ```swift
/// var reader = try LedgerReader(directory: path)
/// try reader.forEach(from: reader.firstIndex) { index, record in … }
/// try reader.refresh()
/// ```
package struct LedgerReader: Sendable {
    private let paths: LedgerPaths
    private var segments: SegmentList
    /// Number of whole records, those that were retired included.
    package private(set) var size: Int

    /// Records that streaming holds in memory at once.
    static let readAtOnce = 512

    /// Opens a log; reads only the records that were written after its last checkpoint.
    package init(directory: String) throws(LedgerError) {
        paths = LedgerPaths(directory: directory)
        guard LedgerFile.exists(directory), try !paths.segments().isEmpty else {
            throw .missing(file: paths.entries)
        }
        segments = SegmentList([])
        size = 0
        try refresh()
    }

    /// The first record that was not retired.
    package var firstIndex: Int { segments.first }

    /// The checkpoint on disk, whoever signed it; nil where there is none.
    package var checkpoint: Checkpoint? { try? paths.readCheckpoint() }

    /// Takes in what was written since.
    package mutating func refresh() throws(LedgerError) {
        let known = segments.all
        let firsts = try paths.segments()
        guard firsts != known.map(\.first) else {
            if let last = known.last { size = try LedgerReader.readEnd(of: last) }
            return
        }
        let opened = try SegmentList.open(paths, flags: O_RDONLY)
        guard let last = opened.last else { throw .missing(file: paths.entries) }
        size = try LedgerReader.readEnd(of: last)
        segments = SegmentList(opened)
    }

    /// Reads a segment's records from the last one whose place is known; returns where it ends.
    private static func readEnd(of segment: Segment) throws(LedgerError) -> Int {
        let scan = try scanned(segment, from: try segment.soundStart(for: .max))
        if case .damaged(let index, let problem) = scan.end {
            throw .damagedEntry(index: index, problem: problem)
        }
        return scan.size
    }

    private static func scanned(_ segment: Segment, from start: (index: Int, offset: Int))
        throws(LedgerError) -> EntriesScan
    {
        let isFirst = start.index == segment.first
        var offsets = isFirst ? [] : try segment.offsets(before: start.index)
        let scan = try EntriesScan(
            segment.file.descriptor, path: segment.path,
            from: .init(index: start.index, offset: isFirst ? nil : start.offset)
        ) { found in
            if (found.frame.index - segment.first) % Segment.spacing == 0 {
                offsets.append(found.offset)
            }
        }
        segment.set(offsets: offsets, end: scan.size, length: scan.length)
        return scan
    }

    /// One record.
    package func record(at index: Int) throws(LedgerError) -> [UInt8] {
        guard let record = try records(index..<max(index, index &+ 1)).first else {
            throw .outOfRange(requested: index, size: size)
        }
        return record
    }

    /// Records of a range.
    ///
    /// - Throws: `LedgerError.retired` where a part of it was deleted by policy.
    package func records(_ range: Range<Int>) throws(LedgerError) -> [[UInt8]] {
        guard range.lowerBound >= 0, range.upperBound <= size else {
            let outside = range.lowerBound < 0 ? range.lowerBound : range.upperBound - 1
            throw .outOfRange(requested: outside, size: size)
        }
        return try segments.records(range).map(\.record)
    }

    /// Hands over the records from an index on, a few at a time.
    package func forEach(
        from start: Int = 0, _ body: (_ index: Int, _ record: [UInt8]) throws -> Void
    )
        throws
    {
        var index = start
        while index < size {
            let next = min(size, index + LedgerReader.readAtOnce)
            for record in try records(index..<next) {
                try body(index, record)
                index += 1
            }
        }
    }

    // MARK: The tree

    /// The root of the first `size` records, from the tiles on disk.
    package func root(at size: Int) throws(LedgerError) -> Digest32 {
        let tree = try tree()
        guard let root = try tree.root(size: size) else {
            throw .outOfRange(requested: size, size: tree.count)
        }
        return root
    }

    /// The proof that a record is in the tree of a size.
    ///
    /// Fits the checkpoint on disk; whoever uses it checks who signed that.
    package func inclusionProof(index: Int, size: Int) throws(LedgerError) -> [Digest32] {
        let tree = try tree()
        guard let proof = try tree.inclusionProof(index: index, size: size) else {
            throw .outOfRange(
                requested: size > tree.count || size < 1 ? size : index, size: tree.count)
        }
        return proof
    }

    /// The tree of the checkpoint on disk and of the records after it.
    private func tree() throws(LedgerError) -> TreeView {
        // A writer may replace the checkpoint while its tiles are read.
        for _ in 0..<10 {
            guard let checkpoint = try paths.readCheckpoint() else {
                throw .missing(file: paths.checkpoint)
            }
            guard let signed = SoundTiles.view(paths, checkpoint) else { continue }
            var edges = signed.edges
            var full: [TileID: MerkleTile] = [:]
            if size > edges.count {
                for record in try segments.records(edges.count..<size) {
                    edges.append(record.leaf) { full[$0] = $1 }
                }
            }
            return TreeView(edges: edges, source: SoundTiles(paths: paths, added: full))
        }
        throw .badTile(path: paths.directory + "/tile")
    }
}
