// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks plain HTTP endpoints for whole answers, over connections that each event loop keeps open.
///
/// A call from an event loop stays on it: request and answer cost two system calls and no change of
/// threads. Streams, and endpoints with TLS, are asked through AsyncHTTPClient, which can do all that
/// this can't and takes more work for each call.
final class DirectUpstreamClient: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let pools: [ObjectIdentifier: NIOLoopBoundBox<DirectConnections>]

    /// - Parameters:
    ///   - connect: seconds to get a connection.
    ///   - read: seconds from sending a call to the end of its answer.
    init(group: MultiThreadedEventLoopGroup, connect: Int = 3, read: Int = 300) {
        self.group = group
        var pools: [ObjectIdentifier: NIOLoopBoundBox<DirectConnections>] = [:]
        for loop in group.makeIterator() {
            pools[ObjectIdentifier(loop)] = NIOLoopBoundBox.makeBoxSendingValue(
                DirectConnections(
                    loop: loop, connect: .seconds(Int64(connect)), read: .seconds(Int64(read))),
                eventLoop: loop)
        }
        self.pools = pools
    }

    func send(_ call: UpstreamCall, to address: PlainAddress) async throws(UpstreamFailure)
        -> UpstreamAnswer
    {
        // The caller's own loop, where it is on one.
        let loop = group.any()
        guard let pool = pools[ObjectIdentifier(loop)] else { throw .unreachable }
        let result: Result<UpstreamAnswer, UpstreamFailure> = await withCheckedContinuation {
            waiter in
            let question = DirectQuestion(call, address) { waiter.resume(returning: $0) }
            if loop.inEventLoop {
                pool.value.ask(question)
            } else {
                loop.execute { pool.value.ask(question) }
            }
        }
        return try result.get()
    }
}

/// A call as it goes over a connection, and whom to tell of the answer.
struct DirectQuestion: Sendable {
    let address: PlainAddress
    let head: HTTPRequestHead
    let body: [UInt8]
    let finish: @Sendable (Result<UpstreamAnswer, UpstreamFailure>) -> Void

    init(
        _ call: UpstreamCall, _ address: PlainAddress,
        finish: @escaping @Sendable (Result<UpstreamAnswer, UpstreamFailure>) -> Void
    ) {
        self.address = address
        self.finish = finish
        body = call.body
        var fields = [
            ("host", address.port == 80 ? address.host : "\(address.host):\(address.port)"),
            ("content-type", "application/json"), ("accept", "application/json"),
            ("content-length", "\(call.body.count)"),
        ]
        if let key = call.upstream.key { fields.append(("authorization", "Bearer \(key.text)")) }
        head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: call.upstream.plainPath + call.path,
            headers: HTTPHeaders(fields))
    }
}

/// The connections of one event loop; used on that loop only.
final class DirectConnections {
    private let loop: any EventLoop
    private let connect: TimeAmount
    private let read: TimeAmount
    private var idle: [PlainAddress: [DirectConnection]] = [:]
    private var busy: [ObjectIdentifier: DirectConnection] = [:]
    private var sweep: RepeatedTask?

    /// Shorter than the five seconds after which common servers close: a call must not meet a
    /// connection that is being closed, for it could not be sent again.
    private static let longestIdle = TimeAmount.seconds(4)
    /// Pauses before connecting again; nothing has been sent until a connection is there.
    private static let pauses = [TimeAmount.milliseconds(50), .milliseconds(200)]

    init(loop: any EventLoop, connect: TimeAmount, read: TimeAmount) {
        self.loop = loop
        self.connect = connect
        self.read = read
    }

    /// Sends a question over a connection that waits for one, or over a new one.
    func ask(_ question: DirectQuestion) {
        while let connection = idle[question.address]?.popLast() {
            guard connection.isOpen else { continue }
            return start(question, on: connection)
        }
        open(question, attempt: 0)
    }

    private func start(_ question: DirectQuestion, on connection: DirectConnection) {
        busy[ObjectIdentifier(connection)] = connection
        if sweep == nil {
            let own = NIOLoopBound(self, eventLoop: loop)
            sweep = loop.scheduleRepeatedTask(
                initialDelay: .seconds(1), delay: .seconds(1)
            ) { _ in own.value.lookAround() }
        }
        connection.start(question, deadline: .now() + read)
    }

    private func open(_ question: DirectQuestion, attempt: Int) {
        let own = NIOLoopBound(self, eventLoop: loop)
        let loop = loop
        ClientBootstrap(group: loop)
            .connectTimeout(connect)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers(
                        leftOverBytesStrategy: .dropBytes, enableOutboundHeaderValidation: false)
                    try channel.pipeline.syncOperations.addHandler(
                        DirectConnection(pool: own.value, address: question.address))
                }
            }
            .connect(host: question.address.host, port: question.address.port)
            .flatMapThrowing { channel in
                let connection = try channel.pipeline.syncOperations.handler(
                    type: DirectConnection.self)
                own.value.start(question, on: connection)
            }
            .whenFailure { _ in
                guard attempt < DirectConnections.pauses.count else {
                    return question.finish(.failure(.unreachable))
                }
                loop.scheduleTask(in: DirectConnections.pauses[attempt]) {
                    own.value.open(question, attempt: attempt + 1)
                }
            }
    }

    /// Takes back a connection whose answer is complete.
    func keep(_ connection: DirectConnection) {
        busy[ObjectIdentifier(connection)] = nil
        connection.idleSince = .now()
        idle[connection.address, default: []].append(connection)
    }

    /// Forgets a connection that has closed.
    func forget(_ connection: DirectConnection) {
        busy[ObjectIdentifier(connection)] = nil
        idle[connection.address]?.removeAll { $0 === connection }
    }

    /// Once a second closes what waited too long, for an answer or for a question.
    private func lookAround() {
        let now = NIODeadline.now()
        for connection in busy.values where connection.deadline < now { connection.giveUp() }
        for connection in idle.values.joined()
        where now - connection.idleSince > DirectConnections.longestIdle {
            connection.close()
        }
        guard busy.isEmpty, idle.values.allSatisfy(\.isEmpty) else { return }
        sweep?.cancel()
        sweep = nil
    }
}

/// One connection to an endpoint: a question, its answer, the next question.
final class DirectConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    let address: PlainAddress
    var idleSince = NIODeadline.now()
    private(set) var deadline = NIODeadline.now()
    private let pool: DirectConnections
    private var context: ChannelHandlerContext?
    private var question: DirectQuestion?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    init(pool: DirectConnections, address: PlainAddress) {
        self.pool = pool
        self.address = address
    }

    var isOpen: Bool { context?.channel.isActive ?? false }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func start(_ question: DirectQuestion, deadline: NIODeadline) {
        self.question = question
        self.deadline = deadline
        guard let context else { return end(.failure(.interrupted)) }
        context.write(wrapOutboundOut(.head(question.head)), promise: nil)
        let bytes = context.channel.allocator.buffer(bytes: question.body)
        context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard question != nil else { return context.close(promise: nil) }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            if let length = head.headers.first(name: "content-length").flatMap(Int.init) {
                body.reserveCapacity(min(length, 1 << 20))
            }
        case .body(let piece):
            guard body.count + piece.readableBytes <= UpstreamAnswer.mostBytes else {
                end(.failure(.malformed))
                return context.close(promise: nil)
            }
            body.append(contentsOf: piece.readableBytesView)
        case .end:
            guard let head else { return end(.failure(.malformed)) }
            let answer = UpstreamAnswer(
                status: Int(head.status.code),
                contentType: head.headers.first(name: "content-type"),
                retryAfter: head.headers.first(name: "retry-after"), body: .whole(body))
            // Before it is told, so that the next question finds it; but closing ends what is not.
            if head.isKeepAlive { pool.keep(self) }
            end(.success(answer))
            if !head.isKeepAlive { context.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isMalformed = (error as? HTTPParserError).map { $0 != .invalidEOFState } ?? false
        end(.failure(isMalformed ? .malformed : .interrupted))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(.interrupted))
        pool.forget(self)
        context.fireChannelInactive()
    }

    /// No answer in the time allowed.
    func giveUp() {
        end(.failure(.timeout))
        close()
    }

    func close() {
        context?.close(promise: nil)
    }

    private func end(_ result: Result<UpstreamAnswer, UpstreamFailure>) {
        guard let question else { return }
        self.question = nil
        head = nil
        body = []
        question.finish(result)
    }
}
