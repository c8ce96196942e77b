// SPDX-License-Identifier: Apache-2.0
import Records
import Timelines

/// One event condition, ready to be looked for in a store's postings.
struct EventScan {
    private let condition: EventCondition
    private let index: IndexStarts
    private let store: TimelineStore
    private let postings: [Postings]
    /// Positions of the unit asked for in the store's table; nil where any unit will do.
    private let units: Set<Int>?
    private let valueCodes: Set<Int>

    init(_ condition: EventCondition, store: TimelineStore, index: IndexStarts) {
        self.condition = condition
        self.store = store
        self.index = index
        postings = Set(condition.anyOf).compactMap { code in
            store.codeIndex(code).flatMap { store.postings(code: $0) }
        }
        units = condition.value?.unit.map { unit in
            Set(store.units.indices.filter { store.units[$0] == unit })
        }
        valueCodes = Set(condition.valueCode.compactMap(store.codeIndex))
    }

    /// Adds the subjects for whom there are enough matching events.
    func insertSubjects(into satisfied: inout SubjectSet) {
        if condition.atLeast == 1 {
            for postings in postings {
                matches(in: postings) { subject, _ in satisfied.insert(subject) }
            }
            return
        }
        var days: [UInt64] = []
        for postings in postings {
            matches(in: postings) { subject, day in
                days.append(UInt64(subject) << 32 | UInt64(UInt32(bitPattern: day) ^ 0x8000_0000))
            }
        }
        days.sort()
        var first = 0
        while first < days.count {
            let subject = days[first] >> 32
            var last = first
            var count = 0
            while last < days.count, days[last] >> 32 == subject {
                let isNew = last == first || days[last] != days[last - 1]
                if isNew || condition.counting == .events { count += 1 }
                last += 1
            }
            if count >= condition.atLeast { satisfied.insert(Int(subject)) }
            first = last
        }
    }

    /// Calls back for each matching event with its subject and day number.
    private func matches(in postings: Postings, _ body: (Int, Int32) -> Void) {
        let earliest = condition.withinDays.min ?? .min
        let latest = condition.withinDays.max ?? .max
        let asksForValue = condition.value != nil || !condition.valueCode.isEmpty
        let count = store.subjectCount
        let indexDays = index.days
        postings.withSubjectsAndStarts { owners, times in
            for row in 0..<owners.count {
                let subject = Int(owners[row])
                guard subject < count, indexDays[subject] != IndexStarts.noDay else { continue }
                let day = DayNumber.of(times[row])
                let distance = Int(day) - Int(indexDays[subject])
                guard distance >= earliest, distance <= latest,
                    !asksForValue || hasValue(postings, row)
                else { continue }
                body(subject, day)
            }
        }
    }

    private func hasValue(_ postings: Postings, _ row: Int) -> Bool {
        guard let range = condition.value else {
            return postings.kind(row) == .code
                && postings.valueCode(row).map(valueCodes.contains) ?? false
        }
        guard range.contains(postings.number(row), postings.kind(row)) else { return false }
        guard let units else { return true }
        return postings.unit(row).map(units.contains) ?? false
    }
}
