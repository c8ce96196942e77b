// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Cohorts
import Foundation
import Records
import Site

/// `bedside cohort`: counts one definition.
struct Cohort: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Count a cohort with attrition; counts too small to show are hidden.",
        discussion: """
            Definitions are read in three languages, told apart by their keys: Bedside's own \
            (see Examples/), its cohort algebra ("algebra": 1), and OHDSI Circe JSON as ATLAS \
            exports it. --outputs writes code frequencies, characterisation, survival and \
            attrition as JSON, CSV and SVG.
            """)

    @OptionGroup var site: SiteOption
    @Option(name: .long, help: "Cohort definition (JSON) in any of the three languages.")
    var definition: String?
    @Option(
        name: .long,
        help: """
            Circe definition, answered in Circe's own terms: entries, dates and day sums, exact. \
            Only on sites under the profile limited-data-set.
            """)
    var circe: String?
    @Option(name: .long, help: "Leave out this rule (1 is the first); may be repeated.")
    var without: [Int] = []
    @Option(name: .long, help: "Directory that the outputs are written to.")
    var outputs: String?
    @Option(name: .long, help: "Code of an outcome to follow, with --outputs; may be repeated.")
    var outcome: [String] = []
    @Option(name: .long, help: "Follow for so many days at most.")
    var days: Int?
    @OptionGroup var output: OutputOption

    func validate() throws {
        guard (definition == nil) != (circe == nil) else {
            throw ValidationError("give one of --definition and --circe")
        }
        guard circe == nil || without.isEmpty && outputs == nil else {
            throw ValidationError("--circe answers alone; give --definition with these options")
        }
        guard outputs != nil || outcome.isEmpty && days == nil else {
            throw ValidationError("--outcome and --days go with --outputs")
        }
        guard without.allSatisfy({ $0 > 0 }) else {
            throw ValidationError("--without: expected numbers of rules from 1")
        }
        guard outcome.allSatisfy({ Code($0) != nil }) else {
            throw ValidationError("--outcome: expected a code such as SNOMED/230690007")
        }
        guard days.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--days: expected a whole number from 1")
        }
    }

    func run() throws {
        let directory = try site.open()
        if let circe { return try count(circe: circe, in: directory) }
        guard let definition else { return }
        let json = try Files.readBytes(definition)
        let isPlain = without.isEmpty && outputs == nil
        if isPlain, case .plain = try Discover.question(json, file: definition) {
            return try countPlain(json, in: directory, file: definition)
        }
        try Discover(
            site: directory, json: json, file: definition, without: Set(without.map { $0 - 1 }),
            outcomes: outcome, days: days, outputs: outputs, output: output
        ).run()
    }

    private func countPlain(_ json: [UInt8], in directory: SiteDirectory, file: String) throws {
        let report = try CohortCount.run(json, named: file, site: directory, actor: "cohort")
        try output.show(report) {
            Terminal.table(
                [["rule", "removed", "remaining"]]
                    + report.attrition.map { [$0.rule, $0.removedText, $0.remainingText] })
                + "\n\n\(report.definitionInEnglish)\nPersons: \(report.personsText)"
                + report.warnings.map { "\nnote: \($0)" }.joined()
        }
    }

    private func count(circe: String, in directory: SiteDirectory) throws {
        let ground = try directory.discovery()
        guard ground.keepsTrueDates else {
            throw SiteError.refused(
                "\(directory.path): its release holds no calendar dates; expected a site under the "
                    + "profile limited-data-set, or --definition for hidden and rounded counts")
        }
        let json = try Files.readBytes(circe)
        let finding = try ground.find(json, named: circe)
        guard let result = finding.circe else {
            throw SiteError.refused("\(circe): not a Circe definition; expected PrimaryCriteria")
        }
        let report = CirceReport(
            name: finding.question.name, result, warnings: finding.warnings)
        try Recorder(directory).record(
            ground.entry(json, persons: String(report.persons), actor: "cohort"))
        try output.show(report) {
            Terminal.table(
                [["rule", "alone", "persons", "entries"]]
                    + report.attrition.map {
                        [
                            $0.rule, Terminal.grouped($0.personsAlone),
                            Terminal.grouped($0.persons), Terminal.grouped($0.entries),
                        ]
                    })
                + "\n\n\(finding.question.inEnglish(ground.store))\n\n"
                + "Persons: \(Terminal.grouped(report.persons)), entries: "
                + Terminal.grouped(report.entries)
                + report.warnings.map { "\nnote: \($0)" }.joined()
        }
    }
}

/// A question answered with everything that may be told.
struct Discover {
    let site: SiteDirectory
    let json: [UInt8]
    let file: String
    let without: Set<Int>
    let outcomes: [String]
    let days: Int?
    let outputs: String?
    let output: OutputOption

    static func question(_ json: [UInt8], file: String) throws -> CohortQuestion {
        do {
            return try CohortQuestion(json: json, file: file)
        } catch let error as CohortError {
            throw SiteError.refused(error.sentence)
        } catch let error as CirceError {
            throw SiteError.refused("\(file): \(error.sentence)")
        }
    }

    func run() throws {
        let ground = try site.discovery()
        let finding = try ground.find(json, named: file)
        let rules = finding.bitsets.rules
        guard without.allSatisfy(rules.indices.contains) else {
            throw SiteError.refused(
                "--without: the definition has \(rules.count) rules; expected a number up to that")
        }
        var options = OutputOptions()
        if !without.isEmpty { options.enabledRules = Set(rules.indices).subtracting(without) }
        options.outcomes = outcomes.compactMap(Code.init).map {
            Outcome(name: $0.description, codes: [$0])
        }
        options.horizon = days
        if outputs == nil {
            options.codeLimit = 0
            options.windows = []
        }
        let told = try ground.outputs(of: finding, options: options)
        try Recorder(site).record(
            ground.entry(json, persons: told.persons.text, actor: "cohort"))
        if let outputs { try write(told, to: outputs) }
        try output.show(told) { text(told, finding, ground) }
    }

    private func text(
        _ told: CohortOutputs, _ finding: CohortFinding, _ ground: DiscoveryGround
    ) -> String {
        var table = [["rule", "alone", "remaining"]]
        if let attrition = told.attrition {
            table.append(["entry event", "", attrition.entered.text])
            for step in attrition.steps {
                table.append([
                    step.rule, step.alone.text, step.isEnabled ? step.remaining.text : "off",
                ])
            }
        }
        return Terminal.table(table) + "\n\n\(finding.question.inEnglish(ground.store))\n\n"
            + "Persons: \(told.persons.text)"
            + finding.warnings.map { "\nnote: \($0)" }.joined()
            + (outputs.map { "\nWritten to \($0)" } ?? "")
    }

    private func write(_ told: CohortOutputs, to directory: String) throws {
        try Files.makeDirectory(directory)
        var files: [(name: String, text: String)] = [
            ("cohort.json", try Terminal.json(told) + "\n"),
            ("codes.csv", told.codesCSV()), ("histograms.csv", told.histogramsCSV()),
        ]
        if let attrition = told.attrition {
            files += [
                ("attrition.csv", attrition.csv()), ("rules.csv", attrition.intersectionsCSV()),
                ("attrition.svg", attrition.svg(title: told.name)),
            ]
        }
        if let before = told.characterisation {
            files.append(("characterisation.csv", before.csv()))
        }
        for (number, event) in told.timeToEvent.enumerated() {
            let stem = "outcome-\(number + 1)"
            files += [
                ("\(stem)-survival.csv", event.csv()), ("\(stem)-rates.csv", event.ratesCSV()),
                ("\(stem)-survival.svg", event.svg(title: "\(told.name): \(event.outcome)")),
            ]
        }
        for file in files {
            try Files.replace("\(directory)/\(file.name)", with: Array(file.text.utf8))
        }
    }
}
