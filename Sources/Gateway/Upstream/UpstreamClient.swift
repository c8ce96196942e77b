// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix

/// What is sent to an upstream.
struct UpstreamCall: Sendable {
    var upstream: Upstream
    /// Behind the upstream's base address.
    var path: String
    var body: [UInt8]
    var isStream: Bool
}

/// What an upstream answers: the head is there, the body is there or comes.
struct UpstreamAnswer: Sendable {
    enum Body: Sendable {
        case whole([UInt8])
        case pieces(any AsyncSequence<ByteBuffer, any Error> & Sendable)
    }

    var status: Int
    var contentType: String?
    var retryAfter: String?
    var body: Body

    /// Whether the body is a stream of events.
    var isEventStream: Bool {
        contentType?.lowercased().hasPrefix("text/event-stream") ?? false
    }

    /// Largest answer that is passed on in one piece.
    static let mostBytes = 32 << 20
}

/// Asks upstreams.
protocol UpstreamClient: Sendable {
    /// Sends a call; returns when the head of the answer has come.
    func send(_ call: UpstreamCall) async throws(UpstreamFailure) -> UpstreamAnswer
}

/// Why there is no answer from an upstream.
enum UpstreamFailure: Error, Equatable, Sendable {
    /// No connection could be made; nothing was sent.
    case unreachable
    /// No answer, or no more of it, within the time allowed.
    case timeout
    /// The connection ended before the answer did.
    case interrupted
    /// What came is not what an OpenAI-compatible endpoint answers.
    case malformed

    init(_ error: any Error) {
        switch error {
        case let error as UpstreamFailure: self = error
        case let error as HTTPClientError where UpstreamFailure.timeouts.contains(error):
            self = .timeout
        case let error as HTTPClientError where error == .connectTimeout:
            self = .unreachable
        case is NIOConnectionError, is ChannelError: self = .unreachable
        case is NIOTooManyBytesError, is HTTPParserError: self = .malformed
        default: self = .interrupted
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout,
    ]

    /// What the caller is told.
    var apiError: APIError {
        switch self {
        case .unreachable:
            APIError(
                status: .badGateway, type: "server_error", code: "upstream_failed",
                message: "the model's endpoint can't be reached; nothing was billed",
                shouldRetry: true)
        case .timeout:
            APIError(
                status: .gatewayTimeout, type: "server_error", code: "upstream_failed",
                message: "the model's endpoint did not answer in time; nothing was billed",
                shouldRetry: true)
        case .interrupted:
            APIError(
                status: .badGateway, type: "server_error", code: "upstream_failed",
                message:
                    "the model's endpoint broke off before it had answered; nothing was billed",
                shouldRetry: true)
        case .malformed:
            APIError(
                status: .badGateway, type: "server_error", code: "upstream_failed",
                message: "the model's endpoint answered what can't be read; nothing was billed",
                shouldRetry: false)
        }
    }
}

/// Asks upstreams over AsyncHTTPClient: one client, connections kept open.
///
/// A call is sent once. While no connection can be made the client tries again, until the time to
/// connect is over; once bytes are on their way nothing is repeated, for the endpoint may bill.
final class PooledUpstreamClient: UpstreamClient {
    private let client: HTTPClient
    private let answerWait: TimeAmount

    /// - Parameters:
    ///   - connect: seconds to get a connection.
    ///   - read: seconds without a byte of the answer.
    init(
        group: any EventLoopGroup = HTTPClient.defaultEventLoopGroup, connect: Int = 3,
        read: Int = 300, connections: Int = 1024
    ) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(Int64(connect)), read: .seconds(Int64(read))),
            decompression: .disabled)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        // Shorter than the five seconds after which common servers close: a request must not meet a
        // connection that is being closed, for it could not be sent again.
        configuration.connectionPool.idleTimeout = .seconds(4)
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroup: group, configuration: configuration)
        answerWait = .seconds(Int64(read))
    }

    func send(_ call: UpstreamCall) async throws(UpstreamFailure) -> UpstreamAnswer {
        var request = HTTPClientRequest(url: call.upstream.base + call.path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(
            name: "accept", value: call.isStream ? "text/event-stream" : "application/json")
        if let key = call.upstream.key {
            request.headers.add(name: "authorization", value: "Bearer \(key.text)")
        }
        request.body = .bytes(ByteBuffer(bytes: call.body))
        do {
            let response = try await client.execute(request, deadline: .now() + answerWait)
            return UpstreamAnswer(
                status: Int(response.status.code),
                contentType: response.headers.first(name: "content-type"),
                retryAfter: response.headers.first(name: "retry-after"),
                body: .pieces(response.body))
        } catch { throw UpstreamFailure(error) }
    }

    /// Closes all connections.
    func close() async {
        // Fails only where it was closed before.
        try? await client.shutdown()
    }
}

/// Asks for whole answers of plain HTTP endpoints directly, and for everything else through
/// AsyncHTTPClient.
struct SortingUpstreamClient: UpstreamClient {
    let direct: DirectUpstreamClient
    let pooled: PooledUpstreamClient

    func send(_ call: UpstreamCall) async throws(UpstreamFailure) -> UpstreamAnswer {
        if !call.isStream, let address = call.upstream.plainAddress {
            return try await direct.send(call, to: address)
        }
        return try await pooled.send(call)
    }
}

/// The client all upstreams are asked through.
enum UpstreamClients {
    /// Lives as long as the process, on the same event loops as the server.
    static let shared: any UpstreamClient = SortingUpstreamClient(
        direct: DirectUpstreamClient(group: .singleton), pooled: PooledUpstreamClient())
}
