// SPDX-License-Identifier: Apache-2.0
package import Records

/// What cohort definitions in OMOP's terms read: persons, rows of tables by concept, concepts.
///
/// Days are counted from 1970-01-01. Subjects are positions from 0 to `subjectCount - 1`.
package protocol ClinicalSource: Sendable {
    associatedtype Concepts: ConceptDictionary

    var subjectCount: Int { get }
    var concepts: Concepts { get }

    func person(_ subject: Int) -> ClinicalPerson

    /// The rows of a table, sorted by subject, start, then record id.
    ///
    /// - Parameters:
    ///   - concepts: rows of one of these concepts only; nil for all rows. Empty gives no rows.
    ///   - attributes: which columns to read besides those every row has.
    func rows(
        _ table: ClinicalTable, concepts: Set<UInt32>?, attributes: Set<EventAttribute>
    ) -> ClinicalRows

    /// The text an `isText` attribute's value points to; empty where it points to nothing.
    func text(_ index: Int64) -> String
}

/// What definitions ask of a person.
package struct ClinicalPerson: Hashable, Sendable {
    /// 0 where unknown; an OMOP concept id otherwise.
    package var genderConcept: UInt32
    package var raceConcept: UInt32
    package var ethnicityConcept: UInt32
    package var yearOfBirth: Int32?

    package init(
        genderConcept: UInt32, raceConcept: UInt32 = 0, ethnicityConcept: UInt32 = 0,
        yearOfBirth: Int32? = nil
    ) {
        self.genderConcept = genderConcept
        self.raceConcept = raceConcept
        self.ethnicityConcept = ethnicityConcept
        self.yearOfBirth = yearOfBirth
    }
}

/// Rows of one table as columns of one length.
package struct ClinicalRows: Sendable {
    /// Stands for "no end stated" in `end`.
    package static let noEnd = Int32.min

    package var subject: [Int32] = []
    package var start: [Int32] = []
    /// The end as stated; what a missing end means is up to the definition's language.
    package var end: [Int32] = []
    package var record: [Int64] = []
    package var concept: [UInt32] = []
    /// The attributes asked for; `EventAttribute.missing` where a row does not state one.
    package var attributes: [EventAttribute: [Int64]] = [:]

    package init() {}

    package var count: Int { subject.count }
}

/// The concepts a site has, with their hierarchy.
package protocol ConceptDictionary: Sendable {
    func entry(_ concept: UInt32) -> ConceptEntry?
    /// The concept's descendants, itself included where the hierarchy says so, ascending.
    func descendants(_ concept: UInt32) -> [UInt32]
    /// The source concepts that "Maps to" the concept, ascending.
    func mapped(to concept: UInt32) -> [UInt32]
}
