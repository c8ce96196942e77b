// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Synchronization

extension LedgerLog {
    /// Most records and bytes that one flush makes durable, unless a single request is larger.
    static let mostRecords = 4096
    static let mostBytes = 8 << 20

    /// Appends a record.
    ///
    /// - Returns: its index, once it is durable. Cancelling the task does not take it back.
    package func append(_ record: [UInt8]) async throws(LedgerError) -> Int {
        try await append(contentsOf: [record]).lowerBound
    }

    /// Appends records one after the other under one flush: all of them or none.
    ///
    /// - Returns: their indexes, once all are durable.
    package func append(contentsOf records: [[UInt8]]) async throws(LedgerError) -> Range<Int> {
        try LedgerLog.check(records)
        let result = await withCheckedContinuation { continuation in
            enqueue(Request(records: records) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Appends records like `append(contentsOf:)`, for callers that are not async.
    ///
    /// Blocks the thread until they are durable.
    package func appendAndWait(_ records: [[UInt8]]) throws(LedgerError) -> Range<Int> {
        try LedgerLog.check(records)
        let outcome = Outcome()
        enqueue(Request(records: records) { outcome.put($0) })
        return try outcome.wait().get()
    }

    private final class Outcome: Sendable {
        private let value = Mutex<Result<Range<Int>, LedgerError>>(.failure(.closed))
        private let isThere = DispatchSemaphore(value: 0)

        func put(_ result: Result<Range<Int>, LedgerError>) {
            value.withLock { $0 = result }
            isThere.signal()
        }

        func wait() -> Result<Range<Int>, LedgerError> {
            isThere.wait()
            return value.withLock { $0 }
        }
    }

    private static func check(_ records: [[UInt8]]) throws(LedgerError) {
        for record in records where record.count > RecordFrame.longestRecord {
            throw .recordTooLarge(bytes: record.count, limit: RecordFrame.longestRecord)
        }
    }

    private func enqueue(_ request: Request) {
        let (refusal, isFirst): (LedgerError?, Bool) = state.withLock { state in
            if state.isClosed { return (.closed, false) }
            if let stopped = state.stopped { return (stopped, false) }
            state.waiting.append(request)
            if let wanted = state.gathering, state.waiting.count >= wanted {
                state.gathering = nil
                gathered.signal()
            }
            defer { state.isWriting = true }
            return (nil, !state.isWriting)
        }
        if let refusal { request.finish(.failure(refusal)) }
        if isFirst { queue.async { self.write() } }
    }

    /// Commits one batch, then queues itself again until nobody waits.
    ///
    /// Runs on the writer's queue, one batch a block: a checkpoint that is asked for under load has
    /// its turn between two of them.
    private func write() {
        gather()
        guard writeBatch() else { return planCheckpoint() }
        if state.withLock({ $0.checkpointWritten.duration(to: .now) > LedgerLog.checkpointEvery }) {
            _ = writeCheckpoint()
        }
        queue.async { self.write() }
    }

    /// Commits what waits; false where nothing does.
    func writeBatch() -> Bool {
        guard let batch = nextBatch() else { return false }
        commit(batch)
        return true
    }

    /// Takes what waits, up to the limits, in order of arrival; nil where nothing does.
    private func nextBatch() -> [Request]? {
        state.withLock { state in
            var records = 0
            var bytes = 0
            var taken = 0
            for request in state.waiting {
                let requestBytes = request.records.reduce(0) { $0 + $1.count }
                if taken > 0,
                    records + request.records.count > LedgerLog.mostRecords
                        || bytes + requestBytes > LedgerLog.mostBytes
                {
                    break
                }
                records += request.records.count
                bytes += requestBytes
                taken += 1
            }
            guard taken > 0 else {
                state.isWriting = false
                return nil
            }
            let batch = Array(state.waiting.prefix(taken))
            state.waiting.removeFirst(taken)
            return batch
        }
    }

    /// Makes one batch durable with one flush, then tells those who wait.
    private func commit(_ batch: [Request]) {
        let (base, offset, stopped) = state.withLock { ($0.tree.count, $0.length, $0.stopped) }
        if let stopped {
            for request in batch { request.finish(.failure(stopped)) }
            return
        }
        let count = batch.reduce(0) { $0 + $1.records.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            batch.reduce(count * RecordFrame.headerSize) {
                $1.records.reduce($0) { $0 + $1.count }
            })
        var leaves: [Digest32] = []
        var starts: [Int] = []
        for record in batch.lazy.flatMap(\.records) {
            let frame = RecordFrame(
                length: record.count, position: leaves.count, count: count,
                index: base + leaves.count)
            starts.append(offset + bytes.count)
            leaves.append(frame.write(record, to: &bytes))
        }
        if count > 0, let error = store(bytes, at: offset) {
            for request in batch { request.finish(.failure(error)) }
            return
        }
        state.withLock { state in
            for leaf in leaves { state.tree.append(leaf) }
            state.starts += starts
            state.length += bytes.count
        }
        let waiting = state.withLock { $0.waiting.count }
        pace.withLock { pace in
            pace.expected = batch.count + waiting
            pace.ended = .now
        }
        var index = base
        for request in batch {
            let end = index + request.records.count
            request.finish(.success(index..<end))
            index = end
        }
    }

    /// Writes and flushes; where that fails puts the file back as it was.
    private func store(_ bytes: [UInt8], at offset: Int) -> LedgerError? {
        let started = ContinuousClock.now
        let written = disk.write(file.descriptor, bytes, offset)
        let code = written == 0 ? disk.flush(file.descriptor) : written
        pace.withLock { $0.flush = started.duration(to: .now) }
        guard code != 0 else { return nil }
        let reason = String(cString: strerror(code))
        let isRestored = disk.truncate(file.descriptor, offset) == 0
        // A failed write is undone by cutting the file. After a flush that failed for want of space
        // too; after any other the kernel may have dropped pages, and only reading again tells.
        if isRestored, written != 0 || code == ENOSPC || code == EDQUOT {
            return .notWritten(reason: reason)
        }
        let error = LedgerError.writerStopped(reason: reason)
        state.withLock { $0.stopped = error }
        return error
    }
}
