// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The part of a file's text that is in memory: lines one by one, or the whole as one document.
///
/// Keeps the scanner's memory promise: after the text stands a byte below 0x20 and, beyond it,
/// eight readable bytes.
final class TextWindow {
    /// What the next line is.
    enum Line {
        case text(JSONScanner)
        case blank
        /// Longer than `lineLimit`; passed without being held in memory.
        case tooLong
    }

    /// A line looked at before it is read, as offsets from the first text not yet handed out.
    struct LineAhead {
        let range: Range<Int>
        /// Whether its end has been reached within the limit.
        let isWhole: Bool
    }

    /// Longest line of NDJSON, in bytes.
    static let lineLimit = 64 * 1024 * 1024
    /// Largest single document (a bundle), in bytes.
    static let documentLimit = 512 * 1024 * 1024
    /// Most text taken from the file at once, so that progress is told often.
    private static let step = 512 * 1024
    private static let firstCapacity = 512 * 1024
    private static let padding = 16

    /// Bytes of text read so far.
    private(set) var bytes = 0

    private let file: InflatedFile
    private let lineLimit: Int
    private let documentLimit: Int
    private var base: UnsafeMutablePointer<UInt8>
    /// Bytes of text the window has room for.
    private(set) var capacity: Int
    /// Text not yet handed out is `base[start..<filled]`.
    private var start = 0
    private var filled = 0
    private var isAtEnd = false

    init(
        file: InflatedFile, lineLimit: Int = TextWindow.lineLimit,
        documentLimit: Int = TextWindow.documentLimit
    ) {
        self.file = file
        self.lineLimit = lineLimit
        self.documentLimit = documentLimit
        capacity = TextWindow.firstCapacity
        base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + TextWindow.padding)
        base.initialize(repeating: 0, count: TextWindow.padding)
    }

    deinit {
        base.deallocate()
    }

    /// Bytes taken from the file so far.
    var fileBytesRead: Int { file.bytesRead }

    /// What errors call the file.
    var name: String { file.name }

    /// Reads the first part of the text, passes a UTF-8 byte order mark, refuses UTF-16.
    func open(progress: (Int) -> Void = { _ in }) throws(IntakeError) {
        while filled < capacity, !isAtEnd { try fill(limit: lineLimit, progress) }
        let head = (filled > 0 ? base[0] : 1, filled > 1 ? base[1] : 1)
        switch head {
        case (0xFF, 0xFE), (0xFE, 0xFF), (0, _), (_, 0): throw .wideText(file: file.name)
        default: break
        }
        if filled >= 3, head == (0xEF, 0xBB), base[2] == 0xBF { start = 3 }
    }

    /// A scanner over what is in memory, which may be cut anywhere; for looking only.
    func preview() -> JSONScanner {
        JSONScanner(base: base, start: start, end: filled)
    }

    /// The next line with more than white space from `offset` on, read into memory up to its end
    /// as far as `limit` bytes reach; nil where the text ends without one.
    func lineAhead(
        from offset: Int, limit: Int, progress: (Int) -> Void
    ) throws(IntakeError) -> LineAhead? {
        var begin = offset
        while true {
            while start + begin < filled, base[start + begin] <= 0x20 { begin += 1 }
            if start + begin < filled { break }
            if isAtEnd { return nil }
            guard begin - offset <= limit else {
                return LineAhead(range: begin..<begin, isWhole: false)
            }
            try fill(limit: offset + limit, progress)
        }
        var searched = begin
        while true {
            if let newline = newline(from: start + searched) {
                return LineAhead(range: begin..<newline - start, isWhole: true)
            }
            searched = filled - start
            if isAtEnd { return LineAhead(range: begin..<searched, isWhole: true) }
            guard searched - offset <= limit else {
                return LineAhead(range: begin..<searched, isWhole: false)
            }
            try fill(limit: offset + limit, progress)
        }
    }

    /// A scanner over text from the start of one line ahead to the end of the same or a later one.
    func scanner(_ range: Range<Int>) -> JSONScanner {
        JSONScanner(base: base, start: start + range.lowerBound, end: start + range.upperBound)
    }

    /// The next line, or nil at the end.
    ///
    /// The scanner of the line before must not be used any more.
    func nextLine(progress: (Int) -> Void = { _ in }) throws(IntakeError) -> Line? {
        var searched = start
        while true {
            if let newline = newline(from: searched) { return cut(at: newline, next: newline + 1) }
            if isAtEnd { return start < filled ? cut(at: filled, next: filled) : nil }
            if filled - start > lineLimit { return try passLongLine(progress) }
            let offset = filled - start
            try fill(limit: lineLimit, progress)
            searched = start + offset
        }
    }

    private func cut(at stop: Int, next: Int) -> Line {
        let begin = start
        start = next
        if stop - begin > lineLimit { return .tooLong }
        var index = begin
        while index < stop, base[index] <= 0x20 { index += 1 }
        if index == stop { return .blank }
        return .text(JSONScanner(base: base, start: begin, end: stop))
    }

    private func newline(from index: Int) -> Int? {
        guard index < filled, let found = memchr(base + index, 0x0A, filled - index) else {
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private func passLongLine(_ progress: (Int) -> Void) throws(IntakeError) -> Line {
        while true {
            if let newline = newline(from: start) {
                start = newline + 1
                return .tooLong
            }
            start = filled
            if isAtEnd { return .tooLong }
            try fill(limit: lineLimit, progress)
        }
    }

    /// The whole rest of the text as one document.
    func document(progress: (Int) -> Void = { _ in }) throws(IntakeError) -> JSONScanner {
        while !isAtEnd {
            guard filled - start <= documentLimit else {
                throw .documentTooLarge(file: file.name, limitMiB: documentLimit / 1024 / 1024)
            }
            try fill(limit: documentLimit, progress)
        }
        return JSONScanner(base: base, start: start, end: filled)
    }

    /// Reads more text, after moving what is left to the front and growing a full buffer, which
    /// becomes little larger than `limit`; tells `progress` where the file has been read further.
    private func fill(limit: Int, _ progress: (Int) -> Void) throws(IntakeError) {
        if start > 0 {
            memmove(base, base + start, filled - start)
            filled -= start
            start = 0
        }
        if filled == capacity { grow(limit: limit) }
        let before = file.bytesRead
        let room = min(capacity - filled, TextWindow.step)
        let count = try file.read(into: base + filled, capacity: room)
        if count == 0 { isAtEnd = true }
        filled += count
        bytes += count
        (base + filled).initialize(repeating: 0, count: TextWindow.padding)
        if file.bytesRead != before { progress(file.bytesRead) }
    }

    private func grow(limit: Int) {
        let most = limit + TextWindow.firstCapacity
        let next = most > capacity ? min(capacity * 2, most) : capacity * 2
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: next + TextWindow.padding)
        memcpy(larger, base, filled)
        base.deallocate()
        base = larger
        capacity = next
    }
}
