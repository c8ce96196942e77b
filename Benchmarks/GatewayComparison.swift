// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoadGenerator

/// The gateway and its peers before the same upstream, with the same client, in one run.
///
/// nginx as a plain proxy is the floor of any proxy; LiteLLM is the usual choice. nginx neither
/// knows keys nor counts, LiteLLM knows one master key and counts nothing here: ours checks key,
/// budget, licence and price and appends to its ledger on every call.
enum GatewayComparison {
    /// A subject under load.
    private struct Row {
        var name: String
        var connections: Int
        var result: LoadResult
        var cpuMilliseconds: Double?
        var residentMegabytes: Double?
    }

    /// Prints a row for each subject and number of connections, and the ratios.
    ///
    /// - Parameters:
    ///   - environment: a Python virtual environment with `litellm[proxy]`; nil leaves LiteLLM out.
    ///   - seconds: of each load.
    static func run(environment: String?, seconds: Double) throws {
        let upstream = try CannedUpstream()
        defer { upstream.stop() }
        let scratch = FileManager.default.temporaryDirectory
            .appending(path: "bedside-peers-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }

        var rows: [Row] = []
        for connections in [1, 32] {
            let before = (cpu: upstream.cpuSeconds, calls: upstream.calls)
            var row = try load("upstream alone", upstream.port, connections, seconds)
            row.cpuMilliseconds =
                (upstream.cpuSeconds - before.cpu) * 1000
                / Double(max(1, upstream.calls - before.calls))
            rows.append(row)
        }
        rows += try nginx(before: upstream.port, in: scratch, seconds)
        if let environment {
            rows += try liteLLM(environment, before: upstream.port, in: scratch, seconds)
        }
        rows += try ours(before: upstream.port, seconds)
        show(rows)
    }

    // MARK: The subjects

    private static func nginx(before upstream: Int, in scratch: String, _ seconds: Double) throws
        -> [Row]
    {
        let places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx"]
        guard let program = places.first(where: FileManager.default.isExecutableFile) else {
            print("no nginx here")
            return []
        }
        let port = try freePort()
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(scratch)/\($0);" }.joined(separator: " ")
        let configuration = """
            daemon off; worker_processes 1; pid \(scratch)/nginx.pid;
            error_log \(scratch)/nginx.log crit;
            events { worker_connections 1024; }
            http {
              access_log off; keepalive_requests 100000000; \(temporary)
              upstream model { server 127.0.0.1:\(upstream); keepalive 64; keepalive_requests 100000000; }
              server {
                listen 127.0.0.1:\(port);
                location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; }
              }
            }

            """
        let file = scratch + "/nginx.conf"
        try configuration.write(toFile: file, atomically: true, encoding: .utf8)
        let server = try ServerProcess(
            program, ["-p", scratch, "-e", scratch + "/nginx.log", "-c", file], port: port,
            readyAt: "/v1/models")
        defer { server.stop() }
        return try [1, 32].map {
            try measured("nginx, proxy only", server, $0, seconds, model: "fake", key: nil)
        }
    }

    private static func liteLLM(
        _ environment: String, before upstream: Int, in scratch: String, _ seconds: Double
    ) throws -> [Row] {
        let port = try freePort()
        let configuration = """
            model_list:
              - model_name: fake
                litellm_params:
                  model: openai/canned
                  api_base: http://127.0.0.1:\(upstream)/v1
                  api_key: none
            litellm_settings: {num_retries: 0, request_timeout: 30}
            general_settings: {master_key: sk-benchmark}

            """
        let file = scratch + "/litellm.yaml"
        try configuration.write(toFile: file, atomically: true, encoding: .utf8)
        let server = try ServerProcess(
            environment + "/bin/litellm",
            [
                "--config", file, "--host", "127.0.0.1", "--port", String(port), "--num_workers",
                "1",
            ],
            environment: [
                "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR",
                "LITELLM_TELEMETRY": "False", "NO_PROXY": "127.0.0.1",
            ], port: port, readyAt: "/health/liveliness", withinSeconds: 240)
        defer { server.stop() }
        return try [1, 32].map {
            try measured(
                "LiteLLM, 1 worker", server, $0, seconds, model: "fake", key: "sk-benchmark")
        }
    }

    private static func ours(before upstream: Int, _ seconds: Double) throws -> [Row] {
        let program = FileManager.default.currentDirectoryPath + "/.build/release/bedside"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            print("no \(program): build it with ./bedside --help")
            return []
        }
        let gateway = try TemporaryGateway(program: program, upstream: upstream)
        defer { gateway.remove() }
        return try [1, 32].map {
            try measured("Bedside", gateway.server, $0, seconds, model: "fake", key: gateway.key)
        }
    }

    // MARK: Load and table

    /// Calls numbered so that no subject sees one twice.
    private static func plan(
        _ port: Int, _ connections: Int, _ seconds: Double, model: String, key: String?
    ) -> LoadPlan {
        var headers = [(name: "Content-Type", value: "application/json")]
        if let key { headers.append((name: "Authorization", value: "Bearer \(key)")) }
        var plan = LoadPlan(
            port: port, path: "/v1/chat/completions", headers: headers,
            body: GatewayMeasurement.chat(model: model), connections: connections,
            length: .seconds(seconds))
        plan.firstNumber = connections * 100_000_000
        plan.timeoutSeconds = 30
        return plan
    }

    private static func load(
        _ name: String, _ port: Int, _ connections: Int, _ seconds: Double
    ) throws -> Row {
        let result = try LoadRun.run(plan(port, connections, seconds, model: "fake", key: nil))
        return Row(name: name, connections: connections, result: result)
    }

    private static func measured(
        _ name: String, _ server: ServerProcess, _ connections: Int, _ seconds: Double,
        model: String, key: String?
    ) throws -> Row {
        var plan = plan(server.port, connections, min(2, seconds), model: model, key: key)
        plan.firstNumber = try LoadRun.run(plan).nextNumber
        plan.length = .seconds(seconds)
        let before = ProcessUsage(tree: server.identifier)
        let result = try LoadRun.run(plan)
        let after = ProcessUsage(tree: server.identifier)
        var row = Row(name: name, connections: connections, result: result)
        if let before, let after {
            row.cpuMilliseconds =
                (after.cpuSeconds - before.cpuSeconds) * 1000 / Double(max(1, result.requests))
            row.residentMegabytes = Double(after.residentBytes) / 1e6
        }
        return row
    }

    private static func show(_ rows: [Row]) {
        func column(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        func figure(_ value: Double?, _ form: String) -> String {
            value.map { String(format: form, $0) } ?? "-"
        }
        print(
            "subject              c" + column("calls/s", 9) + column("p50 ms", 9)
                + column("p99 ms", 9) + column("CPU ms", 9) + column("MB", 6)
                + column("errors", 8) + column("x ours", 9))
        for row in rows {
            let own = rows.first { $0.name == "Bedside" && $0.connections == row.connections }
            let ratio = own?.cpuMilliseconds.flatMap { ours in
                row.cpuMilliseconds.map { $0 / ours }
            }
            print(
                row.name.padding(toLength: 19, withPad: " ", startingAt: 0)
                    + column(String(row.connections), 3)
                    + column(figure(row.result.rate, "%.0f"), 9)
                    + column(figure(row.result.latency.milliseconds(0.5), "%.2f"), 9)
                    + column(figure(row.result.latency.milliseconds(0.99), "%.2f"), 9)
                    + column(figure(row.cpuMilliseconds, "%.4f"), 9)
                    + column(figure(row.residentMegabytes, "%.0f"), 6)
                    + column(String(row.result.errors), 8) + column(figure(ratio, "%.2f"), 9))
        }
        print("CPU ms: of the subject's processes, a call; x ours: against Bedside's.")
        if let own = rows.last(where: { $0.name == "Bedside" })?.result {
            let client = own.ownCPUSeconds * 1e6 / Double(max(1, own.requests))
            print(String(format: "Beside Bedside the client took %.1f us of CPU a call.", client))
        }
    }

    private static func freePort() throws -> Int {
        let probe = try CannedUpstream()
        defer { probe.stop() }
        return probe.port
    }
}
