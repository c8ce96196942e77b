// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Site

/// The description of the interface, in OpenAPI 3.1, made of the values the server itself uses.
///
/// It is as strict as the server: what a schema forbids is refused, and an answer has no member,
/// status or header that is not described. Tests hold it to the routes and to real answers.
struct OpenAPI: Sendable {
    /// One method at one address.
    struct Operation: Sendable {
        var method: HTTPRequest.Method
        /// Such as `/v1/panels/{model}:predict`.
        var path: String
        var id: String
        var summary: String
        var tag: String
        var needsKey = true
        var parameters: [Parameter] = []
        var body: Body?
        var answers: [Answer] = []
        /// Refusals beside those every operation has.
        var refusals: [Refusal] = []
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query, header
        }

        var name: String
        var place: Place
        var schema: Schema
        var text: String
        var isRequired = false
    }

    struct Body: Sendable {
        var schema: Schema
        var examples: [String: JSONTree]
    }

    /// An answer other than a refusal.
    struct Answer: Sendable {
        var status = 200
        var text: String
        /// By media type; empty for none.
        var content: [String: Schema]
        var headers: [Header] = []

        static func json(_ text: String, _ schema: Schema, headers: [Header] = []) -> Answer {
            Answer(text: text, content: ["application/json": schema], headers: headers)
        }
    }

    struct Header: Sendable {
        var name: String
        var schema: Schema
        var text: String
        var isRequired = true
    }

    /// A refusal in the one shape of errors.
    struct Refusal: Sendable {
        var status: Int
        var text: String
        var headers: [Header] = []
    }

    let operations: [Operation]
    let schemas: [String: Schema]
    private let title: String

    /// Describes a gateway.
    ///
    /// - Parameter hasLedger: a replica serves calls and nothing of the ledger.
    init(calls: CallService, upstreams: Upstreams, hasLedger: Bool = true) {
        title = calls.site.configuration.name
        let panel = PanelDescription(calls: calls)
        let chat = ChatDescription(
            models: calls.models.map(\.id), hasUpstreams: !upstreams.list.isEmpty)
        operations =
            panel.operations + chat.operations + ModelDescription.operations
            + (hasLedger ? LedgerDescription.operations : [])
            + OperationsDescription.operations
        schemas = [
            panel.schemas, chat.schemas, ModelDescription.schemas,
            hasLedger ? LedgerDescription.schemas : [:], OperationsDescription.schemas,
        ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
    }

    /// The document.
    var document: JSONTree {
        let paths = Dictionary(grouping: operations, by: \.path).mapValues { operations in
            JSONTree.object(
                Dictionary(
                    operations.map { ($0.method.rawValue.lowercased(), $0.tree) },
                    uniquingKeysWith: { first, _ in first }))
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": .string("Bedside gateway of \(title)"),
                "version": .string(CallService.codeVersion),
                "description": .string(
                    "A hospital's own models for any OpenAI or Azure client, and natively. Every "
                        + "answer has its entry in a ledger that neither side can rewrite. Not a "
                        + "medical device."),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "tags": .array(
                OpenAPI.tags.map { ["name": .string($0.0), "description": .string($0.1)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas.mapValues(\.tree)),
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "apiKey": ["type": "apiKey", "in": "header", "name": "api-key"],
                ],
            ],
        ]
    }

    private static let tags = [
        ("panels", "The gateway's own dialect: a case in, the whole assessment out."),
        ("chat", "Chat completions, as OpenAI's and Azure's clients send them."),
        ("responses", "The Responses API, without stored state."),
        ("models", "What is served."),
        ("ledger", "Proofs that a call is on record."),
        ("operations", "For whoever runs the server."),
        ("unsupported", "Addresses of the OpenAI interface that are refused by name."),
    ]
}

extension OpenAPI.Operation {
    /// What can happen to any request, before or beside its own refusals.
    private static let always: [OpenAPI.Refusal] = [
        .init(status: 400, text: "The request could not be read."),
        .init(status: 408, text: "The request took too long to arrive."),
        .init(status: 414, text: "The address is too long."),
        .init(status: 431, text: "More, or longer, headers than allowed."),
        .init(status: 500, text: "The gateway failed; its log names the request."),
        .init(
            status: 503, text: "The server is stopping, busy, or can't record calls now.",
            headers: [.retryAfter]),
    ]
    private static let keyed = OpenAPI.Refusal(
        status: 401, text: "No valid key came with the request.",
        headers: [.authenticate])
    private static let limited = OpenAPI.Refusal(status: 413, text: "The body is too large.")

    /// Every refusal; an operation's own words come before the general ones.
    var allRefusals: [OpenAPI.Refusal] {
        var all = refusals
        let general =
            OpenAPI.Operation.always + (needsKey ? [OpenAPI.Operation.keyed] : [])
            + (body == nil ? [] : [OpenAPI.Operation.limited])
        for refusal in general
        where !all.contains(where: { $0.status == refusal.status })
            && !answers.contains(where: { $0.status == refusal.status })
        {
            all.append(refusal)
        }
        return all
    }

    fileprivate var tree: JSONTree {
        var members: [String: JSONTree] = [
            "operationId": .string(id), "summary": .string(summary), "tags": [.string(tag)],
            "security": needsKey ? [["bearer": []], ["apiKey": []]] : [],
        ]
        if !parameters.isEmpty { members["parameters"] = .array(parameters.map(\.tree)) }
        if let body { members["requestBody"] = body.tree }
        let told = answers.map { ("\($0.status)", $0.tree) }
        let refused = allRefusals.map { ("\($0.status)", $0.tree) }
        members["responses"] = .object(
            Dictionary(told + refused, uniquingKeysWith: { first, _ in first }))
        return .object(members)
    }
}

extension OpenAPI.Parameter {
    fileprivate var tree: JSONTree {
        [
            "name": .string(name), "in": .string(place.rawValue), "schema": schema.tree,
            "description": .string(text), "required": .bool(isRequired || place == .path),
        ]
    }
}

extension OpenAPI.Body {
    fileprivate var tree: JSONTree {
        [
            "required": true,
            "content": [
                "application/json": [
                    "schema": schema.tree,
                    "examples": .object(examples.mapValues { ["value": $0] }),
                ]
            ],
        ]
    }
}

extension OpenAPI.Header {
    /// On every response of the server.
    static let always: [OpenAPI.Header] = [
        .init(
            name: "x-request-id", schema: .text(1...64),
            text: "Names the request in the server's log."),
        .init(
            name: "x-content-type-options", schema: .constant("nosniff"),
            text: "The body is what its type says."),
    ]
    static let retryAfter = OpenAPI.Header(
        name: "retry-after", schema: .count,
        text: "Seconds after which the same request may succeed.", isRequired: false)
    static let authenticate = OpenAPI.Header(
        name: "www-authenticate", schema: .constant("Bearer"), text: "How to send a key.")
    static let shouldRetry = OpenAPI.Header(
        name: "x-should-retry", schema: .oneOf(["false", "true"]),
        text: "Whether a client should try again by itself.", isRequired: false)

    fileprivate var tree: JSONTree {
        [
            "schema": schema.tree, "description": .string(text), "required": .bool(isRequired),
        ]
    }

    fileprivate static func tree(_ headers: [OpenAPI.Header]) -> JSONTree {
        .object(
            Dictionary(
                (always + headers).map { ($0.name, $0.tree) },
                uniquingKeysWith: { _, last in last }))
    }
}

extension OpenAPI.Answer {
    fileprivate var tree: JSONTree {
        var members: [String: JSONTree] = [
            "description": .string(text), "headers": OpenAPI.Header.tree(headers),
        ]
        if !content.isEmpty {
            members["content"] = .object(content.mapValues { ["schema": $0.tree] })
        }
        return .object(members)
    }
}

extension OpenAPI.Refusal {
    fileprivate var tree: JSONTree {
        [
            "description": .string(text),
            "headers": OpenAPI.Header.tree(headers + [.shouldRetry]),
            "content": ["application/json": ["schema": Schema.named("Error").tree]],
        ]
    }
}
