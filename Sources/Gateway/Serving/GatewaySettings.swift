// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import NIOCore
package import Site

/// Where the gateway listens and what it lets through: what `site.yaml` says, and what a command
/// changes of it.
package struct GatewaySettings: Sendable {
    /// The `gateway:` section of `site.yaml`.
    package var configuration: GatewayConfiguration
    /// Serve the pages too; they have no sign-in, so this holds on a loopback host only.
    package var workbench = true
    /// Endpoints whose models are offered here too.
    package var upstreams = Upstreams.none

    package init(_ configuration: GatewayConfiguration = GatewayConfiguration()) {
        self.configuration = configuration
    }

    /// Address to listen on.
    package var host: String {
        get { configuration.host }
        set { configuration.host = newValue }
    }
    /// Port to listen on; 0 takes a free one.
    package var port: Int {
        get { configuration.port }
        set { configuration.port = newValue }
    }
    /// Largest request body in bytes; more is answered with 413.
    package var maxBodyBytes: Int {
        get { configuration.bodyBytes }
        set { configuration.bodyBytes = newValue }
    }
    /// Which requests get a line on standard error.
    package var accessLog: GatewayConfiguration.AccessLog {
        get { configuration.accessLog }
        set { configuration.accessLog = newValue }
    }
    /// Of the lines of requests that went well every n-th is written.
    var accessLogEvery: Int { configuration.accessLogEvery }
    var metrics: GatewayConfiguration.MetricsReaders { configuration.metrics }

    var connectionLimits: ConnectionTable.Limits {
        ConnectionTable.Limits(
            connections: min(configuration.connections, OpenFiles.mostConnections),
            perPeer: configuration.connectionsPerPeer,
            heldBytes: configuration.bodyMegabytes << 20,
            idle: .seconds(Int64(configuration.idleSeconds)),
            head: .seconds(Int64(configuration.headSeconds)),
            body: .seconds(Int64(configuration.requestSeconds)),
            stalled: .seconds(Int64(configuration.idleSeconds)))
    }

    /// What a connection lets through at most: what replicas ask holds a whole request, as text.
    var wholeBodyBytes: Int { configuration.bodyBytes * 2 + (1 << 16) }

    var requestLimits: RequestLimits.Limits {
        RequestLimits.Limits(
            bodyBytes: wholeBodyBytes, uriBytes: configuration.uriBytes)
    }

    var decoderLimits: HTTP1Channel.Configuration.DecoderConfiguration {
        // The decoder counts the address with the headers, as one more of them.
        .init(
            maxHeaderFieldSize: max(configuration.headerBytes, configuration.uriBytes),
            maxHeaderListSize: configuration.headerBytes + configuration.uriBytes,
            maxHeaderFieldCount: configuration.headerCount)
    }

    /// The pages are wanted and nobody but this machine can reach them.
    var servesWorkbench: Bool { workbench && LoopbackHost.isLoopback(host) }
}

/// Names under which this machine reaches itself.
enum LoopbackHost {
    /// Whether an address to listen on is reachable from this machine only.
    static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        return host == "localhost" || host == "::1" || host == "[::1]" || isIPv4Loopback(host)
    }

    /// Whether a `Host` header names this machine.
    ///
    /// A page of another site can make a browser resolve that site's own name to 127.0.0.1 (DNS
    /// rebinding); such a request arrives here under the foreign name.
    static func isLocal(authority: String?) -> Bool {
        guard let authority = authority?.lowercased() else { return false }
        if authority.hasPrefix("[::1]") {
            return isPortSuffix(authority.dropFirst("[::1]".count))
        }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, name == "localhost" || name == "127.0.0.1" else {
            return false
        }
        return isPortSuffix(authority.dropFirst(name.count))
    }

    private static func isPortSuffix(_ text: Substring) -> Bool {
        text.isEmpty || text.first == ":" && UInt16(text.dropFirst()) != nil
    }

    private static func isIPv4Loopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
