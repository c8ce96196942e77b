// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Diagnosis

/// `chat/completions` under its four addresses.
struct ChatDescription: Sendable {
    /// The hospital's own models.
    let models: [String]
    /// Whether answers of other endpoints are passed on.
    let hasUpstreams: Bool

    /// Azure's clients name the version of their interface; any will do.
    static let version = OpenAPI.Parameter(
        name: "api-version", place: .query, schema: .string,
        text: "Version of Azure's interface; every one is answered alike.")

    var operations: [OpenAPI.Operation] {
        [
            operation("/v1/chat/completions", "chat", "ChatRequest"),
            operation("/openai/v1/chat/completions", "foundry_chat", "ChatRequest"),
            operation(
                "/openai/deployments/{model}/chat/completions", "azure_chat",
                "AzureChatRequest", [deployment, ChatDescription.version]),
            operation(
                "/models/chat/completions", "inference_chat", "AzureChatRequest",
                [ChatDescription.version]),
        ] + ResponsesDescription(chat: self).operations
    }

    private var deployment: OpenAPI.Parameter {
        .init(name: "model", place: .path, schema: model, text: "The model to ask.")
    }

    /// A model's name; with upstreams, names are not all known beforehand.
    var model: Schema { hasUpstreams ? .string : .oneOf(models) }

    private func operation(
        _ path: String, _ id: String, _ body: String, _ parameters: [OpenAPI.Parameter] = []
    ) -> OpenAPI.Operation {
        .init(
            method: .post, path: path, id: id,
            summary: "Ask a model: the last user message is a case in JSON", tag: "chat",
            parameters: parameters + CallDescription.parameters,
            body: .init(schema: .named(body), examples: examples),
            answers: [answer("ChatCompletion")], refusals: refusals)
    }

    /// The answer whole, or told in pieces where the request asks for a stream.
    func answer(_ name: String) -> OpenAPI.Answer {
        let whole = Schema.named(name)
        return .init(
            text: "The answer, or a refusal that says what was needed.",
            content: [
                "application/json": hasUpstreams
                    ? .anyOf([whole, .object([:], isOpen: true)]) : whole,
                // One event: its data is JSON, or [DONE] at the end of a chat.
                "text/event-stream": .object(
                    ["data": .string], optional: ["event": .string], isOpen: true),
            ],
            headers: CallDescription.headers + [
                .init(
                    name: "cache-control", schema: .constant("no-store"), text: "Of a stream.",
                    isRequired: false)
            ])
    }

    var refusals: [OpenAPI.Refusal] {
        guard hasUpstreams else { return CallDescription.refusals }
        return CallDescription.refusals + [
            .init(status: 502, text: "The model's endpoint failed.", headers: [.retryAfter]),
            .init(
                status: 504, text: "The model's endpoint took too long.", headers: [.retryAfter]),
        ]
    }

    private var examples: [String: JSONTree] {
        let message: JSONTree = ["role": "user", "content": .string(CaseError.example)]
        let model = JSONTree.string(models.first ?? "")
        return [
            "words": ["model": model, "messages": [message]],
            "stream": [
                "model": model, "messages": [message], "stream": true,
                "stream_options": ["include_usage": true],
            ],
            "json": [
                "model": model, "messages": [message], "response_format": ["type": "json_object"],
            ],
            "probabilities": [
                "model": model, "messages": [message], "logprobs": true, "top_logprobs": 5,
            ],
        ]
    }

    var schemas: [String: Schema] {
        [
            "ChatRequest": .object(
                ["model": model, "messages": ChatDescription.messages],
                optional: ChatDescription.options, isOpen: true),
            "AzureChatRequest": .object(
                ["messages": ChatDescription.messages],
                optional: ChatDescription.options.merging(["model": model.orNull]) { $1 },
                isOpen: true),
            "ChatCompletion": ChatDescription.completion,
            "Usage": ChatDescription.usage,
            "VerdictLogprob": ChatDescription.logprob,
        ].merging(ResponsesDescription(chat: self).schemas) { first, _ in first }
    }

    // MARK: - Requests

    /// Text, or parts of it.
    static let content = Schema.anyOf([
        .string,
        .array(
            of: .anyOf([
                .object(
                    ["type": .oneOf(TextContent.textTypes), "text": .string], isOpen: true),
                .object(
                    ["type": .constant("refusal")], optional: ["text": Schema.string.orNull],
                    isOpen: true),
            ])),
        .null,
    ])

    private static let messages = Schema.array(
        of: .object(
            ["role": .oneOf(ChatRequest.roles)], optional: ["content": content], isOpen: true),
        atLeast: 1)

    private static let function = Schema.object(["name": .string], isOpen: true)

    static let toolChoice = Schema.anyOf([
        .oneOf(ToolChoice.words),
        .object(
            ["type": .constant("function"), "function": function],
            optional: ["name": Schema.string.orNull], isOpen: true),
        .object(
            ["type": .constant("function"), "name": .string],
            optional: ["function": function.orNull], isOpen: true),
        .null,
    ])

    private static let options: [String: Schema] = [
        "stream": Schema.boolean.orNull,
        "stream_options": Schema.object(
            [:], optional: ["include_usage": Schema.boolean.orNull], isOpen: true
        ).orNull,
        "response_format": Schema.object(
            ["type": .oneOf(ChatRequest.formats)],
            optional: [
                "json_schema": Schema.object(
                    [:], optional: ["name": Schema.string.orNull, "schema": .anything],
                    isOpen: true
                ).orNull
            ], isOpen: true
        ).orNull,
        "tools": Schema.array(
            of: .object(["type": .constant("function"), "function": function], isOpen: true)
        ).orNull,
        "tool_choice": toolChoice,
        "n": Schema.integer(from: 1, to: 1).orNull,
        "logprobs": Schema.boolean.orNull.described(
            "The answer is then one token, the leading condition, with the natural logarithm of its "
                + "probability."),
        "top_logprobs": topLogprobs,
        "modalities": Schema.array(of: .constant("text")).orNull,
        "temperature": Schema.number(from: 0, to: 2).orNull.described("Ignored."),
        "top_p": Schema.number(from: 0, to: 1).orNull.described("Ignored."),
        "frequency_penalty": Schema.number(from: -2, to: 2).orNull.described("Ignored."),
        "presence_penalty": Schema.number(from: -2, to: 2).orNull.described("Ignored."),
        "seed": Schema.integer.orNull.described("Ignored: the answer is deterministic."),
        "max_tokens": Schema.integer(from: 1).orNull.described("Ignored."),
        "max_completion_tokens": Schema.integer(from: 1).orNull.described("Ignored."),
        "user": Schema.string.orNull.described("Ignored; see x-subject."),
        "store": Schema.boolean.orNull.described("Ignored."),
        "parallel_tool_calls": Schema.boolean.orNull.described("Ignored."),
    ]

    static let topLogprobs = Schema.integer(
        from: ChatRequest.topLogprobsRange.lowerBound, to: ChatRequest.topLogprobsRange.upperBound
    ).orNull

    // MARK: - Answers

    private static let completion = Schema.object([
        "id": .matching("chatcmpl-.+"), "object": .constant("chat.completion"),
        "created": .count, "model": .string,
        "system_fingerprint": Schema.string.described("Digest of the model."),
        "choices": .array(
            of: .object([
                "index": .constant(0), "message": message,
                "finish_reason": .oneOf(["stop", "tool_calls"]),
                "logprobs": .anyOf([
                    .object([
                        "content": .array(of: .named("VerdictLogprob"), atLeast: 1, atMost: 1),
                        "refusal": .null,
                    ]),
                    .null,
                ]),
            ]), atLeast: 1, atMost: 1),
        "usage": .named("Usage"), "label": CallDescription.labelSchema,
        "receipt": CallDescription.receiptSchema,
    ])

    private static let message = Schema.object(
        [
            "role": .constant("assistant"), "content": Schema.string.orNull,
            "refusal": Schema.string.orNull,
        ],
        optional: [
            "tool_calls": .array(
                of: .object([
                    "id": .string, "type": .constant("function"),
                    "function": .object([
                        "name": .constant(.string(ToolCall.functionName)), "arguments": .string,
                    ]),
                ]), atLeast: 1, atMost: 1)
        ])

    static let panelUsage = Schema.object([
        "predictions": .integer(from: 0, to: 1), "features": .count,
    ]).described("What is billed: predictions, never tokens.")

    private static let usage = Schema.object([
        "prompt_tokens": .integer(from: 1), "completion_tokens": .integer(from: 1),
        "total_tokens": .integer(from: 2),
        "prompt_tokens_details": .object(["cached_tokens": .count, "audio_tokens": .count]),
        "completion_tokens_details": .object([
            "reasoning_tokens": .count, "audio_tokens": .count,
            "accepted_prediction_tokens": .count, "rejected_prediction_tokens": .count,
        ]),
        "panel": panelUsage,
    ])

    private static let token: [String: Schema] = [
        "token": .string, "logprob": .number(from: -9999, to: 0),
        "bytes": .array(of: .integer(from: 0, to: 255)),
    ]

    private static let logprob = Schema.object(
        token.merging([
            "top_logprobs": .array(
                of: .object(token), atMost: ChatRequest.topLogprobsRange.upperBound)
        ]) { $1 })
}
