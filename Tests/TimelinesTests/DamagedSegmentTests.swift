// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Records
import Statistics
import Testing

@testable import Timelines

@Suite("Damaged segments")
struct DamagedSegmentTests {
    /// A small segment with every kind of column, and its bytes.
    private func small(_ scratch: ScratchDirectory) throws -> [UInt8] {
        var random = RandomTimelines(seed: 6, subjects: 2, events: 0)
        random.events = [
            EventRow(
                subject: 1, code: 0, start: 1440, end: 2880, kind: .number, number: 7.5, unit: 1,
                source: 1 << 32 | 9),
            EventRow(subject: 0, code: 1, start: 0, kind: .code, valueCode: 2),
        ]
        random.attributes = [
            .table: [1, 2], .recordID: [5, .min], .quantity: [.min, 0x3FF8_0000_0000_0000],
            .valueText: [1, .min],
        ]
        try random.write(to: scratch.file("whole"))
        return try contents(scratch.file("whole"))
    }

    /// Reads all a program could ask of a store; nothing of it may stop the program.
    private func readAll(_ store: TimelineStore) {
        for index in 0..<store.subjectCount {
            _ = store.subject(index)
            _ = store.timeline(subject: index)
        }
        for code in store.codes.indices {
            guard let postings = store.postings(code: code) else { continue }
            postings.withColumns { _, _, _ in }
            for attribute in postings.statedAttributes {
                _ = postings.attributes(attribute)
                _ = postings.attributeBounds(attribute)
            }
            for block in 0..<postings.blockCount {
                _ = postings.bounds(ofBlock: block)
                _ = postings.numberBounds(ofBlock: block)
            }
            _ = postings.rows(ofSubject: 1)
            _ = store.concept(ofCode: code)
        }
        for text in 0..<4 { _ = store.text(text) }
        _ = store.codeCounts()
        _ = store.index(of: SubjectID(high: 1, low: 1))
    }

    @Test("a segment torn anywhere is refused when it is opened")
    func torn() throws {
        let scratch = try ScratchDirectory()
        let whole = try small(scratch)
        let sections = try SegmentReader(scratch.file("whole")).sections
        // Every boundary of a section, each length beside one, and many others.
        var lengths = Set(stride(from: 0, to: whole.count, by: 13))
        for boundary in sections.map({ Int($0.offset) }) + [whole.count - 48, whole.count - 8] {
            lengths.formUnion([boundary - 1, boundary, boundary + 1])
        }
        for length in lengths.sorted(by: >) {
            try #require(truncate(scratch.file("whole"), length) == 0)
            #expect(throws: TimelineError.self, "cut to \(length) bytes") {
                try TimelineStore.open(scratch.file("whole"))
            }
        }
        let path = scratch.file("torn")
        try Data(whole + [0]).write(to: URL(fileURLWithPath: path))
        #expect(throws: TimelineError.self) { try TimelineStore.open(path) }
    }

    @Test("a flipped bit in any byte is found by opening or by verify, and reading never crashes")
    func flipped() throws {
        let scratch = try ScratchDirectory()
        let whole = try small(scratch)
        let path = scratch.file("flipped")
        try Data(whole).write(to: URL(fileURLWithPath: path))
        let file = open(path, O_RDWR)
        defer { close(file) }
        var unnoticed: [Int] = []
        for byteIndex in whole.indices {
            let bit = byteIndex * 8 + byteIndex % 8
            var byte = whole[bit / 8] ^ (1 << UInt8(bit % 8))
            try #require(pwrite(file, &byte, 1, bit / 8) == 1)
            do {
                let store = try TimelineStore.open(path)
                readAll(store)
                try store.verify()
                unnoticed.append(bit)
            } catch {
                #expect(error.sentence.contains(path))
            }
            byte = whole[bit / 8]
            try #require(pwrite(file, &byte, 1, bit / 8) == 1)
        }
        #expect(unnoticed.isEmpty)
        try TimelineStore.open(path).verify()
    }

    @Test("a forged segment with matching checksums never makes a reader crash", arguments: 0..<120)
    func forged(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        try RandomTimelines(seed: seed % 7, subjects: 5, events: 60).write(to: scratch.file("a"))
        var bytes = try contents(scratch.file("a"))
        let before = bytes
        var random = SeededRandom(seed: seed)
        let reader = try SegmentReader(scratch.file("a"))
        let footer =
            bytes.count - SegmentFormat.tailLength - SegmentFormat.footerHeadLength
            - reader.sections.count * SegmentFormat.entryLength
        for _ in 0...random.below(3) {
            // Half the forgeries alter a block, half the footer.
            let inBlocks = random.chance(0.5)
            let length = bytes.count - SegmentFormat.tailLength
            let at =
                inBlocks ? 16 + random.below(footer - 16) : footer + random.below(length - footer)
            bytes[at] = [0, 1, 0x7F, 0xFF, UInt8(random.below(256))][random.below(5)]
        }
        for (index, block) in reader.sections.enumerated() {
            let entry =
                footer + SegmentFormat.footerHeadLength + index * SegmentFormat.entryLength
            let range = Int(block.offset)..<Int(block.offset + block.length)
            store(CRC32C.checksum(Array(bytes[range]).span.bytes), in: &bytes, at: entry + 32)
        }
        let tail = bytes.count - SegmentFormat.tailLength
        let digest = ContentDigest(Array(bytes[footer..<tail]).span.bytes)
        for index in 0..<8 {
            bytes[tail + 16 + index] = UInt8(truncatingIfNeeded: digest.low >> (8 * UInt64(index)))
            bytes[tail + 24 + index] = UInt8(truncatingIfNeeded: digest.high >> (8 * UInt64(index)))
        }
        store(CRC32C.checksum(Array(bytes[footer..<tail]).span.bytes), in: &bytes, at: tail + 32)
        try Data(bytes).write(to: URL(fileURLWithPath: scratch.file("b")))
        do {
            let forged = try TimelineStore.open(scratch.file("b"))
            readAll(forged)
            try forged.verify()
            // What verifies may differ only in what no index or order depends on.
            #expect(forged.eventCount == 66 && forged.subjectCount == 5)
            #expect(bytes.count == before.count)
        } catch {
            #expect(error.sentence.contains(scratch.file("b")))
        }
    }

    private func store(_ value: UInt32, in bytes: inout [UInt8], at offset: Int) {
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
    }

    @Test("another file, and a segment of another format, are called what they are")
    func otherFiles() throws {
        let scratch = try ScratchDirectory()
        var bytes = try small(scratch)
        let path = scratch.file("other")
        try Data("subject,code\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: TimelineError.notASegment(file: path)) { try TimelineStore.open(path) }
        bytes[8] = 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(throws: TimelineError.unsupportedVersion(file: path, found: 1)) {
            try TimelineStore.open(path)
        }
    }

    @Test("CRC-32C gives the check value of its definition and equals the plain bytewise one")
    func checksums() {
        #expect(CRC32C.checksum(Array("123456789".utf8).span.bytes) == 0xE306_9283)
        var random = SeededRandom(seed: 11)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8(random.below(256)) }
            let cut = random.below(length + 1)
            var pieces = CRC32C()
            pieces.update(Array(bytes[..<cut]).span.bytes)
            pieces.update(Array(bytes[cut...]).span.bytes)
            #expect(pieces.value == plainCRC32C(bytes))
        }
    }

    private func plainCRC32C(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
        }
        return ~crc
    }

    @Test("FNV-1a of 128 bits gives the published value for the letter a")
    func fnv() {
        #expect(FNV128.hex(Array("".utf8).span.bytes) == "6c62272e07bb014262b821756295c58d")
        #expect(FNV128.hex(Array("a".utf8).span.bytes) == "d228cb696f1a8caf78912b704e4a8964")
    }
}
