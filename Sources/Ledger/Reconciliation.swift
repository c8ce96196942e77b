// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Holds what an entries file contains against the checkpoint that was signed for it.
struct Reconciliation {
    let paths: LedgerPaths
    let checkpoint: Checkpoint

    /// Refuses a file that is damaged, too short or has another root at the signed size.
    ///
    /// - Parameter root: the root over the first `checkpoint.size` records; nil with fewer.
    func check(_ scan: EntriesScan, root: Digest32?) throws(LedgerError) {
        if case .damaged(let index, let problem) = scan.end {
            throw .damagedEntry(index: index, problem: problem)
        }
        guard scan.size >= checkpoint.size, let root else {
            if case .torn(let index) = scan.end, index < checkpoint.size {
                throw .damagedEntry(
                    index: index, problem: "was altered or cut off after it was signed")
            }
            throw .rolledBack(size: scan.size, signedSize: checkpoint.size)
        }
        guard root == checkpoint.root else {
            guard let index = changedEntry() else { throw .rootMismatch(size: checkpoint.size) }
            throw .damagedEntry(index: index, problem: "is not the one that was signed")
        }
    }

    /// The first record that differs from leaf hashes which do add up to the signed root; nil where
    /// no such hashes are on disk.
    private func changedEntry() -> Int? {
        guard let signed = paths.readLeaves(size: checkpoint.size, root: checkpoint.root),
            let file = try? EntriesFile(paths.entries, flags: O_RDONLY)
        else { return nil }
        var changed: Int?
        _ = try? EntriesScan(file.descriptor, path: paths.entries) { found in
            let index = found.frame.index
            if changed == nil, index < signed.count, signed[index] != found.leaf { changed = index }
        }
        return changed
    }
}
