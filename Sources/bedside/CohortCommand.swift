// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Cohorts
import Site

/// `bedside cohort`: counts one definition.
struct Cohort: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Count a cohort with attrition; counts too small to show are hidden.")

    @OptionGroup var site: SiteOption
    @Option(name: .long, help: "Cohort definition (JSON); see Examples/.")
    var definition: String
    @OptionGroup var output: OutputOption

    func run() throws {
        let directory = try site.open()
        let report = try CohortCount.run(
            Files.readBytes(definition), named: definition, site: directory, actor: "cohort")
        try output.show(report) {
            Terminal.table(
                [["rule", "removed", "remaining"]]
                    + report.attrition.map { [$0.rule, $0.removedText, $0.remainingText] })
                + "\n\n\(report.definitionInEnglish)\nPersons: \(report.personsText)"
                + report.warnings.map { "\nnote: \($0)" }.joined()
        }
    }
}
