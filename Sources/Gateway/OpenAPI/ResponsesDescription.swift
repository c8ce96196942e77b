// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Diagnosis

/// The Responses API under its two addresses.
struct ResponsesDescription: Sendable {
    let chat: ChatDescription

    var operations: [OpenAPI.Operation] {
        [("/v1/responses", "respond"), ("/openai/v1/responses", "foundry_respond")].map {
            path, id in
            OpenAPI.Operation(
                method: .post, path: path, id: id,
                summary: "Ask a model: the input, or its last user message, is a case in JSON",
                tag: "responses", parameters: CallDescription.parameters,
                body: .init(
                    schema: .named("ResponsesRequest"),
                    examples: [
                        "words": [
                            "model": .string(chat.models.first ?? ""),
                            "input": .string(CaseError.example),
                        ]
                    ]),
                answers: [chat.answer("Response")], refusals: chat.refusals)
        }
    }

    var schemas: [String: Schema] {
        [
            "ResponsesRequest": .object(
                ["model": chat.model, "input": ResponsesDescription.input],
                optional: ResponsesDescription.options, isOpen: true),
            "Response": ResponsesDescription.response,
        ]
    }

    private static let input = Schema.anyOf([
        .string,
        .array(
            of: .anyOf([
                .object(
                    ["role": .oneOf(ResponsesRequest.roles)],
                    optional: [
                        "type": Schema.oneOf(["message"]).orNull,
                        "content": ChatDescription.content,
                    ], isOpen: true),
                .object(
                    ["type": Schema(["type": "string", "not": ["const": "message"]])],
                    isOpen: true),
            ])),
    ])

    private static let options: [String: Schema] = [
        "stream": Schema.boolean.orNull,
        "text": Schema.object(
            [:],
            optional: [
                "format": Schema.object(
                    ["type": .oneOf(ChatRequest.formats)], optional: ["schema": .anything],
                    isOpen: true
                ).orNull
            ], isOpen: true
        ).orNull,
        "instructions": Schema.string.orNull.described("Handed back; the model reads the case."),
        "metadata": Schema.map(
            of: .text(0...512), atMost: ResponsesRequest.metadataLimit, names: .text(0...64)
        ).orNull,
        "tools": Schema.array(
            of: .object(["type": .constant("function"), "name": .string], isOpen: true)
        ).orNull,
        "tool_choice": ChatDescription.toolChoice,
        "include": Schema.array(of: .string).orNull.described(
            "message.output_text.logprobs makes the answer one token with its log probability."),
        "top_logprobs": ChatDescription.topLogprobs,
        "previous_response_id": Schema.null.described("Nothing is stored, so none continues."),
        "conversation": Schema.null.described("Nothing is stored."),
        "background": Schema(["enum": [false, .null]]).described("Answers are given at once."),
        "store": Schema.boolean.orNull.described("Ignored: nothing is stored."),
        "temperature": Schema.number(from: 0, to: 2).orNull.described("Ignored."),
        "top_p": Schema.number(from: 0, to: 1).orNull.described("Ignored."),
        "max_output_tokens": Schema.integer(from: 1).orNull.described("Ignored."),
        "parallel_tool_calls": Schema.boolean.orNull.described("Ignored."),
        "user": Schema.string.orNull.described("Ignored; see x-subject."),
    ]

    private static let message = Schema.object([
        "id": .string, "type": .constant("message"), "status": .constant("completed"),
        "role": .constant("assistant"),
        "content": .array(
            of: .object([
                "type": .constant("output_text"), "text": .string,
                "annotations": .array(of: .anything, atMost: 0),
                "logprobs": .array(of: .named("VerdictLogprob"), atMost: 1),
            ]), atLeast: 1, atMost: 1),
    ])

    private static let call = Schema.object([
        "id": .string, "type": .constant("function_call"), "status": .constant("completed"),
        "call_id": .string, "name": .constant(.string(ToolCall.functionName)),
        "arguments": .string,
    ])

    private static let usage = Schema.object([
        "input_tokens": .integer(from: 1), "output_tokens": .integer(from: 1),
        "total_tokens": .integer(from: 2),
        "input_tokens_details": .object(["cached_tokens": .count]),
        "output_tokens_details": .object(["reasoning_tokens": .count]),
        "panel": ChatDescription.panelUsage,
    ])

    private static let response = Schema.object([
        "id": .matching("resp_.+"), "object": .constant("response"), "created_at": .count,
        "status": .constant("completed"), "error": .null, "incomplete_details": .null,
        "instructions": Schema.string.orNull, "model": .string,
        "output": .array(of: .anyOf([message, call]), atLeast: 1, atMost: 1),
        "parallel_tool_calls": .constant(false), "previous_response_id": .null,
        "store": .constant(false),
        "text": .object(["format": .object(["type": .oneOf(ChatRequest.formats)])]),
        "tool_choice": .anything, "tools": .array(of: .anything), "temperature": .constant(0),
        "top_p": .constant(1), "metadata": .map(of: .string), "usage": usage,
        "label": CallDescription.labelSchema, "receipt": CallDescription.receiptSchema,
    ])
}
