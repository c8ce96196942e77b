// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// Health, readiness, counters, and this description itself.
enum OperationsDescription {
    static let operations: [OpenAPI.Operation] = [
        .init(
            method: .get, path: "/health", id: "health", summary: "Whether the process lives",
            tag: "operations", needsKey: false, answers: [.json("It does.", status)]),
        .init(
            method: .get, path: "/ready", id: "ready",
            summary: "Whether callers should be sent here", tag: "operations", needsKey: false,
            answers: [
                .json("They should.", status),
                .init(
                    status: 503, text: "They should not, for the reason given.",
                    content: ["application/json": .anyOf([status, .named("Error")])],
                    headers: [.retryAfter]),
            ]),
        .init(
            method: .get, path: "/metrics", id: "metrics",
            summary: "Counters for Prometheus: on this machine, or with a key made for them",
            tag: "operations", needsKey: false,
            answers: [.init(text: "The counters.", content: ["text/plain": .string])],
            refusals: [.init(status: 404, text: "They are not for the caller.")]),
        .init(
            method: .get, path: "/openapi.json", id: "openapi", summary: "This description",
            tag: "operations", needsKey: false,
            answers: [.json("An OpenAPI 3.1 document.", .object([:], isOpen: true))]),
    ]

    private static let status = Schema.object(["status": .string])

    static let schemas: [String: Schema] = [
        "Error": .object([
            "error": .object([
                "message": .text(1...4096)
                    .described("One sentence for the caller; it repeats nothing that was sent."),
                "type": .text(1...64),
                "param": Schema.string.orNull.described("The part of the request that was wrong."),
                "code": Schema.string.orNull.described("For programs."),
            ])
        ])
    ]
}
