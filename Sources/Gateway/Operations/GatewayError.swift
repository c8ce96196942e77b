// SPDX-License-Identifier: Apache-2.0

/// Why the server did not start.
package enum GatewayError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address is taken, not this machine's, or not allowed.
    case cannotListen(host: String, port: Int, reason: String)
    /// Not an address at which a writer may be asked.
    case writerURL(String)
    /// The writer holds the ledger of another site.
    case otherSite(String)
    /// A certificate or key file that can't be used.
    case tls(file: String, problem: String)

    /// One sentence for whoever starts the server.
    package var sentence: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "\(host):\(port): the server cannot listen here (\(reason)); choose another with --port"
        case .writerURL(let expected): "--writer: \(expected)"
        case .otherSite(let origin):
            "--writer: the gateway there holds the ledger \(origin), which is not this site's"
        case .tls(let file, let problem):
            "\(file): TLS can't be served with this file: \(problem)"
        }
    }

    package var description: String { sentence }
}
