// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Ledger

@Suite("Ledger log")
struct LedgerLogTests {
    @Test("records come back by index, after closing and opening too")
    func readsBack() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        #expect(log.size == 0 && log.root == MerkleTree.emptyRoot)
        for number in 0..<5 {
            #expect(try await log.append(LedgerFixture.record(number)) == number)
        }
        #expect(try await log.append(contentsOf: LedgerFixture.records(5..<9)) == 5..<9)
        #expect(try log.appendAndWait([LedgerFixture.record(9), []]) == 9..<11)
        #expect(try log.appendAndWait([]) == 11..<11)
        let all = LedgerFixture.records(0..<10) + [[]]
        #expect(try log.records(0..<11) == all)
        #expect(log.root == MerkleTree.root(of: all.map { MerkleTree.leafHash($0) }))
        log.close()
        let again = try fixture.open()
        #expect(again.size == 11 && again.root == log.root)
        #expect(try again.records(3..<6) == LedgerFixture.records(3..<6))
        #expect(try again.record(at: 10) == [])
        let reader = try LedgerReader(directory: fixture.log)
        #expect(reader.size == 11)
        #expect(try reader.records(0..<11) == all)
    }

    @Test("proofs of the log verify against its checkpoints, older ones included")
    func proofs() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        var checkpoints = [try log.checkpoint()]
        for number in 0..<12 {
            _ = try await log.append(LedgerFixture.record(number))
            checkpoints.append(try log.checkpoint())
        }
        for old in checkpoints {
            #expect(old.verify(fixture.key.publicKey))
            for index in 0..<old.size {
                #expect(
                    MerkleTree.verifyInclusion(
                        index: index, size: old.size,
                        leaf: MerkleTree.leafHash(try log.record(at: index)),
                        proof: try log.inclusionProof(index: index, size: old.size),
                        root: old.root))
            }
            for new in checkpoints where new.size >= old.size {
                #expect(
                    MerkleTree.verifyConsistency(
                        from: old.size, to: new.size, oldRoot: old.root, newRoot: new.root,
                        proof: try log.consistencyProof(from: old.size, to: new.size)))
            }
        }
    }

    @Test("2,000 tasks get 2,000 different indexes, each in its own order")
    func concurrentAppends() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        let indexes = try await withThrowingTaskGroup(of: (Int, [Int]).self) { group in
            for task in 0..<2_000 {
                group.addTask {
                    let first = try await log.append(LedgerFixture.record(task * 2))
                    let second = try await log.append(LedgerFixture.record(task * 2 + 1))
                    return (task, [first, second])
                }
            }
            var found: [Int: [Int]] = [:]
            for try await (task, pair) in group { found[task] = pair }
            return found
        }
        #expect(Set(indexes.values.joined()) == Set(0..<4_000))
        for (task, pair) in indexes {
            #expect(pair[0] < pair[1])
            #expect(try log.record(at: pair[0]) == LedgerFixture.record(task * 2))
            #expect(try log.record(at: pair[1]) == LedgerFixture.record(task * 2 + 1))
        }
        log.close()
        #expect(fixture.verify().ok && fixture.verify().size == 4_000)
    }

    @Test("appends that wait together share flushes, and none is acknowledged before its own")
    func groupCommit() async throws {
        let fixture = try LedgerFixture()
        let disk = GatedDisk()
        let log = try fixture.open(disk: disk.disk)
        async let first = log.append(LedgerFixture.record(0))
        await disk.reached(1)
        #expect(log.size == 0)
        let rest = (1...300).map { number in
            Task { try await log.append(LedgerFixture.record(number)) }
        }
        while log.state.withLock({ $0.waiting.count }) < 300 { await Task.yield() }
        #expect(log.size == 0)
        disk.letOneThrough()
        #expect(try await first == 0)
        await disk.reached(2)
        #expect(log.size == 1)
        disk.letOneThrough()
        for task in rest { _ = try await task.value }
        #expect(log.size == 301)
        #expect(disk.flushes == 2)
    }

    @Test("a second writer is refused, in this process too, until the first one closes")
    func oneWriter() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        #expect(fixture.refusal() == .inUse(directory: fixture.log))
        #expect(LedgerError.inUse(directory: "x").sentence.contains("another process is writing"))
        _ = try await log.append(LedgerFixture.record(0))
        log.close()
        let second = try fixture.open()
        #expect(second.size == 1)
    }

    @Test("a log that is let go without closing can be opened again with all it acknowledged")
    func letGo() async throws {
        let fixture = try LedgerFixture()
        do {
            let log = try fixture.open()
            _ = try await log.append(contentsOf: LedgerFixture.records(0..<3))
        }
        // The writer's queue may hold the log a moment longer.
        var refusal = fixture.refusal()
        while refusal == .inUse(directory: fixture.log) {
            await Task.yield()
            refusal = fixture.refusal()
        }
        #expect(refusal == nil)
        #expect(fixture.verify().size == 3)
    }

    @Test("a closed log refuses appends and still reads; closing again does nothing")
    func closed() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        _ = try await log.append(LedgerFixture.record(0))
        log.close()
        log.close()
        await #expect(throws: LedgerError.closed) { try await log.append([1]) }
        #expect(throws: LedgerError.closed) { try log.appendAndWait([[1]]) }
        #expect(try log.record(at: 0) == LedgerFixture.record(0))
        #expect(try log.checkpoint().size == 1)
        #expect(try Checkpoint(parsing: LedgerFile.readText(fixture.checkpoint)).size == 1)
    }

    @Test("indexes and sizes outside are refused")
    func outside() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        _ = try await log.append(contentsOf: LedgerFixture.records(0..<3))
        for index in [-1, 3, .max, .min] {
            #expect(throws: LedgerError.self) { try log.record(at: index) }
            #expect(throws: LedgerError.self) { try log.inclusionProof(index: index, size: 3) }
        }
        #expect(throws: LedgerError.outOfRange(requested: 3, size: 3)) { try log.records(1..<4) }
        #expect(throws: LedgerError.outOfRange(requested: 4, size: 3)) {
            try log.inclusionProof(index: 0, size: 4)
        }
        #expect(throws: LedgerError.outOfRange(requested: 4, size: 3)) {
            try log.consistencyProof(from: 1, to: 4)
        }
        #expect(try log.records(3..<3).isEmpty)
    }

    @Test("a record above the limit is refused and nothing of its batch is written")
    func tooLarge() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        let limit = LedgerLog.longestRecord
        let large = [UInt8](repeating: 1, count: limit + 1)
        await #expect(throws: LedgerError.recordTooLarge(bytes: limit + 1, limit: limit)) {
            try await log.append(contentsOf: [[1], large])
        }
        #expect(log.size == 0)
        #expect(try await log.append(contentsOf: [[1], large.dropLast(), [2]]) == 0..<3)
        log.close()
        #expect(fixture.verify().ok)
        #expect(try fixture.open().record(at: 1).count == limit)
    }

    @Test("a log verifies while its writer is at work, and other files in its directory are left")
    func verifiesLive() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        try fixture.replace(fixture.log + "/public.key", with: Array("text".utf8))
        let writing = Task {
            for number in 0..<300 { _ = try await log.append(LedgerFixture.record(number)) }
        }
        var sizes: [Int] = []
        for _ in 0..<30 {
            let result = fixture.verify()
            #expect(result.ok, "\(result.problem ?? "")")
            sizes.append(result.size)
        }
        try await writing.value
        #expect(sizes == sizes.sorted())
        #expect(try fixture.read(fixture.log + "/public.key") == Array("text".utf8))
    }

    @Test(
        "the checkpoint on disk follows the last append without being asked",
        .timeLimit(.minutes(1)))
    func checkpointFollows() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        _ = try await log.append(contentsOf: LedgerFixture.records(0..<3))
        while try Checkpoint(parsing: LedgerFile.readText(fixture.checkpoint)).size < 3 {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(log.size == 3)
        #expect(try fixture.read(fixture.tiles + "/0/000.p/3").count == 3 * 32)
        let result = fixture.verify()
        #expect(result.ok && result.signedSize == 3)
    }

    @Test("a checkpoint that is asked for while others append without end has its turn")
    func checkpointUnderLoad() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        let writers = (0..<8).map { writer in
            Task { while !Task.isCancelled { _ = try await log.append([UInt8(writer)]) } }
        }
        for _ in 0..<10 {
            let size = log.size
            while log.size <= size { await Task.yield() }
            let checkpoint = try log.checkpoint()
            #expect(checkpoint.size > size && checkpoint.verify(fixture.key.publicKey))
            #expect(try log.appendAndWait([[9], [9]]).count == 2)
        }
        for writer in writers { writer.cancel() }
        for writer in writers { try await writer.value }
        log.close()
        #expect(fixture.verify().ok)
    }

    @Test("a signed head covers what was appended before the file does")
    func signedHead() async throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        _ = try await log.append(LedgerFixture.record(0))
        let head = try log.signedHead()
        #expect(head.size == 1 && head.root == log.root && head.verify(fixture.key.publicKey))
        #expect(try log.checkpoint().root == head.root)
        #expect(try log.signedHead() == log.checkpoint())
    }
}

/// A disk whose flushes wait at a gate and are counted.
private final class GatedDisk: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let count = Mutex(0)

    var flushes: Int { count.withLock { $0 } }

    /// Waits until so many flushes have begun, without holding a thread.
    func reached(_ flushes: Int) async {
        while self.flushes < flushes { await Task.yield() }
    }

    func letOneThrough() { gate.signal() }

    var disk: Disk {
        var disk = Disk.system
        disk.flush = { file in
            self.count.withLock { $0 += 1 }
            self.gate.wait()
            return fdatasync(file) == 0 ? 0 : errno
        }
        return disk
    }
}
