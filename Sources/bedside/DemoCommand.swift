// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Gateway
import Site

/// `bedside demo`: the whole path once, then the workbench.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Walk the whole path on three simulated hospitals, then serve the workbench.",
        discussion: """
            Everything the table shows is computed on the way. With --hospital DIR a real FHIR \
            export takes the place of the simulated hospitals.
            """)

    @Option(name: .long, help: "Where the demo puts its exports and sites.")
    var directory = "demo-sites"
    @Option(name: .long, help: "A FHIR R4 export to use instead of simulated hospitals.")
    var hospital: String?
    @Option(name: .long, help: "Seed of the simulation.")
    var seed: UInt64 = 1
    @Option(name: .long, help: "Simulated persons in all.")
    var persons = 1200
    @Option(
        name: .long, help: "Port of the workbench; by default 8080, or a free one if it is taken.")
    var port: Int?
    @Flag(name: .long, help: "End after the table.")
    var noServe = false
    @OptionGroup var output: OutputOption

    func validate() throws {
        guard (100...1_000_000).contains(persons) else {
            throw ValidationError("--persons: expected a whole number from 100 to 1000000")
        }
        guard (0...65535).contains(port ?? 0) else {
            throw ValidationError("--port: expected a number from 0 to 65535")
        }
    }

    func run() async throws {
        let walk = DemoWalk(directory: directory, quiet: output.json)
        var report = try walk.prepare(hospital: hospital, seed: seed, persons: persons)
        try walk.workUp(&report)
        try await walk.benchmark(&report)
        let served = try await serve(report.site())
        do {
            try await walk.call(served.port, key: report.key, report: &report)
            try walk.bill(&report)
            try walk.verify(&report)
        } catch {
            served.task.cancel()
            throw error
        }
        try output.show(report.output) { report.text }
        guard !noServe else {
            // The way an operator stops a server: what is in flight ends, the ledger is given back.
            kill(getpid(), SIGTERM)
            try await served.task.value
            return
        }
        if !output.json { print(report.invitation(port: served.port)) }
        // A reader behind a pipe should see the invitation before the server ends.
        fflush(nil)
        try await served.task.value
    }
}

extension Demo {
    /// Serves the site: on the port asked for, else on 8080, else on a free one.
    private func serve(_ site: SiteDirectory) async throws -> DemoServer {
        let wanted = noServe ? 0 : port ?? 8080
        do {
            return try await DemoServer.start(
                Service(site), port: wanted, isLogged: !noServe)
        } catch let error as GatewayError {
            guard port == nil else { throw error }
            return try await DemoServer.start(Service(site), port: 0, isLogged: !noServe)
        }
    }
}

/// A gateway running beside the demo.
struct DemoServer {
    let port: Int
    let task: Task<Void, any Error>

    /// Starts serving and returns once the port answers.
    static func start(_ service: Service, port: Int, isLogged: Bool) async throws -> DemoServer {
        var settings = GatewaySettings()
        settings.port = port
        settings.accessLog = isLogged ? .all : .off
        let server = GatewayServer(service: service, settings: settings)
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let task = Task {
            defer { announce.finish() }
            try await server.run { port in announce.yield(port) }
        }
        for await bound in ports { return DemoServer(port: bound, task: task) }
        try await task.value
        throw SiteError.refused("the server stopped before it was ready")
    }
}
