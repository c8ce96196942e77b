// SPDX-License-Identifier: Apache-2.0

/// A pair of OMOP concepts with a direction, in 8 bytes.
///
/// Which is which is up to the list it stands in: ancestor to descendant, source to standard, child
/// to parent.
package struct ConceptLink: Hashable, Sendable {
    package var from: UInt32
    package var to: UInt32

    package init(from: UInt32, to: UInt32) {
        self.from = from
        self.to = to
    }
}

/// Links grouped by their first concept: heads and tails ascending, each link once.
struct GroupedLinks {
    private(set) var heads: [UInt32] = []
    /// Where each head's tails end.
    private(set) var ends: [UInt64] = []
    private(set) var tails: [UInt32] = []

    /// Groups by `from`, or by `to` where `isReversed`; O(n).
    init(_ links: [ConceptLink], isReversed: Bool = false) {
        var keys = [UInt64](repeating: 0, count: links.count)
        for (index, link) in links.enumerated() {
            let (head, tail) = isReversed ? (link.to, link.from) : (link.from, link.to)
            keys[index] = UInt64(head) << 32 | UInt64(tail)
        }
        GroupedLinks.sort(&keys)
        tails.reserveCapacity(keys.count)
        var previous: UInt64?
        for key in keys where key != previous {
            let head = UInt32(key >> 32)
            if heads.last != head {
                if !heads.isEmpty { ends.append(UInt64(tails.count)) }
                heads.append(head)
            }
            tails.append(UInt32(truncatingIfNeeded: key))
            previous = key
        }
        if !heads.isEmpty { ends.append(UInt64(tails.count)) }
    }

    /// Sorts by bytes from the last to the first, leaving out bytes all keys share; O(n).
    static func sort(_ keys: inout [UInt64]) {
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 8)
        for byte in 0..<8 {
            let shift = UInt64(byte) * 8
            var count = [Int](repeating: 0, count: 256)
            for key in keys { count[Int(key >> shift & 0xFF)] += 1 }
            counts[byte] = count
        }
        var other = [UInt64](repeating: 0, count: keys.count)
        for byte in 0..<8 where !counts[byte].contains(keys.count) {
            let shift = UInt64(byte) * 8
            var places = counts[byte]
            var sum = 0
            for value in 0..<256 {
                let count = places[value]
                places[value] = sum
                sum += count
            }
            for key in keys {
                let value = Int(key >> shift & 0xFF)
                other[places[value]] = key
                places[value] += 1
            }
            swap(&keys, &other)
        }
    }
}
