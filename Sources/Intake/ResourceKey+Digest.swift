// SPDX-License-Identifier: Apache-2.0
package import Records

extension ResourceKey {
    /// The digest of `Type/id`: SipHash-2-4 with 128 bits of output under a fixed key.
    ///
    /// The key is public, so the digest hides nothing; it only makes equal what is the same
    /// resource. Source: Aumasson and Bernstein, SipHash: a fast short-input PRF (2012).
    package init(type: String, id: String) {
        var hash = SipHash128()
        for byte in type.utf8 { hash.absorb(byte) }
        hash.absorb(UInt8(ascii: "/"))
        for byte in id.utf8 { hash.absorb(byte) }
        self = hash.finish()
    }

    /// The same, of bytes still in the buffer.
    init(type: StaticString, id: ByteText) {
        var hash = SipHash128()
        let type = ByteText(type)
        for index in 0..<type.count { hash.absorb(type[index]) }
        hash.absorb(UInt8(ascii: "/"))
        for index in 0..<id.count { hash.absorb(id[index]) }
        self = hash.finish()
    }
}

/// SipHash-2-4 with a 128-bit result, fed byte by byte.
struct SipHash128 {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var tail: UInt64 = 0
    private var count: UInt64 = 0

    /// The default key is that of the published test vectors: bytes 0 to 15.
    init(low: UInt64 = 0x0706_0504_0302_0100, high: UInt64 = 0x0F0E_0D0C_0B0A_0908) {
        v0 = low ^ 0x736F_6D65_7073_6575
        v1 = high ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = low ^ 0x6C79_6765_6E65_7261
        v3 = high ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func absorb(_ byte: UInt8) {
        tail |= UInt64(byte) &<< ((count & 7) &* 8)
        count &+= 1
        if count & 7 == 0 {
            compress(tail)
            tail = 0
        }
    }

    mutating func finish() -> ResourceKey {
        compress(tail | count << 56)
        v2 ^= 0xEE
        for _ in 0..<4 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xDD
        for _ in 0..<4 { round() }
        return ResourceKey(high: v0 ^ v1 ^ v2 ^ v3, low: low)
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = (v1 << 13 | v1 >> 51) ^ v0
        v0 = v0 << 32 | v0 >> 32
        v2 = v2 &+ v3
        v3 = (v3 << 16 | v3 >> 48) ^ v2
        v0 = v0 &+ v3
        v3 = (v3 << 21 | v3 >> 43) ^ v0
        v2 = v2 &+ v1
        v1 = (v1 << 17 | v1 >> 47) ^ v2
        v2 = v2 << 32 | v2 >> 32
    }
}
