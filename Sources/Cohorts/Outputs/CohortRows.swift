// SPDX-License-Identifier: Apache-2.0

/// Who is in a cohort, and from when to when: one row or several for each subject.
///
/// Three parallel columns, sorted by subject, then start. Times are minutes since the subject's
/// anchor.
package struct CohortRows: Hashable, Sendable {
    /// Positions in the subject directory.
    package let subjects: [UInt32]
    package let starts: [Int32]
    /// Equal to or after the start; the end of the longest time a store holds where none is known.
    package let ends: [Int32]

    /// - Parameters:
    ///   - subjects: in any order; the rows are sorted here.
    ///   - ends: as many as subjects; empty where no row has a known end.
    /// - Complexity: O(n) for rows that are sorted, O(n log n) else.
    package init(subjects: [UInt32], starts: [Int32], ends: [Int32] = []) {
        precondition(subjects.count == starts.count)
        precondition(ends.isEmpty || ends.count == subjects.count)
        let ends = ends.isEmpty ? subjects.map { _ in Int32.max } : ends
        let isSorted = zip(subjects.indices, subjects.indices.dropFirst()).allSatisfy {
            (subjects[$0], starts[$0]) <= (subjects[$1], starts[$1])
        }
        guard !isSorted else {
            self.subjects = subjects
            self.starts = starts
            self.ends = ends
            return
        }
        let order = subjects.indices.sorted {
            (subjects[$0], starts[$0], ends[$0]) < (subjects[$1], starts[$1], ends[$1])
        }
        self.subjects = order.map { subjects[$0] }
        self.starts = order.map { starts[$0] }
        self.ends = order.map { ends[$0] }
    }

    /// The members of a cohort that `CohortEngine` found; their rows have no known end.
    package init(_ members: [CohortMember]) {
        self.init(
            subjects: members.map { UInt32($0.subject) }, starts: members.map(\.indexStart))
    }

    /// Rows whose times are whole days, such as those of a Circe cohort.
    ///
    /// - Parameters:
    ///   - subjects: positions in the subject directory.
    ///   - startDays: counted from 1970-01-01, as are `endDays`.
    ///   - anchorDay: of a subject, counted likewise.
    package init(
        subjects: [Int32], startDays: [Int32], endDays: [Int32], anchorDay: (Int) -> Int32
    ) {
        func minutes(_ days: [Int32]) -> [Int32] {
            zip(subjects, days).map { subject, day in
                Int32(clamping: (Int(day) - Int(anchorDay(Int(subject)))) * 1440)
            }
        }
        self.init(
            subjects: subjects.map { UInt32(bitPattern: $0) }, starts: minutes(startDays),
            ends: minutes(endDays))
    }

    package var count: Int { subjects.count }

    /// Distinct subjects; O(n).
    package var persons: Int {
        zip(subjects, subjects.dropFirst()).reduce(subjects.isEmpty ? 0 : 1) {
            $0 + ($1.0 == $1.1 ? 0 : 1)
        }
    }

    /// Each subject once, with the earliest row.
    package func firstOfEach() -> CohortRows {
        keeping { position in position == 0 || subjects[position] != subjects[position - 1] }
    }

    /// The rows at some positions.
    func keeping(_ isKept: (Int) -> Bool) -> CohortRows {
        let kept = subjects.indices.filter(isKept)
        return CohortRows(
            subjects: kept.map { subjects[$0] }, starts: kept.map { starts[$0] },
            ends: kept.map { ends[$0] })
    }
}

/// Why the outputs of a cohort could not be made.
///
/// Payloads name rules and numbers of rows, no patient data.
package enum OutputsError: Error, Equatable, Sendable {
    case tooManyRules(count: Int, limit: Int)
    /// A rule's bits do not cover the entry rows.
    case bitsMissing(rule: String, words: Int, expected: Int)
    /// A row names a subject that the store does not have.
    case unknownSubject(position: UInt32, subjects: Int)

    /// One sentence for the person who asked.
    package var sentence: String {
        switch self {
        case .tooManyRules(let count, let limit):
            "The cohort has \(count) rules; expected \(limit) or fewer."
        case .bitsMissing(let rule, let words, let expected):
            "Rule \"\(rule)\" has \(words) words of bits; expected \(expected)."
        case .unknownSubject(let position, let subjects):
            "A row names subject \(position); expected a position below \(subjects)."
        }
    }
}
