// SPDX-License-Identifier: Apache-2.0
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
}
