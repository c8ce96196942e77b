// SPDX-License-Identifier: Apache-2.0

/// Where the gateway listens and what it lets through.
package struct GatewaySettings: Sendable {
    /// Address to listen on.
    package var host = "127.0.0.1"
    /// Port to listen on; 0 takes a free one.
    package var port = 8080
    /// Largest request body in bytes; more is answered with 413.
    package var maxBodyBytes = 1 << 20
    /// Serve the pages too; they have no sign-in, so this holds on a loopback host only.
    package var workbench = true
    /// One line on stderr for each request: method, route, status, duration, request id.
    package var accessLog = true

    package init() {}

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
