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

extension CohortReport {
    /// Every key each time: a hidden count is null, not absent.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(definitionInEnglish, forKey: .definitionInEnglish)
        try values.encode(persons, forKey: .persons)
        try values.encode(personsText, forKey: .personsText)
        try values.encode(attrition, forKey: .attrition)
        try values.encode(warnings, forKey: .warnings)
    }
}

extension CohortReport.Row {
    /// Every key each time: a hidden count is null, not absent.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(rule, forKey: .rule)
        try values.encode(removed, forKey: .removed)
        try values.encode(removedText, forKey: .removedText)
        try values.encode(remaining, forKey: .remaining)
        try values.encode(remainingText, forKey: .remainingText)
    }
}
