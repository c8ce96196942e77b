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
    /// The log's name in its checkpoints.
    package let origin: String
    /// Where it lies.
    package var directory: String { paths.directory }

    let paths: LedgerPaths
    let key: LedgerKey
    let lock: WriterLock
    let file: EntriesFile
    let disk: Disk
    let queue = DispatchQueue(label: "bedside.ledger.writer")
    let state: Mutex<State>
    let pace = Mutex(Pace())
    /// Wakes the writer when as many requests wait as it waits for.
    let gathered = DispatchSemaphore(value: 0)

    /// Records that are to be appended together, and whom to tell.
    struct Request: Sendable {
        var records: [[UInt8]]
        var finish: @Sendable (Result<Range<Int>, LedgerError>) -> Void
    }

    /// What is durable, and what waits to become so.
    struct State: Sendable {
        var tree = MerkleLevels()
        /// Where the frame of each record starts.
        var starts: [Int] = []
        /// Bytes of the file that are durable.
        var length = RecordFrame.magic.count
        var waiting: [Request] = []
        var isWriting = false
        /// How many requests the writer waits for; nil while it does not.
        var gathering: Int?
        var isClosed = false
        /// Why nothing more is written.
        var stopped: LedgerError?
        /// The checkpoint on disk.
        var checkpoint: Checkpoint
        var checkpointWritten = ContinuousClock.now
        var isCheckpointPlanned = false
        /// Leaf hashes in the leaves file.
        var leavesWritten = 0
    }

    init(
        origin: String, paths: LedgerPaths, key: LedgerKey, lock: WriterLock, file: EntriesFile,
        disk: Disk, state: State
    ) {
        self.origin = origin
        self.paths = paths
        self.key = key
        self.lock = lock
        self.file = file
        self.disk = disk
        self.state = Mutex(state)
    }

    /// Number of durable records.
    package var size: Int {
        state.withLock { $0.tree.count }
    }

    /// The root over all durable records; O(log n).
    package var root: Digest32 { head.root }

    /// Size and root of the same moment.
    package var head: (size: Int, root: Digest32) {
        state.withLock { state in
            let size = state.tree.count
            return (size, state.tree.root(size: size) ?? MerkleTree.emptyRoot)
        }
    }

    /// One record, checked against its leaf hash.
    package func record(at index: Int) throws(LedgerError) -> [UInt8] {
        let found = try records(index..<max(index, index &+ 1))
        guard let record = found.first else { throw .outOfRange(requested: index, size: size) }
        return record
    }

    /// Records of a range, read at once and checked against their leaf hashes.
    package func records(_ range: Range<Int>) throws(LedgerError) -> [[UInt8]] {
        let known: Result<([Int], Int, [Digest32]), LedgerError> = state.withLock {
            let size = $0.tree.count
            guard range.lowerBound >= 0, range.upperBound <= size else {
                let outside = range.lowerBound < 0 ? range.lowerBound : range.upperBound - 1
                return .failure(.outOfRange(requested: outside, size: size))
            }
            let end = range.upperBound == size ? $0.length : $0.starts[range.upperBound]
            // A copy: a slice kept while the writer appends would make it copy the whole level.
            return .success((Array($0.starts[range]), end, Array($0.tree.leaves(range))))
        }
        let (starts, end, leaves) = try known.get()
        let records = try file.records(startingAt: starts, end: end)
        for (offset, record) in records.enumerated()
        where MerkleTree.leafHash(record) != leaves[offset] {
            throw .damagedEntry(
                index: range.lowerBound + offset,
                problem: "was altered on disk after the ledger was opened")
        }
        return records
    }

    /// The proof that a record is in the tree of a size; O(log n).
    package func inclusionProof(index: Int, size: Int) throws(LedgerError) -> [Digest32] {
        let (proof, count) = state.withLock {
            ($0.tree.inclusionProof(index: index, size: size), $0.tree.count)
        }
        guard let proof else {
            throw .outOfRange(requested: size > count || size < 1 ? size : index, size: count)
        }
        return proof
    }

    /// The proof that the tree of size `to` begins with the tree of size `from`; O(log n).
    package func consistencyProof(from: Int, to: Int) throws(LedgerError) -> [Digest32] {
        let (proof, count) = state.withLock {
            ($0.tree.consistencyProof(from: from, to: to), $0.tree.count)
        }
        guard let proof else { throw .outOfRange(requested: to > count ? to : from, size: count) }
        return proof
    }
}
