// SPDX-License-Identifier: Apache-2.0

/// Which rows of a set something holds for, one bit each.
struct RowMask: Equatable, Sendable {
    /// Rows of the set.
    let size: Int
    private(set) var words: [UInt64]

    init(size: Int, all: Bool = false) {
        self.size = size
        words = [UInt64](repeating: all ? .max : 0, count: (size + 63) / 64)
        if all { clearRest() }
    }

    /// Asks for every row.
    init(size: Int, _ holds: (Int) -> Bool) {
        self.init(size: size)
        for row in 0..<size where holds(row) { insert(row) }
    }

    /// One behind the other.
    init(joining parts: [RowMask]) {
        self.init(size: parts.reduce(0) { $0 + $1.size })
        var first = 0
        for part in parts {
            let (word, shift) = (first >> 6, UInt64(first & 63))
            for (place, bits) in part.words.enumerated() where bits != 0 {
                words[word + place] |= bits << shift
                let rest = shift == 0 ? 0 : bits >> (64 - shift)
                if rest != 0 { words[word + place + 1] |= rest }
            }
            first += part.size
        }
    }

    private mutating func clearRest() {
        if size & 63 != 0 { words[words.count - 1] &= (1 << UInt64(size & 63)) - 1 }
    }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    @inline(__always)
    func contains(_ row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }

    @inline(__always)
    mutating func insert(_ row: Int) { words[row >> 6] |= 1 << UInt64(row & 63) }

    mutating func formIntersection(_ other: RowMask) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    mutating func formUnion(_ other: RowMask) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    mutating func complement() {
        for index in words.indices { words[index] = ~words[index] }
        clearRest()
    }

    /// The rows in ascending order.
    func forEach(_ body: (Int) -> Void) {
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                body(index << 6 | rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}
