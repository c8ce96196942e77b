// SPDX-License-Identifier: Apache-2.0
import CZlib
import Glibc

/// The bytes of one file of a ZIP archive, inflated as they are read.
///
/// Streams through fixed buffers. At the end, size and checksum must be what the archive says.
final class ZipMemberText {
    private static let chunk = 256 * 1024

    /// Packed bytes taken from the archive so far.
    private(set) var bytesRead = 0

    private let archive: ZipArchive
    private let member: ZipArchive.Member
    private let input: UnsafeMutablePointer<UInt8>
    private var position: Int
    private var left: Int
    private var inputStart = 0
    private var inputEnd = 0
    /// The inflating state, at a fixed address because zlib keeps a pointer to it; nil for stored.
    private var stream: UnsafeMutablePointer<z_stream>?
    /// The deflate stream has reached its own end.
    private var isFinished = false
    private var isAtEnd = false
    private var crc: UInt = 0
    private var size = 0

    init(_ member: ZipArchive.Member, of archive: ZipArchive) throws(OMOPError) {
        self.archive = archive
        self.member = member
        guard !member.isEncrypted else {
            throw .encryptedArchive(file: archive.name, member: member.name)
        }
        guard member.method == 0 || member.method == 8 else {
            throw .unsupportedPacking(
                file: archive.name, member: member.name, method: member.method)
        }
        position = try archive.start(of: member)
        left = member.packedSize
        input = UnsafeMutablePointer<UInt8>.allocate(capacity: ZipMemberText.chunk)
        if member.method == 8 {
            let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            stream.initialize(to: z_stream())
            // Negative window bits: deflate without a header of its own.
            let status = inflateInit2_(
                stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            guard status == Z_OK else {
                stream.deallocate()
                throw .source(.unreadable(file: archive.name, reason: "zlib could not start"))
            }
            self.stream = stream
        }
    }

    deinit {
        if let stream {
            inflateEnd(stream)
            stream.deallocate()
        }
        input.deallocate()
    }

    private func damage(_ reason: String) -> OMOPError {
        .damagedArchive(file: archive.name, reason: "\(member.name) in it \(reason)")
    }

    private func refill() throws(OMOPError) {
        guard inputStart == inputEnd, left > 0 else { return }
        while true {
            let count = pread(
                archive.descriptor, input, min(left, ZipMemberText.chunk), off_t(position))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw damage("ends too early") }
            inputStart = 0
            inputEnd = count
            position += count
            left -= count
            bytesRead += count
            return
        }
    }

    /// Writes up to `capacity` bytes to `target`; 0 only at the end.
    func read(into target: UnsafeMutablePointer<UInt8>, capacity: Int) throws(OMOPError) -> Int {
        guard !isAtEnd, capacity > 0 else { return 0 }
        let count =
            if let stream {
                try inflateSome(stream, into: target, capacity: capacity)
            } else {
                try copySome(into: target, capacity: capacity)
            }
        crc = crc32(crc, target, UInt32(count))
        size += count
        guard size <= member.size else { throw damage("is longer than the archive says") }
        if count == 0 {
            isAtEnd = true
            guard size == member.size else { throw damage("is shorter than the archive says") }
            guard UInt32(truncatingIfNeeded: crc) == member.crc else {
                throw damage("does not match its checksum")
            }
        }
        return count
    }

    private func copySome(
        into target: UnsafeMutablePointer<UInt8>, capacity: Int
    ) throws(OMOPError) -> Int {
        try refill()
        let count = min(capacity, inputEnd - inputStart)
        target.update(from: input + inputStart, count: count)
        inputStart += count
        return count
    }

    private func inflateSome(
        _ stream: UnsafeMutablePointer<z_stream>, into target: UnsafeMutablePointer<UInt8>,
        capacity: Int
    ) throws(OMOPError) -> Int {
        guard !isFinished else { return 0 }
        let room = min(capacity, Int(Int32.max))
        while true {
            try refill()
            stream.pointee.next_in = input + inputStart
            stream.pointee.avail_in = UInt32(inputEnd - inputStart)
            stream.pointee.next_out = target
            stream.pointee.avail_out = UInt32(room)
            let status = inflate(stream, Z_NO_FLUSH)
            inputStart = inputEnd - Int(stream.pointee.avail_in)
            let written = room - Int(stream.pointee.avail_out)
            if status == Z_STREAM_END {
                // Whatever follows inside the member is not its text.
                left = 0
                inputStart = inputEnd
                isFinished = true
                return written
            }
            guard status == Z_OK || status == Z_BUF_ERROR else { throw damage("is damaged") }
            if written > 0 { return written }
            guard inputStart < inputEnd || left > 0 else { throw damage("ends too early") }
        }
    }
}
