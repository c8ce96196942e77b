// SPDX-License-Identifier: Apache-2.0
package import Timelines

/// A released cohort count for people and programs.
package struct CohortReport: Sendable, Codable, Equatable {
    /// One step; numbers are null where hidden, texts then say "less than".
    package struct Row: Sendable, Codable, Equatable {
        package var rule: String
        package var removed: Int?
        package var removedText: String
        package var remaining: Int?
        package var remainingText: String
    }

    package var name: String
    package var definitionInEnglish: String
    package var persons: Int?
    package var personsText: String
    package var attrition: [Row]
    package var warnings: [String]

    /// - Parameters:
    ///   - result: as `CohortEngine.released` gives it.
    ///   - store: for the display names of codes.
    package init(_ definition: CohortDefinition, _ result: CohortResult, store: TimelineStore) {
        name = definition.name
        definitionInEnglish = definition.inEnglish(store: store)
        persons = result.persons.value
        personsText = result.persons.text
        attrition = result.attrition.map { row in
            Row(
                rule: row.rule, removed: row.removed.value, removedText: row.removed.text,
                remaining: row.remaining.value, remainingText: row.remaining.text)
        }
        warnings = result.warnings
    }
}
