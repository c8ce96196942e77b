// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Site
import Synchronization
import Testing

@testable import Gateway

/// A desk that keeps what it was asked in memory, in the order it was asked.
final class MemoryDesk: CallDesk {
    enum Event: Sendable, Equatable {
        case reserved
        case settled(status: Int, prompt: Int, completion: Int)
        case released(String)
    }

    private struct State {
        var events: [Event] = []
        var asks: [CallAsk] = []
        var settled: [String: (request: [UInt8], call: SettledCall)] = [:]
        var calls = 0
    }

    private let state = Mutex(State())
    private let canRecord: Bool

    init(canRecord: Bool = true) {
        self.canRecord = canRecord
    }

    var events: [Event] { state.withLock { $0.events } }
    var asks: [CallAsk] { state.withLock { $0.asks } }

    func reserve(_ ask: CallAsk) async throws(SiteError) -> Leave {
        let leave: Result<Leave, SiteError> = state.withLock { state in
            if let key = ask.idempotencyKey, let earlier = state.settled[key] {
                guard earlier.request == ask.request else {
                    return .failure(.idempotencyKeyReused)
                }
                return .success(.replay(earlier.call))
            }
            state.asks.append(ask)
            state.events.append(.reserved)
            state.calls += 1
            return .success(
                .granted(
                    Reservation(
                        call: "call-\(state.calls)", ask: ask, holdMicros: 0, milliseconds: 0)))
        }
        return try leave.get()
    }

    func settle(
        _ reservation: Reservation, used: CallQuantities, answer: [UInt8], keepsAnswer: Bool,
        status: Int
    ) async throws(SiteError) -> SettledCall {
        guard canRecord else { throw .notRecorded("the disk is full") }
        return state.withLock { state in
            let call = SettledCall(
                call: reservation.call,
                receipt: Receipt(index: state.events.count, size: 1, root: "00"), priceMicros: 7,
                version: reservation.ask.model.version, answer: keepsAnswer ? answer : nil)
            state.events.append(
                .settled(
                    status: status, prompt: used.promptTokens, completion: used.completionTokens))
            if let key = reservation.ask.idempotencyKey {
                state.settled[key] = (reservation.ask.request, call)
            }
            return call
        }
    }

    func release(_ reservation: Reservation, reason: String) async {
        state.withLock { $0.events.append(.released(reason)) }
    }

    func refuse(_ ask: CallAsk, reason: String) async throws(SiteError) -> Receipt {
        Receipt(index: 0, size: 0, root: "")
    }
}

/// An upstream that answers as a test says.
final class ScriptedUpstream: UpstreamClient {
    private let script: @Sendable (UpstreamCall) -> Result<UpstreamAnswer, UpstreamFailure>
    private let received = Mutex<[UpstreamCall]>([])

    init(_ script: @escaping @Sendable (UpstreamCall) -> Result<UpstreamAnswer, UpstreamFailure>) {
        self.script = script
    }

    /// Answers with a text in one piece.
    convenience init(
        status: Int = 200, type: String = "application/json", retryAfter: String? = nil,
        _ text: String
    ) {
        self.init { _ in
            .success(
                UpstreamAnswer(
                    status: status, contentType: type, retryAfter: retryAfter,
                    body: .whole(Array(text.utf8))))
        }
    }

    /// Answers with a stream of pieces, which then ends or fails.
    convenience init(stream pieces: [String], failing error: UpstreamFailure? = nil) {
        self.init { _ in
            .success(
                UpstreamAnswer(
                    status: 200, contentType: "text/event-stream; charset=utf-8", retryAfter: nil,
                    body: .pieces(ScriptedUpstream.pieces(pieces, failing: error))))
        }
    }

    var calls: [UpstreamCall] { received.withLock { $0 } }

    /// The body of the only call, as text.
    var body: String { String(decoding: calls.first?.body ?? [], as: UTF8.self) }

    func send(_ call: UpstreamCall) async throws(UpstreamFailure) -> UpstreamAnswer {
        received.withLock { $0.append(call) }
        return try script(call).get()
    }

    static func pieces(_ texts: [String], failing error: UpstreamFailure? = nil)
        -> AsyncThrowingStream<ByteBuffer, any Error>
    {
        AsyncThrowingStream { continuation in
            for text in texts { continuation.yield(ByteBuffer(string: text)) }
            continuation.finish(throwing: error)
        }
    }
}

/// Takes what a response writes; may be gone after a number of pieces.
final class Caller: Sendable {
    struct Gone: Error {}

    private let pieces = Mutex<[String]>([])
    private let patience: Int
    /// Told of each piece as it is written.
    let onPiece: @Sendable (String) -> Void

    init(
        leavingAfter patience: Int = .max, onPiece: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.patience = patience
        self.onPiece = onPiece
    }

    var text: String { pieces.withLock { $0.joined() } }
    var all: [String] { pieces.withLock { $0 } }

    func take(_ text: String) throws {
        let isGone = pieces.withLock { pieces in
            if pieces.count >= patience { return true }
            pieces.append(text)
            return false
        }
        if isGone { throw Gone() }
        onPiece(text)
    }

    struct Writer: ResponseBodyWriter {
        let caller: Caller

        mutating func write(_ buffer: ByteBuffer) async throws {
            try caller.take(String(buffer: buffer))
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

/// A gateway with one upstream, `chat`, whose default model there is `big-model`.
struct UpstreamFixture: Sendable {
    let desk: MemoryDesk
    let client: ScriptedUpstream
    let passThrough: PassThrough

    init(_ client: ScriptedUpstream, desk: MemoryDesk = MemoryDesk()) throws {
        self.desk = desk
        self.client = client
        passThrough = PassThrough(
            upstreams: try Upstreams([
                Upstream(
                    name: "chat", base: "http://127.0.0.1:9/v1/", key: "sk-theirs",
                    models: ["big-model"], tokenCap: 100)
            ]), client: client, desk: desk)
    }

    /// Asks and returns the response, its body unread; nil where no upstream serves the model.
    func response(
        _ body: String, dialect: Dialect = .chat, model: String? = nil,
        _ headers: [String: String] = [:]
    ) async throws -> Response? {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "127.0.0.1", path: "/",
                headerFields: fields),
            body: RequestBody(buffer: ByteBuffer()))
        let context = GatewayContext(from: NoSource())
        return try await passThrough.answer(
            request, body: Array(body.utf8), context, dialect: dialect, model: model)
    }

    /// Asks, and reads the whole answer.
    func ask(
        _ body: String, dialect: Dialect = .chat, _ headers: [String: String] = [:],
        caller: Caller = Caller()
    ) async throws -> Answer {
        let response = try #require(try await response(body, dialect: dialect, headers))
        try await response.body.write(Caller.Writer(caller: caller))
        return Answer(
            status: response.status.code, headers: response.headers, text: caller.text,
            pieces: caller.all)
    }

    /// What the upstream's failure looks like to the caller.
    func refusal(_ body: String, dialect: Dialect = .chat) async throws -> APIError {
        try await #require(throws: APIError.self) {
            _ = try await response(body, dialect: dialect)
        }
    }

    static let question = #"{"model":"chat","messages":[{"role":"user","content":"hi"}]}"#
    static let streamed =
        #"{"model":"chat","stream":true,"messages":[{"role":"user","content":"hi"}]}"#
    static let completion =
        #"{"id":"c","object":"chat.completion","model":"big-model","choices":[{"index":0,"message":"#
        + #"{"role":"assistant","content":"hello there"},"finish_reason":"stop"}],"#
        + #""usage":{"prompt_tokens":42,"completion_tokens":21,"total_tokens":63}}"#

    /// A chunk of a chat stream.
    static func chunk(_ content: String, finish: String? = nil) -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return
            #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"\#(content)"},"#
            + #""finish_reason":\#(reason)}],"usage":null}"# + "\n\n"
    }

    static let usageChunk =
        #"data: {"id":"c","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"#
        + #""total_tokens":7}}"# + "\n\n"
    static let done = "data: [DONE]\n\n"
}

private struct NoSource: RequestContextSource {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
