// SPDX-License-Identifier: Apache-2.0
import Records
import Timelines

/// What the directory says of every subject, as columns.
struct SubjectFacts: Sendable {
    let sexes: [Sex]
    /// Positions in `Sex.allCases`.
    let sexNumbers: [UInt8]
    let anchorYears: [Int32]
    /// Days since 1970-01-01; `missing` where the release does not keep them.
    let anchorDays: [Int32]
    let birthDays: [Int32]
    /// Completed years at the anchor, 90 for "90+"; `missing` where unknown.
    let anchorAges: [Int32]
    let isAged: [Bool]

    static let missing = Int32.min

    var count: Int { sexes.count }

    /// - Complexity: O(subjects).
    init(_ store: TimelineStore) {
        let subjects = 0..<store.subjectCount
        sexes = subjects.map { store.sex($0) }
        sexNumbers = sexes.map { UInt8(Sex.allCases.firstIndex(of: $0) ?? 0) }
        anchorYears = subjects.map { store.anchorYear($0) }
        anchorDays = subjects.map { store.anchorDay($0) ?? SubjectFacts.missing }
        birthDays = subjects.map { store.birthDay($0) ?? SubjectFacts.missing }
        anchorAges = subjects.map { store.ageAtAnchor($0) ?? SubjectFacts.missing }
        isAged = subjects.map { store.isAged($0) }
    }

    /// Completed years at a time, as `AlgebraCondition.age` has them; nil where unknown.
    func age(_ subject: Int, at start: Int32) -> Int? {
        let day = Int(DayNumber.of(start))
        if isAged[subject] { return 90 }
        let (birth, anchor) = (birthDays[subject], anchorDays[subject])
        if birth != SubjectFacts.missing && anchor != SubjectFacts.missing {
            let days = Int(anchor) + day - Int(birth)
            return SubjectFacts.floor(days * 100, by: 36_525)
        }
        guard anchorAges[subject] != SubjectFacts.missing else { return nil }
        // 146,097 days make 400 years of the Gregorian calendar.
        return Int(anchorAges[subject]) + SubjectFacts.floor(day * 400, by: 146_097)
    }

    /// Calendar year of a time; nil where the release keeps no days.
    func year(_ subject: Int, at start: Int32) -> Int? {
        let anchor = anchorDays[subject]
        guard anchor != SubjectFacts.missing else { return nil }
        let day = Int(anchor) + Int(DayNumber.of(start))
        return CivilDay(number: Int32(clamping: day)).parts.year
    }

    /// Division that rounds down.
    private static func floor(_ value: Int, by divisor: Int) -> Int {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
