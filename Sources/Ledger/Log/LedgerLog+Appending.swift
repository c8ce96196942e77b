// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Synchronization

extension LedgerLog {
    /// Most records and bytes that one flush makes durable, unless a single request is larger.
    static let mostRecords = 4096
    static let mostBytes = 8 << 20
    /// How long an enqueued record may wait for an append whose flush it can share.
    static let unawaitedWait = DispatchTimeInterval.milliseconds(20)
    /// How long after a failure the disk is tried again.
    static let retryWait = DispatchTimeInterval.milliseconds(250)
    /// Enqueued records that are not left waiting for company.
    static let mostUnawaited = 1024

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
            submit(Request(records: records) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Appends records like `append(contentsOf:)`, for callers that are not async.
    ///
    /// Blocks the thread until they are durable.
    package func appendAndWait(_ records: [[UInt8]]) throws(LedgerError) -> Range<Int> {
        try LedgerLog.check(records)
        let outcome = Outcome()
        submit(Request(records: records) { outcome.put($0) })
        return try outcome.wait().get()
    }

    /// Appends records under one flush without waiting: all of them or none.
    ///
    /// Requests keep the order in which they are made. Where a batch can't be written, every request
    /// that waits at that moment fails, not only the batch's, and further ones are refused at once
    /// until all of those were told: nothing is written after a gap.
    ///
    /// - Parameter finish: told the indexes once all records are durable, always on the writer's queue
    ///   and in the order of the log, so it has to be short; never before this returns, so that a
    ///   caller may hold the lock that `finish` takes.
    package func append(
        _ records: [[UInt8]],
        then finish: @escaping @Sendable (Result<Range<Int>, LedgerError>) -> Void
    ) {
        do throws(LedgerError) {
            try LedgerLog.check(records)
            submit(Request(records: records, finish: finish))
        } catch {
            state.withLock { $0.untold.append(error) }
            tell(finish, error)
        }
    }

    /// Tells of a request that was refused before it was in line.
    ///
    /// Until it was told, further ones are refused too: what they hold may rest on it.
    private func tell(
        _ finish: (@Sendable (Result<Range<Int>, LedgerError>) -> Void)?, _ refusal: LedgerError
    ) {
        queue.async { [self] in
            finish?(.failure(refusal))
            state.withLock { _ = $0.untold.removeFirst() }
        }
    }

    /// Puts a record in line without waiting: it comes before everything that is appended later.
    ///
    /// An append that is made after this returns and succeeds proves that this record is durable
    /// too. Where the disk refuses it, it stays first in line and is tried again with the next
    /// append and four times a second; it is lost only with the process or with a log that is closed
    /// or stops before the disk takes records again, and then no later append has succeeded either.
    ///
    /// - Throws: `LedgerError.notWritten` at once, and nothing is put in line, while the last write
    ///   failed; `.closed`, `.writerStopped` and `.recordTooLarge` as appending does.
    package func enqueue(_ record: [UInt8]) throws(LedgerError) {
        try LedgerLog.check([record])
        let (refusal, act): (LedgerError?, Action) = state.withLock { state in
            if let refusal = LedgerLog.refusal(state) ?? state.refusing { return (refusal, .none) }
            state.waiting.append(Request(records: [record], finish: nil))
            guard !state.isWriting else { return (nil, .none) }
            if state.waiting.count >= LedgerLog.mostUnawaited {
                state.isWriting = true
                return (nil, .write)
            }
            defer { state.isTryPlanned = true }
            return (nil, state.isTryPlanned ? .none : .plan)
        }
        switch act {
        case .none: break
        case .write: queue.async { self.write() }
        case .plan: planTry(after: LedgerLog.unawaitedWait)
        }
        if let refusal { throw refusal }
    }

    private enum Action { case none, write, plan }

    private static func refusal(_ state: State) -> LedgerError? {
        if state.isClosed { return .closed }
        return state.stopped ?? (state.isTelling ? state.refusing : nil) ?? state.untold.first
    }

    /// Waits until everything that was put in line before is durable.
    package func flush() async throws(LedgerError) {
        _ = try await append(contentsOf: [])
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
        for record in records where record.count > longestRecord {
            throw .recordTooLarge(bytes: record.count, limit: longestRecord)
        }
    }

    private func submit(_ request: Request) {
        let (refusal, isFirst): (LedgerError?, Bool) = state.withLock { state in
            if let refusal = LedgerLog.refusal(state) {
                state.untold.append(refusal)
                return (refusal, false)
            }
            state.waiting.append(request)
            state.awaited += 1
            if let wanted = state.gathering, state.awaited >= wanted {
                state.gathering = nil
                gathered.signal()
            }
            defer { state.isWriting = true }
            return (nil, !state.isWriting)
        }
        if let refusal { tell(request.finish, refusal) }
        if isFirst { queue.async { self.write() } }
    }

    /// Commits one batch, then queues itself again until nobody waits.
    ///
    /// Runs on the writer's queue, one batch a block: a checkpoint that is asked for under load has
    /// its turn between two of them.
    private func write() {
        gather()
        guard writeBatch() else {
            planUnawaited()
            return planCheckpoint()
        }
        if state.withLock({ $0.checkpointWritten.duration(to: .now) > LedgerLog.checkpointEvery }) {
            _ = writeCheckpoint()
        }
        queue.async { self.write() }
    }

    /// Commits what waits; false where nothing does.
    func writeBatch(evenUnawaited: Bool = false) -> Bool {
        guard let batch = nextBatch(evenUnawaited) else { return false }
        commit(batch)
        return true
    }

    /// Takes what waits, up to the limits, in order of arrival; nil where nothing does.
    private func nextBatch(_ evenUnawaited: Bool) -> [Request]? {
        state.withLock { state in
            let isWorthIt =
                state.awaited > 0 || evenUnawaited
                || state.waiting.count >= LedgerLog.mostUnawaited && state.refusing == nil
            guard isWorthIt, !state.waiting.isEmpty else {
                state.isWriting = false
                return nil
            }
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
                if request.finish != nil { state.awaited -= 1 }
            }
            if taken == state.waiting.count {
                defer { state.waiting = [] }
                return state.waiting
            }
            let batch = Array(state.waiting.prefix(taken))
            state.waiting.removeFirst(taken)
            return batch
        }
    }

    /// Makes one batch durable with one flush, then tells those who wait.
    private func commit(_ batch: [Request]) {
        let (base, stopped) = state.withLock { ($0.edges.count, $0.stopped) }
        if let stopped { return fail(batch, stopped) }
        let count = batch.reduce(0) { $0 + $1.records.count }
        if count > 0, let error = write(batch, count: count, base: base) {
            return fail(batch, error)
        }
        let awaitedNow = state.withLock { state in
            state.refusing = nil
            return state.awaited
        }
        pace.withLock { pace in
            pace.expected = batch.count { $0.finish != nil } + awaitedNow
            pace.ended = .now
        }
        var index = base
        for request in batch {
            let end = index + request.records.count
            request.finish?(.success(index..<end))
            index = end
        }
        tiles.writePendingIfMany()
    }

    /// Writes the frames of a batch and takes them into the tree; what went wrong, or nil.
    private func write(_ batch: [Request], count: Int, base: Int) -> LedgerError? {
        let segment: Segment
        do throws(LedgerError) {
            segment = try segmentToWrite(base: base)
        } catch {
            guard case .fileFailed(_, let reason) = error else { return error }
            return .notWritten(reason: reason)
        }
        let offset = segment.length
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            batch.reduce(count * RecordFrame.headerSize) {
                $1.records.reduce($0) { $0 + $1.count }
            })
        var leaves: [Digest32] = []
        var starts: [Int] = []
        leaves.reserveCapacity(count)
        starts.reserveCapacity(count)
        for request in batch {
            for record in request.records {
                let frame = RecordFrame(
                    length: record.count, position: leaves.count, count: count,
                    index: base + leaves.count)
                starts.append(offset + bytes.count)
                leaves.append(frame.write(record, to: &bytes))
            }
        }
        if let error = store(bytes, in: segment, at: offset) { return error }
        segment.add(starts: starts, length: offset + bytes.count)
        state.withLock { state in
            for leaf in leaves { state.edges.append(leaf) { tiles.hold($0, $1) } }
        }
        return nil
    }

    /// Writes and flushes; where that fails puts the file back as it was.
    private func store(_ bytes: [UInt8], in segment: Segment, at offset: Int) -> LedgerError? {
        let file = segment.file.descriptor
        let started = ContinuousClock.now
        let written = disk.write(file, bytes, offset)
        let code = written == 0 ? disk.flush(file) : written
        pace.withLock { $0.flush = started.duration(to: .now) }
        guard code != 0 else { return nil }
        let reason = String(cString: strerror(code))
        let isRestored = disk.truncate(file, offset) == 0
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
