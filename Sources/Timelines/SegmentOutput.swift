// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Writes a segment's blocks one after the other into a temporary file beside the final one, which
/// takes its place only when everything is on disk.
final class SegmentOutput {
    private let path: String
    private let temporary: String
    private var file: Int32
    private var buffer: [UInt8] = []
    private var written: UInt64 = 0
    private var entries: [BlockEntry] = []
    private var isInPlace = false

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

    /// Appends one column.
    func column<Element: BitwiseCopyable>(
        _ kind: ColumnKind, code: UInt32 = SegmentFormat.none, _ values: [Element]
    ) throws(TimelineError) {
        precondition(MemoryLayout<Element>.stride == kind.width, "a column of another width")
        let offset = written
        let length = values.count * kind.width
        let padding = [UInt8](repeating: 0, count: (8 - length % 8) % 8)
        var checksum = CRC32C()
        checksum.update(values.span.bytes)
        checksum.update(padding.span.bytes)
        try put(values)
        try put(padding)
        entries.append(
            BlockEntry(
                kind: kind.rawValue, encoding: ColumnEncoding.plain.rawValue, code: code,
                count: UInt64(values.count), offset: offset, length: written - offset,
                checksum: checksum.value, reserved: 0))
    }

    /// Writes footer and tail, makes the file durable and puts it in place.
    ///
    /// - Parameter counts: of subjects, events, codes and units.
    func finish(counts: [UInt64]) throws(TimelineError) {
        let footerOffset = written
        let footer = footer(counts)
        try put(footer)
        try put(footerOffset)
        try put(written + UInt64(SegmentFormat.tailLength) - 8)
        try put(CRC32C.checksum(footer.span.bytes))
        try put(SegmentFormat.version)
        try put(SegmentFormat.closingMagic)
        try flush()
        guard fsync(file) == 0 else { throw failure() }
        let closed = close(file)
        file = -1
        guard closed == 0, rename(temporary, path) == 0 else { throw failure() }
        isInPlace = true
        try syncDirectory()
    }

    private func footer(_ counts: [UInt64]) -> [UInt8] {
        var footer: [UInt8] = []
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

    /// A rename is durable only once the directory is.
    private func syncDirectory() throws(TimelineError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let handle = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw failure() }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw failure() }
    }

    private func failure() -> TimelineError {
        .unwritable(file: path, reason: String(cString: strerror(errno)))
    }
}
