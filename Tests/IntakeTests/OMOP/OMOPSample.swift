// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import Intake

/// Small tables as files.
enum OMOPSample {
    /// What tables of these names and texts yield, in the order of their names.
    static func extractions(_ tables: [String: String]) throws -> [OMOPExtraction] {
        let scratch = try Scratch()
        for (name, text) in tables { try scratch.write(Array(text.utf8), name) }
        return try OMOPSource.list(scratch.path).files.map { try OMOPTableReader().extract($0) }
    }

    static func extraction(_ bytes: [UInt8], _ name: String) throws -> OMOPExtraction {
        let scratch = try Scratch()
        let (files, _) = try OMOPSource.list(try scratch.write(bytes, name))
        return try OMOPTableReader().extract(files[0])
    }

    static func extraction(_ text: String, _ name: String) throws -> OMOPExtraction {
        try extraction(Array(text.utf8), name)
    }

    // MARK: ZIP archives by hand

    struct Member {
        var name: String
        var text: [UInt8]
        /// The text as packed by method 8; stored where nil.
        var deflated: [UInt8]?
        var flags = 0
        var method: Int?
        var crc: UInt32?
        var size: Int?
    }

    /// A ZIP archive; `isLarge` writes all sizes into ZIP64 fields.
    static func zip(_ members: [Member], isLarge: Bool = false, comment: String = "") -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for member in members {
            let packed = member.deflated ?? member.text
            let method = member.method ?? (member.deflated == nil ? 0 : 8)
            let crc = Int(member.crc ?? crc32(member.text))
            let size = member.size ?? member.text.count
            let name = Array(member.name.utf8)
            let offset = bytes.count
            bytes += little(0x0403_4B50, 4) + little(20, 2) + little(member.flags, 2)
            bytes += little(method, 2) + little(0, 4) + little(crc, 4)
            bytes += little(packed.count, 4) + little(size, 4) + little(name.count, 2)
            bytes += little(0, 2) + name + packed
            let extra =
                isLarge
                ? little(1, 2) + little(24, 2) + little(size, 8) + little(packed.count, 8)
                    + little(offset, 8) : []
            directory += little(0x0201_4B50, 4) + little(20, 2) + little(20, 2)
            directory += little(member.flags, 2) + little(method, 2) + little(0, 4)
            directory += little(crc, 4) + little(isLarge ? 0xFFFF_FFFF : packed.count, 4)
            directory += little(isLarge ? 0xFFFF_FFFF : size, 4) + little(name.count, 2)
            directory += little(extra.count, 2) + little(0, 2) + little(0, 2) + little(0, 2)
            directory += little(0, 4) + little(isLarge ? 0xFFFF_FFFF : offset, 4) + name + extra
        }
        let start = bytes.count
        bytes += directory
        if isLarge {
            let end = bytes.count
            bytes += little(0x0606_4B50, 4) + little(44, 8) + little(45, 2) + little(45, 2)
            bytes += little(0, 8) + little(members.count, 8) + little(members.count, 8)
            bytes += little(directory.count, 8) + little(start, 8)
            bytes += little(0x0706_4B50, 4) + little(0, 4) + little(end, 8) + little(1, 4)
        }
        let count = isLarge ? 0xFFFF : members.count
        bytes += little(0x0605_4B50, 4) + little(0, 4) + little(count, 2) + little(count, 2)
        bytes += little(isLarge ? 0xFFFF_FFFF : directory.count, 4)
        bytes += little(isLarge ? 0xFFFF_FFFF : start, 4)
        return bytes + little(comment.utf8.count, 2) + Array(comment.utf8)
    }

    /// The checksum that a gzip member of the text ends with.
    private static func crc32(_ text: [UInt8]) -> UInt32 {
        GzipSample.stored(text).suffix(8).prefix(4).reversed().reduce(0) {
            $0 << 8 | UInt32($1)
        }
    }

    /// A deflate stream of stored blocks, cut out of a gzip member.
    static func deflate(_ text: [UInt8]) -> [UInt8] {
        Array(GzipSample.stored(text).dropFirst(10).dropLast(8))
    }
}
