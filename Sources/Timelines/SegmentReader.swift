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
    let textCount: Int
    /// In the order of the file: postings by code and kind, then the other sections.
    let sections: [SectionEntry]
    /// As the file states it; `verify()` compares it with the footer.
    let contentDigest: ContentDigest
    /// Where the footer lies.
    let footerOffset: Int

    init(_ path: String) throws(TimelineError) {
        self.path = path
        let file = try MappedFile(path)
        self.file = file
        let footer = try SegmentReader.footer(of: file, path: path)
        let head = footer.offset
        footerOffset = head
        contentDigest = footer.digest
        func count(_ index: Int) -> Int? {
            file.number(at: head + index * 8, as: UInt64.self).flatMap { Int(exactly: $0) }
        }
        guard let subjects = count(0), let events = count(1), let codes = count(2),
            let units = count(3), let texts = count(4), let sectionCount = count(5),
            subjects <= SegmentFormat.rowLimit, events <= SegmentFormat.rowLimit,
            codes <= Int(Int32.max), units <= Int(Int32.max), texts <= SegmentFormat.rowLimit,
            sectionCount <= footer.length / SegmentFormat.entryLength,
            footer.length
                == SegmentFormat.footerHeadLength + sectionCount * SegmentFormat.entryLength
        else { throw .damaged(file: path, problem: "the footer's counts do not fit its length") }
        (subjectCount, eventCount, codeCount) = (subjects, events, codes)
        (unitCount, textCount) = (units, texts)
        let first = head + SegmentFormat.footerHeadLength
        var sections: [SectionEntry] = []
        sections.reserveCapacity(sectionCount)
        for index in 0..<sectionCount {
            let entry = SegmentReader.entry(at: first + index * SegmentFormat.entryLength, in: file)
            guard let entry else {
                throw .damaged(file: path, problem: "the footer's directory is cut short")
            }
            sections.append(entry)
        }
        self.sections = sections
        try checkLayout(end: head)
    }

    /// Header and tail; where the footer lies, and that it is whole.
    private static func footer(of file: MappedFile, path: String) throws(TimelineError)
        -> (offset: Int, length: Int, digest: ContentDigest)
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
            file.number(at: tail + 40, as: UInt64.self) == closing,
            file.number(at: tail + 36, as: UInt32.self) == version,
            file.number(at: tail + 8, as: UInt64.self) == UInt64(file.count),
            let low: UInt64 = file.number(at: tail + 16),
            let high: UInt64 = file.number(at: tail + 24)
        else { throw .damaged(file: path, problem: "the end of the file is missing or altered") }
        guard let offset = file.number(at: tail, as: UInt64.self).flatMap({ Int(exactly: $0) }),
            offset >= SegmentFormat.headerLength, offset % 8 == 0,
            offset <= tail - SegmentFormat.footerHeadLength,
            let bytes = file.bytes(offset, tail - offset)
        else { throw .damaged(file: path, problem: "the footer is not where the file says") }
        let checksum = bytes.withBytes { CRC32C.checksum($0) }
        guard file.number(at: tail + 32, as: UInt32.self) == checksum else {
            throw .damaged(file: path, problem: "the footer does not match its checksum")
        }
        return (offset, tail - offset, ContentDigest(high: high, low: low))
    }

    private static func entry(at offset: Int, in file: MappedFile) -> SectionEntry? {
        guard let kind: UInt16 = file.number(at: offset),
            let encoding: UInt16 = file.number(at: offset + 2),
            let code: UInt32 = file.number(at: offset + 4),
            let count: UInt64 = file.number(at: offset + 8),
            let start: UInt64 = file.number(at: offset + 16),
            let length: UInt64 = file.number(at: offset + 24),
            let checksum: UInt32 = file.number(at: offset + 32),
            let reserved: UInt32 = file.number(at: offset + 36)
        else { return nil }
        return SectionEntry(
            kind: kind, encoding: encoding, code: code, count: count, offset: start,
            length: length, checksum: checksum, reserved: reserved)
    }

    /// Sections lie one after the other from header to footer, in order, each as long as it must be.
    private func checkLayout(end: Int) throws(TimelineError) {
        var expected = UInt64(SegmentFormat.headerLength)
        var previous: UInt64?
        var hasTables = false
        for (index, section) in sections.enumerated() {
            guard section.reserved == 0, let encoding = ColumnEncoding(rawValue: section.encoding),
                ColumnKind(rawValue: section.kind) != nil || section.attribute != nil
            else { throw damaged("section \(index) is of a kind or encoding not known here") }
            guard section.offset == expected, section.length % 8 == 0,
                section.length <= UInt64(end) - expected,
                section.count <= UInt64(SegmentFormat.rowLimit) || section.kind == 2
                    || section.kind == 4,
                SegmentReader.isLongEnough(section, encoding)
            else { throw damaged("section \(index) does not lie where its neighbours end") }
            guard
                section.isPosting
                    ? section.code < codeCount && section.count > 0
                    : section.code == SegmentFormat.none
            else { throw damaged("section \(index) belongs to a code outside the table") }
            if section.isPosting {
                let key = UInt64(section.code) << 16 | UInt64(section.kind)
                guard !hasTables, previous.map({ $0 < key }) ?? true else {
                    throw damaged("section \(index) is not in order, or there twice")
                }
                previous = key
            } else {
                hasTables = true
            }
            expected += section.length
        }
        guard expected == UInt64(end) else {
            throw damaged("the sections do not reach to the footer")
        }
    }

    private static func isLongEnough(_ section: SectionEntry, _ encoding: ColumnEncoding) -> Bool {
        if let width = ColumnKind(rawValue: section.kind)?.width {
            let (bytes, overflow) = section.count.multipliedReportingOverflow(by: UInt64(width))
            return encoding == .plain && !overflow && bytes < UInt64(Int.max)
                && section.length == (bytes + 7) & ~7
        }
        let isTimeline = section.kind == ColumnKind.timelineEntries.rawValue
        let lanes = UInt64(isTimeline ? SegmentFormat.timelineLanes : 1)
        let blocks = (section.count + 1023) / 1024
        switch encoding {
        case .plain: return false
        case .constant:
            return !isTimeline && section.length == UInt64(PackedHeader.length)
        case .packed: return section.length >= blocks * lanes * UInt64(PackedHeader.length)
        }
    }

    /// The plain column of a section the layout check has passed.
    func column<Element>(_ section: SectionEntry) throws(TimelineError) -> Column<Element> {
        guard let count = Int(exactly: section.count), let offset = Int(exactly: section.offset),
            let column: Column<Element> = file.column(at: offset, count: count)
        else { throw damaged("a section leaves the file") }
        return column
    }

    /// A packed column of a section the layout check has passed.
    func packed(_ section: SectionEntry, lane: Int = 0, lanes: Int = 1) throws(TimelineError)
        -> PackedColumn
    {
        guard
            let column = file.packed(
                at: Int(section.offset), length: Int(section.length), count: Int(section.count),
                isConstant: section.encoding == ColumnEncoding.constant.rawValue, lane: lane,
                lanes: lanes)
        else { throw damaged("a section leaves the file") }
        return column
    }

    /// True if a section matches its checksum.
    func isWhole(_ section: SectionEntry) -> Bool {
        guard let bytes = file.bytes(Int(section.offset), Int(section.length)) else { return false }
        return bytes.withBytes { CRC32C.checksum($0) } == section.checksum
    }

    /// Refuses a section of a table that does not match its checksum.
    func check(_ section: SectionEntry) throws(TimelineError) {
        guard isWhole(section) else {
            throw damaged(
                "the column \(ColumnKind.title(section.kind)) does not match its checksum")
        }
    }

    /// The digest of the footer as it is now.
    var computedDigest: ContentDigest? {
        let length =
            SegmentFormat.footerHeadLength + sections.count * SegmentFormat.entryLength
        return file.bytes(footerOffset, length)?.withBytes { ContentDigest($0) }
    }

    func damaged(_ problem: String) -> TimelineError { .damaged(file: path, problem: problem) }
}

extension UInt64 {
    /// The number whose little-endian bytes these are; at most eight.
    fileprivate init(littleEndianBytes bytes: [UInt8]) {
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
