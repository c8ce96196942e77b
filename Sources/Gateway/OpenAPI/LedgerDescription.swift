// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// What lets a caller, or anybody, check the ledger.
enum LedgerDescription {
    private static let caching = OpenAPI.Header(
        name: "cache-control",
        schema: .oneOf([
            "no-store", "private, max-age=31536000, immutable",
            "public, max-age=31536000, immutable",
        ]), text: "Whether the file stays the same for ever.")

    private static func file(
        _ path: String, _ id: String, _ summary: String, _ type: String,
        _ parameters: [OpenAPI.Parameter] = [], _ refusals: [OpenAPI.Refusal] = []
    ) -> OpenAPI.Operation {
        .init(
            method: .get, path: path, id: id, summary: summary, tag: "ledger", needsKey: false,
            parameters: parameters,
            answers: [.init(text: "The file.", content: [type: .string], headers: [caching])],
            refusals: [.init(status: 404, text: "The log has no such file.")] + refusals)
    }

    static let operations: [OpenAPI.Operation] = [
        file(
            "/tile/{path}", "tile",
            "A file of the log (C2SP tlog-tiles): hashes for everybody, records for this machine and "
                + "for keys that open the ledger", "application/octet-stream",
            [
                .init(
                    name: "path", place: .path, schema: .string,
                    text: "`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`; it holds slashes.")
            ],
            [
                .init(
                    status: 401, text: "Records need a key, except on this machine.",
                    headers: [.authenticate]),
                .init(status: 403, text: "The key does not open the ledger."),
                .init(status: 410, text: "These records were deleted by policy."),
            ]),
        file(
            "/witnessed", "witnessed", "The latest checkpoint with signatures of witnesses",
            "text/plain"),
        file(
            "/retired", "retired", "The signed statement of what was deleted by policy",
            "text/plain"),
        .init(
            method: .get, path: "/checkpoint", id: "checkpoint",
            summary: "The signed size and root of the ledger (C2SP tlog-checkpoint)",
            tag: "ledger", needsKey: false,
            answers: [
                .init(
                    text: "The checkpoint.", content: ["text/plain": .string],
                    headers: [
                        .init(name: "cache-control", schema: .constant("no-store"), text: "Always.")
                    ])
            ]),
        .init(
            method: .get, path: "/v1/ledger/proof", id: "proof",
            summary: "An RFC 6962 inclusion proof of an entry", tag: "ledger",
            parameters: [
                .init(
                    name: "index", place: .query, schema: .count, text: "Number of the entry.",
                    isRequired: true)
            ],
            answers: [.json("The proof.", .named("Proof"))],
            refusals: [
                .init(status: 403, text: "The key does not open the ledger."),
                .init(status: 404, text: "The ledger has no entry of that number yet."),
            ]),
    ]

    private static let hash = Schema.matching("[0-9a-f]{64}")

    static let schemas: [String: Schema] = [
        "Proof": .object([
            "index": .count, "size": .count, "leaf_hash": hash,
            "proof": .array(of: hash, atMost: 64), "root": hash, "checkpoint": .string,
        ])
    ]
}
