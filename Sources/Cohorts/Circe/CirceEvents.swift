// SPDX-License-Identifier: Apache-2.0
import Records

/// Records that met a criterion, sorted by subject, then start, then record.
struct CirceRecords {
    var subject: [Int32] = []
    var start: [Int32] = []
    /// `ClinicalRows.noEnd` where there is none.
    var end: [Int32] = []
    var record: [Int64] = []
    /// `EventAttribute.missing` where there is none; empty where no part of the definition asks.
    var visit: [Int64] = []
    /// What events are put in order by; empty where it is the start.
    var order: [Int32] = []
    /// What distinct occurrences are told apart by; empty where they are not asked for.
    var distinct: [Int64] = []

    var count: Int { subject.count }
}

extension Int32 {
    /// A day some days later; the last day there is where that lies beyond it.
    func moved(_ days: Int) -> Int32 { Int32(clamping: Int(self) + Int(Int32(clamping: days))) }
}

/// Index events, each in its observation period, sorted by subject.
struct CirceEvents: Sendable {
    var subject: [Int32] = []
    var start: [Int32] = []
    var end: [Int32] = []
    var periodStart: [Int32] = []
    var periodEnd: [Int32] = []
    var visit: [Int64] = []

    var count: Int { subject.count }

    mutating func append(
        subject: Int32, start: Int32, end: Int32, periodStart: Int32, periodEnd: Int32,
        visit: Int64
    ) {
        self.subject.append(subject)
        self.start.append(start)
        self.end.append(end)
        self.periodStart.append(periodStart)
        self.periodEnd.append(periodEnd)
        self.visit.append(visit)
    }

    func chosen(_ positions: [Int]) -> CirceEvents {
        CirceEvents(
            subject: positions.map { subject[$0] }, start: positions.map { start[$0] },
            end: positions.map { end[$0] }, periodStart: positions.map { periodStart[$0] },
            periodEnd: positions.map { periodEnd[$0] }, visit: positions.map { visit[$0] })
    }

    /// Positions of the events that a limit keeps; of each subject the first or last to start.
    ///
    /// - Parameter positions: ascending, so events of a subject lie together.
    func limited(_ positions: [Int], to limit: Circe.Limit) -> [Int] {
        guard limit != .all else { return positions }
        var kept: [Int] = []
        for position in positions {
            guard let last = kept.last, subject[last] == subject[position] else {
                kept.append(position)
                continue
            }
            let isBetter =
                limit == .first ? start[position] < start[last] : start[position] > start[last]
            if isBetter { kept[kept.count - 1] = position }
        }
        return kept
    }
}

/// One bit for each of a row of events.
package struct CirceBits: Hashable, Sendable {
    /// Event `i` is bit `i % 64` of word `i / 64`.
    package private(set) var words: [UInt64]
    package let capacity: Int

    init(_ flags: [Bool]) {
        capacity = flags.count
        words = [UInt64](repeating: 0, count: (flags.count + 63) / 64)
        for (position, flag) in flags.enumerated() where flag {
            words[position >> 6] |= 1 << UInt64(position & 63)
        }
    }

    init(allOf capacity: Int) {
        self.init([Bool](repeating: true, count: capacity))
    }

    /// How many bits are set.
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    package func contains(_ position: Int) -> Bool {
        words[position >> 6] >> UInt64(position & 63) & 1 == 1
    }

    mutating func formIntersection(_ other: CirceBits) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    /// The positions of set bits, ascending.
    package var positions: [Int] {
        var found: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                found.append(index << 6 | rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return found
    }
}

/// Days of subjects joined to periods without gaps.
enum CirceEras {
    /// Joins periods that come sorted by subject and start.
    ///
    /// A period that starts no later than `pad` days after all before it have ended belongs to
    /// them.
    static func joined(
        subject: [Int32], start: [Int32], end: [Int32], pad: Int
    ) -> (subject: [Int32], start: [Int32], end: [Int32]) {
        var joined: (subject: [Int32], start: [Int32], end: [Int32]) = ([], [], [])
        for index in subject.indices {
            if let last = joined.subject.last, last == subject[index],
                joined.end[joined.end.count - 1].moved(pad) >= start[index]
            {
                joined.end[joined.end.count - 1] = max(
                    joined.end[joined.end.count - 1], end[index])
            } else {
                joined.subject.append(subject[index])
                joined.start.append(start[index])
                joined.end.append(end[index])
            }
        }
        return joined
    }
}
