// SPDX-License-Identifier: Apache-2.0

/// Numbers texts in the order of their first appearance, without making a `String` on a hit.
///
/// The tag tells equal texts of different kinds apart (a code's system).
struct InternTable {
    private struct Entry {
        var hash: UInt64
        var tag: Int32
        var start: Int
        var count: Int
    }

    private var entries: [Entry] = []
    /// Index into `entries`, or -1; a power of two, at most half full.
    private var slots = [Int32](repeating: -1, count: 64)
    private var arena: [UInt8] = []

    /// The text's number, and whether this call gave it.
    mutating func index(of text: ByteText, tag: Int32 = 0) -> (index: Int32, isNew: Bool) {
        let hash = text.hash(seed: UInt64(UInt32(bitPattern: tag)))
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if entry.hash == hash, entry.tag == tag, entry.count == text.count,
                text.isEqual(to: arena, at: entry.start)
            {
                return (slots[slot], false)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let index = Int32(entries.count)
        slots[slot] = index
        entries.append(Entry(hash: hash, tag: tag, start: arena.count, count: text.count))
        text.append(to: &arena)
        if entries.count * 2 > slots.count { grow() }
        return (index, true)
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (index, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }
}
