// SPDX-License-Identifier: Apache-2.0

/// Makes gzip files (RFC 1952) by hand, so that damage can be placed exactly.
enum GzipSample {
    /// A member of stored blocks.
    static func stored(_ text: [UInt8]) -> [UInt8] {
        var deflate: [UInt8] = []
        var start = 0
        repeat {
            let end = min(start + 65_535, text.count)
            let count = UInt16(end - start)
            deflate.append(end == text.count ? 1 : 0)
            deflate += [UInt8(count & 0xFF), UInt8(count >> 8)]
            deflate += [UInt8(~count & 0xFF), UInt8(~count >> 8)]
            deflate += text[start..<end]
            start = end
        } while start < text.count
        return member(deflate, crc: crc32(text), count: text.count)
    }

    /// A member that inflates to one byte and `runs` x 258 copies of it: 13 bits for each run.
    static func bomb(_ byte: UInt8, runs: Int) -> [UInt8] {
        var bits: [UInt8] = []
        func put(_ value: Int, _ count: Int) {
            for place in 0..<count { bits.append(UInt8(value >> place & 1)) }
        }
        func putCode(_ value: Int, _ count: Int) {
            for place in (0..<count).reversed() { bits.append(UInt8(value >> place & 1)) }
        }
        put(1, 1)
        put(1, 2)
        putCode(0x30 + Int(byte), 8)
        for _ in 0..<runs {
            putCode(0b1100_0101, 8)
            putCode(0, 5)
        }
        putCode(0, 7)
        var deflate = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (place, bit) in bits.enumerated() where bit == 1 {
            deflate[place / 8] |= 1 << UInt8(place % 8)
        }
        let count = runs * 258 + 1
        let crc = crc32([UInt8](repeating: byte, count: count))
        return member(deflate, crc: crc, count: count)
    }

    private static func member(_ deflate: [UInt8], crc: UInt32, count: Int) -> [UInt8] {
        func word(_ value: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
        }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + deflate + word(crc)
            + word(UInt32(truncatingIfNeeded: count))
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var table: [UInt32] = []
        for entry in 0..<256 {
            var value = UInt32(entry)
            for _ in 0..<8 {
                let half = value >> 1
                value = value & 1 == 1 ? half ^ 0xEDB8_8320 : half
            }
            table.append(value)
        }
        var crc = UInt32.max
        for byte in bytes { crc = (crc >> 8) ^ table[Int((crc ^ UInt32(byte)) & 0xFF)] }
        return ~crc
    }
}
