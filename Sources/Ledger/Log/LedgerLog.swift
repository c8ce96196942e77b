// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// An append-only log of records in a Merkle tree: what was acknowledged can't be altered, removed
/// or reordered without being found.
///
/// One object writes, from one queue of its own; anybody may call it from any thread or task.
/// Appends that arrive while the disk is busy share the next flush, an append that finds it idle
/// goes at once. A record is acknowledged after it is durable.
///
/// Records lie in segments of 64 MB, hashes in tiles of 256; in memory are the edges of the tree and
/// a few tiles, whatever the size of the log.
///
/// The signed checkpoint on disk follows within about a second of the last append, and on closing:
/// it is what finds that acknowledged records at the end were removed. Who needs more certainty
/// keeps the checkpoints that `signedHead()` returns outside the machine.
///
/// ```swift
/// let log = try LedgerLog.open(directory: path, origin: "bedside/hospital", key: key)
/// let index = try await log.append(record)
/// let proof = try log.inclusionProof(index: index, size: log.size)
/// ```
package final class LedgerLog: Sendable {
    /// The longest record: what a tlog-tiles entry bundle can carry.
    package static let longestRecord = 65_535
    /// Bytes after which a segment is followed by the next.
    package static let usualSegmentBytes = 64 << 20

    /// The log's name in its checkpoints.
    package let origin: String
    /// Where it lies.
    package var directory: String { paths.directory }

    let paths: LedgerPaths
    let key: LedgerKey
    let lock: WriterLock
    let disk: Disk
    let segmentBytes: Int
    let segmentList: SegmentList
    let tiles: TileFiles
    let queue = DispatchQueue(label: "bedside.ledger.writer")
    let state: Mutex<State>
    let pace = Mutex(Pace())
    /// Wakes the writer when as many requests wait as it waits for.
    let gathered = DispatchSemaphore(value: 0)

    /// Records that are to be appended together, and whom to tell; nobody where they were enqueued.
    struct Request: Sendable {
        var records: [[UInt8]]
        var finish: (@Sendable (Result<Range<Int>, LedgerError>) -> Void)?
    }

    /// What is durable, and what waits to become so.
    struct State: Sendable {
        var edges: TreeEdges
        var retired: [RetiredRange]
        var waiting: [Request] = []
        /// How many of those that wait are to be told.
        var awaited = 0
        var isWriting = false
        /// How many requests the writer waits for; nil while it does not.
        var gathering: Int?
        var isClosed = false
        /// Why the last write failed; nil after one that did not.
        var refusing: LedgerError?
        /// While those who waited for a write that failed are being told.
        var isTelling = false
        /// Reasons of requests that were refused at once and not told of it yet.
        var untold: [LedgerError] = []
        /// Whether a block is queued that writes what nobody waits for.
        var isTryPlanned = false
        /// Why nothing more is written.
        var stopped: LedgerError?
        /// The checkpoint on disk.
        var checkpoint: Checkpoint
        var checkpointWritten = ContinuousClock.now
        var isCheckpointPlanned = false
        /// The size of the tree whose partial tiles this object wrote last.
        var partialsWritten: Int?
    }

    init(_ opened: Opened, origin: String, key: LedgerKey, disk: Disk, segmentBytes: Int) {
        self.origin = origin
        self.key = key
        self.disk = disk
        self.segmentBytes = segmentBytes
        paths = opened.paths
        lock = opened.lock
        segmentList = opened.segments
        tiles = opened.tiles
        state = Mutex(
            State(edges: opened.edges, retired: opened.retired, checkpoint: opened.checkpoint))
    }

    /// Number of durable records.
    package var size: Int {
        state.withLock { $0.edges.count }
    }

    /// The first record that was not retired.
    package var firstIndex: Int { segmentList.first }

    /// The root over all durable records; O(log n).
    package var root: Digest32 { head.root }

    /// Size and root of the same moment.
    package var head: (size: Int, root: Digest32) {
        state.withLock { ($0.edges.count, $0.edges.root) }
    }

    /// Whether appends can be expected to succeed.
    ///
    /// False while the last write failed, after the writer stopped and after closing. The log finds
    /// out by itself, within a quarter of a second, that the disk takes records again.
    package var isAccepting: Bool {
        state.withLock { !$0.isClosed && $0.stopped == nil && $0.refusing == nil }
    }

    /// The tree as it is now.
    func view() -> TreeView {
        TreeView(edges: state.withLock { $0.edges }, source: tiles)
    }

    /// One record, checked against its leaf hash.
    package func record(at index: Int) throws(LedgerError) -> [UInt8] {
        let found = try records(index..<max(index, index &+ 1))
        guard let record = found.first else { throw .outOfRange(requested: index, size: size) }
        return record
    }

    /// Records of a range, read at once and checked against their leaf hashes.
    ///
    /// - Throws: `LedgerError.retired` where a part of it was deleted by policy.
    package func records(_ range: Range<Int>) throws(LedgerError) -> [[UInt8]] {
        let view = view()
        guard range.lowerBound >= 0, range.upperBound <= view.count else {
            let outside = range.lowerBound < 0 ? range.lowerBound : range.upperBound - 1
            throw .outOfRange(requested: outside, size: view.count)
        }
        let found = try segmentList.records(range)
        let leaves = try view.leaves(range)
        for (offset, leaf) in leaves.enumerated() where found[offset].leaf != leaf {
            throw .damagedEntry(
                index: range.lowerBound + offset,
                problem: "was altered on disk after the ledger was opened")
        }
        return found.map(\.record)
    }

    /// Hands over the records from an index to the size at the time of the call, a few at a time.
    package func forEach(
        from start: Int = 0, _ body: (_ index: Int, _ record: [UInt8]) throws -> Void
    )
        throws
    {
        var index = start
        let end = size
        while index < end {
            let next = min(end, index + LedgerReader.readAtOnce)
            for record in try records(index..<next) {
                try body(index, record)
                index += 1
            }
        }
    }

    /// The root of the first `size` records; O(log n).
    package func root(at size: Int) throws(LedgerError) -> Digest32 {
        let view = view()
        guard let root = try view.root(size: size) else {
            throw .outOfRange(requested: size, size: view.count)
        }
        return root
    }

    /// The proof that a record is in the tree of a size; O(log n).
    package func inclusionProof(index: Int, size: Int) throws(LedgerError) -> [Digest32] {
        let view = view()
        guard let proof = try view.inclusionProof(index: index, size: size) else {
            throw .outOfRange(
                requested: size > view.count || size < 1 ? size : index, size: view.count)
        }
        return proof
    }

    /// The proof that the tree of size `to` begins with the tree of size `from`; O(log n).
    package func consistencyProof(from: Int, to: Int) throws(LedgerError) -> [Digest32] {
        let view = view()
        guard let proof = try view.consistencyProof(from: from, to: to) else {
            throw .outOfRange(requested: to > view.count ? to : from, size: view.count)
        }
        return proof
    }
}
