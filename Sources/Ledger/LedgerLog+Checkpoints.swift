// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

extension LedgerLog {
    /// How long records may be durable before a signed checkpoint on disk covers them.
    static let checkpointEvery = Duration.seconds(1)

    /// Signs the tree as it stands without waiting for the disk: what to hand out.
    ///
    /// The records it covers are durable. Does not block; about 50 microseconds where the log grew.
    package func signedHead() throws(LedgerError) -> Checkpoint {
        let (head, latest) = state.withLock { state in
            let size = state.tree.count
            return (
                (size: size, root: state.tree.root(size: size) ?? MerkleTree.emptyRoot),
                state.checkpoint
            )
        }
        if latest.size == head.size { return latest }
        return try Checkpoint(origin: origin, size: head.size, root: head.root, key: key)
    }

    /// Signs the current tree and writes the checkpoint in the old one's place.
    ///
    /// Blocks until it is durable; returns the one on disk at once where the log did not grow.
    package func checkpoint() throws(LedgerError) -> Checkpoint {
        if let current = state.withLock({
            $0.checkpoint.size == $0.tree.count ? $0.checkpoint : nil
        }) {
            return current
        }
        return try queue.sync { self.writeCheckpoint() }.get()
    }

    /// Waits for what was enqueued, writes a last checkpoint and lets another writer have the log.
    ///
    /// Reading goes on working. Blocks; closing again does nothing.
    package func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        queue.sync {
            while self.writeBatch() {}
            _ = self.writeCheckpoint()
        }
        lock.release()
    }

    /// Signs and writes a checkpoint of everything durable.
    ///
    /// Runs on the writer's queue.
    func writeCheckpoint() -> Result<Checkpoint, LedgerError> {
        let (latest, leaves, from) = state.withLock {
            ($0.checkpoint, $0.tree.leaves($0.leavesWritten..<$0.tree.count), $0.leavesWritten)
        }
        do throws(LedgerError) {
            let checkpoint = try signedHead()
            guard checkpoint.size != latest.size else { return .success(latest) }
            // Only a hint for finding what was changed, so a failure here stops nothing.
            let areLeavesWritten = (try? paths.writeLeaves(leaves, from: from)) != nil
            try LedgerFile.replace(paths.checkpoint, with: Array(checkpoint.text.utf8))
            state.withLock { state in
                state.checkpoint = checkpoint
                state.checkpointWritten = .now
                if areLeavesWritten { state.leavesWritten = from + leaves.count }
            }
            return .success(checkpoint)
        } catch {
            // Not at every batch again: the disk has trouble enough.
            state.withLock { $0.checkpointWritten = .now }
            return .failure(error)
        }
    }

    /// Sees to it that records appended last are covered soon, also when no further append comes.
    func planCheckpoint() {
        let isNeeded = state.withLock { state in
            guard !state.isCheckpointPlanned, !state.isClosed,
                state.checkpoint.size != state.tree.count
            else { return false }
            state.isCheckpointPlanned = true
            return true
        }
        guard isNeeded else { return }
        queue.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            guard let self else { return }
            state.withLock { $0.isCheckpointPlanned = false }
            if !state.withLock({ $0.isClosed }) { _ = writeCheckpoint() }
        }
    }
}
