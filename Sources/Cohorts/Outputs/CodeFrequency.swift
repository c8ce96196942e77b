// SPDX-License-Identifier: Apache-2.0
package import Records
package import Timelines

/// How many people have a code, and in how many events.
package struct CodeFrequency: Hashable, Sendable, Encodable {
    package let code: Code
    package let display: String
    /// Name of the table the code's rows come from; nil where the store does not say.
    package let domain: String?
    package let persons: Prevalence
    /// Nil where the people are hidden.
    package let events: ReleasedCount?
}

extension CodeFrequency {
    /// All codes of a store, most people first; from stored counts, reading no event.
    package static func all(in store: TimelineStore, policy: ReleasePolicy) -> [CodeFrequency] {
        let everybody = ReleasedCount.exact(store.subjectCount)
        let rows = store.codeCounts().map { count in
            make(
                count.entry, domain: store.codeIndex(count.entry.code).flatMap(store.domain),
                persons: count.subjects, events: count.events, of: everybody, policy)
        }
        return sorted(rows)
    }

    /// The codes that a cohort's members have at any time, most members first.
    ///
    /// - Parameter persons: the cohort's size as told.
    /// - Complexity: O(events of the store).
    package static func within(
        _ rows: CohortRows, persons: ReleasedCount, in store: TimelineStore, policy: ReleasePolicy
    ) -> [CodeFrequency] {
        guard persons.value != nil else { return [] }
        let counts = WindowCounts(rows, windows: [.ever], in: store)
        let found = store.codes.indices.filter { counts.persons[0][$0] > 0 }
        return sorted(
            found.map { code in
                make(
                    store.codes[code], domain: store.domain(code),
                    persons: counts.persons[0][code], events: counts.events[0][code], of: persons,
                    policy)
            })
    }

    private static func make(
        _ entry: CodeEntry, domain: String?, persons: Int, events: Int, of group: ReleasedCount,
        _ policy: ReleasePolicy
    ) -> CodeFrequency {
        let prevalence = Prevalence(persons, of: group, policy: policy)
        return CodeFrequency(
            code: entry.code, display: entry.display, domain: domain, persons: prevalence,
            events: prevalence.count.value == nil ? nil : policy.rounded(events))
    }

    /// By the count as told, so that the order tells no more than the numbers.
    private static func sorted(_ rows: [CodeFrequency]) -> [CodeFrequency] {
        rows.sorted { left, right in
            let (a, b) = (left.persons.count.value ?? -1, right.persons.count.value ?? -1)
            return a != b ? a > b : left.code < right.code
        }
    }
}

extension TimelineStore {
    /// Name of the table that all rows of a code come from; nil where they differ or do not say.
    func domain(_ code: Int) -> String? {
        guard let bounds = postings(code: code)?.attributeBounds(.table),
            bounds.lowerBound == bounds.upperBound
        else { return nil }
        return UInt8(exactly: bounds.lowerBound).flatMap(ClinicalTable.init)?.name
    }

    /// Codes that repeat other rows or say nothing clinical: eras, periods, the arrival.
    func isBookkeeping(_ code: Int) -> Bool {
        let system = codes[code].code.system
        return system == .bedside && codes[code].code != .death
            || CohortOutputs.derived.contains(system.rawValue)
    }
}

extension CohortOutputs {
    /// Vocabulary names of the codes that rows of derived tables have.
    static let derived = Set(ClinicalTable.allCases.filter(\.isDerived).map(\.name))
}
