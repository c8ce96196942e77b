// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Ledger

@Suite("Kills and tampering")
struct TamperingTests {
    /// Batches of 1, 3, 1, 4, 2 and 1 records.
    private static let batches: [[[UInt8]]] = {
        var next = 0
        return [1, 3, 1, 4, 2, 1].map { count in
            defer { next += count }
            return LedgerFixture.records(next..<(next + count))
        }
    }()
    private static var all: [[UInt8]] { Array(batches.joined()) }

    /// Where each batch and each frame ends in the file.
    private static func ends() -> (batches: [Int], frames: [Int]) {
        var at = RecordFrame.magic.count
        var ends: (batches: [Int], frames: [Int]) = ([at], [at])
        for batch in batches {
            for record in batch {
                at += RecordFrame.headerSize + record.count
                ends.frames.append(at)
            }
            ends.batches.append(at)
        }
        return ends
    }

    private static func root(_ size: Int) -> Digest32 {
        MerkleTree.root(of: all.prefix(size).map { MerkleTree.leafHash($0) })
    }

    @Test("wherever a kill cuts the file, every batch before it is there and the log goes on")
    func tornTail() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        let whole = try fixture.read(fixture.entries)
        let ends = TamperingTests.ends().batches
        #expect(ends.last == whole.count)
        let signed = 4
        for length in ends[2]...whole.count {
            try fixture.replace(fixture.entries, with: whole[..<length])
            try fixture.signOnly(signed, of: TamperingTests.all)
            let complete = ends.lastIndex { $0 <= length } ?? 0
            let size = TamperingTests.batches[..<complete].reduce(0) { $0 + $1.count }
            #expect(fixture.verify().ok && fixture.verify().size == size, "cut to \(length)")
            let log = try fixture.open()
            #expect(log.size == size && log.root == TamperingTests.root(size), "cut to \(length)")
            #expect(try log.records(0..<size) == Array(TamperingTests.all.prefix(size)))
            #expect(try log.appendAndWait([[7]]) == size..<(size + 1))
            log.close()
            #expect(fixture.verify().ok && fixture.verify().size == size + 1)
        }
    }

    @Test("a tail of zeros or of noise after a kill is cut off like a torn one")
    func garbageTail() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        let whole = try fixture.read(fixture.entries)
        let signature = try fixture.read(fixture.checkpoint)
        let noise = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 167 + 13) }
        for tail in [[UInt8](repeating: 0, count: 5000), noise, [0x42], Array(whole[17..<40])] {
            try fixture.replace(fixture.entries, with: whole + tail)
            try fixture.replace(fixture.checkpoint, with: signature)
            #expect(fixture.verify().ok)
            #expect(try fixture.open().size == TamperingTests.all.count)
            #expect(try fixture.read(fixture.entries) == whole)
        }
    }

    @Test("cut anywhere below the signed size, the log is refused: a rollback")
    func rollback() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        let whole = try fixture.read(fixture.entries)
        let frames = TamperingTests.ends().frames
        for length in RecordFrame.magic.count..<whole.count {
            try fixture.replace(fixture.entries, with: whole[..<length])
            let error = fixture.refusal()
            let result = fixture.verify()
            #expect(error != nil && !result.ok, "cut to \(length)")
            #expect(result.problem == error?.sentence)
            // Named: the first entry that is gone, or the first of the batch that is not whole.
            let sound = (frames.lastIndex { $0 <= length } ?? 0)
            #expect((result.firstBadIndex ?? .max) <= sound, "cut to \(length)")
            #expect(try fixture.read(fixture.entries).count == length, "nothing is repaired")
        }
        try fixture.replace(fixture.entries, with: whole)
        #expect(fixture.refusal() == nil)
    }

    @Test("whichever bit of the entries is flipped, opening and verifying name the entry")
    func flippedBits() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        let whole = try fixture.read(fixture.entries)
        let frames = TamperingTests.ends().frames
        for position in whole.indices {
            var changed = whole
            changed[position] ^= 1 << UInt8(position % 8)
            try fixture.replace(fixture.entries, with: changed)
            let error = fixture.refusal()
            let result = fixture.verify()
            #expect(error != nil && !result.ok, "byte \(position)")
            if position < RecordFrame.magic.count {
                #expect(error == .notALedger(file: fixture.entries))
                continue
            }
            let index = (frames.firstIndex { $0 > position } ?? 0) - 1
            #expect(result.firstBadIndex == index, "byte \(position)")
            #expect(result.firstBadIndex == error?.entryIndex)
        }
        try fixture.replace(fixture.entries, with: whole)
        #expect(fixture.refusal() == nil)
    }

    @Test("beyond the signed size too, damage before the last batch is told from a torn tail")
    func unsignedDamage() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        let whole = try fixture.read(fixture.entries)
        let (batches, frames) = TamperingTests.ends()
        for position in frames[1]..<batches[batches.count - 2] {
            var changed = whole
            changed[position] ^= 0x10
            try fixture.replace(fixture.entries, with: changed)
            try fixture.signOnly(1, of: TamperingTests.all)
            let error = try #require(fixture.refusal(), "byte \(position)")
            let index = (frames.firstIndex { $0 > position } ?? 0) - 1
            #expect(error.entryIndex == index, "byte \(position)")
        }
    }

    /// The file as a forger writes it: any records, every check right.
    private func forge(_ fixture: LedgerFixture, _ records: [[UInt8]]) throws {
        var bytes = RecordFrame.magic
        for (index, record) in records.enumerated() {
            _ = RecordFrame(length: record.count, position: 0, count: 1, index: index)
                .write(record, to: &bytes)
        }
        try fixture.replace(fixture.entries, with: bytes)
    }

    @Test("an edited record with its check made right is found through the signed root, by index")
    func forgedRecord() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        try forge(fixture, TamperingTests.all)
        #expect(fixture.verify().ok)
        for index in TamperingTests.all.indices {
            var records = TamperingTests.all
            records[index][5] ^= 1
            try forge(fixture, records)
            #expect(
                fixture.refusal()
                    == .damagedEntry(index: index, problem: "is not the one that was signed"))
            #expect(fixture.verify().firstBadIndex == index)
        }
    }

    @Test("removed, swapped, inserted and repeated records are found with their index")
    func forgedOrder() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        let all = TamperingTests.all
        var swapped = all
        swapped.swapAt(4, 7)
        var inserted = all
        inserted.insert([1], at: 6)
        var repeated = all
        repeated.insert(all[2], at: 2)
        let removed = Array(all[..<5] + all[6...])
        for (records, index) in [(swapped, 4), (inserted, 6), (repeated, 3), (removed, 11)] {
            try forge(fixture, records)
            let result = fixture.verify()
            #expect(!result.ok && result.firstBadIndex == index)
            #expect(fixture.refusal()?.entryIndex == index)
        }
        // One removed and another added, so that the size is the signed one.
        try forge(fixture, removed + [[1]])
        #expect(fixture.verify().firstBadIndex == 5)
    }

    @Test(
        "frames that are moved or cut out of the file as they are are found where they are missed")
    func movedFrames() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.all.map { [$0] })
        let whole = try fixture.read(fixture.entries)
        let frames = TamperingTests.ends().frames
        func frame(_ index: Int) -> ArraySlice<UInt8> { whole[frames[index]..<frames[index + 1]] }
        let cut = Array(whole[..<frames[3]] + whole[frames[4]...])
        let moved = Array(
            whole[..<frames[3]] + frame(6) + frame(4) + frame(5) + frame(3) + whole[frames[7]...])
        for changed in [cut, moved] {
            try fixture.replace(fixture.entries, with: changed)
            #expect(fixture.verify().firstBadIndex == 3)
            #expect(fixture.refusal()?.entryIndex == 3)
        }
    }

    @Test("without its tiles a forged log is refused all the same")
    func noLeaves() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        var records = TamperingTests.all
        records[3][5] ^= 1
        try forge(fixture, records)
        let forged = records.map { MerkleTree.leafHash($0).bytes }.joined()
        try fixture.replace(fixture.tiles + "/0/000.p/12", with: Array(forged))
        #expect(fixture.refusal() == .rootMismatch(size: records.count))
        try FileManager.default.removeItem(atPath: fixture.tiles)
        #expect(fixture.refusal() == .rootMismatch(size: records.count))
        #expect(!fixture.verify().ok)
    }

    @Test("an edited, foreign or missing checkpoint is refused")
    func checkpoints() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        let text = try LedgerFile.readText(fixture.checkpoint)
        let bytes = Array(text.utf8)
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1
            try fixture.replace(fixture.checkpoint, with: changed)
            #expect(fixture.refusal() != nil, "byte \(position)")
            #expect(!fixture.verify().ok, "byte \(position)")
        }
        let stranger = try LedgerFixture()
        let foreign = try Checkpoint(
            origin: LedgerFixture.origin, size: 12, root: TamperingTests.root(12),
            key: stranger.key)
        try fixture.replace(fixture.checkpoint, with: Array(foreign.text.utf8))
        #expect(
            fixture.refusal()
                == .badSignature(file: fixture.checkpoint, keyName: LedgerFixture.origin))
        let other = try Checkpoint(
            origin: "bedside/other", size: 12, root: TamperingTests.root(12), key: fixture.key)
        try fixture.replace(fixture.checkpoint, with: Array(other.text.utf8))
        #expect(
            fixture.refusal()
                == .wrongOrigin(found: "bedside/other", expected: LedgerFixture.origin))
        try FileManager.default.removeItem(atPath: fixture.checkpoint)
        #expect(fixture.refusal() == .missing(file: fixture.checkpoint))
        #expect(!fixture.verify().ok)
        try fixture.replace(fixture.checkpoint, with: bytes)
        #expect(fixture.refusal() == nil)
    }

    @Test("entries that were deleted, emptied or replaced by another file are refused")
    func missingEntries() throws {
        let fixture = try LedgerFixture()
        try fixture.write(TamperingTests.batches)
        for bytes in [[], Array("bedside".utf8), RecordFrame.magic, Array("something else".utf8)] {
            try fixture.replace(fixture.entries, with: bytes)
            #expect(fixture.refusal() != nil)
            #expect(!fixture.verify().ok)
        }
        try FileManager.default.removeItem(atPath: fixture.entries)
        #expect(fixture.refusal() == .missing(file: fixture.entries))
        #expect(!FileManager.default.fileExists(atPath: fixture.entries))
        #expect(!fixture.verify().ok)
    }

    @Test("a log whose making was interrupted is made again")
    func interruptedMaking() throws {
        for length in 0...RecordFrame.magic.count {
            let fixture = try LedgerFixture()
            try FileManager.default.createDirectory(
                atPath: fixture.log, withIntermediateDirectories: true)
            try fixture.replace(fixture.entries, with: RecordFrame.magic[..<length])
            #expect(try fixture.open().appendAndWait([[1]]) == 0..<1)
        }
    }

    @Test("a record changed on disk under an open log is refused when it is read")
    func changedUnderneath() throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        _ = try log.appendAndWait(TamperingTests.all)
        var bytes = try fixture.read(fixture.entries)
        bytes[TamperingTests.ends().frames[4] - 1] ^= 1
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: fixture.entries))
        try file.write(contentsOf: bytes)
        #expect(try log.record(at: 2) == TamperingTests.all[2])
        #expect(
            throws: LedgerError.damagedEntry(
                index: 3, problem: "was altered on disk after the ledger was opened")
        ) { try log.records(0..<6) }
    }
}
