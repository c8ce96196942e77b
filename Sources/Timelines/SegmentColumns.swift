// SPDX-License-Identifier: Apache-2.0
import Records

/// The columns of the subject directory.
struct SubjectColumns: Sendable {
    let high: Column<UInt64>
    let low: Column<UInt64>
    let sex: Column<UInt8>
    let year: Column<Int32>
    let age: Column<Int32>
    let aged: Column<UInt8>
    let state: Column<UInt32>
    let zip3: Column<UInt32>
    let race: Column<UInt32>
    let ethnicity: Column<UInt32>
}

/// The second permutation: whose events come in which order.
struct TimelineColumns: Sendable {
    let ends: Column<UInt64>
    let code: Column<UInt32>
    let row: Column<UInt32>
}

/// Everything of a segment that is ready to read after opening.
struct SegmentColumns: Sendable {
    let subjects: SubjectColumns
    let timelines: TimelineColumns
    let codeSubjects: Column<UInt32>
    let strings: [String]
    let codes: [CodeEntry]
    let units: [String]
    /// One per code; nil for codes that only occur as values.
    let postings: [Postings?]

    init(_ reader: SegmentReader) throws(TimelineError) {
        let directory = try Directory(reader)
        strings = try directory.strings()
        let systems: Column<UInt32> = try directory.table(.codeSystem, reader.codeCount)
        let values: Column<UInt32> = try directory.table(.codeValue, reader.codeCount)
        let displays: Column<UInt32> = try directory.table(.codeDisplay, reader.codeCount)
        let texts: Column<UInt32> = try directory.table(.unitText, reader.unitCount)
        codes = try SegmentColumns.codes(systems, values, displays, strings, reader)
        units = try SegmentColumns.units(texts, strings, reader)
        let count = reader.subjectCount
        subjects = SubjectColumns(
            high: try directory.table(.subjectHigh, count),
            low: try directory.table(.subjectLow, count),
            sex: try directory.table(.subjectSex, count),
            year: try directory.table(.subjectYear, count),
            age: try directory.table(.subjectAge, count),
            aged: try directory.table(.subjectAged, count),
            state: try directory.table(.subjectState, count),
            zip3: try directory.table(.subjectZIP3, count),
            race: try directory.table(.subjectRace, count),
            ethnicity: try directory.table(.subjectEthnicity, count))
        timelines = TimelineColumns(
            ends: try directory.table(.timelineEnds, count),
            code: try directory.table(.timelineCode, reader.eventCount),
            row: try directory.table(.timelineRow, reader.eventCount))
        codeSubjects = try directory.table(.codeSubjects, reader.codeCount)
        postings = try directory.postings()
        guard postings.reduce(0, { $0 + ($1?.count ?? 0) }) == reader.eventCount else {
            throw reader.damaged("the postings do not add up to the count of events")
        }
    }

    private static func codes(
        _ systems: Column<UInt32>, _ values: Column<UInt32>, _ displays: Column<UInt32>,
        _ strings: [String], _ reader: SegmentReader
    ) throws(TimelineError) -> [CodeEntry] {
        var codes: [CodeEntry] = []
        codes.reserveCapacity(reader.codeCount)
        for index in 0..<reader.codeCount {
            let (system, value, display) = (systems[index], values[index], displays[index])
            guard max(system, value, display) < strings.count else {
                throw reader.damaged("code \(index) names a string outside the table")
            }
            let code = Code(
                CodeSystem(rawValue: strings[Int(system)]), strings[Int(value)])
            if let last = codes.last, last.code >= code {
                throw reader.damaged("the code table is not sorted at code \(index)")
            }
            codes.append(CodeEntry(code: code, display: strings[Int(display)]))
        }
        return codes
    }

    private static func units(
        _ texts: Column<UInt32>, _ strings: [String], _ reader: SegmentReader
    ) throws(TimelineError) -> [String] {
        var units: [String] = []
        for index in 0..<reader.unitCount {
            guard texts[index] < strings.count else {
                throw reader.damaged("unit \(index) names a string outside the table")
            }
            // Strings are sorted and each there once, so ascending positions are ascending units.
            guard index == 0 || texts[index - 1] < texts[index] else {
                throw reader.damaged("the unit table is not sorted at unit \(index)")
            }
            units.append(strings[Int(texts[index])])
        }
        return units
    }
}

/// Blocks by kind and code.
private struct Directory {
    let reader: SegmentReader
    private var tables: [ColumnKind: BlockEntry] = [:]
    private var postingBlocks: [[BlockEntry]]

    init(_ reader: SegmentReader) throws(TimelineError) {
        self.reader = reader
        // Every code has an entry in at least one table column, so this cannot be larger than the
        // file unless the footer lies about it.
        guard reader.codeCount <= reader.file.count else {
            throw reader.damaged("the footer counts more codes than the file has room for")
        }
        postingBlocks = [[BlockEntry]](repeating: [], count: reader.codeCount)
        for block in reader.blocks {
            guard let kind = ColumnKind(rawValue: block.kind) else { continue }
            if kind.isPosting {
                postingBlocks[Int(block.code)].append(block)
            } else if tables.updateValue(block, forKey: kind) != nil {
                throw reader.damaged("two blocks hold the same table")
            }
        }
    }

    func table<Element>(_ kind: ColumnKind, _ count: Int) throws(TimelineError)
        -> Column<Element>
    {
        guard let block = tables[kind], block.count == UInt64(count) else {
            throw reader.damaged("the column \(kind) is missing or not as long as its table")
        }
        return try reader.column(block)
    }

    /// The strings, with their two blocks checked, since codes and units are made of them now.
    func strings() throws(TimelineError) -> [String] {
        guard let endBlock = tables[.stringEnds], let byteBlock = tables[.stringBytes] else {
            throw reader.damaged("the strings are missing")
        }
        for kind in [ColumnKind.stringEnds, .stringBytes, .codeSystem, .codeValue, .codeDisplay] {
            if let block = tables[kind] { try reader.check(block) }
        }
        let ends: Column<UInt64> = try reader.column(endBlock)
        let bytes: Column<UInt8> = try reader.column(byteBlock)
        var strings: [String] = []
        strings.reserveCapacity(ends.count)
        var first = 0
        for index in 0..<ends.count {
            guard let end = Int(exactly: ends[index]), end >= first, end <= bytes.count,
                let string = bytes.text(first..<end)
            else { throw reader.damaged("string \(index) is not UTF-8 text inside its block") }
            strings.append(string)
            first = end
        }
        guard first == bytes.count else {
            throw reader.damaged("the strings do not fill their block")
        }
        return strings
    }

    func postings() throws(TimelineError) -> [Postings?] {
        var all: [Postings?] = []
        all.reserveCapacity(postingBlocks.count)
        for blocks in postingBlocks {
            all.append(try postings(blocks))
        }
        return all
    }

    private func postings(_ blocks: [BlockEntry]) throws(TimelineError) -> Postings? {
        guard let first = blocks.first else { return nil }
        guard blocks.count >= 2, first.count > 0, first.kind == ColumnKind.postingSubject.rawValue,
            blocks[1].kind == ColumnKind.postingStart.rawValue
        else { throw reader.damaged("a code's postings lack subjects or starts") }
        for (left, right) in zip(blocks, blocks.dropFirst()) {
            guard left.kind < right.kind, left.count == right.count else {
                throw reader.damaged("a code's columns are not of one length or there twice")
            }
        }
        var postings = Postings(
            subjects: try reader.column(first), starts: try reader.column(blocks[1]))
        for block in blocks.dropFirst(2) {
            switch ColumnKind(rawValue: block.kind) {
            case .postingDuration: postings.durations = try reader.column(block)
            case .postingKind: postings.kinds = try reader.column(block)
            case .postingNumber: postings.numbers = try reader.column(block)
            case .postingValueCode: postings.valueCodes = try reader.column(block)
            case .postingUnit: postings.units = try reader.column(block)
            case .postingSource: postings.sources = try reader.column(block)
            default: break
            }
        }
        return postings
    }
}

extension Column<UInt8> {
    /// The text of a range inside the column; nil where it is not UTF-8.
    fileprivate func text(_ range: Range<Int>) -> String? {
        withSpan { span in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(range.count)
            for position in range { bytes.append(span[position]) }
            return String(validating: bytes, as: UTF8.self)
        }
    }
}
