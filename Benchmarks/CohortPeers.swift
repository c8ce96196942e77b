// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The rival engines of the cohort benchmark on the same replicated data.
///
/// Their scripts are not part of this repository: `BEDSIDE_PEERS`, else `../shared/peers`, has them
/// in the folder `cohorts`. Packages: duckdb, numpy, pyarrow and, for that engine, polars.
struct CohortPeers {
    /// One query of one engine.
    struct Timing: Decodable {
        var engine: String
        /// Q1_t2dm_a1c, Q2_aki, Q3_prevalence, Q4_km, Q5_timeline, Q6_code_freq, Q7_characterise.
        var query: String
        /// Seconds, the best of the repetitions.
        var wall: Double
        /// Seconds of all threads, the best of the repetitions.
        var processor: Double

        enum CodingKeys: String, CodingKey {
            case engine, query
            case wall = "wall_min"
            case processor = "cpu_min"
        }
    }

    /// All rows one engine gives for one query, each cell as Python writes it.
    ///
    /// Codes are concepts: position in `ReplicatedBase.codes` plus one.
    struct Answer: Decodable {
        var answer: String
        var rows: [[String]]
    }

    /// What one engine did.
    struct Run {
        var engine: String
        var threads: Int
        var timings: [Timing]
        var answers: [Answer]
    }

    private let scripts: String
    /// Where the peers' tables lie.
    private let work: String

    /// Nil where the scripts are not at hand.
    init?(work: String) {
        let shared = ProcessInfo.processInfo.environment["BEDSIDE_PEERS"] ?? "../shared/peers"
        scripts = shared + "/cohorts"
        self.work = work
        guard FileManager.default.fileExists(atPath: scripts + "/03_bench.py") else { return nil }
    }

    private func tables(_ replicates: Int) -> String { "\(work)/replicates-\(replicates)" }

    /// Makes the tables of so many replicates from an export, unless they are there already.
    func prepare(export: String, replicates: Int) throws {
        let base = work + "/base"
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: base + "/immunization.csv") {
            try PythonPeer.script(scripts + "/01_fhir_to_tables.py", [export, base])
        }
        let done = tables(replicates) + "/done"
        guard !FileManager.default.fileExists(atPath: done) else { return }
        try PythonPeer.script(
            scripts + "/02_replicate.py", [base, tables(replicates), String(replicates)])
        try Data().write(to: URL(fileURLWithPath: done))
    }

    /// Times an engine (`duckdb-code`, `duckdb-pid` or `polars`) and takes its answers.
    ///
    /// - Parameters:
    ///   - subject: whose timeline Q5 asks for.
    ///   - only: names of queries; all by default.
    func run(
        _ engine: String, threads: Int, replicates: Int, subject: Int = 61_234,
        repetitions: Int = 7, only: [String] = []
    ) throws -> Run {
        var environment = ["THREADS": String(threads)]
        if !only.isEmpty { environment["ONLY"] = only.joined(separator: ",") }
        let arguments = [
            scripts + "/03_bench.py", engine, tables(replicates), String(repetitions),
            String(subject),
        ]
        // One run prints both kinds of lines, and a line is either.
        let lines: [Either] = try PythonPeer.lines(
            CohortPeers.program, arguments, environment: environment)
        return Run(
            engine: engine, threads: threads, timings: lines.compactMap(\.timing),
            answers: lines.compactMap(\.answer))
    }

    private struct Either: Decodable {
        var timing: Timing?
        var answer: Answer?

        init(from decoder: any Decoder) throws {
            timing = try? Timing(from: decoder)
            answer = timing == nil ? try Answer(from: decoder) : nil
        }
    }

    /// Runs the timing script as it is, but for Q5's patient, then asks every query once more: the
    /// script prints only the first rows of long answers.
    private static let program = """
        import json, os, sys
        script, engine, data, repetitions, subject = sys.argv[1:]
        sys.argv = [script, engine, data, repetitions]
        text = open(script).read().replace('pid=61234', 'pid=' + subject)
        names = {'__name__': '__main__', '__file__': script}
        exec(compile(text, script, 'exec'), names)
        only = [n for n in os.environ.get('ONLY', '').split(',') if n] or list(names['Q'])
        for name in only:
            if name in names['Q']:
                rows = [[str(cell) for cell in row] for row in names['run'](names['Q'][name])]
                print(json.dumps(dict(answer=name, rows=rows)), flush=True)
        """
}
