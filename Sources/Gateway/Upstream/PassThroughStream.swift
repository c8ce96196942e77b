// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// A stream that is passed on as it comes, and settled before its last events go out.
///
/// Each event is sent when it is whole. What ends the answer is held back until the settlement is
/// durable, so that no caller ever has a complete answer that is not on record. A caller that goes
/// away, and an upstream that breaks off, are settled with what was used until then.
struct PassThroughStream: Sendable {
    let call: PassThrough.Call
    let reservation: Reservation
    let desk: any CallDesk
    let source: any AsyncSequence<ByteBuffer, any Error> & Sendable

    /// The response; its body runs when the caller reads it.
    func response(_ context: GatewayContext) -> Response {
        let account = StreamAccount(call: call, reservation: reservation, desk: desk)
        let pump = StreamPump(
            account: account, source: source, dialect: call.dialect,
            hidesUsage: call.dialect != .responses && !call.request.wantsUsage,
            holdsFinish: call.request.choices == 1)
        var response = Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                var pump = pump
                try await pump.run(into: &writer)
                try await writer.finish(nil)
            })
        response.headers[HeaderName.modelVersion] = reservation.ask.model.version
        response.headers[HeaderName.overhead] = "\(context.elapsedMicroseconds)"
        return response
    }
}

/// Moves events from the upstream to the caller.
private struct StreamPump: Sendable {
    let account: StreamAccount
    let source: any AsyncSequence<ByteBuffer, any Error> & Sendable
    let dialect: Dialect
    /// The usage was asked for by the gateway, not by the caller.
    let hidesUsage: Bool
    /// The first choice that ends, ends the answer.
    let holdsFinish: Bool

    private var splitter = EventSplitter()
    /// What ends the answer, in order.
    private var held: [UpstreamEvent] = []
    private var isClosed = false
    private var isConcluded = false

    init(
        account: StreamAccount, source: any AsyncSequence<ByteBuffer, any Error> & Sendable,
        dialect: Dialect, hidesUsage: Bool, holdsFinish: Bool
    ) {
        self.account = account
        self.source = source
        self.dialect = dialect
        self.hidesUsage = hidesUsage
        self.holdsFinish = holdsFinish
    }

    /// The connection to the caller is gone.
    private struct CallerGone: Error {}

    mutating func run(into writer: inout any ResponseBodyWriter) async throws {
        do {
            try await pass(into: &writer)
        } catch let gone as CallerGone {
            // Used is used: it is on record though nobody hears of it.
            _ = try? await account.settle(status: 499)
            throw gone
        } catch let error as SiteError {
            await account.release(reason: "not_recorded")
            await send(StreamError(APIError(error)), to: &writer)
        } catch {
            if isConcluded { return }
            let failure = UpstreamFailure(error)
            do throws(SiteError) {
                try await account.end(failure)
                await send(StreamError(failure.midStream), to: &writer)
            } catch { await send(StreamError(APIError(error)), to: &writer) }
        }
    }

    private mutating func pass(into writer: inout any ResponseBodyWriter) async throws {
        for try await piece in source {
            for bytes in try splitter.take(piece.readableBytesView) {
                try await take(UpstreamEvent(bytes), &writer)
            }
        }
        if isConcluded { return }
        if !splitter.rest.isEmpty {
            // Some servers leave out the last blank line.
            try await take(UpstreamEvent(splitter.rest + [0x0A, 0x0A]), &writer)
        }
        if isConcluded { return }
        guard isClosed else { throw UpstreamFailure.interrupted }
        try await conclude(&writer)
    }

    private mutating func take(_ event: UpstreamEvent, _ writer: inout any ResponseBodyWriter)
        async throws
    {
        guard !isConcluded else { return }
        if event.isError { throw UpstreamFailure.interrupted }
        account.note(event)
        if event.isDone {
            held.append(event)
            return try await conclude(&writer)
        }
        isClosed = isClosed || event.isClosing
        if hidesUsage, event.isUsageOnly { return }
        if !held.isEmpty || event.isUsageOnly || holdsFinish && event.isClosing {
            held.append(event)
        } else {
            try await write(event.bytes, &writer)
        }
    }

    /// Settles, then sends what ends the answer; the first chunk of it carries the receipt.
    private mutating func conclude(_ writer: inout any ResponseBodyWriter) async throws {
        for event in held { account.deliver(event.bytes) }
        let settled = try await account.settle(status: 200)
        isConcluded = true
        var receipt: [UInt8]? =
            dialect == .responses
            ? nil : Array(JSONBody.text(ReceiptBody(settled.receipt)).utf8)
        var last: [UInt8] = []
        for event in held {
            if let value = receipt, event.object != nil {
                last += event.adding("receipt", value)
                receipt = nil
            } else {
                last += event.bytes
            }
        }
        held = []
        do {
            try await writer.write(ByteBuffer(bytes: last))
        } catch { throw CallerGone() }
    }

    private func write(_ bytes: [UInt8], _ writer: inout any ResponseBodyWriter) async throws {
        account.deliver(bytes)
        do {
            try await writer.write(ByteBuffer(bytes: bytes))
        } catch { throw CallerGone() }
    }

    /// Tells the caller why the stream ends here; a caller that is gone too hears nothing.
    private func send(_ error: StreamError, to writer: inout any ResponseBodyWriter) async {
        try? await writer.write(ByteBuffer(bytes: error.event(for: dialect)))
    }
}

/// The event with which a stream ends that could not be finished.
private struct StreamError {
    let error: APIError

    init(_ error: APIError) {
        self.error = error
    }

    func event(for dialect: Dialect) -> [UInt8] {
        let message = JSONText.quoted(error.message)
        let code = JSONText.quoted(error.code ?? error.type)
        if dialect == .responses {
            return Array(#"event: error"#.utf8) + [0x0A]
                + Array(#"data: {"type":"error","code":"#.utf8) + code
                + Array(#","message":"#.utf8) + message + Array(",\"param\":null}\n\n".utf8)
        }
        return Array(#"data: {"error":{"message":"#.utf8) + message
            + Array(#","type":"#.utf8) + JSONText.quoted(error.type)
            + Array(#","param":null,"code":"#.utf8) + code + Array("}}\n\n".utf8)
    }
}

extension UpstreamFailure {
    /// What the caller of a broken stream is told.
    fileprivate var midStream: APIError {
        var error = apiError
        error.message =
            "the model's endpoint broke off in the middle of its answer; what was sent is billed"
        return error
    }
}
