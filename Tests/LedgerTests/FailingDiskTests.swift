// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Ledger

@Suite("Failing disk")
struct FailingDiskTests {
    /// A disk that can be told to fail; a failing write leaves half its bytes behind.
    private final class Failing: Sendable {
        /// Error numbers; 0 is success.
        struct Codes: Sendable {
            var write: Int32 = 0
            var flush: Int32 = 0
            var truncate: Int32 = 0
        }
        private let stored = Mutex(Codes())

        var codes: Codes {
            get { stored.withLock { $0 } }
            set { stored.withLock { $0 = newValue } }
        }

        var disk: Disk {
            Disk(
                write: { file, bytes, offset in
                    let code = self.codes.write
                    guard code != 0 else { return Disk.system.write(file, bytes, offset) }
                    _ = Disk.system.write(file, Array(bytes[..<(bytes.count / 2)]), offset)
                    return code
                },
                flush: { file in
                    let code = self.codes.flush
                    return code == 0 ? Disk.system.flush(file) : code
                },
                truncate: { file, length in
                    let code = self.codes.truncate
                    return code == 0 ? Disk.system.truncate(file, length) : code
                })
        }
    }

    @Test(
        "a full disk fails the batch and changes nothing; with room again appending goes on",
        arguments: [true, false])
    func fullDisk(atWrite: Bool) async throws {
        let fixture = try LedgerFixture()
        let failing = Failing()
        let log = try fixture.open(disk: failing.disk)
        _ = try await log.append(contentsOf: LedgerFixture.records(0..<4))
        let before = try fixture.read(fixture.entries)
        failing.codes = atWrite ? .init(write: ENOSPC) : .init(flush: ENOSPC)
        for _ in 0..<3 {
            let error = await #expect(throws: LedgerError.self) {
                try await log.append(contentsOf: LedgerFixture.records(10..<20))
            }
            guard case .notWritten = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try fixture.read(fixture.entries) == before)
            #expect(log.size == 4)
        }
        failing.codes = .init()
        #expect(try await log.append(LedgerFixture.record(4)) == 4)
        log.close()
        #expect(fixture.verify().ok)
        #expect(try fixture.open().records(0..<5) == LedgerFixture.records(0..<5))
    }

    @Test("after a flush that failed the log writes no more until it is opened again")
    func failedFlush() async throws {
        let fixture = try LedgerFixture()
        let failing = Failing()
        let log = try fixture.open(disk: failing.disk)
        _ = try await log.append(LedgerFixture.record(0))
        failing.codes.flush = EIO
        for _ in 0..<2 {
            let error = await #expect(throws: LedgerError.self) { try await log.append([1]) }
            guard case .writerStopped = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            failing.codes.flush = 0
        }
        #expect(try log.record(at: 0) == LedgerFixture.record(0))
        log.close()
        let again = try fixture.open()
        #expect(try await again.append(LedgerFixture.record(1)) == 1)
    }

    @Test("where a failed batch can't be cut off the writer stops, and opening cuts it")
    func failedTruncation() async throws {
        let fixture = try LedgerFixture()
        let failing = Failing()
        let log = try fixture.open(disk: failing.disk)
        _ = try await log.append(LedgerFixture.record(0))
        let before = try fixture.read(fixture.entries)
        failing.codes.write = ENOSPC
        failing.codes.truncate = EIO
        await #expect(throws: LedgerError.self) {
            try await log.append(contentsOf: LedgerFixture.records(1..<5))
        }
        failing.codes.write = 0
        await #expect(throws: LedgerError.self) { try await log.append([1]) }
        log.close()
        #expect(try fixture.read(fixture.entries) != before)
        #expect(try fixture.open().size == 1)
        #expect(try fixture.read(fixture.entries) == before)
    }

    @Test("what was enqueued comes before later appends, which prove it durable")
    func enqueue() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        for number in stride(from: 0, to: 40, by: 2) {
            try log.enqueue(LedgerFixture.record(number))
            #expect(try await log.append(LedgerFixture.record(number + 1)) == number + 1)
        }
        #expect(try log.records(0..<40) == LedgerFixture.records(0..<40))
        try log.enqueue(LedgerFixture.record(40))
        try await log.flush()
        #expect(log.size == 41)
        // Nobody appends any more: it becomes durable all the same.
        try log.enqueue(LedgerFixture.record(41))
        while log.size < 42 { await Task.yield() }
        try log.enqueue(LedgerFixture.record(42))
        log.close()
        #expect(log.size == 43 && fixture.verify().ok)
        #expect(throws: LedgerError.closed) { try log.enqueue([1]) }
        #expect(!log.isAccepting)
    }

    @Test("while the disk is full nothing is enqueued, and what was stays first in line")
    func enqueueOnFullDisk() async throws {
        let fixture = try LedgerFixture()
        let failing = Failing()
        let log = try fixture.open(disk: failing.disk)
        #expect(log.isAccepting)
        failing.codes.write = ENOSPC
        try log.enqueue(LedgerFixture.record(0))
        await #expect(throws: LedgerError.self) { try await log.append(LedgerFixture.record(9)) }
        #expect(!log.isAccepting)
        #expect(throws: LedgerError.self) { try log.enqueue([2]) }
        await #expect(throws: LedgerError.self) { try await log.append(LedgerFixture.record(9)) }
        failing.codes.write = 0
        #expect(try await log.append(LedgerFixture.record(1)) == 1)
        #expect(log.isAccepting)
        #expect(try log.records(0..<2) == LedgerFixture.records(0..<2))
    }

    @Test(
        "the log finds out by itself that the disk has room again",
        .timeLimit(.minutes(1)), arguments: [true, false])
    func recovers(hasEnqueued: Bool) async throws {
        let fixture = try LedgerFixture()
        let failing = Failing()
        let log = try fixture.open(disk: failing.disk)
        failing.codes.write = ENOSPC
        if hasEnqueued { try log.enqueue(LedgerFixture.record(0)) }
        await #expect(throws: LedgerError.self) { try await log.append([9]) }
        #expect(!log.isAccepting)
        failing.codes.write = 0
        while !log.isAccepting { try await Task.sleep(for: .milliseconds(20)) }
        #expect(log.size == (hasEnqueued ? 1 : 0))
        #expect(try await log.append([1]) == (hasEnqueued ? 1 : 0))
        log.close()
        #expect(fixture.verify().ok)
        #expect(access(fixture.log + "/trial", F_OK) != 0)
    }

    @Test("appends with a function are told in the order of the log, and all fail together")
    func told() async throws {
        let fixture = try LedgerFixture()
        let failing = Failing()
        let log = try fixture.open(disk: failing.disk)
        let told = Mutex<[Result<Range<Int>, LedgerError>]>([])
        func submit(_ count: Int) async {
            for number in 0..<count {
                log.append([[UInt8(number)]]) { result in told.withLock { $0.append(result) } }
            }
            while told.withLock({ $0.count }) < count { await Task.yield() }
        }
        await submit(200)
        #expect(told.withLock { $0 } == (0..<200).map { .success($0..<($0 + 1)) })
        told.withLock { $0 = [] }
        failing.codes.write = ENOSPC
        await submit(50)
        let reason = String(cString: strerror(ENOSPC))
        #expect(
            told.withLock { $0 }.allSatisfy { $0 == .failure(.notWritten(reason: reason)) })
        #expect(log.size == 200)
        failing.codes.write = 0
        told.withLock { $0 = [] }
        await submit(3)
        #expect(told.withLock { $0 } == (200..<203).map { .success($0..<($0 + 1)) })
        let large = [UInt8](repeating: 1, count: LedgerLog.longestRecord + 1)
        told.withLock { $0 = [] }
        log.append([large]) { result in told.withLock { $0.append(result) } }
        // Refusals are told on the writer's queue.
        for _ in 0..<1000 where told.withLock({ $0.isEmpty }) { usleep(1000) }
        #expect(told.withLock { $0.count } == 1)
    }

    @Test("a disk that takes records but no hints costs nothing but time at the next opening")
    func noHints() throws {
        let fixture = try LedgerFixture()
        var disk = Disk.system
        disk.place = { _, _ in ENOSPC }
        let log = try fixture.open(disk: disk, segmentBytes: 2_000)
        for number in 0..<600 { _ = try log.appendAndWait([LedgerFixture.record(number)]) }
        #expect(try log.records(0..<600) == LedgerFixture.records(0..<600))
        _ = try log.inclusionProof(index: 5, size: 600)
        log.close()
        #expect(access(fixture.tiles, F_OK) != 0)
        #expect(fixture.verify().ok)
        #expect(try LedgerReader(directory: fixture.log).size == 600)
        let again = try fixture.open()
        #expect(again.root == log.root)
        again.close()
        #expect(try fixture.read(fixture.tiles + "/0/001").count == 8192)
    }
}
