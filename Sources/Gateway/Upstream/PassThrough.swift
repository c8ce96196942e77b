// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// Passes calls on to upstreams, under the same keys, budgets and ledger as the hospital's own
/// models: reserve, send, settle, and only then answer.
///
/// An answer that is not streamed goes out when its settlement is durable. A stream is passed on as
/// it comes; what ends it is held back until the settlement is durable (`PassThroughStream`).
struct PassThrough: Sendable {
    let upstreams: Upstreams
    let client: any UpstreamClient
    let desk: any CallDesk

    /// A call of an upstream's model, understood but not yet sent.
    struct Call: Sendable {
        var upstream: Upstream
        var dialect: Dialect
        var request: UpstreamRequest
        /// The model's name at the upstream.
        var model: String
        var body: [UInt8]
        /// The answer's bytes are needed as a whole once it has ended.
        var keepsAnswer: Bool

        /// What is counted as the prompt where the upstream doesn't say.
        var countedPrompt: Int { UpstreamUsage.tokens(bytes: body.count) }
    }

    /// Answers a request for an upstream's model; nil where none serves the model it names.
    ///
    /// - Parameters:
    ///   - body: the request's body.
    ///   - named: the model of the address, which counts before the body's.
    func answer(
        _ request: Request, body: [UInt8], _ context: GatewayContext, dialect: Dialect,
        model named: String? = nil
    ) async throws -> Response? {
        guard !upstreams.list.isEmpty else { return nil }
        let read = try UpstreamRequest(body, dialect: dialect)
        guard let id = named ?? read.model, let found = upstreams.serving(id) else { return nil }
        let caller = try CallHeaders.caller(of: request, context, dialect: dialect)
        let call = Call(
            upstream: found.upstream, dialect: dialect, request: read, model: found.model,
            body: body, keepsAnswer: caller.idempotencyKey != nil || caller.subject != nil)
        let ask = CallAsk(
            model: Upstreams.served(id, by: found.upstream, as: found.model),
            principal: caller.principal, dialect: caller.dialect,
            idempotencyKey: caller.idempotencyKey, request: body, subject: caller.subject,
            use: caller.use,
            worstCase: CallQuantities(
                promptTokens: read.promptBound,
                completionTokens: read.completionBound(cap: found.upstream.tokenCap)))
        switch try await desk.reserve(ask) {
        case .replay(let settled): return try replayed(settled, context)
        case .granted(let reservation): return try await passOn(call, reservation, context)
        }
    }

    /// Sends the call; whatever goes wrong before there is something to bill gives the money back.
    private func passOn(_ call: Call, _ reservation: Reservation, _ context: GatewayContext)
        async throws -> Response
    {
        do {
            let answer = try await client.send(
                UpstreamCall(
                    upstream: call.upstream, path: call.dialect.upstreamPath,
                    body: call.request.body(
                        model: call.model, cap: call.upstream.tokenCap, dialect: call.dialect),
                    isStream: call.request.isStream))
            guard answer.status == 200 else {
                let body = try await PassThrough.collect(answer, upTo: 64 << 10)
                throw UpstreamRefusal(answer: answer, body: body, dialect: call.dialect).apiError
            }
            if case .pieces(let source) = answer.body, answer.isEventStream, call.request.isStream {
                return PassThroughStream(
                    call: call, reservation: reservation, desk: desk, source: source
                ).response(context)
            }
            let body = try await PassThrough.collect(answer, upTo: UpstreamAnswer.mostBytes)
            guard let object = try? JSONObject(body) else { throw UpstreamFailure.malformed }
            return try await whole(body, object, call, reservation, context)
        } catch let error as SiteError {
            await desk.release(reservation, reason: "not_recorded")
            throw error
        } catch {
            let refusal = error as? APIError ?? UpstreamFailure(error).apiError
            await desk.release(reservation, reason: refusal.code ?? "upstream_failed")
            throw refusal
        }
    }

    /// Settles an answer that came as a whole, then answers with its bytes.
    private func whole(
        _ body: [UInt8], _ object: JSONObject, _ call: Call, _ reservation: Reservation,
        _ context: GatewayContext
    ) async throws(SiteError) -> Response {
        let usage =
            UpstreamUsage(body, in: object)
            ?? UpstreamUsage(
                promptTokens: call.countedPrompt,
                completionTokens: UpstreamUsage.tokens(
                    bytes: AnswerWords.bytes(in: body, object.range)))
        let settled = try await desk.settle(
            reservation, used: usage.quantities, answer: body, keepsAnswer: call.keepsAnswer,
            status: 200)
        return PassThrough.told(body, settled, context, isReplay: false)
    }

    /// The answer of a call that was settled before.
    private func replayed(_ settled: SettledCall, _ context: GatewayContext) throws -> Response {
        guard let answer = settled.answer else {
            var response = APIError(
                status: .conflict, type: "invalid_request_error", code: "answer_not_kept",
                message: "this call was answered and billed before, but its answer is not kept",
                shouldRetry: false
            ).response
            CallHeaders.add(
                to: &response, receipt: settled.receipt, version: settled.version, isReplay: true,
                context: context)
            return response
        }
        return PassThrough.told(answer, settled, context, isReplay: true)
    }

    private static func told(
        _ body: [UInt8], _ settled: SettledCall, _ context: GatewayContext, isReplay: Bool
    ) -> Response {
        // The same request got the same kind of answer; a stream never starts with a brace.
        let isJSON = body.first { $0 > 0x20 } == UInt8(ascii: "{")
        var response = Response(
            status: .ok,
            headers: isJSON
                ? [.contentType: "application/json"]
                : [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        CallHeaders.add(
            to: &response, receipt: settled.receipt, version: settled.version, isReplay: isReplay,
            priceMicros: settled.priceMicros, context: context)
        return response
    }

    /// The bytes of an answer.
    private static func collect(_ answer: UpstreamAnswer, upTo limit: Int)
        async throws(UpstreamFailure) -> [UInt8]
    {
        let source: any AsyncSequence<ByteBuffer, any Error> & Sendable
        switch answer.body {
        case .whole(let bytes): return bytes
        case .pieces(let pieces): source = pieces
        }
        var bytes: [UInt8] = []
        do {
            for try await piece in source {
                guard bytes.count + piece.readableBytes <= limit else {
                    throw UpstreamFailure.malformed
                }
                bytes.append(contentsOf: piece.readableBytesView)
            }
        } catch { throw UpstreamFailure(error) }
        return bytes
    }
}
