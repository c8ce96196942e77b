// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intake

/// Our extraction of FHIR observations beside DuckDB's `read_json` on the same NDJSON file.
///
/// Both read one plain file that is not compressed, ours on one thread. DuckDB fills a table in
/// memory, three ways: five fields of a resource (subject, code, date, value and unit) by a given
/// schema, the same by a schema it finds itself, and, nearer to what an import has to read, also
/// identifier, status, code system, wording, coded values, and components as rows of their own.
enum ImportPeer {
    private struct Timing: Decodable {
        var way: String
        var threads: Int
        var wall: Double
        var rows: Int
    }

    /// Prints seconds, speed, rows, and how many times ours each takes.
    static func run(_ path: String, repetitions: Int = 5) throws {
        var ours = Double.infinity
        var bytes = 0
        var events = 0
        func time() throws {
            for _ in 0..<repetitions {
                let wall = try seconds {
                    let extraction = try FHIRReader().extract(file: path, displayName: path)
                    bytes = extraction.report.bytes
                    events = extraction.events.count
                }
                ours = min(ours, wall)
            }
        }
        // Before and after, so that a machine busy for a moment favours neither.
        try time()
        var lines: [Timing] = []
        do {
            lines = try PythonPeer.lines(program, [path, String(repetitions)])
        } catch let failure as PythonPeer.Failure { print("no peer: \(failure)") }
        try time()
        say("ours, 1 thread", ours, bytes, rows: events, ours: ours)
        for line in lines {
            let threads = line.threads == 1 ? "1 thread" : "\(line.threads) threads"
            say("DuckDB \(line.way), \(threads)", line.wall, bytes, rows: line.rows, ours: ours)
        }
    }

    private static func say(_ name: String, _ wall: Double, _ bytes: Int, rows: Int, ours: Double) {
        print(
            name.padding(toLength: 44, withPad: " ", startingAt: 0)
                + String(
                    format: "%7.3f s  %6.1f MB/s  %7d rows  %5.2f x", wall,
                    Double(bytes) / 1e6 / wall, rows, wall / ours))
    }

    private static let program = """
        import json, sys, time, duckdb
        path, repetitions = sys.argv[1].replace("'", "''"), int(sys.argv[2])
        coding = "STRUCT(system VARCHAR, code VARCHAR, display VARCHAR)[]"
        concept = f"STRUCT(coding {coding}, text VARCHAR)"
        quantity = "STRUCT(value DOUBLE, comparator VARCHAR, unit VARCHAR)"
        part = f"code {concept}, valueQuantity {quantity}, valueCodeableConcept {concept}"
        short = ("{subject: 'STRUCT(reference VARCHAR)', effectiveDateTime: 'VARCHAR', "
                 "code: 'STRUCT(coding STRUCT(code VARCHAR)[])', "
                 "valueQuantity: 'STRUCT(value DOUBLE, unit VARCHAR)'}")
        whole = ("{id: 'VARCHAR', status: 'VARCHAR', subject: 'STRUCT(reference VARCHAR)', "
                 "effectiveDateTime: 'VARCHAR', valueString: 'VARCHAR', "
                 + ", ".join(f"{n}: '{t}'" for n, t in (('code', concept),
                     ('valueQuantity', quantity), ('valueCodeableConcept', concept)))
                 + f", component: 'STRUCT({part})[]'}}")
        five = ("subject.reference s, code.coding[1].code c, effectiveDateTime t, "
                "valueQuantity.value v, valueQuantity.unit u")
        def source(columns): return (f"read_json('{path}', format='newline_delimited'"
                                     + (f", columns={columns}" if columns else "") + ")")
        def facts(at): return (f"{at}code.coding[1] c, {at}valueQuantity q, "
                               f"{at}valueCodeableConcept.coding[1] k")
        head = "id, status, subject.reference s, effectiveDateTime t"
        ways = {
            "five fields, given schema": f"select {five} from {source(short)}",
            "five fields, own schema": f"select {five} from {source(None)}",
            "all fields and components": (
                f"with o as (select * from {source(whole)}) "
                f"select {head}, {facts('')} from o where component is null union all "
                f"select {head}, {facts('x.')} from "
                "(select *, unnest(component) x from o where component is not null)"),
        }
        for threads in (1, 2):
            for way, query in ways.items():
                db = duckdb.connect()
                db.execute(f"set threads={threads}")
                best = 1e9
                for _ in range(repetitions):
                    start = time.perf_counter()
                    db.execute(f"create or replace temp table o as {query}")
                    best = min(best, time.perf_counter() - start)
                rows = db.execute("select count(*) from o").fetchone()[0]
                print(json.dumps(dict(way=way, threads=threads, wall=best, rows=rows)))
        """
}
