// SPDX-License-Identifier: Apache-2.0
package import Cohorts
import Ledger
package import Timelines

/// A cohort's counts as they may leave the site.
package struct CohortRelease: Sendable {
    package let report: CohortReport
    package let ageSex: [AgeSexCell]
}

/// Counts a cohort in a site and puts the release of the count on record.
package enum CohortCount {
    /// - Parameters:
    ///   - json: the definition.
    ///   - file: what to call it in errors.
    ///   - actor: who asked, for the ledger.
    package static func run(
        _ json: [UInt8], named file: String, site: SiteDirectory, actor: String
    ) throws(SiteError) -> CohortReport {
        let released = try release(
            json, named: file, store: try site.timelines(),
            smallCell: site.configuration.smallCell)
        try Recorder(site).record(entry(json, report: released.report, actor: actor))
        return released.report
    }

    /// Counts a definition; the caller puts the release on record.
    package static func release(
        _ json: [UInt8], named file: String, store: TimelineStore, smallCell: Int
    ) throws(SiteError) -> CohortRelease {
        let definition = try stage { try CohortDefinition(json: json, file: file) }
        let engine = CohortEngine(store: store)
        let exact = engine.evaluate(definition)
        return CohortRelease(
            report: CohortReport(
                definition, engine.released(exact, smallCell: smallCell), store: store),
            ageSex: engine.ageSexTable(exact.members, smallCell: smallCell))
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
