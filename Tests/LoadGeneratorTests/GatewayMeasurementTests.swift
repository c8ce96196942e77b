// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LoadGenerator

@Suite("Measuring a gateway")
struct GatewayMeasurementTests {
    @Test("samples are read by name, with labels and without")
    func readsMetrics() {
        let metrics = ServerMetrics(
            text: """
                # HELP process_cpu_seconds_total Total CPU.
                # TYPE process_cpu_seconds_total counter
                process_cpu_seconds_total 12.25
                process_resident_memory_bytes 6.1e7
                calls_total{dialect="chat",note="a b} c"} 3 1750000000000
                calls_total{dialect="responses"} 4
                broken
                """)
        #expect(metrics["process_cpu_seconds_total"] == 12.25)
        #expect(metrics["process_resident_memory_bytes"] == 61_000_000)
        #expect(metrics[#"calls_total{dialect="responses"}"#] == 4)
        #expect(metrics["calls_total"] == 7)
        #expect(metrics["calls"] == nil)
    }

    @Test("the kernel tells of this process")
    func readsUsage() throws {
        let usage = try #require(ProcessUsage(process: getpid()))
        #expect(usage.residentBytes > 1_000_000)
        let tree = try #require(ProcessUsage(tree: getpid()))
        #expect(tree.cpuSeconds >= usage.cpuSeconds)
        #expect(ProcessUsage(process: -1) == nil)
    }

    @Test("a server without metrics is measured by its process, and has no ledger")
    func measuresUpstream() throws {
        let upstream = try CannedUpstream()
        defer { upstream.stop() }
        var measurement = GatewayMeasurement(
            port: upstream.port, key: "k", body: GatewayMeasurement.chat(model: "canned"))
        #expect(throws: LoadError.noAnswer(path: "/metrics", status: 404)) {
            measurement.seconds = 0.1
            _ = try measurement.run()
        }
        measurement.process = getpid()
        measurement.upstreamPort = upstream.port
        measurement.warmUpSeconds = 0.1
        measurement.pace = 500
        let figures = try measurement.run()
        #expect(figures.requests > 0)
        #expect(figures.errors == 0)
        #expect(figures.ledgerEntries == nil)
        #expect(figures.cpuPerRequest != nil)
        #expect(figures.addedP99 != nil)
        #expect(figures.pacedP99 != nil)
        let json = String(decoding: try JSONEncoder().encode(figures), as: UTF8.self)
        for name in ["requests", "rps", "p50_ms", "p99_ms", "cpu_ms_per_request", "errors"] {
            #expect(json.contains("\"\(name)\":"))
        }
    }

    @Test("the calls of a measurement are JSON, and no two are alike")
    func bodies() throws {
        for model in ["fake", "bedside-panel"] {
            let body = GatewayMeasurement.chat(model: model)
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(body.bytes(1))) as? [String: Any])
            #expect(object["model"] as? String == model)
            #expect(body.bytes(1) != body.bytes(2))
        }
    }

    @Test("the models of a gateway are those it lists")
    func listsModels() throws {
        let upstream = try CannedUpstream()
        let port = upstream.port
        #expect(
            try GatewayMeasurement.models(host: "127.0.0.1", port: port, key: nil) == ["canned"])
        upstream.stop()
        #expect(throws: LoadError.noAnswer(path: "/v1/models", status: 0)) {
            try GatewayMeasurement.models(host: "127.0.0.1", port: port, key: nil)
        }
    }

    @Test("a command's last line is its result, or its complaint")
    func commands() throws {
        #expect(try OperatorCommand.run("/bin/sh", ["-c", "echo a; echo key"]) == "key")
        let expected = LoadError.commandFailed(
            command: "bedside -c echo no >&2; exit 3", lastLine: "no")
        #expect(throws: expected) {
            try OperatorCommand.run("/bin/sh", ["-c", "echo no >&2; exit 3"])
        }
    }

    @Test("a child's port is read from what it prints, and the child ends with its holder")
    func startsServer() throws {
        let server = try ServerProcess(
            "/bin/sh", ["-c", "echo starting; echo at http://127.0.0.1:4711 >&2; exec sleep 60"])
        #expect(server.port == 4711)
        #expect(server.isRunning)
        server.stop()
        #expect(!server.isRunning)
    }

    @Test("a child that prints no address did not start, and its last line says why")
    func noServer() {
        let expected = LoadError.notStarted(program: "/bin/sh", lastLine: "no site here")
        #expect(throws: expected) {
            _ = try ServerProcess("/bin/sh", ["-c", "echo no site here; exit 1"])
        }
    }

    @Test("a plain request brings status and body, whole or in chunks")
    func plainRequest() throws {
        let upstream = try CannedUpstream()
        defer { upstream.stop() }
        let models = try PlainRequest(port: upstream.port).get("/v1/models")
        #expect(models.status == 200)
        #expect(models.body.contains(#""id":"canned""#))
        #expect(try PlainRequest(port: upstream.port).get("/nothing").status == 404)
    }
}
