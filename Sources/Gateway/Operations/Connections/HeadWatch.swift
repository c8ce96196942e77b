// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Notices the first byte of a request, before anything can parse it: from then on the head has a
/// deadline, however steadily its bytes drip.
final class HeadWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: Connection
    /// Bytes of the head's first line so far; the address is nearly all of it.
    private(set) var lineBytes = 0
    private var isLineComplete = false

    init(_ connection: Connection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch connection.state.phase {
        case .opening, .idle:
            lineBytes = 0
            isLineComplete = false
            connection.enter(.head)
            look(data)
        case .head:
            look(data)
        case .body, .answering, .stalled:
            break
        }
        context.fireChannelRead(data)
    }

    private func look(_ data: NIOAny) {
        guard !isLineComplete else { return }
        let bytes = unwrapInboundIn(data).readableBytesView
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        isLineComplete = end != nil
        lineBytes += bytes.distance(from: bytes.startIndex, to: end ?? bytes.endIndex)
    }
}
