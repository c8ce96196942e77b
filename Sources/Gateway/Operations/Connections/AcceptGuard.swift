// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore

/// Keeps the server listening when the system has no more files or memory for a connection.
///
/// Without it such an error ends the loop that accepts, and with it the server. Accepting rests for
/// a tenth of a second instead, while other connections end.
final class AcceptGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    private static let rest = TimeAmount.milliseconds(100)
    private static let passing: Set<Int32> = [
        EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EPROTO, EPERM, EINTR,
    ]

    private var isResting = false
    private var isReadWanted = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, AcceptGuard.passing.contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        guard !isResting else { return }
        isResting = true
        let own = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: AcceptGuard.rest) {
            let (handler, context) = own.value
            handler.isResting = false
            if handler.isReadWanted {
                handler.isReadWanted = false
                context.read()
            }
        }
    }

    func read(context: ChannelHandlerContext) {
        if isResting { isReadWanted = true } else { context.read() }
    }
}
