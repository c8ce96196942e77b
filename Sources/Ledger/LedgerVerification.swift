// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What reading a whole log again has shown.
package struct LedgerVerification: Sendable, Equatable {
    /// Every record is where it was and what it was when the checkpoint was signed.
    package let ok: Bool
    /// Whole records found, whether signed or not; those that were retired are counted.
    package let size: Int
    /// The root over these.
    package let root: Digest32
    /// Size of the signed checkpoint; nil where it is not ours.
    ///
    /// Records beyond it are whole but not signed yet.
    package let signedSize: Int?
    /// The first entry that is not what it should be, where that can be told.
    package let firstBadIndex: Int?
    /// One sentence; nil where all is well.
    package let problem: String?
    /// What was deleted by policy, by the signed statement: of these only the hashes were checked.
    package var retired: [RetiredRange] = []
}

extension LedgerLog {
    /// Checks a log on disk against its checkpoint; needs no writer and disturbs none.
    ///
    /// Reads each byte once, hashes each record, keeps O(log n) of the tree in memory.
    ///
    /// - Parameter remembered: a checkpoint kept elsewhere; a log that does not begin with its tree
    ///   is not ok, however consistent it is in itself.
    package static func verify(
        directory: String, origin: String, publicKey: LedgerPublicKey,
        remembered: Checkpoint? = nil
    ) -> LedgerVerification {
        var check = LedgerCheck(
            paths: LedgerPaths(directory: directory), origin: origin, key: publicKey,
            kept: remembered)
        do throws(LedgerError) {
            try check.run()
            return check.verification(nil)
        } catch {
            return check.verification(error)
        }
    }
}

/// One reading of a whole log: what was found up to where it ended.
struct LedgerCheck {
    let paths: LedgerPaths
    let origin: String
    let key: LedgerPublicKey
    /// A checkpoint kept elsewhere.
    let kept: Checkpoint?

    /// Sizes whose root is of interest beside.
    var wanted: Set<Int> = []

    private(set) var frontier = MerkleFrontier()
    /// The roots at the sizes of interest that were reached.
    private(set) var roots: [Int: Digest32] = [0: MerkleTree.emptyRoot]
    private(set) var signed: Checkpoint?
    private(set) var retired: [RetiredRange] = []

    init(paths: LedgerPaths, origin: String, key: LedgerPublicKey, kept: Checkpoint?) {
        self.paths = paths
        self.origin = origin
        self.key = key
        self.kept = kept
    }

    mutating func run() throws(LedgerError) {
        // The checkpoint first: a writer only ever adds to what it covers.
        guard let checkpoint = try paths.readCheckpoint() else {
            throw .missing(file: paths.checkpoint)
        }
        try checkpoint.check(origin: origin, key: key, file: paths.checkpoint)
        signed = checkpoint
        let segments = try SegmentList.open(paths, flags: O_RDONLY)
        retired = try paths.readRetired(origin: origin, key: key)
        let sizes = wanted.union(retired.map(\.end) + [checkpoint.size, kept?.size ?? 0])
        var frontier = MerkleFrontier()
        var roots = self.roots
        defer {
            self.frontier = frontier
            self.roots = roots
        }
        let scan = try LogScan(paths, segments: segments, retired: retired) { found in
            frontier.append(found.leaf)
            if sizes.contains(frontier.count) { roots[frontier.count] = frontier.root }
        }
        try SignedTree(paths: paths, checkpoint: checkpoint)
            .check(scan, root: roots[checkpoint.size], segments: segments, retired: retired)
        for range in retired where roots[range.end] != range.root {
            throw .rootMismatch(size: range.end)
        }
        guard let kept else { return }
        try kept.check(origin: origin, key: key, file: "the kept checkpoint")
        guard let keptRoot = roots[kept.size] else {
            throw .rolledBack(size: frontier.count, signedSize: kept.size)
        }
        guard keptRoot == kept.root else { throw .rootMismatch(size: kept.size) }
    }

    func verification(_ error: LedgerError?) -> LedgerVerification {
        LedgerVerification(
            ok: error == nil, size: frontier.count, root: frontier.root, signedSize: signed?.size,
            firstBadIndex: error?.entryIndex, problem: error?.sentence, retired: retired)
    }
}

extension LedgerLog {
    /// Refuses a log that does not begin with the tree of a checkpoint kept elsewhere.
    ///
    /// - Throws: `LedgerError.rolledBack` or `.rootMismatch`, or what is wrong with the checkpoint.
    package func check(remembered: Checkpoint, publicKey: LedgerPublicKey) throws(LedgerError) {
        try remembered.check(origin: origin, key: publicKey, file: "the kept checkpoint")
        let now = head
        guard remembered.size <= now.size else {
            throw .rolledBack(size: now.size, signedSize: remembered.size)
        }
        guard remembered.size > 0 else { return }
        let proof = try consistencyProof(from: remembered.size, to: now.size)
        let isPrefix = MerkleTree.verifyConsistency(
            from: remembered.size, to: now.size, oldRoot: remembered.root, newRoot: now.root,
            proof: proof)
        guard isPrefix else { throw .rootMismatch(size: remembered.size) }
    }
}

extension LedgerError {
    /// The entry this error points at; nil where it points at none.
    package var entryIndex: Int? {
        switch self {
        case .damagedEntry(let index, _): index
        case .rolledBack(let size, _): size
        default: nil
        }
    }
}
