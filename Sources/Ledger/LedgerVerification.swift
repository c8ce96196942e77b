// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What reading a whole log again has shown.
package struct LedgerVerification: Sendable, Equatable {
    /// Every record is where it was and what it was when the checkpoint was signed.
    package let ok: Bool
    /// Whole records found, whether signed or not.
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
        let paths = LedgerPaths(directory: directory)
        var frontier = MerkleFrontier()
        var signed: Checkpoint?
        var rememberedRoot = remembered?.size == 0 ? frontier.root : nil
        do throws(LedgerError) {
            // The checkpoint first: a writer only ever adds to what it covers.
            guard let checkpoint = try paths.readCheckpoint() else {
                throw .missing(file: paths.checkpoint)
            }
            try checkpoint.check(origin: origin, key: publicKey, file: paths.checkpoint)
            signed = checkpoint
            guard LedgerFile.exists(paths.entries) else { throw .missing(file: paths.entries) }
            let file = try EntriesFile(paths.entries, flags: O_RDONLY)
            var root = checkpoint.size == 0 ? frontier.root : nil
            let scan = try EntriesScan(file.descriptor, path: paths.entries) { found in
                frontier.append(found.leaf)
                if frontier.count == checkpoint.size { root = frontier.root }
                if frontier.count == remembered?.size { rememberedRoot = frontier.root }
            }
            try Reconciliation(paths: paths, checkpoint: checkpoint).check(scan, root: root)
            if let remembered {
                try remembered.check(origin: origin, key: publicKey, file: "the kept checkpoint")
                guard let rememberedRoot else {
                    throw .rolledBack(size: frontier.count, signedSize: remembered.size)
                }
                guard rememberedRoot == remembered.root else {
                    throw .rootMismatch(size: remembered.size)
                }
            }
            return LedgerVerification(
                ok: true, size: frontier.count, root: frontier.root, signedSize: checkpoint.size,
                firstBadIndex: nil, problem: nil)
        } catch {
            return LedgerVerification(
                ok: false, size: frontier.count, root: frontier.root, signedSize: signed?.size,
                firstBadIndex: error.entryIndex, problem: error.sentence)
        }
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
