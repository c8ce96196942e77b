// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import NIOSSL
package import Site

/// A gateway that holds no ledger: it answers calls and has them recorded by the gateway that does.
package struct Replica: Sendable {
    let site: SiteDirectory
    let calls: CallService
    let forwarding: ForwardingDesk
    /// Nil where the site fails closed.
    let spill: Spill?
    private let client: HTTPClient?

    /// Names of the hospital's own models.
    package var models: [String] { calls.models.map(\.id) }

    /// Prepares a replica; it need not reach the writer yet.
    ///
    /// - Parameter writer: address of the gateway that holds the ledger, such as
    ///   `https://10.0.0.5:8443`.
    package init(_ site: SiteDirectory, writer: String) throws {
        let url = try WriterURL(writer)
        let secret = try ReplicaSecret(site)
        var tls = TLSConfiguration.makeClientConfiguration()
        if let files = site.configuration.gateway.tls {
            // Gateways of one site trust each other's certificate whoever signed it.
            tls.additionalTrustRoots = [.file(files.certificate)]
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.redirectConfiguration = .disallow
        let client = HTTPClient(configuration: configuration)
        do {
            try self.init(
                site, transport: HTTPDeskTransport(client: client, url: url.text, secret: secret),
                client: client)
        } catch {
            try? client.syncShutdown()
            throw error
        }
    }

    /// A replica over any transport.
    ///
    /// - Parameter pause: before a question is asked again, doubled each time.
    init(
        _ site: SiteDirectory, transport: any DeskTransport, client: HTTPClient? = nil,
        pause: Duration = .milliseconds(100)
    ) throws {
        self.site = site
        self.client = client
        forwarding = ForwardingDesk(transport: transport, link: WriterLink(), pause: pause)
        let digests = try CallDigests(site)
        spill =
            site.configuration.gateway.clinicalFailOpen
            ? try Spill(directory: site.path + "/spill") : nil
        var calls = try CallService(site, desk: forwarding, keys: KeyStore(site))
        calls.desk = FailOpenDesk(
            forwarding: forwarding, spill: spill, digests: digests,
            panels: Set(calls.models.map(\.id)))
        self.calls = calls
    }

    /// Looks for the writer, and hands over what waits for it; called about once a second.
    ///
    /// - Returns: how many calls were handed over.
    /// - Throws: `GatewayError.otherSite` where the writer holds another site's ledger.
    func meet(_ operations: Operations) async throws(GatewayError) -> Int {
        defer {
            operations.readiness.setWriterLost(forwarding.link.isLost && spill == nil)
        }
        guard let origin = try? await forwarding.ping() else { return 0 }
        guard origin == site.origin else {
            forwarding.link.set(isLost: true)
            throw .otherSite(origin)
        }
        guard let spill else { return 0 }
        let handed = try? await spill.merge(
            forwarding.merge, damaged: { operations.note(.error, "spill.damaged", $0) })
        return handed ?? 0
    }

    func close() async {
        try? await client?.shutdown()
    }
}
