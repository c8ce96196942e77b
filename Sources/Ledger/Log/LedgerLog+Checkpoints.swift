// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Synchronization

extension LedgerLog {
    /// How long records may be durable before a signed checkpoint on disk covers them.
    static let checkpointEvery = Duration.seconds(1)

    /// Signs the tree as it stands without waiting for the disk: what to hand out.
    ///
    /// The records it covers are durable. Does not block; about 50 microseconds where the log grew.
    package func signedHead() throws(LedgerError) -> Checkpoint {
        let (head, latest) = state.withLock { state in
            ((size: state.edges.count, root: state.edges.root), state.checkpoint)
        }
        if latest.size == head.size { return latest }
        return try Checkpoint(origin: origin, size: head.size, root: head.root, key: key)
    }

    /// Signs the current tree and writes the checkpoint in the old one's place.
    ///
    /// Blocks until it is durable; returns the one on disk at once where the log did not grow.
    package func checkpoint() throws(LedgerError) -> Checkpoint {
        if let current = state.withLock({
            $0.checkpoint.size == $0.edges.count ? $0.checkpoint : nil
        }) {
            return current
        }
        return try queue.sync { self.writeCheckpoint() }.get()
    }

    /// Waits for what was enqueued, writes a last checkpoint and lets another writer have the log.
    ///
    /// Reading goes on working. Blocks; closing again does nothing. What was enqueued and can't be
    /// written, because the disk is full, is lost.
    package func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        queue.sync {
            while self.writeBatch(evenUnawaited: true),
                self.state.withLock({ $0.refusing == nil || $0.awaited > 0 })
            {}
            _ = self.writeCheckpoint()
        }
        lock.release()
    }

    /// Signs and writes a checkpoint of everything durable, and the hints that go with it.
    ///
    /// Runs on the writer's queue.
    func writeCheckpoint() -> Result<Checkpoint, LedgerError> {
        let latest = state.withLock { $0.checkpoint }
        do throws(LedgerError) {
            let checkpoint = try signedHead()
            guard checkpoint.size != latest.size else { return .success(latest) }
            // Only hints for opening and for finding what was changed: a failure here stops nothing.
            writeHints()
            try LedgerFile.replace(paths.checkpoint, with: Array(checkpoint.text.utf8))
            state.withLock { state in
                state.checkpoint = checkpoint
                state.checkpointWritten = .now
            }
            // Not before: until then the former checkpoint needed them.
            tiles.removePartials(of: latest.size, notOf: checkpoint.size)
            return .success(checkpoint)
        } catch {
            // Not at every batch again: the disk has trouble enough.
            state.withLock { $0.checkpointWritten = .now }
            return .failure(error)
        }
    }

    /// Writes tiles, partial ones too, and where records lie, as far as that is not on disk yet.
    func writeHints() {
        _ = tiles.writePending()
        for segment in segmentList.all { _ = segment.writeIndex(disk) }
        let (edges, former, signed) = state.withLock {
            ($0.edges, $0.partialsWritten, $0.checkpoint.size)
        }
        guard edges.count != former, tiles.writePartials(edges, unlike: former) == 0 else { return }
        state.withLock { $0.partialsWritten = edges.count }
        // Where the checkpoint in between could not be written.
        if let former, former != signed { tiles.removePartials(of: former, notOf: edges.count) }
    }

    /// Sees to it that records appended last are covered soon, also when no further append comes.
    func planCheckpoint() {
        let isNeeded = state.withLock { state in
            guard !state.isCheckpointPlanned, !state.isClosed,
                state.checkpoint.size != state.edges.count
            else { return false }
            state.isCheckpointPlanned = true
            return true
        }
        guard isNeeded else { return }
        queue.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            guard let self else { return }
            state.withLock { $0.isCheckpointPlanned = false }
            guard !state.withLock({ $0.isClosed }) else { return }
            if case .failure = writeCheckpoint() { planCheckpoint() }
        }
    }
}
