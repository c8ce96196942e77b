// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Reads a log's tiles over HTTP, for an audit by somebody who is not at the site.
package final class TileFetch: Sendable {
    private let client: HTTPClient
    private let base: String
    private let key: String?

    /// - Parameters:
    ///   - address: where the log is served, such as `https://gateway.example`.
    ///   - key: opens the records; without one only the hashes are read from another machine.
    package init(_ address: String, key: String? = nil) {
        self.key = key
        base = address.hasSuffix("/") ? String(address.dropLast()) : address
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = .seconds(30)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Largest body that any file of a log can have; bytes.
    private static let longest = 32 << 20

    /// The bytes at a path of the log; nil where the server has none there.
    ///
    /// Blocks the thread, which must not be one of an event loop.
    package func bytes(at path: String) throws -> [UInt8]? {
        var request = try HTTPClient.Request(url: "\(base)/\(path)", method: .GET)
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        let response = try client.execute(
            request: request,
            delegate: ResponseAccumulator(request: request, maxBodySize: TileFetch.longest)
        ).wait()
        if response.status == .notFound { return nil }
        guard response.status == .ok else {
            throw TileFetchError(status: Int(response.status.code))
        }
        return response.body.map { Array($0.readableBytesView) } ?? []
    }

    /// Closes the connections.
    package func close() {
        try? client.syncShutdown()
    }
}

/// The server of a log answered with something else than the file or its absence.
package struct TileFetchError: Error, Equatable, Sendable {
    package let status: Int

    /// One sentence for whoever audits.
    package var sentence: String {
        "the log's server answered with status \(status); expected a file of the log"
    }
}
