// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Ledger

@Suite("Segments")
struct SegmentTests {
    private static let segmentBytes = 4_000

    /// A closed log of batches of 1 to 7 records over several segments.
    private static func log(_ count: Int = 600) throws -> LedgerFixture {
        let fixture = try LedgerFixture()
        try fixture.write(batches(count), segmentBytes: segmentBytes)
        return fixture
    }

    private static func batches(_ count: Int) -> [[[UInt8]]] {
        var batches: [[[UInt8]]] = []
        var next = 0
        while next < count {
            let size = min(count - next, 1 + batches.count % 7)
            batches.append(LedgerFixture.records(next..<(next + size)))
            next += size
        }
        return batches
    }

    private static func open(_ fixture: LedgerFixture) throws -> LedgerLog {
        try fixture.open(segmentBytes: segmentBytes)
    }

    @Test("records come back across segments, and a new one is begun at a batch's end")
    func acrossSegments() throws {
        let fixture = try SegmentTests.log()
        let firsts = try LedgerPaths(directory: fixture.log).segments()
        #expect(firsts.count > 4 && firsts.first == 0)
        let log = try SegmentTests.open(fixture)
        #expect(log.size == 600)
        #expect(log.segments.map(\.first) == firsts && log.segments.last?.end == 600)
        let all = LedgerFixture.records(0..<600)
        #expect(try log.records(0..<600) == all)
        for first in firsts.dropFirst() {
            #expect(try log.records((first - 1)..<(first + 1)) == Array(all[(first - 1)...first]))
        }
        #expect(log.root == MerkleTree.root(of: all.map { MerkleTree.leafHash($0) }))
        var streamed: [[UInt8]] = []
        try log.forEach(from: 17) { index, record in
            #expect(index == 17 + streamed.count)
            streamed.append(record)
        }
        #expect(streamed == Array(all[17...]))
        log.close()
        let result = fixture.verify()
        #expect(result.ok && result.size == 600 && result.retired.isEmpty)
    }

    @Test("a reader sees what a writer adds, over new segments too")
    func reader() throws {
        let fixture = try SegmentTests.log(100)
        var reader = try LedgerReader(directory: fixture.log)
        #expect(reader.size == 100)
        let log = try SegmentTests.open(fixture)
        for batch in SegmentTests.batches(400) {
            _ = try log.appendAndWait(batch)
            try reader.refresh()
            #expect(reader.size == log.size)
        }
        #expect(try reader.root(at: reader.size) == log.root)
        #expect(try reader.root(at: 77) == log.root(at: 77))
        #expect(
            try reader.inclusionProof(index: 3, size: 450)
                == log.inclusionProof(index: 3, size: 450))
        let all = LedgerFixture.records(0..<100) + LedgerFixture.records(0..<400)
        var count = 0
        try reader.forEach { index, record in
            #expect(record == all[index])
            count += 1
        }
        #expect(count == 500)
        #expect(try reader.record(at: 120) == all[120])
        #expect(throws: LedgerError.outOfRange(requested: 500, size: 500)) {
            try reader.record(at: 500)
        }
        #expect(reader.checkpoint?.verify(fixture.key.publicKey) == true)
        #expect(
            throws: LedgerError.missing(file: fixture.path + "/none/entries")
        ) { try LedgerReader(directory: fixture.path + "/none") }
    }

    @Test("an index that is lost, cut or wrong is made again, and what is read stays right")
    func index() throws {
        let fixture = try SegmentTests.log()
        let all = LedgerFixture.records(0..<600)
        let firsts = try LedgerPaths(directory: fixture.log).segments()
        // The first, the one under the last partial tile, the last.
        for first in [0, firsts.last { $0 <= 512 } ?? 0, firsts.last ?? 0] {
            let path = LedgerPaths(directory: fixture.log).index(first: first)
            let whole = try fixture.read(path)
            var changes: [[UInt8]?] = [nil, [], Array(whole.dropLast()), Array(whole.dropLast(8))]
            for position in stride(from: 0, to: whole.count, by: 4) {
                var changed = whole
                changed[position] ^= 1 << UInt8(position / 4 % 8)
                changes.append(changed)
            }
            for change in changes {
                try? FileManager.default.removeItem(atPath: path)
                if let change { try fixture.replace(path, with: change) }
                #expect(fixture.verify().ok)
                #expect(try LedgerReader(directory: fixture.log).records(0..<600) == all)
                let log = try SegmentTests.open(fixture)
                #expect(try log.records(0..<600) == all)
                log.close()
            }
        }
    }

    @Test("a segment that is missing, emptied or cut is found, with the entry it begins with")
    func missingSegments() throws {
        let fixture = try SegmentTests.log()
        let paths = LedgerPaths(directory: fixture.log)
        let firsts = try paths.segments()
        for first in firsts {
            let path = paths.entries(first: first)
            let whole = try fixture.read(path)
            for change in [nil, Array(whole.prefix(17)), Array(whole.dropLast(3))] {
                try FileManager.default.removeItem(atPath: path)
                if let change { try fixture.replace(path, with: change) }
                let result = fixture.verify()
                #expect(!result.ok, "segment \(first)")
                #expect(fixture.refusal() != nil, "segment \(first)")
                if change == nil { #expect(result.firstBadIndex == first) }
                try fixture.replace(path, with: whole)
            }
        }
        #expect(fixture.verify().ok)
    }

    @Test("a kill while a new segment is begun loses nothing")
    func killWhileRolling() throws {
        for bytes in [RecordFrame.magic, Array(RecordFrame.magic.prefix(5)), []] {
            let fixture = try SegmentTests.log(200)
            let next = LedgerPaths(directory: fixture.log).entries(first: 200)
            try fixture.replace(next, with: bytes)
            #expect(fixture.verify().ok)
            #expect(try LedgerReader(directory: fixture.log).size == 200)
            let log = try SegmentTests.open(fixture)
            #expect(try log.appendAndWait([[1]]) == 200..<201)
            log.close()
            #expect(fixture.verify().ok)
            #expect(try LedgerReader(directory: fixture.log).record(at: 200) == [1])
        }
    }

    @Test("a log of the former layout opens, keeps its records and gets tiles")
    func formerLayout() throws {
        let fixture = try SegmentTests.log(0)
        let records = LedgerFixture.records(0..<700)
        var bytes = RecordFrame.magic
        for (index, record) in records.enumerated() {
            _ = RecordFrame(length: record.count, position: 0, count: 1, index: index)
                .write(record, to: &bytes)
        }
        try fixture.replace(fixture.entries, with: bytes)
        try fixture.signOnly(650, of: records)
        try fixture.replace(fixture.log + "/leaves", with: [UInt8](repeating: 0, count: 64))
        #expect(fixture.verify().ok)
        let reader = try LedgerReader(directory: fixture.log)
        #expect(try reader.records(0..<700) == records)
        let log = try SegmentTests.open(fixture)
        #expect(log.size == 700)
        #expect(try log.records(0..<700) == records)
        #expect(!FileManager.default.fileExists(atPath: fixture.log + "/leaves"))
        #expect(try log.appendAndWait([[1]]) == 700..<701)
        #expect(log.segments.map(\.first) == [0, 700])
        log.close()
        #expect(fixture.verify().ok)
        #expect(try fixture.read(fixture.tiles + "/0/001").count == 8192)
    }
}
