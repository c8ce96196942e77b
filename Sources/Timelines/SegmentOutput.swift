// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Writes a segment's sections one after the other into a temporary file beside the final one, which
/// takes its place only when everything is on disk.
final class SegmentOutput {
    private let path: String
    private let temporary: String
    private var file: Int32
    private var buffer: [UInt8] = []
    private var written: UInt64 = 0
    private var entries: [SectionEntry] = []
    private var isInPlace = false
    /// Where the section now being written began, and the checksum of what it has so far.
    private var sectionStart: UInt64 = 0
    private var sectionChecksum = CRC32C()

    /// Bytes gathered before they are handed to the system.
    private static let bufferSize = 1 << 20

    init(_ path: String) throws(TimelineError) {
        self.path = path
        var template = Array("\(path).tmp-XXXXXX".utf8CString)
        file = mkstemp(&template)
        temporary = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard file >= 0 else { throw failure() }
        guard fcntl(file, F_SETFD, FD_CLOEXEC) == 0, fchmod(file, 0o644) == 0 else {
            throw failure()
        }
        buffer.reserveCapacity(SegmentOutput.bufferSize)
        try put(SegmentFormat.openingMagic)
        try put(SegmentFormat.version)
        try put(UInt32(0))
    }

    deinit {
        if file >= 0 { close(file) }
        if !isInPlace { unlink(temporary) }
    }

    /// Appends one plain column.
    func column<Element: BitwiseCopyable>(_ kind: ColumnKind, _ values: [Element])
        throws(TimelineError)
    {
        precondition(MemoryLayout<Element>.stride == kind.width, "a column of another width")
        begin()
        try append(values)
        try end(kind.rawValue, .plain, count: values.count)
    }

    /// Starts a section whose bytes come piece by piece.
    func begin() {
        sectionStart = written
        sectionChecksum = CRC32C()
    }

    func append<Element: BitwiseCopyable>(_ values: [Element]) throws(TimelineError) {
        sectionChecksum.update(values.span.bytes)
        try put(values)
    }

    /// Ends a section and enters it in the directory.
    func end(
        _ kind: UInt16, _ encoding: ColumnEncoding, code: UInt32 = SegmentFormat.none, count: Int
    ) throws(TimelineError) {
        let length = Int(written - sectionStart)
        try append([UInt8](repeating: 0, count: (8 - length % 8) % 8))
        entries.append(
            SectionEntry(
                kind: kind, encoding: encoding.rawValue, code: code, count: UInt64(count),
                offset: sectionStart, length: written - sectionStart,
                checksum: sectionChecksum.value, reserved: 0))
    }

    /// Writes footer and tail, makes the file durable and puts it in place.
    ///
    /// - Parameter counts: of subjects, events, codes, units and texts.
    /// - Returns: the digest of the content.
    @discardableResult
    func finish(counts: [UInt64]) throws(TimelineError) -> ContentDigest {
        let footerOffset = written
        let footer = footer(counts)
        let digest = ContentDigest(footer.span.bytes)
        try put(footer)
        try put(footerOffset)
        try put(written + UInt64(SegmentFormat.tailLength) - 8)
        try put(digest.low)
        try put(digest.high)
        try put(CRC32C.checksum(footer.span.bytes))
        try put(SegmentFormat.version)
        try put(SegmentFormat.closingMagic)
        try flush()
        guard fsync(file) == 0 else { throw failure() }
        let closed = close(file)
        file = -1
        guard closed == 0, rename(temporary, path) == 0 else { throw failure() }
        isInPlace = true
        try DurableFile.syncDirectory(of: path)
        return digest
    }

    private func footer(_ counts: [UInt64]) -> [UInt8] {
        var footer: [UInt8] = []
        footer.reserveCapacity(
            SegmentFormat.footerHeadLength + entries.count * SegmentFormat.entryLength)
        func put(_ value: some FixedWidthInteger & BitwiseCopyable) {
            withUnsafeBytes(of: value) { footer.append(contentsOf: $0) }
        }
        for count in counts { put(count) }
        put(UInt64(entries.count))
        for entry in entries {
            put(entry.kind)
            put(entry.encoding)
            put(entry.code)
            put(entry.count)
            put(entry.offset)
            put(entry.length)
            put(entry.checksum)
            put(entry.reserved)
        }
        return footer
    }

    private func put<Element: BitwiseCopyable>(_ values: [Element]) throws(TimelineError) {
        values.withUnsafeBytes { buffer.append(contentsOf: $0) }
        written += UInt64(values.count * MemoryLayout<Element>.stride)
        if buffer.count >= SegmentOutput.bufferSize { try flush() }
    }

    private func put(_ value: some FixedWidthInteger & BitwiseCopyable) throws(TimelineError) {
        try put([value])
    }

    private func flush() throws(TimelineError) {
        var done = 0
        while done < buffer.count {
            let count = buffer[done...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            done += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure() -> TimelineError {
        .unwritable(file: path, reason: String(cString: strerror(errno)))
    }
}

/// Steps that make files survive a power cut.
enum DurableFile {
    /// A rename is durable only once the directory is.
    static func syncDirectory(of path: String) throws(TimelineError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let handle = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw failure(path) }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw failure(path) }
    }

    static func failure(_ path: String) -> TimelineError {
        .unwritable(file: path, reason: String(cString: strerror(errno)))
    }
}
