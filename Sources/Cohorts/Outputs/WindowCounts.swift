// SPDX-License-Identifier: Apache-2.0
import Timelines

/// A stretch of days before or after the start of a cohort row.
package struct DayWindow: Hashable, Sendable, Codable {
    /// Days since the day of the row's start; nil for no limit.
    package var first: Int?
    package var last: Int?

    package init(first: Int?, last: Int?) {
        self.first = first
        self.last = last
    }

    package static let yearBefore = DayWindow(first: -365, last: -1)
    package static let monthBefore = DayWindow(first: -30, last: -1)
    package static let startDay = DayWindow(first: 0, last: 0)
    package static let anyBefore = DayWindow(first: nil, last: -1)
    package static let ever = DayWindow(first: nil, last: nil)

    /// Such as "365 to 1 days before", "day 0", "any time before".
    package var name: String {
        switch (first, last) {
        case (nil, nil): "any time"
        case (nil, -1): "any time before"
        case (nil, let last?): "up to day \(last)"
        case (0, 0): "day 0"
        case (let first?, nil): "from day \(first)"
        case (let first?, let last?) where first < 0 && last < 0:
            "\(-first) to \(-last) days before"
        case (let first?, let last?): "day \(first) to \(last)"
        }
    }

    func contains(_ day: Int) -> Bool { day >= (first ?? .min) && day <= (last ?? .max) }
}

/// For every code, how many subjects have it in each window around their first cohort row.
struct WindowCounts {
    /// By window, then code.
    private(set) var persons: [[Int]]
    private(set) var events: [[Int]]

    /// - Complexity: O(events of the store · windows).
    init(_ rows: CohortRows, windows: [DayWindow], in store: TimelineStore) {
        let none = [Int](repeating: 0, count: store.codes.count)
        persons = windows.map { _ in none }
        events = persons
        let index = FirstRows(rows, subjects: store.subjectCount)
        let days = index.days
        let bounds = windows.map { (first: $0.first ?? .min, last: $0.last ?? .max) }
        for code in store.codes.indices {
            guard let postings = store.postings(code: code) else { continue }
            // Postings are in order of subject: a subject is new when it is not the one before.
            var previous = windows.map { _ in -1 }
            var found = windows.map { _ in (persons: 0, events: 0) }
            postings.withSubjectsAndStarts { owners, starts in
                for row in 0..<owners.count {
                    let subject = Int(owners[row])
                    guard subject < days.count, days[subject] != IndexStarts.noDay else { continue }
                    let day = Int(DayNumber.of(starts[row])) - Int(days[subject])
                    for window in bounds.indices
                    where day >= bounds[window].first && day <= bounds[window].last {
                        found[window].events += 1
                        if previous[window] != subject {
                            previous[window] = subject
                            found[window].persons += 1
                        }
                    }
                }
            }
            for window in windows.indices {
                persons[window][code] = found[window].persons
                events[window][code] = found[window].events
            }
        }
    }
}

/// Each member's earliest row, by position in the directory.
struct FirstRows {
    let rows: CohortRows
    /// Day of the start; `IndexStarts.noDay` for those who are not members.
    let days: [Int32]

    init(_ rows: CohortRows, subjects: Int) {
        self.rows = rows.firstOfEach()
        var days = [Int32](repeating: IndexStarts.noDay, count: subjects)
        for (subject, start) in zip(self.rows.subjects, self.rows.starts) {
            days[Int(subject)] = DayNumber.of(start)
        }
        self.days = days
    }
}
