// SPDX-License-Identifier: Apache-2.0

/// Numbers 64-bit keys in the order of their first appearance.
///
/// Open addressing over two flat arrays: 12 to 24 bytes a key, no objects.
struct IDIndex {
    private(set) var ids: [Int64] = []
    /// Index into `ids`, or -1; a power of two, at most half full.
    private var slots = [Int32](repeating: -1, count: 64)

    var count: Int { ids.count }

    @inline(__always)
    private func slot(_ id: Int64) -> Int {
        var mixed = UInt64(bitPattern: id) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 32
        return Int(truncatingIfNeeded: mixed) & (slots.count - 1)
    }

    /// The key's number; nil for a key that was not added.
    subscript(id: Int64) -> Int? {
        var at = slot(id)
        while slots[at] >= 0 {
            if ids[Int(slots[at])] == id { return Int(slots[at]) }
            at = (at + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds a key unless it is there; its number, and whether it is new.
    mutating func add(_ id: Int64) -> (index: Int, isNew: Bool) {
        var at = slot(id)
        while slots[at] >= 0 {
            if ids[Int(slots[at])] == id { return (Int(slots[at]), false) }
            at = (at + 1) & (slots.count - 1)
        }
        slots[at] = Int32(ids.count)
        ids.append(id)
        if ids.count * 2 > slots.count { grow() }
        return (ids.count - 1, true)
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (index, id) in ids.enumerated() {
            var at = slot(id)
            while slots[at] >= 0 { at = (at + 1) & (slots.count - 1) }
            slots[at] = Int32(index)
        }
    }
}
