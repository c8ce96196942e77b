// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gateway
import Site

/// `bedside serve`: the gateway and the workbench.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the model API and the workbench on this machine.",
        discussion: """
            The workbench has no sign-in yet, so it is served on loopback addresses only; on any \
            other host only the keyed API answers.
            """)

    @OptionGroup var site: SiteOption
    @Option(name: .long, help: "Port; 0 takes a free one.")
    var port = 8080
    @Option(name: .long, help: "Address to listen on.")
    var host = "127.0.0.1"

    func validate() throws {
        guard (0...65535).contains(port) else {
            throw ValidationError("--port: expected a number from 0 to 65535")
        }
    }

    func run() async throws {
        let service = try await Service(site.open())
        var settings = GatewaySettings()
        settings.host = host
        settings.port = port
        let address = host
        try await GatewayServer(service: service, settings: settings).run { port in
            Terminal.note("serving \(service.site.configuration.name) at http://\(address):\(port)")
        }
    }
}
