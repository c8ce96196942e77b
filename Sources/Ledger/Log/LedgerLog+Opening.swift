// SPDX-License-Identifier: Apache-2.0
import Glibc

extension LedgerLog {
    /// What opening a log has found.
    struct Opened {
        var paths: LedgerPaths
        var lock: WriterLock
        var segments: SegmentList
        var tiles: TileFiles
        var edges: TreeEdges
        var checkpoint: Checkpoint
        var retired: [RetiredRange]
    }

    /// Opens a log as its one writer, or starts one in a new or empty place.
    ///
    /// The hashes on disk are checked against the signed checkpoint, and every record after it is
    /// read and hashed; earlier records are checked when they are read, and all by `verify`. Where
    /// the hashes do not fit, every record is read. A batch that was being written when the machine
    /// stopped, and that nobody was told about, is cut off. Anything else that does not fit the
    /// frames or the signed checkpoint is refused, with the index of the entry where it can be told.
    ///
    /// - Parameter segmentBytes: size after which a new file of records is begun.
    package static func open(
        directory: String, origin: String, key: LedgerKey,
        segmentBytes: Int = LedgerLog.usualSegmentBytes
    ) throws(LedgerError) -> LedgerLog {
        try open(
            directory: directory, origin: origin, key: key, disk: .system,
            segmentBytes: segmentBytes)
    }

    static func open(
        directory: String, origin: String, key: LedgerKey, disk: Disk,
        segmentBytes: Int = LedgerLog.usualSegmentBytes
    ) throws(LedgerError) -> LedgerLog {
        let paths = LedgerPaths(directory: directory)
        try paths.makeDirectory()
        let lock = try WriterLock(paths)
        try prepareEntries(paths)
        let checkpoint = try firstCheckpoint(paths, origin: origin, key: key)
        try checkpoint.check(origin: origin, key: key.publicKey, file: paths.checkpoint)
        let retired = try paths.readRetired(origin: origin, key: key.publicKey)
        let segments = SegmentList(try SegmentList.open(paths, flags: O_RDWR))
        let tiles = TileFiles(paths, disk: disk, segments: segments)
        let opening = LogOpening(
            paths: paths, checkpoint: checkpoint, retired: retired, segments: segments.all,
            tiles: tiles)
        let edges = try opening.edges()
        let log = LedgerLog(
            Opened(
                paths: paths, lock: lock, segments: segments, tiles: tiles, edges: edges,
                checkpoint: checkpoint, retired: retired),
            origin: origin, key: key, disk: disk, segmentBytes: segmentBytes)
        log.deleteRetiredSegments()
        log.writeHints()
        // A disk that is full now takes the checkpoint later; the log can be read meanwhile.
        if (try? log.checkpoint()) == nil { log.planCheckpoint() }
        return log
    }

    /// Makes the first segment where the directory holds no log, and finishes one whose making was
    /// interrupted.
    private static func prepareEntries(_ paths: LedgerPaths) throws(LedgerError) {
        let isSigned = LedgerFile.exists(paths.checkpoint)
        let firsts = try paths.segments()
        if firsts.isEmpty, isSigned { throw .missing(file: paths.entries) }
        let last = firsts.last ?? 0
        let file = try EntriesFile(paths.entries(first: last), flags: O_RDWR | O_CREAT)
        let size = try LedgerFile.size(file.descriptor, path: file.path)
        // A segment that begins a log is signed for as soon as it is made.
        guard size < RecordFrame.magic.count, last > 0 || !isSigned else { return }
        let start = try LedgerFile.read(
            file.descriptor, count: RecordFrame.magic.count, at: 0, path: file.path)
        guard RecordFrame.magic.starts(with: start) else { throw .notALedger(file: file.path) }
        try LedgerFile.writeAll(file.descriptor, RecordFrame.magic, at: 0, path: file.path)
        guard fsync(file.descriptor) == 0 else { throw LedgerFile.failure(file.path) }
        try LedgerFile.synchronizeDirectory(of: file.path)
    }

    /// The checkpoint on disk.
    ///
    /// Only a log without a single record may lack it: it gets its first.
    private static func firstCheckpoint(_ paths: LedgerPaths, origin: String, key: LedgerKey)
        throws(LedgerError) -> Checkpoint
    {
        if let checkpoint = try paths.readCheckpoint() { return checkpoint }
        var status = stat()
        guard stat(paths.entries, &status) == 0 else { throw LedgerFile.failure(paths.entries) }
        guard Int(status.st_size) == RecordFrame.magic.count, try paths.segments() == [0] else {
            throw .missing(file: paths.checkpoint)
        }
        let checkpoint = try Checkpoint(
            origin: origin, size: 0, root: MerkleTree.emptyRoot, key: key)
        try LedgerFile.replace(paths.checkpoint, with: Array(checkpoint.text.utf8))
        return checkpoint
    }
}

/// Finds the edges of the tree a log on disk has, and cuts off what was never acknowledged.
struct LogOpening {
    let paths: LedgerPaths
    let checkpoint: Checkpoint
    let retired: [RetiredRange]
    let segments: [Segment]
    let tiles: TileFiles

    /// The edges after the last whole batch.
    ///
    /// Fast where the hints add up; whatever does not is decided by reading every record.
    func edges() throws(LedgerError) -> TreeEdges {
        var found: (edges: TreeEdges, length: Int)
        do throws(LedgerError) {
            found = try hinted()
        } catch {
            found = try whole()
        }
        guard let last = segments.last else { throw .missing(file: paths.entries) }
        let size = try LedgerFile.size(last.file.descriptor, path: last.path)
        if size > found.length {
            guard ftruncate(last.file.descriptor, off_t(found.length)) == 0 else {
                throw LedgerFile.failure(last.path)
            }
        }
        // The process before may have ended between writing and flushing: what is signed from here
        // on has to be on disk, not only in the system's memory.
        guard fdatasync(last.file.descriptor) == 0 else { throw LedgerFile.failure(last.path) }
        return found.edges
    }

    // MARK: By the hints

    /// Starts from the partial tiles that have the signed root and reads the records after them.
    private func hinted() throws(LedgerError) -> (edges: TreeEdges, length: Int) {
        let size = checkpoint.size
        guard var edges = TileFiles.edges(paths, size: size, root: checkpoint.root),
            let first = segments.first, first.first <= retired.last?.end ?? 0
        else { throw .rootMismatch(size: size) }
        // The records under the last partial tile are read too: they are few, and the batch in
        // which the checkpoint ends has to be whole.
        let start = max(size & ~255, first.first)
        let position = max(0, (segments.firstIndex { $0.first > start } ?? segments.count) - 1)
        for (segment, next) in zip(segments[..<position], segments.dropFirst()) {
            try checkEnd(of: segment, next: next.first)
        }
        let signed = edges
        var changed: Int?
        var length = 0
        for number in position..<segments.count {
            let segment = segments[number]
            // From a signed record on: what is cut off is what follows sound ones.
            let from = max(min(start, size - 1), segment.first)
            let scan = try read(segment, from: from) { index, leaf in
                if index >= size {
                    edges.append(leaf) { tiles.hold($0, $1) }
                } else if index >= start, signed.tiles[0].node(0, index & 255) != leaf {
                    changed = changed ?? index
                }
            }
            length = scan.length
            if number + 1 < segments.count {
                try LogScan.check(scan, next: segments[number + 1].first)
            } else if case .damaged(let index, let problem) = scan.end {
                throw .damagedEntry(index: index, problem: problem)
            }
            guard scan.size >= size || number + 1 < segments.count else {
                throw .rolledBack(size: scan.size, signedSize: size)
            }
        }
        guard changed == nil else { throw .rootMismatch(size: size) }
        return (edges, length)
    }

    /// Reads the last few records of a segment that was finished: they end where the next begins.
    private func checkEnd(of segment: Segment, next: Int) throws(LedgerError) {
        let start = try segment.soundStart(for: next - 1)
        let scan = try EntriesScan(
            segment.file.descriptor, path: segment.path,
            from: .init(index: start.index, offset: start.offset)
        ) { _ in }
        try LogScan.check(scan, next: next)
    }

    /// Reads a segment from a record on and takes note of where its records lie.
    private func read(
        _ segment: Segment, from index: Int, _ body: (Int, Digest32) -> Void
    ) throws(LedgerError) -> EntriesScan {
        let start = try segment.soundStart(for: index)
        let isFirst = start.index == segment.first
        var offsets = isFirst ? [] : try segment.offsets(before: start.index)
        let scan = try EntriesScan(
            segment.file.descriptor, path: segment.path,
            from: .init(index: start.index, offset: isFirst ? nil : start.offset)
        ) { found in
            if (found.frame.index - segment.first) % Segment.spacing == 0 {
                offsets.append(found.offset)
            }
            body(found.frame.index, found.leaf)
        }
        segment.set(offsets: offsets, end: scan.size, length: scan.length)
        return scan
    }

    // MARK: By the records

    /// Reads every record; makes the hints again only if what was read is what was signed.
    private func whole() throws(LedgerError) -> (edges: TreeEdges, length: Int) {
        var edges = TreeEdges()
        var root = checkpoint.size == 0 ? edges.root : nil
        var roots: [Int: Digest32] = [:]
        let ends = Set(retired.map(\.end))
        var stale: [TileID] = []
        var offsets: [[Int]] = Array(repeating: [], count: segments.count)
        var position = 0
        let scan = try LogScan(paths, segments: segments, retired: retired) { found in
            edges.append(found.leaf) { id, tile in
                if TileFiles.read(paths, id)?.root != tile.root { stale.append(id) }
            }
            if edges.count == checkpoint.size { root = edges.root }
            if ends.contains(edges.count) { roots[edges.count] = edges.root }
            guard let segment = found.segment else { return }
            while segments[position] !== segment { position += 1 }
            if (found.index - segment.first) % Segment.spacing == 0 {
                offsets[position].append(found.offset)
            }
        }
        try SignedTree(paths: paths, checkpoint: checkpoint)
            .check(scan, root: root, segments: segments, retired: retired)
        for range in retired where roots[range.end] != range.root {
            throw .rootMismatch(size: range.end)
        }
        for (number, segment) in segments.enumerated() {
            let isLast = number + 1 == segments.count
            // A finished segment was found to end with its file.
            let length = try LedgerFile.size(segment.file.descriptor, path: segment.path)
            segment.set(
                offsets: offsets[number], end: isLast ? scan.size : segments[number + 1].first,
                length: isLast ? scan.length : length)
        }
        let view = TreeView(edges: edges, source: tiles)
        for id in stale.sorted(by: { ($1.level, $0.index) < ($0.level, $1.index) }) {
            _ = try view.tile(id)
        }
        unlink(paths.formerLeaves)
        return (edges, scan.length)
    }
}
