// SPDX-License-Identifier: Apache-2.0
import Records
package import Timelines

/// Evaluates cohort definitions over a segment of timelines.
///
/// Each code's postings are read once from front to back; per subject the engine keeps one day and
/// one bit per rule.
package struct CohortEngine: Sendable {
    package let store: TimelineStore

    package init(store: TimelineStore) {
        self.store = store
    }

    /// The exact answer, for use inside the site.
    ///
    /// - Complexity: O(events of the codes named + subjects · rules).
    package func evaluate(_ definition: CohortDefinition) -> CohortResult {
        let index = IndexStarts(definition.index, in: store)
        var members = index.subjects
        var rows = [
            AttritionRow(
                rule: "index event", removed: .exact(store.subjectCount - members.count),
                remaining: .exact(members.count))
        ]
        for rule in definition.rules {
            let before = members.count
            let satisfied = subjects(satisfying: rule.condition, index: index)
            if rule.isNegated {
                members.subtract(satisfied)
            } else {
                members.formIntersection(satisfied)
            }
            rows.append(
                AttritionRow(
                    rule: rule.name, removed: .exact(before - members.count),
                    remaining: .exact(members.count)))
        }
        var list: [CohortMember] = []
        list.reserveCapacity(members.count)
        members.forEach { list.append(CohortMember(subject: $0, indexStart: index.starts[$0])) }
        return CohortResult(
            persons: .exact(list.count), attrition: rows, members: list,
            warnings: CohortWarnings(store: store).of(definition))
    }

    /// The answer as it may leave the site; see `AttritionDisclosure`.
    ///
    /// - Parameter smallCell: counts from 1 to one less than this are hidden.
    package func released(_ result: CohortResult, smallCell: Int = 11) -> CohortResult {
        let remaining = result.attrition.compactMap(\.remaining.value)
        // A result with hidden counts has been released before.
        guard remaining.count == result.attrition.count else { return result }
        let disclosure = AttritionDisclosure(
            total: store.subjectCount, remaining: remaining, smallCell: smallCell)
        var released = result
        released.members = []
        for index in released.attrition.indices {
            released.attrition[index].removed = disclosure.removed[index]
            released.attrition[index].remaining = disclosure.remaining[index]
        }
        if let last = disclosure.remaining.last { released.persons = last }
        return released
    }

    /// Counts a definition and says it in words, as it may leave the site.
    package func report(_ definition: CohortDefinition, smallCell: Int = 11) -> CohortReport {
        CohortReport(
            definition, released(evaluate(definition), smallCell: smallCell), store: store)
    }

    /// Completed years at a time, 90 for a subject whose ages read "90+"; nil where unknown.
    ///
    /// See `CohortRule.Condition.age` for what the release profile makes of ages.
    package func age(of subject: Int, at start: Int32) -> Int? {
        if store.isAged(subject) { return 90 }
        guard let anchorAge = store.ageAtAnchor(subject) else { return nil }
        // 146,097 days make 400 years of the Gregorian calendar.
        let scaled = Int(DayNumber.of(start)) * 400
        return Int(anchorAge) + Int((Double(scaled) / 146_097).rounded(.down))
    }

    func subjects(satisfying condition: CohortRule.Condition, index: IndexStarts)
        -> SubjectSet
    {
        var satisfied = SubjectSet(capacity: store.subjectCount)
        switch condition {
        case .age(let bounds):
            index.subjects.forEach { subject in
                if let age = age(of: subject, at: index.starts[subject]), bounds.contains(age) {
                    satisfied.insert(subject)
                }
            }
        case .sex(let sex):
            index.subjects.forEach { if store.sex($0) == sex { satisfied.insert($0) } }
        case .anchorYear(let bounds):
            index.subjects.forEach {
                if bounds.contains(Int(store.anchorYear($0))) { satisfied.insert($0) }
            }
        case .event(let condition):
            EventScan(condition, store: store, index: index).insertSubjects(into: &satisfied)
        }
        return satisfied
    }
}

/// Days since the day of a subject's anchor.
enum DayNumber {
    /// The day a minute since the anchor falls on; rounds towards the past.
    static func of(_ minutes: Int32) -> Int32 {
        let day = minutes / 1440
        return minutes % 1440 < 0 ? day - 1 : day
    }
}

/// When each subject's index event started.
struct IndexStarts {
    let subjects: SubjectSet
    /// By position in the directory; 0 for those without an index event.
    let starts: [Int32]
    /// Day numbers of the starts; `noDay` for those without an index event.
    let days: [Int32]

    /// No start in minutes falls on this day.
    static let noDay = Int32.min

    init(_ event: IndexEvent, in store: TimelineStore) {
        let count = store.subjectCount
        var subjects = SubjectSet(capacity: count)
        var starts = [Int32](repeating: 0, count: count)
        let isFirst = event.occurrence == .first
        for code in Set(event.anyOf) {
            guard let postings = store.codeIndex(code).flatMap({ store.postings(code: $0) }) else {
                continue
            }
            postings.withSubjectsAndStarts { owners, times in
                for row in 0..<owners.count {
                    let subject = Int(owners[row])
                    // A damaged file may name subjects that are not there.
                    guard subject < count else { continue }
                    let start = times[row]
                    if !subjects.contains(subject) {
                        subjects.insert(subject)
                        starts[subject] = start
                    } else if isFirst ? start < starts[subject] : start > starts[subject] {
                        starts[subject] = start
                    }
                }
            }
        }
        var days = [Int32](repeating: IndexStarts.noDay, count: count)
        subjects.forEach { days[$0] = DayNumber.of(starts[$0]) }
        self.subjects = subjects
        self.starts = starts
        self.days = days
    }
}
