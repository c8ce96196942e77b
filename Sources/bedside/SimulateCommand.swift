// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SimulatedHospitals
import Site

/// `bedside simulate`: hospitals with known truth.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write three simulated hospitals as FHIR R4 NDJSON, with the truth beside them.",
        discussion: "Hazards and values are set for software testing; no real population.")

    @Option(name: .long, help: "New or empty directory.")
    var out: String
    @Option(name: .long, help: "Same seed, same bytes.")
    var seed: UInt64 = 1
    @Option(name: .long, help: "Persons in all.")
    var persons = 1200
    @OptionGroup var output: OutputOption

    func validate() throws {
        guard (1...10_000_000).contains(persons) else {
            throw ValidationError("--persons: expected a whole number from 1 to 10000000")
        }
    }

    func run() throws {
        let summary = try Shipped.simulate(seed: seed, patients: persons, directory: out)
        try output.show(summary) {
            Terminal.table(
                [["hospital", "patients", "resources", "MB"]]
                    + summary.hospitals.map {
                        [
                            $0.name, Terminal.grouped($0.patients), Terminal.grouped($0.resources),
                            String(format: "%.1f", Double($0.bytes) / 1e6),
                        ]
                    }) + "\n\(summary.seenAtTwo) persons are seen at two hospitals."
        }
    }
}
