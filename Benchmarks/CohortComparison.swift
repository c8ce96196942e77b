// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site

/// Seven cohort queries, ours and DuckDB's best layout in turn on the same replicated export.
enum CohortComparison {
    /// Prints each query's least seconds on both sides and the ratio.
    ///
    /// - Parameters:
    ///   - export: a FHIR R4 export.
    ///   - work: directory for both sides' files; what is there is used again.
    static func run(export: String, work: String, events: Int) throws {
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
        let store = "\(work)/cohorts-\(events).bts"
        func own() throws -> CohortBenchmark.Report {
            try CohortBenchmark.run(events: events, export: export, store: store, repetitions: 9)
        }
        let before = try own()
        print(
            "ours: \(before.events) events of \(before.subjects) subjects, "
                + "\(before.bytesOnDisk / 1_000_000) MB, opened in "
                + String(format: "%.1f ms", before.openSeconds * 1000))
        var best: [String: (seconds: Double, engine: String)] = [:]
        if let peers = CohortPeers(work: work) {
            let patients = try CohortBenchmark.patients(in: export)
            let replicates = before.replicates ?? before.subjects / max(1, patients)
            try peers.prepare(export: export, replicates: replicates)
            for (engine, threads) in [
                ("duckdb-code", 2), ("duckdb-code", 1), ("duckdb-pid", 2), ("duckdb-pid", 1),
            ] {
                let run = try peers.run(engine, threads: threads, replicates: replicates)
                for timing in run.timings {
                    let query = String(timing.query.prefix(2))
                    if timing.wall < best[query]?.seconds ?? .infinity {
                        best[query] = (timing.wall, "\(engine), \(threads) thread(s)")
                    }
                }
            }
        } else {
            print("no peer: its scripts were not found")
        }
        // Before and after, so that a machine busy for a moment favours neither.
        let after = try own()
        for query in before.queries.keys.sorted() {
            let seconds = min(
                before.queries[query]?.seconds ?? .infinity,
                after.queries[query]?.seconds ?? .infinity)
            var line = "\(query)  ours " + String(format: "%9.3f ms", seconds * 1000)
            if let peer = best[query] {
                line += String(
                    format: "  DuckDB %9.3f ms  %.1f times  ", peer.seconds * 1000,
                    peer.seconds / seconds)
                line += peer.engine
            }
            print(line)
        }
    }
}
