// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// Header names of the API that HTTP itself doesn't know.
enum HeaderName {
    static let apiKey = name("api-key")
    static let authenticate = name("www-authenticate")
    static let contentSecurityPolicy = name("content-security-policy")
    static let contentTypeOptions = name("x-content-type-options")
    /// Headers by which a proxy says that somebody else asks through it.
    static let forwarders = [name("forwarded"), name("x-forwarded-for"), name("x-real-ip")]
    static let idempotencyKey = name("idempotency-key")
    static let idempotentReplay = name("x-idempotent-replay")
    /// `id@version:verdict` of a call of a model that has an intended use.
    static let intendedUse = name("x-intended-use")
    static let ledgerIndex = name("x-ledger-index")
    static let modelVersion = name("x-model-version")
    static let overhead = name("x-gateway-overhead-us")
    /// What the call was billed, in millionths of the site's currency.
    static let price = name("x-price-micros")
    static let referrerPolicy = name("referrer-policy")
    static let requestID = name("x-request-id")
    static let retryAfter = name("retry-after")
    static let shouldRetry = name("x-should-retry")
    /// The caller's handle for a patient; only a keyed digest of it is recorded.
    static let subject = name("x-subject")
    /// The use the caller declares.
    static let use = name("x-use")

    /// The names above are valid tokens, so the other side of `??` is never taken.
    private static func name(_ text: String) -> HTTPField.Name {
        HTTPField.Name(text) ?? .cookie
    }
}
