// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// Header names of the API that HTTP itself doesn't know.
enum HeaderName {
    static let apiKey = name("api-key")
    static let authenticate = name("www-authenticate")
    static let contentSecurityPolicy = name("content-security-policy")
    static let contentTypeOptions = name("x-content-type-options")
    static let idempotencyKey = name("idempotency-key")
    static let idempotentReplay = name("x-idempotent-replay")
    static let ledgerIndex = name("x-ledger-index")
    static let modelVersion = name("x-model-version")
    static let overhead = name("x-gateway-overhead-us")
    static let referrerPolicy = name("referrer-policy")
    static let requestID = name("x-request-id")
    static let retryAfter = name("retry-after")

    /// The names above are valid tokens, so the other side of `??` is never taken.
    private static func name(_ text: String) -> HTTPField.Name {
        HTTPField.Name(text) ?? .cookie
    }
}
