// SPDX-License-Identifier: Apache-2.0
import Records

/// The resources seen so far, by their digests.
///
/// Open addressing over the digest itself, which spreads evenly already. A factor drawn at random
/// keeps a file from being made whose digests all meet in one slot.
struct KeySet {
    /// Zero stands for an empty slot; a digest of zero is kept apart.
    private var slots = [ResourceKey](repeating: KeySet.empty, count: 1024)
    private var count = 0
    private var holdsEmpty = false
    private let factor = UInt64.random(in: .min ... .max) | 1

    private static let empty = ResourceKey(high: 0, low: 0)

    func contains(_ key: ResourceKey) -> Bool {
        key == KeySet.empty ? holdsEmpty : slots[slot(of: key)] == key
    }

    /// Adds a key; false where it was there.
    @discardableResult
    mutating func insert(_ key: ResourceKey) -> Bool {
        if key == KeySet.empty {
            defer { holdsEmpty = true }
            return !holdsEmpty
        }
        let slot = slot(of: key)
        guard slots[slot] != key else { return false }
        slots[slot] = key
        count += 1
        if count * 2 > slots.count { grow() }
        return true
    }

    /// Where the key is, or would be put.
    private func slot(of key: ResourceKey) -> Int {
        let bits = UInt64(slots.count.trailingZeroBitCount)
        let mixed = (key.low ^ (key.high &* factor)) &* factor
        var slot = Int(mixed >> (64 - bits))
        while slots[slot] != key, slots[slot] != KeySet.empty {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private mutating func grow() {
        let old = slots
        slots = [ResourceKey](repeating: KeySet.empty, count: old.count * 2)
        for key in old where key != KeySet.empty { slots[slot(of: key)] = key }
    }
}
