// SPDX-License-Identifier: Apache-2.0
package import Records

/// A table of the OMOP common data model that is read.
package enum OMOPTable: Hashable, Sendable {
    case clinical(ClinicalTable)
    case person
    case location
    case careSite
    case provider
    case concept
    case conceptAncestor
    case conceptRelationship

    private static let others: [OMOPTable] = [
        .person, .location, .careSite, .provider, .concept, .conceptAncestor,
        .conceptRelationship,
    ]

    /// Every table that is read.
    package static let all = others + ClinicalTable.allCases.map { OMOPTable.clinical($0) }

    /// The table's name in the common data model, such as `care_site`.
    package var name: String {
        switch self {
        case .clinical(let table): table.name
        case .person: "person"
        case .location: "location"
        case .careSite: "care_site"
        case .provider: "provider"
        case .concept: "concept"
        case .conceptAncestor: "concept_ancestor"
        case .conceptRelationship: "concept_relationship"
        }
    }

    /// The table of a name, in any case; nil for one that is not read.
    package init?(name: String) {
        let lower = name.lowercased()
        guard let table = OMOPTable.all.first(where: { $0.name == lower }) else { return nil }
        self = table
    }

    /// A byte that stands for the table in encoded extractions; never renumber.
    var tag: UInt8 {
        switch self {
        case .clinical(let table): table.rawValue
        case .person: 128
        case .location: 129
        case .careSite: 130
        case .provider: 131
        case .concept: 132
        case .conceptAncestor: 133
        case .conceptRelationship: 134
        }
    }

    init?(tag: UInt8) {
        guard let table = OMOPTable.all.first(where: { $0.tag == tag }) else { return nil }
        self = table
    }

    /// Tables of the common data model and its companions that hold nothing a release needs.
    static let unused: [String: String] = {
        var reasons: [String: String] = [:]
        for name in ["note", "note_nlp"] { reasons[name] = "free text is not imported" }
        for name in [
            "cohort", "cohort_definition", "cohort_attribute", "attribute_definition",
        ] { reasons[name] = "cohorts are computed, not imported" }
        for name in ["cost", "episode", "episode_event", "fact_relationship", "survey_conduct"] {
            reasons[name] = "this table is not imported"
        }
        for name in [
            "cdm_source", "metadata", "vocabulary", "domain", "concept_class", "relationship",
            "concept_synonym", "drug_strength", "source_to_concept_map", "concept_hierarchy",
            "concept_recommended",
        ] { reasons[name] = "this table is not needed" }
        return reasons
    }()
}
