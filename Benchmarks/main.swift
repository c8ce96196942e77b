// SPDX-License-Identifier: Apache-2.0
// Times our parts and, where there is one, a peer in the same run, and prints the ratio.
//   ./bedside bench ledger [ENTRIES]
//   ./bedside bench import FILE-OR-DIRECTORY
//   ./bedside bench decisions DDXPLUS-PATIENTS
//   ./bedside bench observations OBSERVATIONS.ndjson
//   ./bedside bench cohorts FHIR-EXPORT WORK-DIRECTORY [EVENTS]
//   ./bedside bench gateway [VENV] [SECONDS]
//   ./bedside bench memory
import Foundation
import Site

let arguments = CommandLine.arguments.dropFirst()
do {
    switch arguments.first {
    case "ledger":
        try await LedgerBenchmark.run(
            entries: arguments.dropFirst().first.flatMap(Int.init) ?? 1_000_000)
    case "import":
        guard let path = arguments.dropFirst().first else { throw BenchmarkUsage() }
        try IntakeBenchmark.run(path)
    case "decisions":
        guard let path = arguments.dropFirst().first else { throw BenchmarkUsage() }
        try await DecisionBenchmark.run(path)
    case "observations":
        guard let path = arguments.dropFirst().first else { throw BenchmarkUsage() }
        try ImportPeer.run(path)
    case "cohorts":
        let rest = Array(arguments.dropFirst())
        guard rest.count >= 2 else { throw BenchmarkUsage() }
        try CohortComparison.run(
            export: rest[0], work: rest[1],
            events: rest.count > 2 ? Int(rest[2]) ?? 27_296_170 : 27_296_170)
    case "gateway":
        // VENV: a Python virtual environment with litellm[proxy]; - or nothing leaves it out.
        let rest = Array(arguments.dropFirst())
        try GatewayComparison.run(
            environment: rest.first.flatMap { $0 == "-" ? nil : $0 },
            seconds: rest.count > 1 ? Double(rest[1]) ?? 8 : 8)
    case "memory":
        MemoryBandwidth.run()
    default:
        throw BenchmarkUsage()
    }
} catch is BenchmarkUsage {
    print(
        "usage: ./bedside bench ledger [ENTRIES] | import PATH | decisions FILE | "
            + "observations FILE | cohorts EXPORT WORK [EVENTS] | gateway [VENV] [SECONDS] | memory"
    )
    exit(2)
} catch {
    print("the benchmark stopped: \(error)")
    exit(1)
}

/// The command line was not understood.
struct BenchmarkUsage: Error {}

/// Runs work and returns its wall-clock seconds.
func seconds(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let started = clock.now
    try work()
    return (clock.now - started).seconds
}
