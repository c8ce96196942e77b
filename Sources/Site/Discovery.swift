// SPDX-License-Identifier: Apache-2.0
package import Cohorts
import Deidentification
import Ledger
import Records
package import Timelines

/// What a site counts cohorts in: its timelines, its concepts and how small a count is hidden.
package struct DiscoveryGround: Sendable {
    package let store: TimelineStore
    /// Nil where the records did not come as OMOP tables.
    package let concepts: ConceptStore?
    package let smallCell: Int
    /// The release tells calendar dates.
    package let keepsTrueDates: Bool

    package init(
        store: TimelineStore, concepts: ConceptStore?, smallCell: Int, keepsTrueDates: Bool
    ) {
        self.store = store
        self.concepts = concepts
        self.smallCell = smallCell
        self.keepsTrueDates = keepsTrueDates
    }

    /// Evaluates a definition; exact, for use inside the site.
    ///
    /// - Parameter file: what errors call the text.
    package func find(_ json: [UInt8], named file: String) throws(SiteError) -> CohortFinding {
        try stage {
            try CohortFinding(
                CohortQuestion(json: json, file: file), in: store, concepts: concepts)
        }
    }

    /// Everything that may be told of a cohort with some rules only (all of them for nil).
    package func outputs(
        of finding: CohortFinding, options: OutputOptions
    ) throws(SiteError) -> CohortOutputs {
        var options = options
        options.name = finding.question.name
        let (rows, options_) = (finding.rows(enabled: options.enabledRules), options)
        return try stage {
            try CohortOutputs.make(
                store: store, rows: rows, bitsets: finding.bitsets, options: options_,
                policy: ReleasePolicy(smallCell: smallCell))
        }
    }

    /// The ledger entry of a released count.
    package func entry(_ json: [UInt8], persons: String, actor: String) -> Entry {
        Entry(
            .cohortCounted, actor: actor,
            body: ["definition": .string(Files.digest(of: json)), "persons": .string(persons)])
    }
}

extension SiteDirectory {
    /// Opens what cohorts are counted in; checks every checksum, as `timelines()` does.
    package func discovery() throws(SiteError) -> DiscoveryGround {
        DiscoveryGround(
            store: try timelines(), concepts: try concepts(),
            smallCell: configuration.smallCell,
            keepsTrueDates: try timelinesInForce().releaseProfile
                == ReleaseProfile.limitedDataSet.rawValue)
    }

    /// The concepts of the release in force; nil where the records did not come as OMOP tables.
    package func concepts() throws(SiteError) -> ConceptStore? {
        guard let file = try CurrentTimelines.read(self)?.concepts?.file else { return nil }
        return try stage {
            let store = try ConceptStore.open("\(timelinesPath)/\(file)")
            try store.verify()
            return store
        }
    }
}

/// The exact answer to a Circe definition, as its own language counts it.
///
/// Only for sites whose release keeps true dates: there whoever may run commands works under the
/// data use agreement, and results can be held against those of other tools.
package struct CirceReport: Sendable, Hashable, Encodable {
    package struct Step: Sendable, Hashable, Encodable {
        package var rule: String
        /// Qualified events and their persons that meet this rule alone.
        package var personsAlone: Int
        /// Persons left after this rule and those before it.
        package var persons: Int
        package var entries: Int

        enum CodingKeys: String, CodingKey {
            case rule, persons, entries
            case personsAlone = "persons_alone"
        }
    }

    package var name: String
    package var entries: Int
    package var persons: Int
    /// Calendar dates as `YYYY-MM-DD`; nil for an empty cohort.
    package var minStart: String?
    package var maxStart: String?
    /// Sum of days from start to end over all entries; nil for an empty cohort.
    package var sumDays: Int?
    /// Sum of the starts, in days since 1970-01-01; nil for an empty cohort.
    package var sumStartEpochDays: Int?
    package var attrition: [Step]
    package var warnings: [String]

    enum CodingKeys: String, CodingKey {
        case name, entries, persons, attrition, warnings
        case minStart = "min_start"
        case maxStart = "max_start"
        case sumDays = "sum_days"
        case sumStartEpochDays = "sum_start_epoch_days"
    }

    package init(name: String, _ result: CirceResult, warnings: [String] = []) {
        let cohort = result.cohort
        self.name = name
        entries = cohort.entries
        persons = cohort.persons
        minStart = cohort.start.min().map { CivilDay(number: $0).iso }
        maxStart = cohort.start.max().map { CivilDay(number: $0).iso }
        if cohort.entries > 0 {
            sumDays = zip(cohort.start, cohort.end).reduce(0) { $0 + Int($1.1) - Int($1.0) }
            sumStartEpochDays = cohort.start.reduce(0) { $0 + Int($1) }
        }
        let counted = result.attrition()
        attrition =
            [
                Step(
                    rule: "entry events", personsAlone: counted.qualified.persons,
                    persons: counted.qualified.persons, entries: counted.qualified.entries)
            ]
            + counted.rules.map {
                Step(
                    rule: $0.name, personsAlone: $0.satisfying.persons,
                    persons: $0.remaining.persons, entries: $0.remaining.entries)
            }
        self.warnings = warnings
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(entries, forKey: .entries)
        try values.encode(persons, forKey: .persons)
        try values.encode(minStart, forKey: .minStart)
        try values.encode(maxStart, forKey: .maxStart)
        try values.encode(sumDays, forKey: .sumDays)
        try values.encode(sumStartEpochDays, forKey: .sumStartEpochDays)
        try values.encode(attrition, forKey: .attrition)
        try values.encode(warnings, forKey: .warnings)
    }
}
