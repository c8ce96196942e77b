// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Site
import Synchronization

/// Carries one question to the writer and its answer back.
protocol DeskTransport: Sendable {
    /// - Throws: anything where no answer of the writer's came; then nobody knows whether it acted.
    func ask(_ question: DeskQuestion, _ body: [UInt8], timeout: Duration) async throws -> [UInt8]
}

/// The writer's gateway over HTTP, on connections that are kept.
struct HTTPDeskTransport: DeskTransport {
    let client: HTTPClient
    /// Without a slash at its end.
    let url: String
    let secret: ReplicaSecret

    /// An answer holds a receipt, or the bytes kept for a repetition.
    private static let longestAnswer = 64 << 20

    private struct NoAnswer: Error {
        let status: Int
    }

    func ask(_ question: DeskQuestion, _ body: [UInt8], timeout: Duration) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: "\(url)/internal/desk/\(question.rawValue)")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: ReplicaSecret.header, value: secret.text)
        request.body = .bytes(body)
        let answer = try await client.execute(
            request, timeout: .nanoseconds(Int64(timeout / .nanoseconds(1))))
        let bytes = try await answer.body.collect(upTo: HTTPDeskTransport.longestAnswer)
        guard answer.status == .ok else { throw NoAnswer(status: Int(answer.status.code)) }
        return Array(bytes.readableBytesView)
    }
}

/// Where the writer is not reached, so that calls need not each find out.
final class WriterLink: Sendable {
    private let lost = Atomic(false)

    /// Whether the last word was that it does not answer.
    var isLost: Bool { lost.load(ordering: .relaxed) }

    func set(isLost: Bool) {
        lost.store(isLost, ordering: .relaxed)
    }
}

/// Why a question to the writer came to nothing.
enum DeskFailure: Error, Equatable {
    /// No answer came, though it was asked several times.
    case lost
    /// The writer's own word.
    case refused(SiteError)

    /// What a caller is told.
    var siteError: SiteError {
        switch self {
        case .lost: .notRecorded("the ledger's writer does not answer")
        case .refused(let error): error
        }
    }
}

/// A URL at which a writer may be asked: over TLS, or on this machine.
struct WriterURL: Equatable, Sendable {
    /// Without a slash at its end.
    let text: String

    /// - Throws: `GatewayError.writerURL` for what is not one: the secret and the requests that travel
    ///   there must not be read on the way.
    init(_ text: String) throws(GatewayError) {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let url = URL(string: trimmed), let host = url.host, url.path.isEmpty,
            url.query == nil, url.scheme == "https" || url.scheme == "http"
        else {
            throw .writerURL("expected https://HOST:PORT, or http on this machine")
        }
        guard url.scheme == "https" || LoopbackHost.isLoopback(host) else {
            throw .writerURL("a writer on another machine is asked over https only")
        }
        self.text = trimmed
    }
}
