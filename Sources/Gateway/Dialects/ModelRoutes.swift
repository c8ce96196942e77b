// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Site

/// Which models are served here.
struct ModelRoutes: Sendable {
    let calls: CallService
    let upstreams: Upstreams

    /// The hospital's own models, then those that are passed on.
    private var served: [ServedModel] { calls.models + upstreams.listed }

    func add(to group: RouterGroup<GatewayContext>) {
        group.get("models") { _, _ in
            JSONBody.response(ModelList(data: served.map(ModelBody.init)))
        }
        group.get("models/{id}") { _, context in
            try model(named: context.parameters.get("id"))
        }
        // An upstream's models are named `upstream/model`; some clients leave the slash as it is.
        // The router wants one name for one place in an address.
        group.get("models/{id}/{model}") { _, context in
            let parts = [context.parameters.get("id"), context.parameters.get("model")]
            return try model(named: parts.compactMap(\.self).joined(separator: "/"))
        }
    }

    private func model(named name: String?) throws(APIError) -> Response {
        guard let name else { throw .unknownModel }
        let spelled = name.removingPercentEncoding ?? name
        guard let model = served.first(where: { $0.id == name || $0.id == spelled }) else {
            throw .unknownModel
        }
        return JSONBody.response(ModelBody(model))
    }

    /// What the azure-ai-inference client asks of its one model.
    func addInfo(to group: RouterGroup<GatewayContext>) {
        group.get("info") { _, _ in
            guard let model = served.first else { throw APIError.unknownModel }
            return JSONBody.response(ModelInfo(name: model.id, provider: model.owner))
        }
    }
}

/// Addresses of the OpenAI and Azure interfaces that nothing here answers.
///
/// They are refused by name, so that a client learns at once that no setting will help.
struct UnsupportedRoutes: Sendable {
    /// Behind `v1`, `openai/v1` and `openai/deployments/{model}`.
    static let paths = [
        "audio/speech", "audio/transcriptions", "audio/translations", "completions", "embeddings",
        "images/edits", "images/generations", "images/variations", "moderations",
    ]
    /// Behind `models`, where azure-ai-inference asks.
    static let inference = ["embeddings", "images/embeddings"]

    static func add(
        _ paths: [String], to group: RouterGroup<GatewayContext>, under prefix: String = ""
    ) {
        for path in paths {
            group.post(RouterPath(prefix + path)) { _, _ -> Response in
                throw APIError.unsupportedEndpoint
            }
        }
    }
}

private struct ModelList: Encodable {
    var object = "list"
    var data: [ModelBody]
}

private struct ModelBody: Encodable {
    var id: String
    var object = "model"
    var created: Int
    var owner: String
    var version: String
    var digest: String
    var description: String

    enum CodingKeys: String, CodingKey {
        case id, object, created, version, digest, description
        case owner = "owned_by"
    }

    init(_ model: ServedModel) {
        id = model.id
        created = model.created
        owner = model.owner
        version = model.version
        digest = model.digest
        description = model.summary
    }
}

private struct ModelInfo: Encodable {
    var name: String
    var type = "chat-completion"
    var provider: String

    enum CodingKeys: String, CodingKey {
        case name = "model_name"
        case type = "model_type"
        case provider = "model_provider_name"
    }
}
