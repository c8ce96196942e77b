// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gateway
import Site

/// `bedside serve`: the gateway and the workbench.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the model API and the workbench.",
        discussion: """
            The workbench has no sign-in yet, so it is served on loopback addresses only; on any \
            other host only the keyed API answers. Limits, log, metrics and TLS are set in the \
            gateway section of site.yaml. SIGTERM drains: calls in flight end first.
            """)

    @OptionGroup var site: SiteOption
    @Option(name: .long, help: "Port; 0 takes a free one. By default that of site.yaml.")
    var port: Int?
    @Option(name: .long, help: "Address to listen on. By default that of site.yaml.")
    var host: String?
    @Option(name: .long, help: "Certificate and those above it, in PEM; with --tls-key.")
    var tlsCertificate: String?
    @Option(name: .long, help: "The certificate's private key, in PEM; with --tls-certificate.")
    var tlsKey: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "An OpenAI-compatible endpoint to offer as model NAME; may be repeated. Its key is "
                + "taken from the variable BEDSIDE_UPSTREAM_KEY_NAME.",
            valueName: "name=url"))
    var upstream: [String] = []
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Serve as a replica: calls are recorded by the gateway at this address, which holds the "
                + "ledger.", valueName: "url"))
    var writer: String?

    func validate() throws {
        if let port, !(0...65535).contains(port) {
            throw ValidationError("--port: expected a number from 0 to 65535")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key: expected both or neither")
        }
    }

    func run() async throws {
        let directory = try site.open()
        if let writer { return try await serve(Replica(directory, writer: writer), directory) }
        let service = try await Service(directory)
        let settings = try settings(directory, taken: service.models.map(\.id))
        try await GatewayServer(service: service, settings: settings).run { port in
            announce(directory, settings, port, "serving")
        }
    }

    private func serve(_ replica: Replica, _ directory: SiteDirectory) async throws {
        let settings = try settings(directory, taken: replica.models)
        try await GatewayServer(replica: replica, settings: settings).run { port in
            announce(directory, settings, port, "serving a replica of")
        }
    }

    private func announce(
        _ site: SiteDirectory, _ settings: GatewaySettings, _ port: Int, _ verb: String
    ) {
        let scheme = settings.configuration.tls == nil ? "http" : "https"
        Terminal.note(
            "\(verb) \(site.configuration.name) at \(scheme)://\(settings.host):\(port)")
    }

    /// What `site.yaml` says, and over it what the command line says.
    ///
    /// - Parameter taken: names of models that no upstream may have.
    private func settings(_ site: SiteDirectory, taken: [String]) throws -> GatewaySettings {
        var settings = GatewaySettings(site.configuration.gateway)
        let configured = try settings.configuration.upstreams.map { try Upstream(configured: $0) }
        settings.upstreams = try Upstreams(
            configured + upstream.map { try Upstream(argument: $0) }, taken: taken)
        if let host { settings.host = host }
        if let port { settings.port = port }
        if let tlsCertificate, let tlsKey {
            settings.configuration.tls = .init(certificate: tlsCertificate, key: tlsKey)
        }
        return settings
    }
}
