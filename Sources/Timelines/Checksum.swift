// SPDX-License-Identifier: Apache-2.0

/// CRC-32C (Castagnoli), the checksum of every block of a segment.
///
/// Eight bytes a step over eight tables. Source: Kounavis and Berry, "A systematic approach to
/// building high performance software-based CRC generators", 2005; polynomial of RFC 3720.
struct CRC32C {
    private var state: UInt32 = 0xFFFF_FFFF

    /// Table `t`, entry `b`: the effect of byte `b` followed by `t` zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = (value >> 1) ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
            tables[byte] = value
        }
        for entry in 256..<2048 {
            let before = tables[entry - 256]
            tables[entry] = (before >> 8) ^ tables[Int(before & 0xFF)]
        }
        return tables
    }()

    /// The checksum of the bytes so far.
    var value: UInt32 { ~state }

    /// Takes in more bytes; O(n).
    mutating func update(_ bytes: RawSpan) {
        let table = CRC32C.tables
        let tables = table.span
        var crc = state
        var at = 0
        let wide = bytes.byteCount & ~7
        while at < wide {
            let word =
                bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self) ^ UInt64(crc)
            var next: UInt32 = 0
            next ^= tables[7 * 256 + Int(word & 0xFF)]
            next ^= tables[6 * 256 + Int((word >> 8) & 0xFF)]
            next ^= tables[5 * 256 + Int((word >> 16) & 0xFF)]
            next ^= tables[4 * 256 + Int((word >> 24) & 0xFF)]
            next ^= tables[3 * 256 + Int((word >> 32) & 0xFF)]
            next ^= tables[2 * 256 + Int((word >> 40) & 0xFF)]
            next ^= tables[256 + Int((word >> 48) & 0xFF)]
            next ^= tables[Int(word >> 56)]
            crc = next
            at += 8
        }
        while at < bytes.byteCount {
            let byte = bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt8.self)
            crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(byte)) & 0xFF)]
            at += 1
        }
        state = crc
    }

    static func checksum(_ bytes: RawSpan) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes)
        return crc.value
    }
}

/// FNV-1a with 128 bits: names content, stops no forger.
///
/// Source: Fowler, Noll, Vo and Eastlake, "The FNV Non-Cryptographic Hash Algorithm".
enum FNV128 {
    /// 32 hexadecimal digits.
    static func hex(_ bytes: RawSpan) -> String { ContentDigest(bytes).description }
}

/// A name for content, from `FNV128`.
struct ContentDigest: Equatable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    init(_ bytes: RawSpan) {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b
        for offset in 0..<bytes.byteCount {
            hash ^= UInt128(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self))
            hash &*= prime
        }
        high = UInt64(truncatingIfNeeded: hash >> 64)
        low = UInt64(truncatingIfNeeded: hash)
    }

    /// 32 hexadecimal digits.
    var description: String {
        let digits = String(UInt128(high) << 64 | UInt128(low), radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
