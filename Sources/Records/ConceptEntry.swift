// SPDX-License-Identifier: Apache-2.0

/// One concept of the OMOP vocabularies.
package struct ConceptEntry: Hashable, Sendable {
    package var id: UInt32
    package var name: String
    /// Such as `Condition`.
    package var domain: String
    /// Such as `SNOMED`.
    package var vocabulary: String
    package var conceptClass: String
    /// `S`, `C` or empty.
    package var standard: String
    package var code: String
    /// `D`, `U` or empty.
    package var invalidReason: String

    package init(
        id: UInt32, name: String, domain: String = "", vocabulary: String = "",
        conceptClass: String = "", standard: String = "", code: String = "",
        invalidReason: String = ""
    ) {
        self.id = id
        self.name = name
        self.domain = domain
        self.vocabulary = vocabulary
        self.conceptClass = conceptClass
        self.standard = standard
        self.code = code
        self.invalidReason = invalidReason
    }
}
