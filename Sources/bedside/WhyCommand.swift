// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Cohorts
import Ledger
import Records
import Site
import Timelines

/// `bedside why`: why one subject is in a cohort, or not.
struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain why a subject is in a cohort or out of it, rule by rule.",
        discussion: """
            For those who may see single timelines of the site; the question is put on record. \
            Prints the events that made each rule hold, and those that missed it narrowly.
            """)

    @OptionGroup var site: SiteOption
    @Option(name: .long, help: "Cohort definition (JSON) in any of the three languages.")
    var definition: String
    @Option(name: .long, help: "Subject id (32 hexadecimal digits), or a position such as 0.")
    var subject: String

    func run() throws {
        let directory = try site.open()
        let ground = try directory.discovery()
        let store = ground.store
        let index = SubjectID(subject).flatMap { store.index(of: $0) } ?? Int(subject)
        guard let index, (0..<store.subjectCount).contains(index) else {
            throw SiteError.refused(
                "--subject: no such subject; expected 32 hexadecimal digits or a position from 0 "
                    + "to \(store.subjectCount - 1)")
        }
        let json = try Files.readBytes(definition)
        try Recorder(directory).record(
            Entry(
                .subjectExplained, actor: "why",
                body: [
                    "definition": .string(Files.digest(of: json)),
                    "subject": .string(store.subject(index).id.description),
                ]))
        let report = try ground.explain(index, json, off: [])
        print(report.text)
    }
}
