// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// Lists of models, and the addresses that are refused by name.
enum ModelDescription {
    private static let prefixes = ["v1": "", "openai/v1": "foundry_"]

    static var operations: [OpenAPI.Operation] {
        let listed = prefixes.sorted { $0.key > $1.key }.flatMap { prefix, mark in
            lists(prefix, mark)
        }
        return listed + [info] + refused
    }

    private static func lists(_ prefix: String, _ mark: String) -> [OpenAPI.Operation] {
        let unknown = OpenAPI.Refusal(status: 404, text: "No model of that name is served.")
        return [
            .init(
                method: .get, path: "/\(prefix)/models", id: "\(mark)models",
                summary: "Every model served", tag: "models",
                answers: [.json("The models.", .named("ModelList"))]),
            .init(
                method: .get, path: "/\(prefix)/models/{id}", id: "\(mark)model",
                summary: "One model", tag: "models", parameters: [name("id")],
                answers: [.json("The model.", .named("Model"))], refusals: [unknown]),
            .init(
                method: .get, path: "/\(prefix)/models/{id}/{model}",
                id: "\(mark)upstream_model",
                summary: "One model of an upstream, with the slash of its name as it is",
                tag: "models", parameters: [name("id"), name("model")],
                answers: [.json("The model.", .named("Model"))], refusals: [unknown]),
        ]
    }

    private static func name(_ name: String) -> OpenAPI.Parameter {
        .init(name: name, place: .path, schema: .string, text: "Name of a model, or its part.")
    }

    private static let info = OpenAPI.Operation(
        method: .get, path: "/models/info", id: "azure_model_info",
        summary: "The first model, as azure-ai-inference asks", tag: "models",
        parameters: [ChatDescription.version],
        answers: [
            .json(
                "The model.",
                .object([
                    "model_name": .string, "model_type": .constant("chat-completion"),
                    "model_provider_name": .string,
                ]))
        ], refusals: [.init(status: 404, text: "No model is served.")])

    private static var refused: [OpenAPI.Operation] {
        let under = [
            "v1": UnsupportedRoutes.paths, "openai/v1": UnsupportedRoutes.paths,
            "openai/deployments/{model}": UnsupportedRoutes.paths,
            "models": UnsupportedRoutes.inference,
        ]
        return under.sorted { $0.key < $1.key }.flatMap { prefix, paths in
            paths.map { path in
                let address = "\(prefix)/\(path)"
                return OpenAPI.Operation(
                    method: .post, path: "/\(address)",
                    id: "no_"
                        + String(address.map { $0.isLetter || $0.isNumber ? $0 : "_" }),
                    summary: "Not served", tag: "unsupported",
                    parameters: prefix.contains("{") ? [name("model")] : [],
                    refusals: [
                        .init(status: 404, text: "Nothing here answers this.")
                    ])
            }
        }
    }

    static let schemas: [String: Schema] = [
        "Model": .object([
            "id": .string, "object": .constant("model"), "created": .count, "owned_by": .string,
            "version": .string, "digest": .string, "description": .string,
        ]),
        "ModelList": .object([
            "object": .constant("list"), "data": .array(of: .named("Model")),
        ]),
    ]
}
