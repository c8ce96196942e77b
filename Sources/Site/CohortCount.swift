// SPDX-License-Identifier: Apache-2.0
package import Cohorts
import Ledger
import Timelines

/// Counts a cohort in a site and puts the release of the count on record.
package enum CohortCount {
    /// - Parameters:
    ///   - json: the definition.
    ///   - file: what to call it in errors.
    ///   - actor: who asked, for the ledger.
    package static func run(
        _ json: [UInt8], named file: String, site: SiteDirectory, actor: String
    ) throws(SiteError) -> CohortReport {
        let definition = try stage { try CohortDefinition(json: json, file: file) }
        let store = try site.timelines()
        let report = CohortEngine(store: store).report(
            definition, smallCell: site.configuration.smallCell)
        try Recorder(site).record(entry(json, report: report, actor: actor))
        return report
    }

    /// The ledger entry of a released count.
    package static func entry(_ json: [UInt8], report: CohortReport, actor: String) -> Entry {
        Entry(
            .cohortCounted, actor: actor,
            body: [
                "definition": .string(Files.digest(of: json)),
                "persons": .string(report.personsText),
            ])
    }
}
