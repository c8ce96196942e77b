// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceEngine {
    /// Around which events a group holds.
    mutating func holds(_ group: Circe.Group, _ events: CirceEvents) -> [Bool] {
        guard !group.isEmpty, events.count > 0 else {
            return [Bool](repeating: true, count: events.count)
        }
        var counts = [Int32](repeating: 0, count: events.count)
        /// Events whose answer the rest of the group can still change.
        var open = [Bool](repeating: true, count: events.count)
        func add(_ flags: [Bool]) {
            for index in flags.indices where flags[index] { counts[index] += 1 }
            switch group.kind {
            case .all: for index in open.indices where !flags[index] { open[index] = false }
            case .any: for index in open.indices where flags[index] { open[index] = false }
            case .atLeast, .atMost: break
            }
        }
        for member in group.criteria where open.contains(true) {
            add(holds(member, events, open))
        }
        for member in group.demographics where open.contains(true) { add(holds(member, events)) }
        for member in group.groups where open.contains(true) { add(holds(member, events)) }
        let needed = Int32(group.memberCount)
        return counts.map { count in
            switch group.kind {
            case .all: count == needed
            case .any: count > 0
            case .atLeast(let number): count >= number
            case .atMost(let number): count <= number
            }
        }
    }

    /// Around which of the open events a criterion's records occur as often as asked.
    private mutating func holds(
        _ member: Circe.CorrelatedCriterion, _ events: CirceEvents, _ open: [Bool]
    ) -> [Bool] {
        let occurrence = member.occurrence
        let column = occurrence.isDistinct ? occurrence.column ?? .concept : nil
        let records = self.records(member.criterion, distinct: column)
        let counter = CirceCounter(member, records)
        var flags = [Bool](repeating: false, count: events.count)
        var first = 0
        var index = 0
        while index < events.count {
            let subject = events.subject[index]
            while first < records.count, records.subject[first] < subject { first += 1 }
            var last = first
            while last < records.count, records.subject[last] == subject { last += 1 }
            while index < events.count, events.subject[index] == subject {
                if open[index] {
                    let count = counter.count(events, index, first..<last)
                    flags[index] =
                        switch occurrence.kind {
                        case .exactly: count == occurrence.count
                        case .atMost: count <= occurrence.count
                        case .atLeast: count >= occurrence.count
                        }
                }
                index += 1
            }
            first = last
        }
        return flags
    }
}

/// Counts a person's records in the windows around an event.
private struct CirceCounter {
    private let member: Circe.CorrelatedCriterion
    private let records: CirceRecords
    private let windows: [Circe.Window]

    init(_ member: Circe.CorrelatedCriterion, _ records: CirceRecords) {
        self.member = member
        self.records = records
        windows = [member.startWindow] + [member.endWindow].compactMap { $0 }
    }

    /// Days that a record's date may lie on.
    private struct Bounds {
        /// One more than what stands for a date that is not stated.
        static let first = Int32.min + 1

        var lower = Bounds.first
        var upper = Int32.max

        /// Nothing is asked; even a date that is not stated will do.
        var isOpen: Bool { lower == Bounds.first && upper == Int32.max }

        mutating func narrow(_ other: Bounds) {
            lower = max(lower, other.lower)
            upper = min(upper, other.upper)
        }
    }

    /// The days of a window around an event; none where the event lacks the date to count from.
    private func bounds(_ window: Circe.Window, _ events: CirceEvents, _ index: Int) -> Bounds {
        let origin = window.useIndexEnd ? events.end[index] : events.start[index]
        func day(_ endpoint: Circe.Endpoint, open: Int32) -> Int32? {
            if let days = endpoint.days {
                return origin == ClinicalRows.noEnd
                    ? nil : origin.moved(days * endpoint.coefficient)
            }
            if member.ignoreObservationPeriod { return open }
            return endpoint.coefficient == -1
                ? events.periodStart[index] : events.periodEnd[index]
        }
        guard let lower = day(window.start, open: Bounds.first),
            let upper = day(window.end, open: Int32.max)
        else { return Bounds(lower: 1, upper: 0) }
        return Bounds(lower: lower, upper: upper)
    }

    func count(_ events: CirceEvents, _ index: Int, _ range: Range<Int>) -> Int {
        var starts = Bounds()
        var ends = Bounds()
        if !member.ignoreObservationPeriod {
            starts = Bounds(lower: events.periodStart[index], upper: events.periodEnd[index])
        }
        for window in windows {
            let days = bounds(window, events, index)
            if window.useEventEnd { ends.narrow(days) } else { starts.narrow(days) }
        }
        guard starts.lower <= starts.upper, ends.lower <= ends.upper else { return 0 }
        let from = firstStart(notBefore: starts.lower, in: range)
        if ends.isOpen, !member.restrictVisit, !member.occurrence.isDistinct {
            guard starts.upper < Int32.max else { return range.upperBound - from }
            let to = firstStart(notBefore: starts.upper + 1, in: from..<range.upperBound)
            return to - from
        }
        return matches(events.visit[index], from..<range.upperBound, starts.upper, ends)
    }

    private func matches(
        _ visit: Int64, _ range: Range<Int>, _ lastStart: Int32, _ ends: Bounds
    ) -> Int {
        if member.restrictVisit, visit == EventAttribute.missing { return 0 }
        var count = 0
        var values: Set<Int64> = []
        for position in range {
            if records.start[position] > lastStart { break }
            if !ends.isOpen {
                // An end that is not stated is below every bound.
                let end = records.end[position]
                guard end >= ends.lower, end <= ends.upper else { continue }
            }
            if member.restrictVisit, records.visit[position] != visit { continue }
            count += 1
            guard member.occurrence.isDistinct else { continue }
            let value = records.distinct[position]
            if value != EventAttribute.missing { values.insert(value) }
        }
        return member.occurrence.isDistinct ? values.count : count
    }

    private func firstStart(notBefore day: Int32, in range: Range<Int>) -> Int {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if records.start[middle] < day { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
