// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Site
import Timelines

/// `bedside timelines`: directories of segments.
struct TimelinesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timelines",
        abstract: "Look at, check or merge a directory of timeline segments.",
        subcommands: [Show.self, Merge.self, Verify.self, Sample.self])

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
        @OptionGroup var output: OutputOption

        func run() throws { try TimelinesCommand.show(directory, output: output) }
    }

    /// `bedside timelines verify`.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every checksum and order; a flipped byte is named with its column.")

        @Argument(help: "Directory of segments.")
        var directory: String
        @OptionGroup var output: OutputOption

        func run() throws {
            try TimelinesCommand.attempt { () throws(TimelineError) in
                try TimelineDirectory(directory).verify()
            }
            try TimelinesCommand.show(directory, output: output)
        }
    }

    /// `bedside timelines sample`.
    struct Sample: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Append made-up segments to a directory, for checks of merging.")

        @Argument(help: "Directory of segments; made where it is missing.")
        var directory: String
        @Option(name: .long, help: "How many segments.")
        var segments = 3
        @Option(name: .long, help: "Subjects in each.")
        var subjects = 10_000
        @OptionGroup var output: OutputOption

        func run() throws {
            try TimelinesCommand.attempt { () throws(TimelineError) in
                try SampleTimelines.append(
                    to: TimelineDirectory(directory), segments: segments, subjects: subjects)
            }
            try TimelinesCommand.show(directory, output: output)
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
            try TimelinesCommand.attempt { () throws(TimelineError) in
                try TimelineDirectory(directory).merge()
            }
            try TimelinesCommand.show(directory, output: output)
        }
    }

    private static func attempt<Result>(
        _ work: () throws(TimelineError) -> Result
    ) throws -> Result {
        do throws(TimelineError) {
            return try work()
        } catch { throw SiteError.refused(error.sentence) }
    }

    private static func show(_ directory: String, output: OutputOption) throws {
        let summary = try attempt { () throws(TimelineError) in
            try TimelineDirectory(directory).summary()
        }
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
