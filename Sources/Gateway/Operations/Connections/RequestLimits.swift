// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Holds each request of one connection to its limits, before anything of it is collected.
///
/// What is refused here gets an answer in the API's error shape where one can still be sent, and
/// then the connection goes: bytes after a refusal are dropped, never buffered. A caller that sends
/// on is given a second to read the answer.
final class RequestLimits: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What one request may bring.
    struct Limits: Sendable {
        var bodyBytes = 1 << 20
        var uriBytes = 8 << 10
    }

    private let limits: Limits
    private let table: ConnectionTable
    private let connection: Connection
    private let head: HeadWatch
    private let isDraining: @Sendable () -> Bool
    private let report: @Sendable (APIError) -> Void

    /// Bytes held for each request that is not yet answered, oldest first.
    private var held: [Int] = []
    /// The last request's body is not complete.
    private var isReading = false
    private var bodyBytes = 0
    private var isAnswerBegun = false
    /// Nothing more is read or written for anybody: the connection is about to close.
    private var isClosing = false
    /// Bytes that came after that.
    private var droppedBytes = 0
    /// What is taken and dropped so that a caller that sends on can still read its answer.
    private static let mostDropped = 2 << 20

    init(
        limits: Limits, table: ConnectionTable, connection: Connection, head: HeadWatch,
        isDraining: @escaping @Sendable () -> Bool, report: @escaping @Sendable (APIError) -> Void
    ) {
        self.limits = limits
        self.table = table
        self.connection = connection
        self.head = head
        self.isDraining = isDraining
        self.report = report
    }

    /// Gives back what the connection held; a channel's end comes to the handler once.
    func handlerRemoved(context: ChannelHandlerContext) {
        for bytes in held { table.release(bytes) }
        held = []
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return drop(unwrapInboundIn(data), context) }
        switch unwrapInboundIn(data) {
        case .head(let request):
            isReading = true
            bodyBytes = 0
            held.append(0)
            connection.enter(.body)
            if (request.path?.utf8.count ?? 0) > limits.uriBytes, held.count == 1 {
                return refuse(.uriTooLong(limit: limits.uriBytes), context)
            }
            greet(request, context)
        case .body(let buffer):
            // One part above the limit goes through, so that whoever collects them says 413.
            guard bodyBytes <= limits.bodyBytes else { return }
            bodyBytes += buffer.readableBytes
            guard table.hold(buffer.readableBytes) else { return refuse(.overloaded, context) }
            held[held.count - 1] += buffer.readableBytes
        case .end:
            isReading = false
            connection.enter(.answering)
        }
        context.fireChannelRead(data)
    }

    private func drop(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        guard case .body(let buffer) = part else { return }
        droppedBytes += buffer.readableBytes
        if droppedBytes > RequestLimits.mostDropped { context.close(promise: nil) }
    }

    /// Answers a client that waits to be told before it sends its body.
    private func greet(_ request: HTTPRequest, _ context: ChannelHandlerContext) {
        guard held.count == 1, request.headerFields[.expect]?.lowercased() == "100-continue",
            request.headerFields[.contentLength].flatMap(Int.init) ?? 0 <= limits.bodyBytes
        else { return }
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        guard !isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var response):
            guard response.status.code >= 200 else { break }
            isAnswerBegun = true
            guard isReading && held.count == 1 || isDraining() else { break }
            response.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(response)), promise: promise)
            return
        case .body:
            break
        case .end:
            isAnswerBegun = false
            if !held.isEmpty { table.release(held.removeFirst()) }
            if held.isEmpty, isReading {
                // Answered before all of it was here, as a refusal is: the rest is not waited for.
                isClosing = true
                context.write(data, promise: promise)
                return linger(context)
            }
            connection.enter(held.isEmpty ? .idle : isReading ? .body : .answering)
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !context.channel.isWritable, isAnswerBegun {
            connection.enter(.stalled)
        } else if context.channel.isWritable, connection.state.phase == .stalled {
            connection.enter(.answering)
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isClosing else { return }
        guard let error = error as? HTTPParserError, held.isEmpty else {
            return context.fireErrorCaught(error)
        }
        switch error {
        // Gone in the middle of a head: nobody is left to tell.
        case .invalidEOFState: context.close(promise: nil)
        case .headerOverflow where head.lineBytes > limits.uriBytes:
            refuse(.uriTooLong(limit: limits.uriBytes), context)
        case .headerOverflow: refuse(.headersTooLarge, context)
        default: refuse(.notHTTP, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let overdue = event as? ConnectionOverdue else {
            return context.fireUserInboundEventTriggered(event)
        }
        // It may have gone on between the sweep and here.
        guard !isClosing, connection.state.phase == overdue.phase else { return }
        switch overdue.phase {
        case .head, .body: refuse(.tooSlow, context)
        case .opening, .idle, .stalled: context.close(promise: nil)
        case .answering: break
        }
    }

    /// Answers with an error where nothing else has been answered yet, and closes.
    private func refuse(_ refusal: APIError, _ context: ChannelHandlerContext) {
        // Whoever waits for the body hears of it, and tells of it under its route.
        if held.isEmpty { report(refusal) } else { context.fireErrorCaught(RequestCut(refusal)) }
        guard !isAnswerBegun, held.count <= 1 else {
            isClosing = true
            context.close(promise: nil)
            return
        }
        isClosing = true
        let body = ByteBuffer(string: refusal.bodyText)
        var response = HTTPResponse(status: refusal.status)
        response.headerFields = refusal.headers
        response.headerFields[.contentLength] = "\(body.readableBytes)"
        response.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }

    /// Sends what was written and closes a second later, or once the caller does.
    ///
    /// Closing at once while more arrives would reset the connection, and the answer with it.
    private func linger(_ context: ChannelHandlerContext) {
        context.flush()
        connection.enter(.idle)
        let own = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .seconds(1)) { own.value.close(promise: nil) }
    }
}

/// A request whose rest will not come, and why: half a body must never pass for a whole one.
struct RequestCut: Error {
    let refusal: APIError

    init(_ refusal: APIError) {
        self.refusal = refusal
    }
}
