// SPDX-License-Identifier: Apache-2.0

/// What the operations that answer a call have in common: headers in, headers out, refusals.
enum CallDescription {
    private static let handle = Schema.matching("[!-~]{1,255}")
    private static let name = Schema.matching("[A-Za-z0-9._-]{1,64}")

    /// The headers a caller may send with a call.
    static let parameters: [OpenAPI.Parameter] = [
        .init(
            name: "idempotency-key", place: .header, schema: handle,
            text: "The caller's own name for the call: a repetition within 24 hours gets the first "
                + "call's entry and is billed nothing."),
        .init(
            name: "x-subject", place: .header, schema: handle,
            text: "The caller's handle for the patient; only a keyed digest of it is kept."),
        .init(
            name: "x-use", place: .header, schema: name,
            text: "What the answer is for, such as diagnosis-support."),
    ]

    private static let receipt: [OpenAPI.Header] = [
        .init(
            name: "x-ledger-index", schema: .count, text: "The call's entry in the ledger."),
        .init(
            name: "x-model-version", schema: .text(1...200), text: "Version of the model.",
            isRequired: false),
        .init(
            name: "x-gateway-overhead-us", schema: .count,
            text: "Microseconds from the request's arrival to its answer."),
        .init(
            name: "x-price-micros", schema: .count,
            text: "What the call was billed, in millionths of the site's currency; absent where it "
                + "is not known before a stream has ended.", isRequired: false),
        .init(
            name: "x-intended-use",
            schema: .matching("[^@]+@[^:]+:(inside|outside|not_assessed)"),
            text: "The intended use the call was checked against, and the verdict.",
            isRequired: false),
        .init(
            name: "x-idempotent-replay", schema: .constant("true"),
            text: "The call was answered before; nothing was billed again.", isRequired: false),
    ]

    /// The headers of an answered call.
    static let headers = receipt

    /// Of a refusal that is on record, or not: then its headers are absent.
    static let refusedHeaders = receipt.map { header in
        var header = header
        header.isRequired = false
        return header
    }

    /// What can come instead of an answer, beside what can come of any request.
    static let refusals: [OpenAPI.Refusal] = [
        .init(
            status: 400, text: "The request, or the case in it, is not of the described shape.",
            headers: refusedHeaders),
        .init(status: 403, text: "The caller's licence or key does not cover the call."),
        .init(status: 404, text: "No model of that name is served."),
        .init(
            status: 409,
            text: "A call of this idempotency key is being answered, or was answered by another "
                + "version of the model.", headers: refusedHeaders + [.retryAfter]),
        .init(
            status: 422,
            text: "Well formed, but it contradicts itself or asks for what the model does not do.",
            headers: refusedHeaders),
        .init(
            status: 429,
            text: "Too many requests in a short time, or the budget does not cover the call; "
                + "x-should-retry says which.", headers: [.retryAfter]),
    ]

    static let receiptSchema = Schema.object([
        "ledger_index": .count, "size": .count, "root": .matching("[0-9a-f]{64}"),
        "checkpoint_url": .constant("/checkpoint"),
        "proof_url": .matching("/v1/ledger/proof\\?index=[0-9]+"),
    ])

    static let labelSchema = Schema.object([
        "text": .string, "kind": .constant("informational"),
    ])
}
