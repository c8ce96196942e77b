// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Gateway
import Site

/// The command line: one file a command over the library targets.
@main
struct Bedside: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bedside",
        abstract: "From a hospital's records to an answered, explained, metered call.",
        discussion: """
            Start with: bedside demo
            Not a medical device; not reviewed by clinicians.
            """,
        version: CallService.codeVersion,
        subcommands: [
            Demo.self, Init.self, Import.self, Manifest.self, Codes.self, Timeline.self,
            Cohort.self, Why.self, TimelinesCommand.self,
            Diagnose.self, KnowledgeCommand.self, Benchmark.self, Serve.self, Key.self, Budget.self,
            LicenceCommand.self, Price.self, Ledger.self,
            Simulate.self,
            Config.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as SiteError {
            Terminal.complain(error.sentence)
            Foundation.exit(1)
        } catch let error as GatewayError {
            Terminal.complain(error.sentence)
            Foundation.exit(1)
        } catch {
            exit(withError: error)
        }
    }
}

/// The site a command works on.
struct SiteOption: ParsableArguments {
    @Option(name: .long, help: "Directory of the site.")
    var site: String

    /// Opens the site.
    func open() throws -> SiteDirectory {
        try SiteDirectory(site)
    }
}

/// Whether a program or a person reads the output.
struct OutputOption: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON object on standard output and nothing else there.")
    var json = false

    /// Prints either form; the text is composed only where it is read.
    func show(_ value: some Encodable, text: () -> String) throws {
        print(json ? try Terminal.json(value) : text())
    }
}
