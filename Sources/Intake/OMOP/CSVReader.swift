// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads separated values (RFC 4180) record by record, without making a `String` of a field.
///
/// Comma or tab, whichever the first line has more of; quoted fields may hold delimiters, line
/// ends and doubled quotation marks; lines end in LF or CR LF; a byte order mark is passed. A
/// record with a broken quotation costs its own line only: reading goes on with the line after it.
/// The text is held in one window that grows only for a long record, up to `recordLimit`.
final class CSVReader {
    enum Record {
        case whole
        /// A quotation that never ends, or goes on after its end mark; or a record over the limit.
        case broken
    }

    static let recordLimit = 8 * 1024 * 1024
    private static let firstCapacity = 512 * 1024
    private static let lineFeed = UInt8(ascii: "\n")
    private static let quote = UInt8(ascii: "\"")

    let name: String
    /// The column names as the first line has them.
    private(set) var header: [String] = []
    /// Line on which the current record begins, from 1.
    private(set) var line = 0
    /// Fields of the current record.
    private(set) var fieldCount = 0
    /// Bytes of text read so far.
    private(set) var bytes = 0

    private let text: OMOPText
    private let limit: Int
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Text not yet handed out is `base[start..<filled]`; `base[filled]` is a line feed.
    private var start = 0
    private var filled = 0
    private var isAtEnd = false
    private var nextLine = 1
    private var delimiter = UInt8(ascii: ",")
    /// Begin, end and whether quotation marks are doubled inside, for each field in `header`.
    private let fields: UnsafeMutablePointer<(begin: Int, end: Int, hasDoubled: Bool)>
    private let fieldCapacity = 4096
    /// Room for a field whose doubled quotation marks are made single.
    private var unescaped: UnsafeMutablePointer<UInt8>
    private var unescapedCapacity = 64
    /// The record scanned last has no quotation mark.
    private var isBlankLine = false

    /// Reads the first line.
    init(
        _ text: OMOPText, name: String, recordLimit: Int = CSVReader.recordLimit
    ) throws(OMOPError) {
        self.text = text
        self.name = name
        limit = recordLimit
        capacity = CSVReader.firstCapacity
        base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + 1)
        fields = .allocate(capacity: fieldCapacity)
        unescaped = .allocate(capacity: unescapedCapacity)
        base[0] = CSVReader.lineFeed
        while filled < capacity, !isAtEnd { try fill() }
        try passMarks()
        delimiter = chooseDelimiter()
        guard case .whole = try next() else { throw .noHeader(file: name) }
        for index in 0..<min(fieldCount, fieldCapacity) { header.append(field(index).string) }
    }

    deinit {
        base.deallocate()
        fields.deallocate()
        unescaped.deallocate()
    }

    /// Packed bytes of the file read so far.
    var fileBytesRead: Int { text.bytesRead }

    private func passMarks() throws(OMOPError) {
        let head = (filled > 0 ? base[0] : 1, filled > 1 ? base[1] : 1)
        switch head {
        case (0xFF, 0xFE), (0xFE, 0xFF), (0, _), (_, 0):
            throw .source(.wideText(file: name))
        default: break
        }
        if filled >= 3, head == (0xEF, 0xBB), base[2] == 0xBF { start = 3 }
    }

    private func chooseDelimiter() -> UInt8 {
        var commas = 0
        var tabs = 0
        var isQuoted = false
        var index = start
        while index < filled, isQuoted || base[index] != CSVReader.lineFeed {
            let byte = base[index]
            if byte == CSVReader.quote { isQuoted.toggle() }
            if !isQuoted, byte == UInt8(ascii: ",") { commas += 1 }
            if !isQuoted, byte == UInt8(ascii: "\t") { tabs += 1 }
            index += 1
        }
        return tabs > commas ? UInt8(ascii: "\t") : UInt8(ascii: ",")
    }

    // MARK: Records

    /// The next record that is not an empty line; nil at the end of the text.
    ///
    /// Fields of the record before must not be used any more.
    func next() throws(OMOPError) -> Record? {
        while true {
            if start == filled {
                if isAtEnd { return nil }
                try fill()
                continue
            }
            line = nextLine
            switch scan() {
            case .record(let end, let lines):
                start = end
                nextLine += lines
                // An empty line is one empty field without quotation marks.
                if fieldCount == 1, fields[0].begin == fields[0].end, isBlankLine { continue }
                return .whole
            case .broken:
                try passLine()
                return .broken
            case .cut:
                if filled - start >= limit || isAtEnd {
                    try passLine()
                    return .broken
                }
                try fill()
            }
        }
    }

    private enum Scan {
        /// A record up to `end`, over so many lines.
        case record(end: Int, lines: Int)
        case broken
        /// The window ends before the record does.
        case cut
    }

    /// Finds the fields of the record at `start`.
    private func scan() -> Scan {
        let base = self.base
        let delimiter = self.delimiter
        let filled = self.filled
        let lineFeed = CSVReader.lineFeed
        let fields = self.fields
        let fieldCapacity = self.fieldCapacity
        @inline(__always)
        func store(_ index: Int, _ begin: Int, _ end: Int, _ hasDoubled: Bool) {
            if index < fieldCapacity { fields[index] = (begin, end, hasDoubled) }
        }
        var at = start
        var count = 0
        var lines = 1
        isBlankLine = true
        while true {
            let begin = at
            // Text between tabs is as it stands: vocabularies come without quoting.
            if base[at] == CSVReader.quote, at < filled, delimiter != UInt8(ascii: "\t") {
                isBlankLine = false
                guard let quoted = quotedField(from: at) else { return .cut }
                lines += quoted.lines
                store(count, begin + 1, quoted.close, quoted.hasDoubled)
                count += 1
                at = quoted.close + 1
                if base[at] == UInt8(ascii: "\r"), at + 1 < filled || isAtEnd,
                    base[at + 1] == lineFeed
                {
                    at += 1
                }
                if base[at] == delimiter, at < filled {
                    at += 1
                    continue
                }
                guard base[at] == lineFeed else {
                    return base[at] == UInt8(ascii: "\r") && at + 1 == filled && !isAtEnd
                        ? .cut : .broken
                }
                guard at < filled || isAtEnd else { return .cut }
                fieldCount = count
                return .record(end: min(at + 1, filled), lines: lines)
            }
            // The line feed after the text ends this without a check of bounds.
            var byte = base[at]
            while byte != delimiter && byte != lineFeed {
                at &+= 1
                byte = base[at]
            }
            if byte == delimiter {
                store(count, begin, at, false)
                count += 1
                at += 1
                continue
            }
            guard at < filled || isAtEnd else { return .cut }
            let hasReturn = at > begin && base[at - 1] == UInt8(ascii: "\r")
            store(count, begin, hasReturn ? at - 1 : at, false)
            fieldCount = count + 1
            return .record(end: min(at + 1, filled), lines: lines)
        }
    }

    /// The end mark of the quoted field that begins at `open`; nil where the window ends first.
    private func quotedField(from open: Int) -> (close: Int, lines: Int, hasDoubled: Bool)? {
        var at = open + 1
        var hasDoubled = false
        while at < filled {
            guard let found = memchr(base + at, Int32(CSVReader.quote), filled - at) else {
                return nil
            }
            at = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            // Whether the mark is doubled shows in the byte after it.
            if at + 1 == filled, !isAtEnd { return nil }
            if at + 1 < filled, base[at + 1] == CSVReader.quote {
                hasDoubled = true
                at += 2
                continue
            }
            return (at, lineFeeds(open, at), hasDoubled)
        }
        return nil
    }

    private func lineFeeds(_ lower: Int, _ upper: Int) -> Int {
        var count = 0
        for index in lower..<upper where base[index] == CSVReader.lineFeed { count += 1 }
        return count
    }

    /// Goes on after the line the current record began on.
    private func passLine() throws(OMOPError) {
        nextLine += 1
        while true {
            if let found = memchr(base + start, Int32(CSVReader.lineFeed), filled - start) {
                start = UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
                return
            }
            start = filled
            if isAtEnd { return }
            try fill()
        }
    }

    /// The fields of the current record.
    var record: CSVRecord {
        CSVRecord(
            base: base, fields: fields, count: min(fieldCount, fieldCapacity), reader: self)
    }

    /// A field of the current record, without its quotation marks.
    ///
    /// Valid until the next field or record is asked for.
    func field(_ index: Int) -> ByteText {
        record.field(index)
    }

    /// A field with its doubled quotation marks made single.
    fileprivate func unescape(_ begin: Int, _ end: Int) -> ByteText {
        if unescapedCapacity < end - begin {
            unescaped.deallocate()
            unescapedCapacity = end - begin
            unescaped = .allocate(capacity: unescapedCapacity)
        }
        var count = 0
        var at = begin
        while at < end {
            unescaped[count] = base[at]
            count += 1
            at += base[at] == CSVReader.quote ? 2 : 1
        }
        return ByteText(start: unescaped, count: count)
    }

    // MARK: The window

    /// Reads more text, after moving what is left to the front and growing a full window.
    private func fill() throws(OMOPError) {
        if start > 0 {
            memmove(base, base + start, filled - start)
            filled -= start
            start = 0
        }
        if filled == capacity {
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2 + 1)
            memcpy(larger, base, filled)
            base.deallocate()
            base = larger
            capacity *= 2
        }
        let count = try text.read(into: base + filled, capacity: capacity - filled)
        if count == 0 { isAtEnd = true }
        filled += count
        bytes += count
        base[filled] = CSVReader.lineFeed
    }
}

/// The fields of one record; valid until the reader goes on.
struct CSVRecord {
    fileprivate let base: UnsafeMutablePointer<UInt8>
    fileprivate let fields: UnsafeMutablePointer<(begin: Int, end: Int, hasDoubled: Bool)>
    let count: Int
    fileprivate unowned(unsafe) let reader: CSVReader

    /// A field without its quotation marks; valid until the next field is asked for.
    @inline(__always)
    func field(_ index: Int) -> ByteText {
        precondition(index >= 0 && index < count, "field outside its record")
        let (begin, end, hasDoubled) = fields[index]
        if hasDoubled { return reader.unescape(begin, end) }
        return ByteText(start: base + begin, count: end - begin)
    }
}
