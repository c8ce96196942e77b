// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a gateway costs and delays: the same calls straight to the upstream and through the gateway.
///
/// A run is: warm-up, the upstream alone where one is named, the gateway as fast as it answers,
/// then the gateway at a steady pace. CPU time, memory and ledger entries are the server's own
/// count before and after, or the kernel's where the server has none.
package struct GatewayMeasurement: Sendable {
    package var host: String
    package var port: Int
    /// Key of the calls; nil sends none.
    package var key: String?
    package var path = "/v1/chat/completions"
    package var body: LoadPlan.Body
    package var connections = 32
    package var seconds = 10.0
    package var warmUpSeconds = 1.0
    /// Calls a second of the steady run; nil leaves it out.
    package var pace: Double? = 4000
    /// Port of the upstream on 127.0.0.1, to be measured alone.
    package var upstreamPort: Int?
    /// Process of the server, where it runs on this machine.
    package var process: Int32?

    package init(
        host: String = "127.0.0.1", port: Int, key: String?, body: LoadPlan.Body
    ) {
        self.host = host
        self.port = port
        self.key = key
        self.body = body
    }

    /// A chat completion of some 250 bytes that no other equals, as no two patients are.
    ///
    /// The gateway takes a call with the bytes of an earlier one for its repetition.
    ///
    /// - Parameter model: the site's own panel gets a case it can read, any other model a sentence.
    package static func chat(model: String) -> LoadPlan.Body {
        let content =
            model.hasPrefix("bedside-")
            ? #"{\"findings\":[{\"evidence\":\"E_53\",\"present\":true}]}"#
            : "Woman of 64, fever, cough, heart rate 104, oxygen 91 percent. What is likely?"
        return .numbered(
            before: #"{"model":"\#(model)","messages":[{"role":"system","content":"Answer as a "#
                + #"diagnostic panel."},{"role":"user","content":"\#(content)"}],"temperature":0,"#
                + #""user":"caller-"#,
            after: #""}"#)
    }

    /// Names of the models that a key may call, as the gateway lists them.
    package static func models(host: String, port: Int, key: String?) throws(LoadError)
        -> [String]
    {
        struct List: Decodable {
            var data: [Model]
        }
        struct Model: Decodable {
            var id: String
        }
        let headers = key.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
        let answer = try PlainRequest(host: host, port: port).get("/v1/models", headers: headers)
        guard answer.status == 200,
            let list = try? JSONDecoder().decode(List.self, from: Data(answer.body.utf8))
        else { throw .noAnswer(path: "/v1/models", status: answer.status) }
        return list.data.map(\.id)
    }

    /// Runs all parts; blocks the calling thread.
    ///
    /// - Throws: `LoadError` where the server can't be reached or tells no figures and no process
    ///   is named.
    package func run() throws(LoadError) -> GatewayFigures {
        let alone = try upstreamAlone()
        var plan = plan(port: port)
        plan.warmUpSeconds = 0
        plan.length = .seconds(max(0.1, warmUpSeconds))
        plan.firstNumber = try LoadRun.run(plan).nextNumber
        plan.length = .seconds(seconds)
        let before = try standing()
        let result = try LoadRun.run(plan)
        let after = try standing()
        var figures = GatewayFigures(result, from: before, to: after)
        if let alone, result.latency.count > 0 {
            figures.upstreamP99 = alone.latency.milliseconds(0.99)
            figures.addedP99 = max(0, figures.p99 - alone.latency.milliseconds(0.99))
        }
        if let pace {
            plan.pace = pace
            plan.firstNumber = result.nextNumber
            plan.length = .seconds(max(1, seconds / 2))
            let steady = try LoadRun.run(plan)
            figures.pace = steady.rate
            figures.pacedP50 = steady.latency.milliseconds(0.5)
            figures.pacedP99 = steady.latency.milliseconds(0.99)
            if steady.errors > 0 { figures.pacedErrors = steady.errors }
        }
        return figures
    }

    private func plan(port: Int) -> LoadPlan {
        var headers = [(name: "Content-Type", value: "application/json")]
        if let key { headers.append((name: "Authorization", value: "Bearer \(key)")) }
        return LoadPlan(
            host: host, port: port, path: path, headers: headers, body: body,
            connections: connections, length: .seconds(seconds))
    }

    private func upstreamAlone() throws(LoadError) -> LoadResult? {
        guard let upstreamPort else { return nil }
        var plan = plan(port: upstreamPort)
        plan.host = "127.0.0.1"
        plan.path = "/v1/chat/completions"
        plan.length = .seconds(max(0.2, min(3, seconds / 3)))
        plan.warmUpSeconds = 0.2
        return try LoadRun.run(plan)
    }

    /// The server's counts at one moment.
    struct Standing: Sendable {
        var cpuSeconds: Double?
        var residentBytes: Double?
        var entries: Double?
    }

    private func standing() throws(LoadError) -> Standing {
        let headers = key.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
        let answer = try PlainRequest(host: host, port: port).get("/metrics", headers: headers)
        var standing = Standing()
        if answer.status == 200 {
            let metrics = ServerMetrics(text: answer.body)
            standing.cpuSeconds = metrics["process_cpu_seconds_total"]
            standing.residentBytes = metrics["process_resident_memory_bytes"]
            standing.entries = metrics["bedside_ledger_entries_total"]
        } else if process == nil {
            throw .noAnswer(path: "/metrics", status: answer.status)
        }
        if let process, let usage = ProcessUsage(process: process) {
            standing.cpuSeconds = standing.cpuSeconds ?? usage.cpuSeconds
            standing.residentBytes = standing.residentBytes ?? Double(usage.residentBytes)
        }
        return standing
    }
}

/// The figures of a measured gateway, as they are printed.
package struct GatewayFigures: Sendable, Encodable {
    package var requests: Int
    package var rps: Double
    package var p50: Double
    package var p90: Double
    package var p99: Double
    package var longest: Double
    /// Nil where neither the server nor the kernel told.
    package var cpuPerRequest: Double?
    package var errors: Int
    package var failures: [String: Int]
    /// Entries the ledger grew by; nil where the server does not tell.
    package var ledgerEntries: Int?
    package var residentMegabytes: Double?
    package var upstreamP99: Double?
    package var addedP99: Double?
    package var pace: Double?
    package var pacedP50: Double?
    package var pacedP99: Double?
    package var pacedErrors: Int?
    /// What the load itself cost, CPU microseconds a request.
    package var clientMicroseconds: Double

    enum CodingKeys: String, CodingKey {
        case requests, rps, errors, failures
        case p50 = "p50_ms"
        case p90 = "p90_ms"
        case p99 = "p99_ms"
        case longest = "max_ms"
        case cpuPerRequest = "cpu_ms_per_request"
        case ledgerEntries = "ledger_entries"
        case residentMegabytes = "resident_mb"
        case upstreamP99 = "upstream_p99_ms"
        case addedP99 = "added_p99_ms"
        case pace = "paced_rps"
        case pacedP50 = "paced_p50_ms"
        case pacedP99 = "paced_p99_ms"
        case pacedErrors = "paced_errors"
        case clientMicroseconds = "client_cpu_us_per_request"
    }

    init(
        _ result: LoadResult, from before: GatewayMeasurement.Standing,
        to after: GatewayMeasurement.Standing
    ) {
        func rounded(_ value: Double, _ digits: Double = 1000) -> Double {
            (value * digits).rounded() / digits
        }
        requests = result.requests
        rps = rounded(result.rate, 10)
        p50 = rounded(result.latency.milliseconds(0.5))
        p90 = rounded(result.latency.milliseconds(0.9))
        p99 = rounded(result.latency.milliseconds(0.99))
        longest = rounded(Double(result.latency.longest) / 1e6)
        errors = result.errors
        failures = Dictionary(
            uniqueKeysWithValues: result.failures.map { ($0.key.rawValue, $0.value) }
                + result.refusals.map { ("status_\($0.key)", $0.value) })
        let answered = Double(max(1, result.requests))
        if let start = before.cpuSeconds, let end = after.cpuSeconds {
            cpuPerRequest = rounded((end - start) * 1000 / answered, 10000)
        }
        if let start = before.entries, let end = after.entries { ledgerEntries = Int(end - start) }
        residentMegabytes = after.residentBytes.map { rounded($0 / 1e6, 10) }
        clientMicroseconds = rounded(result.ownCPUSeconds * 1e6 / answered, 10)
    }
}
