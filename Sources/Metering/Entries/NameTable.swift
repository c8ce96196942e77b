// SPDX-License-Identifier: Apache-2.0

/// A name that occurs in entries, as a number that is cheap to compare and to count by.
///
/// It means something only together with the table that gave it.
package struct Name: Sendable, Hashable {
    let number: Int32

    /// No name: the member was not there.
    package static let none = Name(number: -1)

    /// Whether the member was there.
    package var isPresent: Bool { number >= 0 }
}

/// The names seen so far, each kept once.
///
/// A million entries name the same few models, teams and sheets; turning each occurrence into a
/// `String` would cost more than everything else a fold does.
package struct NameTable: Sendable {
    private var texts: [String] = []
    /// All names' bytes one after another, and where each begins.
    private var arena: [UInt8] = []
    private var starts: [Int] = [0]
    private var hashes: [UInt64] = []
    /// Open addressing; -1 is an empty slot, and there is always one.
    private var slots: [Int32] = Array(repeating: -1, count: 64)

    /// No names.
    package init() {}

    /// How many names there are.
    package var count: Int { texts.count }

    /// The text of a name; empty for `Name.none`.
    package func text(_ name: Name) -> String {
        name.isPresent ? texts[Int(name.number)] : ""
    }

    /// The text of a name; nil for `Name.none`.
    package func optionalText(_ name: Name) -> String? {
        name.isPresent ? texts[Int(name.number)] : nil
    }

    /// The name of a text, new or known.
    package mutating func name(_ text: String) -> Name {
        var text = text
        return text.withUTF8 { name($0) }
    }

    /// The name of a text that was seen before; nil for one that was not.
    package func known(_ text: String) -> Name? {
        var text = text
        return text.withUTF8 { bytes in
            let hash = NameTable.hash(bytes)
            let slot = slot(of: bytes, hash: hash)
            return slots[slot] >= 0 ? Name(number: slots[slot]) : nil
        }
    }

    /// The name of UTF-8 bytes, new or known.
    mutating func name(_ bytes: UnsafeBufferPointer<UInt8>) -> Name {
        let hash = NameTable.hash(bytes)
        let slot = slot(of: bytes, hash: hash)
        if slots[slot] >= 0 { return Name(number: slots[slot]) }
        let number = Int32(texts.count)
        texts.append(String(decoding: bytes, as: UTF8.self))
        arena.append(contentsOf: bytes)
        starts.append(arena.count)
        hashes.append(hash)
        slots[slot] = number
        if texts.count * 2 > slots.count { grow() }
        return Name(number: number)
    }

    private func slot(of bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if hashes[number] == hash, isEqual(number, bytes) { break }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func isEqual(_ number: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = starts[number]
        guard starts[number + 1] - start == bytes.count else { return false }
        return arena.withUnsafeBufferPointer { arena in
            for offset in 0..<bytes.count where arena[start + offset] != bytes[offset] {
                return false
            }
            return true
        }
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        let mask = slots.count - 1
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(number)
        }
    }

    /// FNV-1a over whole words; names come from the site's own files, not from callers.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var at = 0
        let raw = UnsafeRawBufferPointer(bytes)
        while at + 8 <= raw.count {
            hash =
                (hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
            at += 8
        }
        while at < raw.count {
            hash = (hash ^ UInt64(raw[at])) &* 0x0000_0100_0000_01B3
            at += 1
        }
        hash ^= hash >> 32
        return hash &* 0x9E37_79B9_7F4A_7C15 >> 7
    }
}
