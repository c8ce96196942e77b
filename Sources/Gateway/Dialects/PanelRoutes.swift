// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Hummingbird
import Knowledge
import Site

/// The gateway's own dialect: a case in, the whole assessment out, and what can be asked.
struct PanelRoutes: Sendable {
    let service: Service
    let settings: GatewaySettings

    func add(to group: RouterGroup<GatewayContext>) {
        group.post("panels/{model}:predict", use: predict)
        group.get("panels/{model}/knowledge", use: knowledge)
    }

    private func model(_ context: GatewayContext) throws(APIError) -> ServedModel {
        let name = context.parameters.get("model")
        guard let model = service.models.first(where: { $0.id == name }) else {
            throw .unknownModel
        }
        return model
    }

    @Sendable private func predict(_ request: Request, _ context: GatewayContext) async throws
        -> Response
    {
        let model = try model(context)
        let bytes = try await request.bytes(upTo: settings.maxBodyBytes)
        let input: CaseInput
        do throws(CaseError) {
            input = try CaseInput(json: bytes, knowledge: service.knowledge)
        } catch {
            let receipt = try await service.recordRefusal(
                model: model.id, principal: context.principal, dialect: .native,
                reason: "not a case")
            var response = APIError.invalid(
                error.sentence, param: "case", code: "invalid_case"
            ).response
            CallHeaders.add(
                to: &response, receipt: receipt, version: model.version, isReplay: false,
                context: context)
            return response
        }
        let call = try await service.predict(
            input, model: model.id, principal: context.principal,
            idempotencyKey: try CallHeaders.idempotencyKey(of: request),
            dialect: Dialect.native.rawValue)
        var response = JSONBody.response(
            PanelAnswer(
                call, input: input, model: model, currency: service.site.configuration.currency))
        CallHeaders.add(
            to: &response, receipt: call.receipt, version: model.version, isReplay: call.isReplay,
            context: context)
        return response
    }

    @Sendable private func knowledge(_ request: Request, _ context: GatewayContext) async throws
        -> Response
    {
        let model = try model(context)
        return JSONBody.response(KnowledgeBody(service.knowledge, model: model))
    }
}

/// What the panel can be told: its evidences; and what it can name: its conditions.
private struct KnowledgeBody: Encodable {
    struct Evidence: Encodable {
        var id: String
        var name: String
        var question: String
        var isAntecedent: Bool

        enum CodingKeys: String, CodingKey {
            case id, name, question
            case isAntecedent = "is_antecedent"
        }
    }

    struct Condition: Encodable {
        var name: String
        var icd10: String
        var severity: Int
    }

    var model: String
    var version: String
    var source: String
    var evidences: [Evidence]
    var conditions: [Condition]

    init(_ knowledge: KnowledgeBase, model: ServedModel) {
        self.model = model.id
        version = model.version
        source = knowledge.source
        evidences = knowledge.evidences.map {
            Evidence(
                id: $0.id, name: $0.shortName, question: $0.question,
                isAntecedent: $0.isAntecedent)
        }
        conditions = knowledge.conditions.map {
            Condition(name: $0.name, icd10: $0.icd10, severity: $0.severity)
        }
    }
}
