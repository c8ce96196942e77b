// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Deidentification
import Foundation
import Intake
import Ledger
import Records
import Site
import Timelines

/// `bedside init`: makes a site.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new site: configuration, vault, ledger, and their keys outside it.")

    @Option(name: .long, help: "Directory of the new site; new or empty.")
    var site: String
    @Option(name: .long, help: "What the site is called; by default the directory's name.")
    var name: String?
    @Option(name: .long, help: "Where the key files go; by default SITE.keys beside the site.")
    var keyDirectory: String?
    @OptionGroup var output: OutputOption

    struct Report: Encodable {
        var site: String
        var keyDirectory: String
    }

    func run() throws {
        let made = try SiteDirectory.create(site, name: name, keyDirectory: keyDirectory)
        try Recorder(made).record(
            Entry(
                .siteCreated, actor: "init", body: ["profile": .string(made.configuration.profile)])
        )
        let report = Report(site: made.path, keyDirectory: made.configuration.keyDirectory)
        try output.show(report) {
            """
            Site made: \(made.path)
            Keys:      \(made.configuration.keyDirectory) (back them up apart from the site)
            Next:      bedside import --site \(site) PATH
            """
        }
    }
}

/// `bedside import`: brings records into a site.
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Bring records in: FHIR R4 as NDJSON or bundles, or the tables of an OMOP data model.",
        discussion: """
            Files may be plain or .gz, OMOP tables also in one .zip. Interrupted imports are \
            resumed by running the same command again.
            """)

    @OptionGroup var site: SiteOption
    @Argument(help: "File or directory to import.")
    var path: String
    @Option(
        name: .long,
        help: "fhir or omop; by default OMOP where a file is named after one of its tables.")
    var format: ImportFormat?
    @Option(
        name: .long,
        help: "Release profile of a site that holds nothing yet: limited-data-set keeps true dates."
    )
    var profile: String?
    @OptionGroup var output: OutputOption

    func run() throws {
        var directory = try site.open()
        if let profile {
            try ImportJob.check(path, as: format)
            directory = try directory.under(profile: profile)
        }
        let clock = ContinuousClock()
        let started = clock.now
        let job = ImportJob(site: directory) { progress in
            let seconds = max(0.001, (clock.now - started).seconds)
            let rate = Double(progress.bytesDone) / seconds
            let left = Double(progress.bytesTotal - progress.bytesDone) / max(1, rate)
            Terminal.progress(
                String(
                    format: "file %d of %d, %.1f MB/s on disk, %.0f s left", progress.file,
                    progress.files, rate / 1e6, left), isLast: progress.file == progress.files)
        }
        let summary = try job.run(path, as: format)
        let report = ImportOutput(summary)
        for issue in summary.report.issues.prefix(20) {
            Terminal.note(issue.message)
        }
        let more = summary.report.issues.count + summary.report.issuesOmitted - 20
        if more > 0 { Terminal.note("… and \(Terminal.grouped(more)) more issues") }
        for name in summary.ignored.prefix(20) {
            Terminal.note(name)
        }
        try output.show(report) { report.text(site: site.site) }
        for refusal in summary.refusals { Terminal.complain(refusal) }
        if !summary.refusals.isEmpty { throw ExitCode.failure }
    }
}

extension ImportFormat: ExpressibleByArgument {}

/// What `import` prints.
struct ImportOutput: Encodable {
    var resources: Int
    var imported: Int
    var rejected: Int
    var reasons: [String: Int]
    var subjects: Int
    var events: Int
    var notesWithheld: Int
    var bytes: Int
    var files: Int
    var filesKnown: Int
    var filesRefused: Int
    var issues: Int
    var seconds: Double

    enum CodingKeys: String, CodingKey {
        case resources, imported, rejected, reasons, subjects, events, bytes, files, issues, seconds
        case notesWithheld = "notes_withheld"
        case filesKnown = "files_known"
        case filesRefused = "files_refused"
    }

    init(_ summary: ImportJob.Summary) {
        resources = summary.report.resources
        imported = summary.report.imported
        rejected = summary.report.rejected.values.reduce(0, +)
        reasons = summary.report.rejected
        subjects = summary.release.subjects
        events = summary.release.events
        notesWithheld = summary.release.notesWithheld
        bytes = summary.report.bytes
        files = summary.files
        filesKnown = summary.filesKnown
        filesRefused = summary.refusals.count
        issues = summary.report.issues.count + summary.report.issuesOmitted
        seconds = summary.seconds
    }

    func text(site: String) -> String {
        var rows = [
            ["resources read", Terminal.grouped(resources)],
            ["imported", Terminal.grouped(imported)],
            ["not imported", Terminal.grouped(rejected)],
        ]
        for (reason, count) in reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            rows.append(["  " + reason, Terminal.grouped(count)])
        }
        rows += [
            ["subjects in the site", Terminal.grouped(subjects)],
            ["events in the site", Terminal.grouped(events)],
            ["notes withheld in the vault", Terminal.grouped(notesWithheld)],
        ]
        let known =
            filesKnown == 0 ? "" : "\(filesKnown) of \(files) files were in the site already. "
        let speed = String(format: " (%.0f MB/s)", Double(bytes) / 1e6 / max(seconds, 0.001))
        return Terminal.table(rows) + "\n" + known
            + String(format: "%.0f MB in %.2f s", Double(bytes) / 1e6, seconds)
            + (filesKnown == 0 ? speed : "")
            + ".\nNext: bedside codes --site \(site)"
    }
}

/// `bedside manifest`: what the privacy officer reads before signing.
struct Manifest: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Print what the release removed, what remains, and where it departs from the rule.",
        discussion: "The officer who signs the local policy is `signer` in site.yaml.")

    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOption

    func run() throws {
        let manifest = try site.open().manifest()
        try output.show(manifest) { manifest.text }
    }
}

/// `bedside codes`: per-code counts.
struct Codes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Count events and subjects per code; small counts and small remainders are hidden.")

    @OptionGroup var site: SiteOption
    @Option(name: .long, help: "How many codes, most frequent first; 0 for all.")
    var top = 30
    @OptionGroup var output: OutputOption

    func validate() throws {
        guard top >= 0 else { throw ValidationError("--top: expected a whole number from 0") }
    }

    struct Row: Encodable {
        var code: String
        var display: String
        var subjects: Int?
        var events: Int?
    }

    struct Report: Encodable {
        var codes: [Row]
    }

    func run() throws {
        let directory = try site.open()
        let all = CodeRelease.rows(
            try directory.timelines(), smallCell: directory.configuration.smallCell)
        let rows = all.prefix(top == 0 ? all.count : top).map { row in
            Row(
                code: row.entry.code.description, display: row.entry.display,
                subjects: row.subjects, events: row.events)
        }
        try output.show(Report(codes: rows)) {
            let small = "hidden"
            return Terminal.table(
                [["code", "subjects", "events"]]
                    + rows.map { row in
                        [
                            "\(row.code)  \(row.display.prefix(44))",
                            row.subjects.map(Terminal.grouped) ?? small,
                            row.events.map(Terminal.grouped) ?? small,
                        ]
                    })
        }
    }
}

/// `bedside timeline`: one de-identified subject's events in order.
struct Timeline: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one subject's timeline, in days since the subject's first event.")

    @OptionGroup var site: SiteOption
    @Option(name: .long, help: "Subject id (32 hexadecimal digits), or a position such as 0.")
    var subject: String
    @OptionGroup var output: OutputOption

    struct Report: Encodable {
        struct Row: Encodable {
            var day: Int
            var endDay: Int?
            var code: String
            var display: String
            var value: String?
        }
        var subject: String
        var sex: String
        var anchorYear: Int
        var age: String
        var events: [Row]
    }

    func run() throws {
        let store = try site.open().timelines()
        let index = SubjectID(subject).flatMap { store.index(of: $0) } ?? Int(subject)
        guard let index, (0..<store.subjectCount).contains(index) else {
            throw SiteError.refused(
                "--subject: no such subject; expected 32 hexadecimal digits or a position from 0 "
                    + "to \(store.subjectCount - 1)")
        }
        let record = store.subject(index)
        let report = Report(
            subject: record.id.description, sex: record.sex.rawValue,
            anchorYear: Int(record.anchorYear),
            age: record.isAged ? "90+" : record.ageAtAnchor.map { String($0) } ?? "unknown",
            events: store.timeline(subject: index).map { event in
                .init(
                    day: Int(event.start) / 1440, endDay: event.end.map { Int($0) / 1440 },
                    code: event.code.description, display: event.display,
                    value: event.value.map(Timeline.text))
            })
        try output.show(report) {
            let head =
                "subject \(report.subject), \(report.sex), age \(report.age) at the first event "
                + "in \(report.anchorYear)\n"
            return head
                + report.events.map { row in
                    "day \(row.day)\(row.endDay.map { $0 == row.day ? "" : "–\($0)" } ?? "")  "
                        + "\(row.code)  \(row.display)\(row.value.map { " = \($0)" } ?? "")"
                }.joined(separator: "\n")
        }
    }

    static func text(_ value: EventValue) -> String {
        switch value {
        case .number(let number, let unit): "\(rounded(number))\(unit.map { " \($0)" } ?? "")"
        case .below(let number, let unit): "<\(rounded(number))\(unit.map { " \($0)" } ?? "")"
        case .above(let number, let unit): ">\(rounded(number))\(unit.map { " \($0)" } ?? "")"
        case .code(let code, let display): display.isEmpty ? code.description : display
        }
    }

    private static func rounded(_ number: Double) -> String {
        String(format: "%.6g", number)
    }
}

/// `bedside config`: what holds.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the site's effective configuration.")

    @OptionGroup var site: SiteOption

    func run() throws {
        print(try site.open().configuration.yaml, terminator: "")
    }
}
