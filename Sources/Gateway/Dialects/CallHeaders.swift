// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// The headers of every answered call, and what the headers of a request say of it.
enum CallHeaders {
    /// - Parameters:
    ///   - intendedUse: `id@version:verdict`, of models that have an intended use.
    ///   - priceMicros: nil where the price is not known yet, as before a stream has ended.
    static func add(
        to response: inout Response, receipt: Receipt, version: String, isReplay: Bool,
        intendedUse: String? = nil, priceMicros: Int? = nil, context: GatewayContext
    ) {
        response.headers[HeaderName.ledgerIndex] = "\(receipt.index)"
        if !version.isEmpty { response.headers[HeaderName.modelVersion] = version }
        response.headers[HeaderName.overhead] = "\(context.elapsedMicroseconds)"
        if isReplay { response.headers[HeaderName.idempotentReplay] = "true" }
        if let intendedUse { response.headers[HeaderName.intendedUse] = intendedUse }
        if let priceMicros { response.headers[HeaderName.price] = "\(priceMicros)" }
    }

    static func add(to response: inout Response, turn: Turn, context: GatewayContext) {
        add(
            to: &response, receipt: turn.receipt, version: turn.model.version,
            isReplay: turn.isReplay, intendedUse: turn.intendedUse, priceMicros: turn.priceMicros,
            context: context)
    }

    /// Who calls, and what the headers say of the call.
    ///
    /// - Throws: `APIError` 403 for a key that was not made for calls, 400 naming a header.
    static func caller(of request: Request, _ context: GatewayContext, dialect: Dialect)
        throws(APIError) -> Caller
    {
        guard context.holder.allows(.calls) else { throw .outsideScope(.calls) }
        var caller = Caller(
            principal: context.holder, dialect: dialect.rawValue,
            idempotencyKey: try idempotencyKey(of: request))
        if let subject = request.headers[HeaderName.subject] {
            guard isHandle(subject) else {
                throw .invalid(
                    "x-subject: expected 1 to 255 visible ASCII characters", param: "x-subject")
            }
            caller.subject = subject
        }
        if let use = request.headers[HeaderName.use] {
            // It enters the ledger as it is, so it may be a name and nothing else.
            guard KeyName.isValid(use) else {
                throw .invalid("x-use: expected \(KeyName.rule)", param: "x-use")
            }
            caller.use = use
        }
        return caller
    }

    /// Whether a text is a handle: 1 to 255 visible ASCII characters.
    static func isHandle(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    /// The caller's own name for the call: 1 to 255 visible ASCII characters.
    static func idempotencyKey(of request: Request) throws(APIError) -> String? {
        guard let key = request.headers[HeaderName.idempotencyKey] else { return nil }
        guard isHandle(key) else {
            throw .invalid(
                "idempotency-key: expected 1 to 255 visible ASCII characters",
                param: "idempotency-key")
        }
        return key
    }
}
