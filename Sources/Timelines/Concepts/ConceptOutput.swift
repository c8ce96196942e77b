// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Writes the columns one after the other into a temporary file beside the final one, which takes
/// its place only when everything is on disk.
final class ConceptOutput {
    private let path: String
    private let temporary: String
    private var file: Int32
    private var written: UInt64 = 0
    private var blocks: [ConceptBlock] = []
    private var isInPlace = false

    init(_ path: String) throws(ConceptError) {
        self.path = path
        var template = Array("\(path).tmp-XXXXXX".utf8CString)
        file = mkstemp(&template)
        temporary = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard file >= 0 else { throw failure() }
        guard fcntl(file, F_SETFD, FD_CLOEXEC) == 0, fchmod(file, 0o644) == 0 else {
            throw failure()
        }
        try put([ConceptFormat.openingMagic])
        try put([ConceptFormat.version, 0])
    }

    deinit {
        if file >= 0 { close(file) }
        if !isInPlace { unlink(temporary) }
    }

    /// Appends the next column in the order of `ConceptColumn`.
    func column<Element: BitwiseCopyable>(
        _ column: ConceptColumn, _ values: [Element]
    ) throws(ConceptError) {
        precondition(
            MemoryLayout<Element>.stride == column.width
                && blocks.count < ConceptColumn.allCases.count
                && column == ConceptColumn.allCases[blocks.count], "a column out of order")
        let offset = written
        let padding = [UInt8](repeating: 0, count: (8 - values.count * column.width % 8) % 8)
        var checksum = CRC32C()
        checksum.update(values.span.bytes)
        checksum.update(padding.span.bytes)
        try put(values)
        try put(padding)
        blocks.append(
            ConceptBlock(
                column: column, checksum: checksum.value, count: UInt64(values.count),
                offset: offset, length: written - offset))
    }

    /// Writes footer and tail, makes the file durable and puts it in place.
    func finish() throws(ConceptError) {
        precondition(blocks.count == ConceptColumn.allCases.count, "a column is missing")
        let footerOffset = written
        var footer: [UInt64] = []
        for block in blocks {
            footer.append(UInt64(block.checksum) << 32 | UInt64(block.column.rawValue))
            footer += [block.count, block.offset, block.length]
        }
        try put(footer)
        try put([footerOffset, written + UInt64(ConceptFormat.tailLength)])
        try put([CRC32C.checksum(footer.span.bytes), ConceptFormat.version])
        try put([ConceptFormat.closingMagic])
        guard fsync(file) == 0 else { throw failure() }
        let closed = close(file)
        file = -1
        guard closed == 0, rename(temporary, path) == 0 else { throw failure() }
        isInPlace = true
        try syncDirectory()
    }

    private func put<Element: BitwiseCopyable>(_ values: [Element]) throws(ConceptError) {
        let length = values.count * MemoryLayout<Element>.stride
        var done = 0
        while done < length {
            let count = values.withUnsafeBytes { bytes in
                write(file, bytes.baseAddress.map { $0 + done }, length - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            done += count
        }
        written += UInt64(length)
    }

    /// A rename is durable only once the directory is.
    private func syncDirectory() throws(ConceptError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let handle = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw failure() }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw failure() }
    }

    private func failure() -> ConceptError {
        .unwritable(file: path, reason: String(cString: strerror(errno)))
    }
}
