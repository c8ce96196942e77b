// SPDX-License-Identifier: Apache-2.0
import Glibc

// One of the two files of this target that touch unsafe pointers for reading; the other is
// `PackedColumn`. Whoever makes a `Column` has checked that it lies in the file; whoever reads one
// is checked against its count.

/// A file mapped for reading, for as long as something holds on to it.
///
/// Segments are never changed in place: a new one is renamed over the old one, whose mapping stays.
final class MappedFile: @unchecked Sendable {
    private let base: UnsafeRawPointer
    /// Length in bytes; positive.
    let count: Int

    init(_ path: String) throws(TimelineError) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw MappedFile.failure(path) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw MappedFile.failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(file: path, reason: "not a regular file")
        }
        guard status.st_size > 0 else { throw .notASegment(file: path) }
        count = Int(status.st_size)
        let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0)
        guard let address, address != MAP_FAILED else { throw MappedFile.failure(path) }
        base = UnsafeRawPointer(address)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: base), count)
    }

    /// Lets go of the pages read so far; they are read again when needed.
    func releasePages() {
        madvise(UnsafeMutableRawPointer(mutating: base), count, MADV_DONTNEED)
    }

    private static func failure(_ path: String) -> TimelineError {
        .unreadable(file: path, reason: String(cString: strerror(errno)))
    }

    /// The bytes of a range; nil where it leaves the file.
    func bytes(_ offset: Int, _ length: Int) -> Column<UInt8>? {
        column(at: offset, count: length)
    }

    /// A number at an offset; nil where it leaves the file.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as type: Number.Type = Number.self
    ) -> Number? {
        guard offset >= 0, offset <= count - MemoryLayout<Number>.size else { return nil }
        return base.loadUnaligned(fromByteOffset: offset, as: Number.self)
    }

    /// A column of fixed-width elements; nil where it leaves the file or is not aligned.
    func column<Element: BitwiseCopyable & Sendable>(at offset: Int, count elements: Int)
        -> Column<Element>?
    {
        let (length, overflow) = elements.multipliedReportingOverflow(
            by: MemoryLayout<Element>.stride)
        guard !overflow, elements >= 0, offset >= 0, offset <= count, length <= count - offset,
            offset % MemoryLayout<Element>.alignment == 0
        else { return nil }
        return Column(
            file: self, base: (base + offset).assumingMemoryBound(to: Element.self),
            count: elements)
    }

    /// A column packed in a range of the file; nil where it leaves the file or its own range.
    func packed(
        at offset: Int, length: Int, count: Int, isConstant: Bool, lane: Int = 0, lanes: Int = 1
    ) -> PackedColumn? {
        guard offset >= 0, length >= 0, offset <= self.count, length <= self.count - offset else {
            return nil
        }
        return PackedColumn(
            owner: self, UnsafeRawBufferPointer(start: base + offset, count: length),
            count: count, isConstant: isConstant, lane: lane, lanes: lanes)
    }
}

/// A column of a mapped file.
struct Column<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let file: MappedFile
    private let base: UnsafePointer<Element>
    let count: Int

    fileprivate init(file: MappedFile, base: UnsafePointer<Element>, count: Int) {
        self.file = file
        self.base = base
        self.count = count
    }

    /// The element at a position the caller knows to be inside; O(1).
    subscript(position: Int) -> Element {
        precondition(position >= 0 && position < count, "a position outside the column")
        return base[position]
    }

    /// The element at a position read from the file; nil outside.
    func element(_ position: Int) -> Element? {
        position >= 0 && position < count ? base[position] : nil
    }

    /// The whole column, for loops over many rows.
    func withSpan<Result>(_ body: (Span<Element>) -> Result) -> Result {
        withExtendedLifetime(file) {
            body(UnsafeBufferPointer(start: base, count: count).span)
        }
    }

    /// The whole column as bytes.
    func withBytes<Result>(_ body: (RawSpan) -> Result) -> Result {
        withSpan { body($0.bytes) }
    }
}
