// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Site
import Synchronization

/// Calls that were answered without a record, in a file of one JSON object a line, until the writer has
/// them all.
///
/// A call is in the file, flushed, before it is answered. A line that a crash cut short was never
/// answered for. Files of a process that died are taken over by the next one that looks.
final class Spill: Sendable {
    /// What is known of a call that was answered from here.
    private struct Answered {
        var request: String
        var settled: SettledCall
    }

    private struct State {
        var descriptor: Int32 = -1
        var number = 0
        var waiting: [(line: [UInt8], finish: @Sendable (SiteError?) -> Void)] = []
        var isPlanned = false
        var unmerged = 0
        var answered: [String: Answered] = [:]
        var running: Set<String> = []
    }

    private let directory: String
    private let name: String
    private let lock: FileLock
    private let queue = DispatchQueue(label: "bedside.spill")
    private let state = Mutex(State())

    /// - Parameter directory: made where it is not there.
    init(directory: String) throws(SiteError) {
        self.directory = directory
        name = CallDigests.callID()
        try Files.makeDirectory(directory, mode: 0o700)
        guard let lock = try FileLock("\(directory)/\(name).lock") else {
            throw .busy(directory: directory)
        }
        self.lock = lock
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
        unlink("\(directory)/\(name).lock")
    }

    /// Calls of this process that the writer does not have yet.
    var unmerged: Int { state.withLock { $0.unmerged } }

    /// Begins a call under an idempotency key.
    ///
    /// - Returns: the earlier call, where this process answered the same one from here.
    /// - Throws: `SiteError.callInProgress`, `.idempotencyKeyReused`.
    func begin(_ key: String, request: String) throws(SiteError) -> SettledCall? {
        let result: Result<SettledCall?, SiteError> = state.withLock { state in
            if let answered = state.answered[key] {
                return answered.request == request
                    ? .success(answered.settled) : .failure(.idempotencyKeyReused)
            }
            return state.running.insert(key).inserted
                ? .success(nil) : .failure(.callInProgress)
        }
        return try result.get()
    }

    /// The earlier call under a key that was answered from here and is not merged yet.
    func earlier(_ key: String, request: String) throws(SiteError) -> SettledCall? {
        guard let answered = state.withLock({ $0.answered[key] }) else { return nil }
        guard answered.request == request else { throw .idempotencyKeyReused }
        return answered.settled
    }

    /// The call under this key was not answered.
    func abandon(_ key: String) {
        state.withLock { _ = $0.running.remove(key) }
    }

    /// Keeps a call; it is on disk when this returns.
    func keep(_ call: SpilledCall) async throws(SiteError) -> SettledCall {
        let line = Files.line(call)
        let error: SiteError? = await withCheckedContinuation { waiter in
            let isFirst = state.withLock { state in
                state.waiting.append((line, { waiter.resume(returning: $0) }))
                defer { state.isPlanned = true }
                return !state.isPlanned
            }
            if isFirst { queue.async { self.write() } }
        }
        if let error {
            if let key = call.idempotency { abandon(key) }
            throw error
        }
        let settled = SettledCall(
            call: call.call, receipt: Receipt(index: -1, size: 0, root: ""), priceMicros: 0,
            version: call.version)
        state.withLock { state in
            state.unmerged += 1
            guard let key = call.idempotency else { return }
            state.running.remove(key)
            state.answered[key] = Answered(request: call.request, settled: settled)
        }
        return settled
    }

    /// Writes what waits with one flush; on the queue.
    private func write() {
        let (batch, descriptor, number) = state.withLock { state in
            defer {
                state.waiting = []
                state.isPlanned = false
            }
            return (state.waiting, state.descriptor, state.number)
        }
        guard !batch.isEmpty else { return }
        do throws(SiteError) {
            let file = descriptor >= 0 ? descriptor : try Files.openNew(path(number))
            state.withLock { $0.descriptor = file }
            try Files.appendDurably(batch.flatMap(\.line), to: file, path: path(number))
            for waiter in batch { waiter.finish(nil) }
        } catch {
            for waiter in batch { waiter.finish(.notRecorded(error.sentence)) }
        }
    }

    private func path(_ number: Int) -> String { "\(directory)/\(name)-\(number).ndjson" }

    /// Closes the file that is written to, so that it can be merged; the next call begins another.
    ///
    /// - Returns: files of ours below this number are complete.
    private func rotate() -> Int {
        queue.sync {
            let (descriptor, number) = state.withLock { state in
                let descriptor = state.descriptor
                if descriptor >= 0 { state.number += 1 }
                state.descriptor = -1
                return (descriptor, state.number)
            }
            if descriptor >= 0 { close(descriptor) }
            return number
        }
    }

    /// Hands everything that waits here to the writer, file by file; each is removed when the
    /// writer has all of it.
    ///
    /// Called when the writer is there.
    ///
    /// - Parameter damaged: told of a file that holds something else; it is put aside, not removed.
    /// - Returns: how many calls were handed over.
    func merge(
        _ send: ([SpilledCall]) async throws(DeskFailure) -> Int, atOnce: Int = 512,
        damaged: (String) -> Void = { _ in }
    ) async throws(DeskFailure) -> Int {
        var sent = 0
        for path in complete(below: rotate()) {
            guard let calls = try? Files.lines(path) else {
                damaged(path)
                rename(path, path + ".damaged")
                continue
            }
            var start = 0
            while start < calls.count {
                let end = min(start + atOnce, calls.count)
                _ = try await send(Array(calls[start..<end]))
                start = end
            }
            unlink(path)
            sent += calls.count
            guard path.hasPrefix("\(directory)/\(name)-") else { continue }
            state.withLock { state in
                state.unmerged = max(0, state.unmerged - calls.count)
                // What the writer has, it answers repetitions of itself.
                for call in calls {
                    if let key = call.idempotency { state.answered[key] = nil }
                }
            }
        }
        return sent
    }

    /// Files that nobody writes to any more: our own below a number, and those of processes that
    /// died.
    private func complete(below number: Int) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasSuffix(".ndjson") }.sorted().filter { file in
            let parts = file.dropLast(".ndjson".count).split(separator: "-")
            guard let owner = parts.first, let count = parts.last.flatMap({ Int($0) }) else {
                return false
            }
            if owner == name { return count < number }
            guard let lock = try? FileLock("\(directory)/\(owner).lock") else { return false }
            // Two that look at once both send it: the writer records each call once.
            withExtendedLifetime(lock) { _ = unlink("\(directory)/\(owner).lock") }
            return true
        }.map { "\(directory)/\($0)" }
    }
}

extension Files {
    /// A value as one line of JSON.
    fileprivate static func line(_ value: some Encodable) -> [UInt8] {
        Array(JSONBody.text(value).utf8) + [UInt8(ascii: "\n")]
    }

    /// The calls of a file; a last line without an end is the trace of a crash.
    ///
    /// - Throws: `SiteError.badConfiguration` for a whole line that is not one.
    fileprivate static func lines(_ path: String) throws(SiteError) -> [SpilledCall] {
        let bytes = try readBytes(path)
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0
        var calls: [SpilledCall] = []
        for line in bytes[..<end].split(separator: UInt8(ascii: "\n")) {
            guard let call = try? JSONDecoder().decode(SpilledCall.self, from: Data(line)) else {
                throw .badConfiguration(
                    file: path, line: calls.count + 1, expected: "expected a call as JSON")
            }
            calls.append(call)
        }
        return calls
    }

    fileprivate static func openNew(_ path: String) throws(SiteError) -> Int32 {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .fileSystem(path: path, reason: String(cString: strerror(errno)))
        }
        return file
    }

    /// Appends and flushes; where that fails the file is as it was.
    fileprivate static func appendDurably(_ bytes: [UInt8], to file: Int32, path: String)
        throws(SiteError)
    {
        let before = lseek(file, 0, SEEK_END)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            done += count
        }
        guard done == bytes.count, fsync(file) == 0 else {
            let reason = String(cString: strerror(errno))
            ftruncate(file, before)
            throw .fileSystem(path: path, reason: reason)
        }
    }
}
