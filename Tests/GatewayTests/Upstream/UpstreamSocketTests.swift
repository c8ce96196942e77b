// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Gateway

@Suite("Asking an upstream over a socket", .timeLimit(.minutes(1)))
struct UpstreamSocketTests {
    private static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"

    private func ask(_ server: ScriptedServer, read: Int = 30) async throws
        -> Result<UpstreamAnswer, UpstreamFailure>
    {
        let client = DirectUpstreamClient(group: .singleton, connect: 1, read: read)
        return try await ask(server, client)
    }

    private func ask(_ server: ScriptedServer, _ client: DirectUpstreamClient) async throws
        -> Result<UpstreamAnswer, UpstreamFailure>
    {
        let upstream = try Upstream(
            name: "chat", base: "http://127.0.0.1:\(server.port)/base/v1", key: "sk-theirs")
        let address = try #require(upstream.plainAddress)
        let call = UpstreamCall(
            upstream: upstream, path: "/chat/completions", body: Array("{\"a\":1}".utf8),
            isStream: false)
        do throws(UpstreamFailure) {
            return .success(try await client.send(call, to: address))
        } catch { return .failure(error) }
    }

    private func text(_ result: Result<UpstreamAnswer, UpstreamFailure>) throws -> String {
        guard case .whole(let bytes) = try result.get().body else { return "in pieces" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("a call carries path, length, key and body, and nothing else")
    func sendsTheCall() async throws {
        let server = try await ScriptedServer([.answer(UpstreamSocketTests.ok)])
        #expect(try text(try await ask(server)) == "{}")
        let sent = try #require(server.requests.first)
        #expect(sent.hasPrefix("POST /base/v1/chat/completions HTTP/1.1\r\n"))
        #expect(sent.contains("authorization: Bearer sk-theirs\r\n"))
        #expect(sent.contains("content-length: 7\r\n"))
        #expect(sent.hasSuffix("\r\n\r\n{\"a\":1}"))
        try await server.close()
    }

    @Test("status, type and waiting time of an answer are told, whatever its coding")
    func readsAnswers() async throws {
        let server = try await ScriptedServer([
            .answer(
                "HTTP/1.1 429 Too Many\r\ncontent-type: application/json\r\nretry-after: 9\r\n"
                    + "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        ])
        let result = try await ask(server)
        let answer = try result.get()
        #expect(answer.status == 429)
        #expect(answer.contentType == "application/json")
        #expect(answer.retryAfter == "9")
        #expect(try text(result) == "abcde")
        try await server.close()
    }

    @Test("a connection serves call after call, unless the server says it closes")
    func keepsConnections() async throws {
        let closing = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"
        let server = try await ScriptedServer([
            .answer(UpstreamSocketTests.ok), .answer(closing), .answer(UpstreamSocketTests.ok),
        ])
        // One loop, for each has connections of its own.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = DirectUpstreamClient(group: group)
        for _ in 0..<3 { #expect(try text(try await ask(server, client)) == "{}") }
        try await group.shutdownGracefully()
        try await server.close()
    }

    @Test("a call that was sent is not sent again when the connection breaks")
    func doesNotRepeat() async throws {
        let server = try await ScriptedServer([.close, .answer(UpstreamSocketTests.ok)])
        await #expect(throws: UpstreamFailure.interrupted) { try await ask(server).get() }
        #expect(server.requests.count == 1)
        try await server.close()
    }

    @Test(
        "an answer that is cut short or no HTTP is none",
        arguments: [
            ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}", UpstreamFailure.interrupted),
            ("+OK hello\r\n\r\n", .malformed),
        ])
    func refusesBrokenAnswers(_ answer: String, _ failure: UpstreamFailure) async throws {
        let server = try await ScriptedServer([.answerAndClose(answer)])
        await #expect(throws: failure) { try await ask(server).get() }
        try await server.close()
    }

    @Test("an answer that does not come in time is given up")
    func timesOut() async throws {
        let server = try await ScriptedServer([.silence])
        await #expect(throws: UpstreamFailure.timeout) { try await ask(server, read: 0).get() }
        try await server.close()
    }

    @Test("where nobody listens the upstream is unreachable")
    func tellsUnreachable() async throws {
        let server = try await ScriptedServer([])
        try await server.close()
        await #expect(throws: UpstreamFailure.unreachable) { try await ask(server).get() }
    }

    @Test("a stream is asked for over the other client, and arrives in pieces")
    func streams() async throws {
        let server = try await ScriptedServer([
            .answer(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 16\r\n\r\n"
                    + "data: 1\n\ndata: 2")
        ])
        let pooled = PooledUpstreamClient()
        let client = SortingUpstreamClient(
            direct: DirectUpstreamClient(group: .singleton), pooled: pooled)
        let upstream = try Upstream(name: "chat", base: "http://127.0.0.1:\(server.port)")
        let answer = try await client.send(
            UpstreamCall(upstream: upstream, path: "/x", body: [], isStream: true))
        #expect(answer.isEventStream)
        guard case .pieces(let pieces) = answer.body else {
            Issue.record("expected pieces")
            return
        }
        var text = ""
        for try await piece in pieces { text += String(buffer: piece) }
        #expect(text == "data: 1\n\ndata: 2")
        await pooled.close()
        try await server.close()
    }
}

/// A server that does one thing for each request, in order.
private final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case answer(String)
        case answerAndClose(String)
        case close
        case silence
    }

    private struct State {
        var steps: [Step]
        var requests: [String] = []
        var connections = 0
    }

    private let state: Mutex<State>
    private let channel: Mutex<(any Channel)?> = Mutex(nil)

    init(_ steps: [Step]) async throws {
        state = Mutex(State(steps: steps))
        let bound = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    self.state.withLock { $0.connections += 1 }
                    try channel.pipeline.syncOperations.addHandler(Connection(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        channel.withLock { $0 = bound }
    }

    var port: Int { channel.withLock { $0?.localAddress?.port ?? 0 } }
    var requests: [String] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    func close() async throws {
        try await channel.withLock { $0 }?.close()
    }

    private func next(_ request: String) -> Step {
        state.withLock { state in
            state.requests.append(request)
            return state.steps.isEmpty ? .close : state.steps.removeFirst()
        }
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: ScriptedServer
        private var text = ""

        init(server: ScriptedServer) {
            self.server = server
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard let end = text.firstRange(of: "\r\n\r\n"),
                let line = text.split(separator: "\r\n").first(where: {
                    $0.lowercased().hasPrefix("content-length:")
                }), let length = Int(line.dropFirst("content-length:".count).drop { $0 == " " }),
                text[end.upperBound...].utf8.count >= length
            else { return }
            let request = text
            text = ""
            switch server.next(request) {
            case .answer(let answer): write(answer, context)
            case .answerAndClose(let answer):
                write(answer, context)
                context.close(promise: nil)
            case .close: context.close(promise: nil)
            case .silence: break
            }
        }

        private func write(_ answer: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }
    }
}
