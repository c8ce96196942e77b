// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Synchronization

extension LedgerLog {
    /// Tells everybody who waits that the batch was not written, and keeps what nobody waits for
    /// first in line, so that no later record overtakes it.
    func fail(_ batch: [Request], _ error: LedgerError) {
        let told = state.withLock { state in
            let all = batch + state.waiting
            state.waiting = []
            state.awaited = 0
            if case .notWritten = error {
                state.refusing = error
                state.waiting = all.filter { $0.finish == nil }
            }
            state.isTelling = true
            return all
        }
        for request in told { request.finish?(.failure(error)) }
        state.withLock { $0.isTelling = false }
    }

    /// Sees to it that what nobody waits for is written soon, and that a disk that refused is tried
    /// again.
    func planUnawaited() {
        let wait: DispatchTimeInterval? = state.withLock { state in
            guard !state.isTryPlanned, !state.isClosed, state.stopped == nil,
                state.refusing != nil || !state.waiting.isEmpty
            else { return nil }
            state.isTryPlanned = true
            return state.refusing == nil ? LedgerLog.unawaitedWait : LedgerLog.retryWait
        }
        if let wait { planTry(after: wait) }
    }

    /// Tries the disk after a moment.
    func planTry(after wait: DispatchTimeInterval) {
        queue.asyncAfter(deadline: .now() + wait) { [weak self] in
            guard let self else { return }
            let (isOver, isRefusing, isEmpty) = state.withLock { state in
                state.isTryPlanned = false
                return (
                    state.isClosed || state.stopped != nil, state.refusing != nil,
                    state.waiting.isEmpty
                )
            }
            if isOver { return }
            if isRefusing, isEmpty {
                if canWrite() { state.withLock { $0.refusing = nil } }
            } else {
                _ = writeBatch(evenUnawaited: true)
            }
            planUnawaited()
            planCheckpoint()
        }
    }

    /// Whether the disk takes a few pages; they are taken away again.
    private func canWrite() -> Bool {
        let file = Glibc.open(paths.trial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer {
            Glibc.close(file)
            unlink(paths.trial)
        }
        let pages = [UInt8](repeating: 0, count: 1 << 16)
        return disk.write(file, pages, 0) == 0 && disk.flush(file) == 0
    }

    /// The segment that takes the next record; a new one where the last is large enough.
    ///
    /// - Throws: where no new one can be made; there is then no trace of it.
    func segmentToWrite(base: Int) throws(LedgerError) -> Segment {
        guard let last = segmentList.last else { throw .missing(file: paths.entries) }
        guard last.length >= segmentBytes else { return last }
        _ = last.writeIndex(disk)
        let path = paths.entries(first: base)
        do throws(LedgerError) {
            let segment = try Segment(paths, first: base, end: base, flags: O_RDWR | O_CREAT)
            let code = disk.write(segment.file.descriptor, RecordFrame.magic, 0)
            guard code == 0, fsync(segment.file.descriptor) == 0 else {
                throw .fileFailed(
                    file: path, reason: String(cString: strerror(code == 0 ? errno : code)))
            }
            try LedgerFile.synchronizeDirectory(of: path)
            segment.set(offsets: [], end: base, length: RecordFrame.magic.count)
            segmentList.append(segment)
            return segment
        } catch {
            unlink(path)
            throw error
        }
    }
}
