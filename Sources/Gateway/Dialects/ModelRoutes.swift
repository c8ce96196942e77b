// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// Which models are served here.
struct ModelRoutes: Sendable {
    let service: Service

    func add(to group: RouterGroup<GatewayContext>) {
        group.get("models") { _, _ in
            JSONBody.response(ModelList(data: service.models.map(ModelBody.init)))
        }
        group.get("models/{id}") { _, context in
            let name = context.parameters.get("id")
            guard let model = service.models.first(where: { $0.id == name }) else {
                throw APIError.unknownModel
            }
            return JSONBody.response(ModelBody(model))
        }
    }

    /// What the azure-ai-inference client asks of its one model.
    func addInfo(to group: RouterGroup<GatewayContext>) {
        group.get("info") { _, _ in
            guard let model = service.models.first else { throw APIError.unknownModel }
            return JSONBody.response(ModelInfo(name: model.id, provider: model.owner))
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
