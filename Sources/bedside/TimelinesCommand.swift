// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Site
import Timelines

/// `bedside timelines`: directories of segments.
struct TimelinesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timelines",
        abstract: "Look at, check or merge a directory of timeline segments.",
        subcommands: [Show.self, Merge.self])

    struct Report: Encodable {
        var generation: Int
        var segments: [String]
        var subjects: Int
        var events: Int
        var digest: String
        /// What had to be left aside to open it; null where nothing had.
        var recovery: String?
    }

    /// `bedside timelines show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a directory of segments at its last committed state.")

        @Argument(help: "Directory of segments.")
        var directory: String
        @Flag(name: .long, help: "Check every checksum; a flipped byte is named.")
        var verify = false
        @OptionGroup var output: OutputOption

        func run() throws {
            try TimelinesCommand.show(directory, verify: verify, output: output)
        }
    }

    /// `bedside timelines merge`.
    struct Merge: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Merge all segments of a directory into one.")

        @Argument(help: "Directory of segments.")
        var directory: String
        @OptionGroup var output: OutputOption

        func run() throws {
            do throws(TimelineError) {
                try TimelineDirectory(directory).merge()
            } catch { throw SiteError.refused(error.sentence) }
            try TimelinesCommand.show(directory, verify: false, output: output)
        }
    }

    private static func show(_ directory: String, verify: Bool, output: OutputOption) throws {
        let summary: TimelineDirectory.Summary
        do throws(TimelineError) {
            let opened = TimelineDirectory(directory)
            if verify { try opened.verify() }
            summary = try opened.summary()
        } catch { throw SiteError.refused(error.sentence) }
        let report = Report(
            generation: Int(summary.generation), segments: summary.files,
            subjects: summary.subjects, events: summary.events, digest: summary.digest,
            recovery: summary.recovery)
        try output.show(report) {
            Terminal.table([
                ["segments", Terminal.grouped(report.segments.count)],
                ["subjects", Terminal.grouped(report.subjects)],
                ["events", Terminal.grouped(report.events)],
            ]) + "\n\(report.digest)" + (report.recovery.map { "\nnote: \($0)" } ?? "")
        }
    }
}
