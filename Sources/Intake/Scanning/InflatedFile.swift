// SPDX-License-Identifier: Apache-2.0
import CZlib
import Glibc

/// A file's bytes as text: inflated where the content is gzip, whatever the name says.
///
/// Streams through fixed buffers, so a file that inflates to any size costs no memory. Several
/// gzip members in a row are one text (RFC 1952, 2.2); zero bytes after the last are padding.
final class InflatedFile {
    private static let chunk = 256 * 1024

    let name: String
    /// Bytes taken from the file so far, compressed where it is.
    private(set) var bytesRead = 0

    private let descriptor: Int32
    private let input: UnsafeMutablePointer<UInt8>
    private var inputStart = 0
    private var inputEnd = 0
    private var isFileAtEnd = false
    /// The inflating state, at a fixed address because zlib keeps a pointer to it; nil for plain.
    private var stream: UnsafeMutablePointer<z_stream>?
    private var isBetweenMembers = false

    /// Opens a regular file and looks at its first bytes.
    ///
    /// Anything else is refused unread: without `O_NONBLOCK`, a pipe that nobody writes to would
    /// hold the reader for ever.
    init(path: String, name: String) throws(IntakeError) {
        self.name = name
        input = UnsafeMutablePointer<UInt8>.allocate(capacity: InflatedFile.chunk)
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw InflatedFile.failure(name) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw InflatedFile.failure(name) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(file: name) }
        try refill()
        if inputEnd >= 2, input[0] == 0x1F, input[1] == 0x8B { try startInflating() }
    }

    deinit {
        if let stream {
            inflateEnd(stream)
            stream.deallocate()
        }
        input.deallocate()
        if descriptor >= 0 { close(descriptor) }
    }

    private static func failure(_ name: String) -> IntakeError {
        .unreadable(file: name, reason: String(cString: strerror(errno)))
    }

    private func startInflating() throws(IntakeError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 window bits, plus 16 for the gzip format.
        let status = inflateInit2_(
            stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw .unreadable(file: name, reason: "zlib could not start")
        }
        self.stream = stream
    }

    /// Reads the next chunk of the file once the last is used up.
    private func refill() throws(IntakeError) {
        guard inputStart == inputEnd, !isFileAtEnd else { return }
        inputStart = 0
        inputEnd = 0
        // Two bytes at least, so that the gzip mark is never cut.
        while inputEnd < 2, !isFileAtEnd {
            let count = Glibc.read(descriptor, input + inputEnd, InflatedFile.chunk - inputEnd)
            if count < 0 {
                if errno == EINTR { continue }
                throw InflatedFile.failure(name)
            }
            if count == 0 { isFileAtEnd = true }
            inputEnd += count
            bytesRead += count
        }
    }

    /// Writes up to `capacity` bytes of text to `target`; 0 only at the end of the text.
    func read(into target: UnsafeMutablePointer<UInt8>, capacity: Int) throws(IntakeError) -> Int {
        guard let stream else { return try copy(to: target, capacity: capacity) }
        var written = 0
        while written < capacity {
            try refill()
            if inputStart == inputEnd {
                guard isBetweenMembers else { throw .truncatedGzip(file: name) }
                return written
            }
            if isBetweenMembers, try !startNextMember(stream) { continue }
            let room = min(capacity - written, Int(Int32.max))
            stream.pointee.next_in = input + inputStart
            stream.pointee.avail_in = UInt32(inputEnd - inputStart)
            stream.pointee.next_out = target + written
            stream.pointee.avail_out = UInt32(room)
            let status = inflate(stream, Z_NO_FLUSH)
            inputStart = inputEnd - Int(stream.pointee.avail_in)
            written += room - Int(stream.pointee.avail_out)
            switch status {
            case Z_OK, Z_BUF_ERROR: continue
            case Z_STREAM_END: isBetweenMembers = true
            default: throw .damagedGzip(file: name)
            }
        }
        return written
    }

    /// Begins another member; false where padding was passed instead.
    private func startNextMember(
        _ stream: UnsafeMutablePointer<z_stream>
    ) throws(IntakeError) -> Bool {
        if input[inputStart] == 0 {
            while inputStart < inputEnd, input[inputStart] == 0 { inputStart += 1 }
            return false
        }
        guard inflateReset(stream) == Z_OK else { throw .damagedGzip(file: name) }
        isBetweenMembers = false
        return true
    }

    private func copy(
        to target: UnsafeMutablePointer<UInt8>, capacity: Int
    ) throws(IntakeError) -> Int {
        if inputStart == inputEnd, !isFileAtEnd { return try readDirectly(target, capacity) }
        let count = min(capacity, inputEnd - inputStart)
        target.update(from: input + inputStart, count: count)
        inputStart += count
        return count
    }

    /// Plain text goes straight where it is wanted; 0 at the end of the file.
    private func readDirectly(
        _ target: UnsafeMutablePointer<UInt8>, _ capacity: Int
    ) throws(IntakeError) -> Int {
        while true {
            let count = Glibc.read(descriptor, target, capacity)
            if count < 0 {
                if errno == EINTR { continue }
                throw InflatedFile.failure(name)
            }
            if count == 0 { isFileAtEnd = true }
            bytesRead += count
            return count
        }
    }
}
