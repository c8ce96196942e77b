// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// How a connection is set up: let in or not, TLS where there are certificates, then HTTP/1.1 with
/// limits.
struct GatewayChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let table: ConnectionTable
    let limits: RequestLimits.Limits
    let decoder: HTTP1Channel.Configuration.DecoderConfiguration
    let tls: TLSCertificates?
    let isDraining: @Sendable () -> Bool
    let report: @Sendable (APIError) -> Void
    let responder: HTTPChannelHandler.Responder

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let connection = Connection(channel: channel)
        guard table.admit(connection) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        channel.closeFuture.whenComplete { _ in table.remove(connection) }
        return channel.eventLoop.makeCompletedFuture {
            if let tls {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: tls.context))
            }
            let head = HeadWatch(connection)
            try channel.pipeline.syncOperations.addHandler(head)
            return NIOLoopBound(head, eventLoop: channel.eventLoop)
        }.flatMap { (head: NIOLoopBound<HeadWatch>) in
            http(connection, head).setup(channel: channel, logger: logger)
        }.flatMapErrorThrowing { error in
            // Nobody else knows of it yet: left alone it would stay open for ever.
            channel.close(promise: nil)
            throw error
        }
    }

    private func http(_ connection: Connection, _ head: NIOLoopBound<HeadWatch>) -> HTTP1Channel {
        HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [
                    RequestLimits(
                        limits: limits, table: table, connection: connection, head: head.value,
                        isDraining: isDraining, report: report)
                ],
                httpDecoderConfiguration: decoder))
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await HTTP1Channel(responder: responder).handle(value: value, logger: logger)
        }
    }
}
