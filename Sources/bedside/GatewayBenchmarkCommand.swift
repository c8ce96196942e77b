// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import LoadGenerator

extension Benchmark {
    /// `bedside benchmark gateway`.
    struct GatewaySpeed: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gateway",
            abstract:
                "Measure what a gateway costs and delays: CPU a call, calls a second, latency.",
            discussion: """
                Without --port a temporary site with a key, a budget, a licence and prices is \
                served before a stand-in for the model's server, and removed afterwards. With \
                --port a running gateway is measured: give a key in --key or BEDSIDE_KEY, or its \
                site in --site, where a key is then made and revoked. CPU time \
                is the server's own count (/metrics). added_p99_ms is the p99 through the gateway \
                less that of the upstream alone under the same load.
                """)

        @Option(name: .long, help: "Port of a running gateway; without it one is started.")
        var port: Int?
        @Option(name: .long, help: "Address of the running gateway.")
        var host = "127.0.0.1"
        @Option(name: .long, help: "Key of the calls, with --port; else BEDSIDE_KEY.")
        var key: String?
        @Option(name: .long, help: "Site of the running gateway, to make a key there.")
        var site: String?
        @Option(name: .long, help: "Model to call; default: one that is not the site's own panel.")
        var model: String?
        @Option(name: .long, help: "Callers at once, each on its own connection.")
        var connections = 32
        @Option(name: .long, help: "Seconds of full load.")
        var seconds = 10.0
        @Option(name: .long, help: "Calls a second of the steady part; 0 leaves it out.")
        var pace = 4000.0
        @Option(name: .long, help: "Where the temporary site lies; its disk is measured too.")
        var directory: String?
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (1...1024).contains(connections) else {
                throw ValidationError("--connections: expected a whole number from 1 to 1024")
            }
            guard (0.1...3600).contains(seconds) else {
                throw ValidationError("--seconds: expected a number from 0.1 to 3600")
            }
            guard (0...1_000_000).contains(pace) else {
                throw ValidationError("--pace: expected a number from 0 to 1000000")
            }
        }

        func run() throws {
            do {
                let figures = try port.map(measureRunning) ?? measureOwn()
                try output.show(figures) { GatewayText.summary(figures) }
                if figures.errors > 0 { throw ExitCode.failure }
            } catch let error as LoadError {
                Terminal.complain(error.sentence)
                throw ExitCode.failure
            }
        }

        private var program: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

        private func measureRunning(port: Int) throws -> GatewayFigures {
            let given = key ?? ProcessInfo.processInfo.environment["BEDSIDE_KEY"]
            guard given == nil, let site else { return try measure(port: port, key: given).run() }
            let holder = "benchmark-\(getpid())"
            let ending = ["--name", holder, "--site", site]
            let made = try OperatorCommand.run(program, ["key", "create"] + ending)
            defer { _ = try? OperatorCommand.run(program, ["key", "revoke"] + ending) }
            return try measure(port: port, key: made).run()
        }

        private func measureOwn() throws -> GatewayFigures {
            let upstream = try CannedUpstream()
            defer { upstream.stop() }
            let gateway = try TemporaryGateway(
                program: program, upstream: upstream.port, in: directory)
            defer { gateway.remove() }
            var measurement = try measure(port: gateway.server.port, key: gateway.key)
            measurement.upstreamPort = upstream.port
            measurement.process = gateway.server.identifier
            return try measurement.run()
        }

        private func measure(port: Int, key: String?) throws -> GatewayMeasurement {
            var model = self.model
            if model == nil {
                let models = try GatewayMeasurement.models(host: host, port: port, key: key)
                model = models.first { !$0.hasPrefix("bedside-") } ?? models.first
            }
            var measurement = GatewayMeasurement(
                host: host, port: port, key: key,
                body: GatewayMeasurement.chat(model: model ?? "fake"))
            measurement.connections = connections
            measurement.seconds = seconds
            measurement.pace = pace > 0 ? pace : nil
            return measurement
        }
    }
}

/// How a measured gateway reads in a terminal.
enum GatewayText {
    static func summary(_ figures: GatewayFigures) -> String {
        func number(_ value: Double?, _ form: String) -> String {
            value.map { String(format: form, $0) } ?? "not told"
        }
        var rows = [
            ["requests", Terminal.grouped(figures.requests)],
            ["requests a second", number(figures.rps, "%.0f")],
            ["p50, ms", number(figures.p50, "%.2f")],
            ["p99, ms", number(figures.p99, "%.2f")],
            ["CPU of the gateway, ms a request", number(figures.cpuPerRequest, "%.3f")],
            ["resident, MB", number(figures.residentMegabytes, "%.0f")],
            ["errors", Terminal.grouped(figures.errors)],
            ["ledger entries", figures.ledgerEntries.map(Terminal.grouped) ?? "not told"],
        ]
        if figures.addedP99 != nil {
            rows.append(["p99 added to the upstream's, ms", number(figures.addedP99, "%.2f")])
        }
        if let pace = figures.pace {
            rows.append([
                "p99 at \(Terminal.grouped(Int(pace.rounded()))) a second, ms",
                number(figures.pacedP99, "%.2f"),
            ])
        }
        let failures = figures.failures.sorted { $0.key < $1.key }
            .map { "\n\(Terminal.grouped($0.value)) failed: \($0.key)" }.joined()
        return Terminal.table(rows) + failures
    }
}
