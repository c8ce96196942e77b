// SPDX-License-Identifier: Apache-2.0
package import Records
import Timelines

/// What is waited for after the start of a cohort row.
package struct Outcome: Hashable, Sendable {
    package var name: String
    /// Any of these codes; `Code.death` for the end of a life.
    package var codes: [Code]

    package init(name: String, codes: [Code]) {
        self.name = name
        self.codes = codes
    }
}

/// Until when members are watched.
package struct FollowUpRules: Hashable, Sendable {
    /// The first day, counted from the start, on which an outcome counts.
    package var firstDay = 1
    /// No one is watched longer than so many days after the start; nil for no limit.
    package var lastDay: Int?
    /// Leaves out members who had the outcome before the first day.
    package var leavesOutPrior = true
    /// Stops at the end of the cohort row, where one is known.
    package var stopsAtExit = true
    /// Stops at the last event of the subject; nil for only where the row has no known end.
    ///
    /// Without periods of observation in the store, nobody knows that someone was still watched
    /// after their last event.
    package var stopsAtLastEvent: Bool?

    package init() {}
}

/// How long members were watched for an outcome, and whether it came.
struct FollowUp {
    struct Member {
        var subject: Int
        var start: Int32
        /// Days from the start to the outcome, or to the last day watched; 0 or more.
        var days: Int
        var hasOutcome: Bool
    }

    /// In order of subject; those who cannot have a first outcome are left out.
    private(set) var members: [Member] = []
    /// Had the outcome before the first day.
    private(set) var prior = 0
    /// Not watched on the first day.
    private(set) var unwatched = 0

    /// - Complexity: O(events of the store), or of the outcome's codes where all rows have an end.
    init(_ rows: CohortRows, outcome: Outcome, rules: FollowUpRules, in store: TimelineStore) {
        let index = FirstRows(rows, subjects: store.subjectCount)
        let outcomes = FirstEvents(outcome.codes, index: index, from: rules.firstDay, in: store)
        let deaths = FirstEvents([.death], index: index, from: 0, in: store)
        let isOpen = index.rows.ends.contains(.max)
        let last =
            rules.stopsAtLastEvent ?? isOpen
            ? LastEvents(in: store).days : []
        for position in 0..<index.rows.count {
            let subject = Int(index.rows.subjects[position])
            let start = Int(index.days[subject])
            if rules.leavesOutPrior, outcomes.hasEarlier[subject] {
                prior += 1
                continue
            }
            var end = Int.max
            let exit = index.rows.ends[position]
            if rules.stopsAtExit, exit != .max { end = Int(DayNumber.of(exit)) - start }
            if rules.stopsAtLastEvent ?? (exit == .max), last.indices.contains(subject) {
                end = min(end, Int(last[subject]) - start)
            }
            if deaths.days[subject] != IndexStarts.noDay {
                end = min(end, Int(deaths.days[subject]) - start)
            }
            if let limit = rules.lastDay { end = min(end, limit) }
            if end == .max { end = rules.firstDay - 1 }
            guard end >= rules.firstDay else {
                unwatched += 1
                continue
            }
            let day = outcomes.days[subject]
            let hasOutcome = day != IndexStarts.noDay && Int(day) - start <= end
            members.append(
                Member(
                    subject: subject, start: index.rows.starts[position],
                    days: hasOutcome ? Int(day) - start : end, hasOutcome: hasOutcome))
        }
    }
}

/// Each member's first event with one of some codes, from a day after the start.
private struct FirstEvents {
    /// By subject; `IndexStarts.noDay` without one.
    private(set) var days: [Int32]
    /// Had one before that day.
    private(set) var hasEarlier: [Bool]

    init(_ codes: [Code], index: FirstRows, from first: Int, in store: TimelineStore) {
        days = [Int32](repeating: IndexStarts.noDay, count: store.subjectCount)
        hasEarlier = [Bool](repeating: false, count: store.subjectCount)
        for code in Set(codes) {
            guard let postings = store.codeIndex(code).flatMap({ store.postings(code: $0) }) else {
                continue
            }
            postings.withSubjectsAndStarts { owners, starts in
                for row in 0..<owners.count {
                    let subject = Int(owners[row])
                    guard subject < days.count, index.days[subject] != IndexStarts.noDay else {
                        continue
                    }
                    let day = DayNumber.of(starts[row])
                    if Int(day) - Int(index.days[subject]) < first {
                        hasEarlier[subject] = true
                    } else if days[subject] == IndexStarts.noDay || day < days[subject] {
                        days[subject] = day
                    }
                }
            }
        }
    }
}

/// The day of each subject's last event.
private struct LastEvents {
    private(set) var days: [Int32]

    init(in store: TimelineStore) {
        var latest = [Int32](repeating: .min, count: store.subjectCount)
        for code in store.codes.indices {
            store.postings(code: code)?.withSubjectsAndStarts { owners, starts in
                for row in 0..<owners.count {
                    let subject = Int(owners[row])
                    guard subject < latest.count else { continue }
                    latest[subject] = max(latest[subject], starts[row])
                }
            }
        }
        days = latest.map { DayNumber.of($0) }
    }
}
