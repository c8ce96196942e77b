// SPDX-License-Identifier: Apache-2.0

/// Which entry settled the call of an idempotency key, for at least the last 24 hours.
///
/// 16 bytes a slot and nothing else: the table finds candidates by the first eight bytes of the
/// keyed digest, the entry itself says whether it is the one. A million keys take about 33 MB.
struct IdempotencyTable: Sendable {
    /// How long a key is remembered, in milliseconds.
    static let window = 24 * 3600 * 1000

    /// Keys of one stretch of time; whole generations are dropped when their last key is too old.
    struct Generation: Sendable {
        var started: Int
        var last: Int
        private var fingerprints: [UInt64]
        private var indexes: [Int]
        private(set) var count = 0

        init(started: Int) {
            self.started = started
            last = started
            fingerprints = Array(repeating: 0, count: 64)
            indexes = Array(repeating: -1, count: 64)
        }

        mutating func insert(_ fingerprint: UInt64, index: Int) {
            if (count + 1) * 3 > indexes.count * 2 { grow() }
            place(fingerprint, index)
            count += 1
        }

        private mutating func place(_ fingerprint: UInt64, _ index: Int) {
            let mask = indexes.count - 1
            // Fingerprints are the output of a keyed hash: their low bits are evenly spread.
            var slot = Int(truncatingIfNeeded: fingerprint) & mask
            while indexes[slot] >= 0 { slot = (slot + 1) & mask }
            fingerprints[slot] = fingerprint
            indexes[slot] = index
        }

        private mutating func grow() {
            let old = zip(fingerprints, indexes).filter { $0.1 >= 0 }
            fingerprints = Array(repeating: 0, count: indexes.count * 2)
            indexes = Array(repeating: -1, count: indexes.count * 2)
            for (fingerprint, index) in old { place(fingerprint, index) }
        }

        /// Entries whose key has this fingerprint.
        func candidates(_ fingerprint: UInt64) -> [Int] {
            let mask = indexes.count - 1
            var slot = Int(truncatingIfNeeded: fingerprint) & mask
            var found: [Int] = []
            while indexes[slot] >= 0 {
                if fingerprints[slot] == fingerprint { found.append(indexes[slot]) }
                slot = (slot + 1) & mask
            }
            return found
        }

        /// Every key, in no order.
        var pairs: [(fingerprint: UInt64, index: Int)] {
            zip(fingerprints, indexes).filter { $0.1 >= 0 }.map { ($0, $1) }
        }
    }

    private(set) var generations: [Generation] = []
    /// A generation ends after this many milliseconds.
    private static let stretch = window / 4

    var count: Int { generations.reduce(0) { $0 + $1.count } }

    /// Remembers that an entry settled the call of a key.
    ///
    /// - Parameter milliseconds: the entry's time.
    mutating func insert(_ digest: String, index: Int, at milliseconds: Int) {
        guard let fingerprint = IdempotencyTable.fingerprint(digest) else { return }
        insert(fingerprint, index: index, at: milliseconds)
    }

    mutating func insert(_ fingerprint: UInt64, index: Int, at milliseconds: Int) {
        generations.removeAll { milliseconds - $0.last > IdempotencyTable.window }
        // A clock that was set back starts no new generation and ends none.
        if generations.isEmpty
            || milliseconds - generations[generations.count - 1].started > IdempotencyTable.stretch
        {
            generations.append(Generation(started: milliseconds))
        }
        let current = generations.count - 1
        generations[current].last = max(generations[current].last, milliseconds)
        generations[current].insert(fingerprint, index: index)
    }

    /// Adds a generation later than all others, as read from a snapshot.
    mutating func add(_ generation: Generation) {
        generations.append(generation)
    }

    /// Entries that may be the one of a key, latest first.
    func candidates(_ digest: String) -> [Int] {
        guard let fingerprint = IdempotencyTable.fingerprint(digest) else { return [] }
        return generations.flatMap { $0.candidates(fingerprint) }.sorted(by: >)
    }

    /// The first eight bytes of 64 hexadecimal digits.
    static func fingerprint(_ digest: String) -> UInt64? {
        UInt64(digest.prefix(16), radix: 16)
    }
}
