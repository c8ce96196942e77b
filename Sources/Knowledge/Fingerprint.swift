// SPDX-License-Identifier: Apache-2.0

/// 128-bit FNV-1a: names a set of values, so that a changed table shows.
///
/// It finds accidents, not forgeries: whoever must trust it against an attacker signs it.
/// Source: Fowler, Noll, Vo and Eastlake, draft-eastlake-fnv, 128-bit parameters.
package struct Fingerprint: Sendable {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    package init() {}

    /// Adds the length in bytes and the UTF-8 bytes, so that no two lists of texts run together.
    package mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(byte: byte) }
    }

    /// Adds eight bytes, lowest first.
    package mutating func add(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            add(byte: UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// Adds one byte.
    package mutating func add(byte: UInt8) {
        state = (state ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
    }

    /// 32 lower-case hexadecimal digits.
    package var hexadecimal: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
