// SPDX-License-Identifier: Apache-2.0
import Records

/// A segment's directory, checked before anything in it is used.
struct SegmentReader {
    let path: String
    let file: MappedFile
    let subjectCount: Int
    let eventCount: Int
    let codeCount: Int
    let unitCount: Int
    /// In the order of the file.
    let blocks: [BlockEntry]
    let contentDigest: String

    init(_ path: String) throws(TimelineError) {
        self.path = path
        let file = try MappedFile(path)
        self.file = file
        let footer = try SegmentReader.footer(of: file, path: path)
        let head = footer.offset
        func count(_ index: Int) -> Int? {
            file.number(at: head + index * 8, as: UInt64.self).flatMap { Int(exactly: $0) }
        }
        guard let subjects = count(0), let events = count(1), let codes = count(2),
            let units = count(3), let blockCount = count(4),
            subjects <= SegmentFormat.rowLimit, events <= SegmentFormat.rowLimit,
            codes <= Int(Int32.max), units <= Int(Int32.max),
            blockCount <= footer.length / SegmentFormat.entryLength,
            footer.length
                == SegmentFormat.footerHeadLength + blockCount * SegmentFormat.entryLength
        else { throw .damaged(file: path, problem: "the footer's counts do not fit its length") }
        (subjectCount, eventCount, codeCount, unitCount) = (subjects, events, codes, units)
        let first = head + SegmentFormat.footerHeadLength
        var blocks: [BlockEntry] = []
        blocks.reserveCapacity(blockCount)
        for index in 0..<blockCount {
            let entry = SegmentReader.entry(at: first + index * SegmentFormat.entryLength, in: file)
            guard let entry else {
                throw .damaged(file: path, problem: "the footer's directory is cut short")
            }
            blocks.append(entry)
        }
        self.blocks = blocks
        contentDigest = footer.bytes.withBytes { FNV128.hex($0) }
        try checkLayout(end: head)
    }

    /// Header and tail; where the footer lies, and that it is whole.
    private static func footer(of file: MappedFile, path: String) throws(TimelineError)
        -> (offset: Int, length: Int, bytes: Column<UInt8>)
    {
        let opening = UInt64(littleEndianBytes: SegmentFormat.openingMagic)
        let closing = UInt64(littleEndianBytes: SegmentFormat.closingMagic)
        guard file.number(at: 0, as: UInt64.self) == opening else {
            throw .notASegment(file: path)
        }
        guard let version: UInt32 = file.number(at: 8), let zero: UInt32 = file.number(at: 12)
        else { throw .damaged(file: path, problem: "the header is cut short") }
        guard version == SegmentFormat.version else {
            throw .unsupportedVersion(file: path, found: version)
        }
        guard zero == 0 else { throw .damaged(file: path, problem: "the header is altered") }
        let tail = file.count - SegmentFormat.tailLength
        guard tail >= SegmentFormat.headerLength + SegmentFormat.footerHeadLength,
            file.number(at: tail + 24, as: UInt64.self) == closing,
            file.number(at: tail + 20, as: UInt32.self) == version,
            file.number(at: tail + 8, as: UInt64.self) == UInt64(file.count)
        else { throw .damaged(file: path, problem: "the end of the file is missing or altered") }
        guard let offset = file.number(at: tail, as: UInt64.self).flatMap({ Int(exactly: $0) }),
            offset >= SegmentFormat.headerLength, offset % 8 == 0,
            offset <= tail - SegmentFormat.footerHeadLength,
            let bytes = file.bytes(offset, tail - offset)
        else { throw .damaged(file: path, problem: "the footer is not where the file says") }
        let checksum = bytes.withBytes { CRC32C.checksum($0) }
        guard file.number(at: tail + 16, as: UInt32.self) == checksum else {
            throw .damaged(file: path, problem: "the footer does not match its checksum")
        }
        return (offset, tail - offset, bytes)
    }

    private static func entry(at offset: Int, in file: MappedFile) -> BlockEntry? {
        guard let kind: UInt16 = file.number(at: offset),
            let encoding: UInt16 = file.number(at: offset + 2),
            let code: UInt32 = file.number(at: offset + 4),
            let count: UInt64 = file.number(at: offset + 8),
            let start: UInt64 = file.number(at: offset + 16),
            let length: UInt64 = file.number(at: offset + 24),
            let checksum: UInt32 = file.number(at: offset + 32),
            let reserved: UInt32 = file.number(at: offset + 36)
        else { return nil }
        return BlockEntry(
            kind: kind, encoding: encoding, code: code, count: count, offset: start,
            length: length, checksum: checksum, reserved: reserved)
    }

    /// Blocks lie one after the other from header to footer, each as long as its count says.
    private func checkLayout(end: Int) throws(TimelineError) {
        var expected = UInt64(SegmentFormat.headerLength)
        for (index, block) in blocks.enumerated() {
            guard let kind = ColumnKind(rawValue: block.kind),
                ColumnEncoding(rawValue: block.encoding) != nil, block.reserved == 0
            else { throw damaged("block \(index) is of a kind or encoding not known here") }
            let (bytes, overflow) = block.count.multipliedReportingOverflow(by: UInt64(kind.width))
            guard !overflow, bytes <= UInt64(end), block.offset == expected,
                block.length == (bytes + 7) & ~7, block.length <= UInt64(end) - expected
            else { throw damaged("block \(index) does not lie where its neighbours end") }
            guard kind.isPosting ? block.code < codeCount : block.code == SegmentFormat.none else {
                throw damaged("block \(index) belongs to a code outside the table")
            }
            expected += block.length
        }
        guard expected == UInt64(end) else {
            throw damaged("the blocks do not reach to the footer")
        }
    }

    /// The column of a block the layout check has passed.
    func column<Element>(_ block: BlockEntry) throws(TimelineError) -> Column<Element> {
        guard let count = Int(exactly: block.count), let offset = Int(exactly: block.offset),
            let column: Column<Element> = file.column(at: offset, count: count)
        else { throw damaged("a block leaves the file") }
        return column
    }

    /// Refuses a block that does not match its checksum.
    func check(_ block: BlockEntry) throws(TimelineError) {
        guard let bytes = file.bytes(Int(block.offset), Int(block.length)),
            bytes.withBytes({ CRC32C.checksum($0) }) == block.checksum
        else { throw damaged("the block at byte \(block.offset) does not match its checksum") }
    }

    func damaged(_ problem: String) -> TimelineError { .damaged(file: path, problem: problem) }
}

extension UInt64 {
    /// The number whose little-endian bytes these are; at most eight.
    fileprivate init(littleEndianBytes bytes: [UInt8]) {
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
