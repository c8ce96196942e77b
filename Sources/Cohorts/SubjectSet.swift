// SPDX-License-Identifier: Apache-2.0

/// A set of positions in the subject directory, one bit each.
struct SubjectSet: Equatable {
    private var words: [UInt64]

    /// The empty set over a directory of the given size.
    init(capacity: Int) {
        words = [UInt64](repeating: 0, count: (capacity + 63) / 64)
    }

    /// How many positions are in the set; O(capacity / 64).
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func contains(_ position: Int) -> Bool {
        words[position >> 6] >> UInt64(position & 63) & 1 == 1
    }

    mutating func insert(_ position: Int) { words[position >> 6] |= 1 << UInt64(position & 63) }

    mutating func formIntersection(_ other: SubjectSet) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    mutating func subtract(_ other: SubjectSet) {
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    /// The positions in ascending order.
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
