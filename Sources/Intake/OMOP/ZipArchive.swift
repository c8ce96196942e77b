// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The table of contents of a ZIP archive (PKWARE APPNOTE 6.3), ZIP64 included.
///
/// Only the central directory is believed: what lies in it is checked against the size of the
/// file, and each member against its checksum while it is read. Nothing is unpacked to disk.
final class ZipArchive: Sendable {
    struct Member: Hashable, Sendable {
        var name: String
        var method: Int
        var isEncrypted: Bool
        var crc: UInt32
        var packedSize: Int
        var size: Int
        /// Where the member's own header begins.
        var offset: Int
    }

    /// Largest central directory that is read, in bytes.
    private static let directoryLimit = 64 * 1024 * 1024

    let name: String
    let members: [Member]
    let descriptor: Int32
    private let size: Int

    /// Opens an archive and reads its contents.
    init(path: String, name: String) throws(OMOPError) {
        self.name = name
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            throw .source(.unreadable(file: name, reason: String(cString: strerror(errno))))
        }
        do throws(OMOPError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw OMOPError.source(.notRegular(file: name))
            }
            let bytes = ZipBytes(descriptor: descriptor, size: Int(status.st_size), name: name)
            members = try ZipArchive.contents(bytes)
            size = bytes.size
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Whether a file begins like a ZIP archive.
    static func isArchive(path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var head: [UInt8] = [0, 0, 0, 0]
        guard pread(descriptor, &head, 4, 0) == 4 else { return false }
        return head == [0x50, 0x4B, 3, 4] || head == [0x50, 0x4B, 5, 6]
    }

    /// Where the packed bytes of a member begin.
    func start(of member: Member) throws(OMOPError) -> Int {
        let bytes = ZipBytes(descriptor: descriptor, size: size, name: name)
        let header = try bytes.read(member.offset, 30)
        guard header.word(0) == 0x0403_4B50 else {
            throw bytes.damage("a file in it has no header")
        }
        let start = member.offset + 30 + header.half(26) + header.half(28)
        guard start <= size, member.packedSize <= size - start else {
            throw bytes.damage("a file in it ends too early")
        }
        return start
    }

    private static func contents(_ bytes: ZipBytes) throws(OMOPError) -> [Member] {
        let tailSize = min(bytes.size, 22 + 65_535)
        let tailStart = bytes.size - tailSize
        let tail = try bytes.read(tailStart, tailSize)
        var place = tailSize - 22
        while place >= 0,
            tail.word(place) != 0x0605_4B50 || place + 22 + tail.half(place + 20) > tailSize
        { place -= 1 }
        guard place >= 0 else { throw bytes.damage("its table of contents is missing") }
        guard tail.half(place + 4) == tail.half(place + 6) else {
            throw bytes.damage("it is one part of several")
        }
        var count = tail.half(place + 10)
        var length = Int(tail.word(place + 12))
        var offset = Int(tail.word(place + 16))
        if count == 0xFFFF || length == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            let locatorAt = tailStart + place - 20
            if locatorAt >= 0, let large = try largeEnd(bytes, locatorAt: locatorAt) {
                (count, length, offset) = large
            }
        }
        guard offset >= 0, length >= 0, offset <= bytes.size, length <= bytes.size - offset,
            length <= directoryLimit, count >= 0, count <= length / 46
        else { throw bytes.damage("its table of contents does not fit") }
        let directory = try bytes.read(offset, length)
        var members: [Member] = []
        var at = 0
        for _ in 0..<count {
            guard at + 46 <= length, directory.word(at) == 0x0201_4B50 else {
                throw bytes.damage("its table of contents is broken")
            }
            let nameSize = directory.half(at + 28)
            let extraSize = directory.half(at + 30)
            let next = at + 46 + nameSize + extraSize + directory.half(at + 32)
            guard next <= length else { throw bytes.damage("its table of contents is broken") }
            members.append(try member(directory, at: at, in: bytes))
            at = next
        }
        return members
    }

    /// Count, length and offset of the table of contents of a ZIP64 archive.
    private static func largeEnd(
        _ bytes: ZipBytes, locatorAt: Int
    ) throws(OMOPError) -> (Int, Int, Int)? {
        let locator = try bytes.read(locatorAt, 20)
        guard locator.word(0) == 0x0706_4B50 else { return nil }
        guard let at = Int(exactly: locator.long(8)) else {
            throw bytes.damage("its table of contents does not fit")
        }
        let end = try bytes.read(at, 56)
        guard end.word(0) == 0x0606_4B50, let count = Int(exactly: end.long(32)),
            let length = Int(exactly: end.long(40)), let offset = Int(exactly: end.long(48))
        else { throw bytes.damage("its table of contents does not fit") }
        return (count, length, offset)
    }

    private static func member(
        _ directory: LittleEndian, at: Int, in bytes: ZipBytes
    ) throws(OMOPError) -> Member {
        let nameSize = directory.half(at + 28)
        var packed = UInt64(directory.word(at + 20))
        var size = UInt64(directory.word(at + 24))
        var offset = UInt64(directory.word(at + 42))
        var extra = at + 46 + nameSize
        let extraEnd = extra + directory.half(at + 30)
        while extra + 4 <= extraEnd {
            let length = directory.half(extra + 2)
            var field = extra + 4
            let fieldEnd = min(field + length, extraEnd)
            if directory.half(extra) == 1 {
                // Only what did not fit its 32 bits is repeated here, in this order.
                if size == 0xFFFF_FFFF, field + 8 <= fieldEnd {
                    size = directory.long(field)
                    field += 8
                }
                if packed == 0xFFFF_FFFF, field + 8 <= fieldEnd {
                    packed = directory.long(field)
                    field += 8
                }
                if offset == 0xFFFF_FFFF, field + 8 <= fieldEnd { offset = directory.long(field) }
            }
            extra += 4 + length
        }
        guard packed <= UInt64(bytes.size), offset <= UInt64(bytes.size),
            size <= UInt64(Int64.max)
        else { throw bytes.damage("a file in it ends too early") }
        let name = String(
            decoding: directory.bytes[(at + 46)..<(at + 46 + nameSize)], as: UTF8.self)
        return Member(
            name: name, method: directory.half(at + 10),
            isEncrypted: directory.half(at + 8) & 1 != 0, crc: directory.word(at + 16),
            packedSize: Int(packed), size: Int(size), offset: Int(offset))
    }
}

/// A file read at given places, every one checked against its size.
struct ZipBytes {
    let descriptor: Int32
    let size: Int
    let name: String

    func damage(_ reason: String) -> OMOPError {
        .damagedArchive(file: name, reason: reason)
    }

    func read(_ offset: Int, _ count: Int) throws(OMOPError) -> LittleEndian {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw damage("it ends too early")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress.map { $0 + done }, count - done,
                    off_t(offset + done))
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw damage("it ends too early") }
            done += got
        }
        return LittleEndian(bytes: bytes)
    }
}

/// Numbers of 2, 4 and 8 bytes in a run of bytes; reads beyond its end trap.
struct LittleEndian {
    let bytes: [UInt8]

    func half(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }

    func word(_ at: Int) -> UInt32 { UInt32(half(at)) | UInt32(half(at + 2)) << 16 }

    func long(_ at: Int) -> UInt64 { UInt64(word(at)) | UInt64(word(at + 4)) << 32 }
}
