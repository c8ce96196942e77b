// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Governance
import Hummingbird
import Knowledge
import Ledger
import Records
import Site

/// The gateway's own dialect: a case in, the whole assessment out, and what there is to know of a
/// panel before it is asked.
struct PanelRoutes: Sendable {
    let calls: CallService
    let settings: GatewaySettings

    func add(to group: RouterGroup<GatewayContext>) {
        group.get("panels") { _, _ in
            JSONBody.response(PanelList(data: calls.models.map(PanelList.Panel.init)))
        }
        group.post("panels/{model}:predict", use: predict)
        group.get("panels/{model}/knowledge") { _, context in
            JSONBody.response(KnowledgeBody(calls.knowledge, model: try model(context)))
        }
        group.get("panels/{model}/tool") { _, context in
            JSONBody.response(PanelTool(try model(context), calls.knowledge).json)
        }
        group.get("panels/{model}/card", use: card)
    }

    private func model(_ context: GatewayContext) throws(APIError) -> ServedModel {
        guard let model = calls.model(context.parameters.get("model") ?? "") else {
            throw .unknownModel
        }
        return model
    }

    @Sendable private func predict(_ request: Request, _ context: GatewayContext) async throws
        -> Response
    {
        let model = try model(context)
        let caller = try CallHeaders.caller(of: request, context, dialect: .native)
        let bytes = try await request.bytes(upTo: settings.maxBodyBytes)
        let reading: CaseReading
        let said: Caller
        do throws(CaseRefusal) {
            reading = try CaseReading(bytes, knowledge: calls.knowledge, today: .today)
            said = try reading.caller(caller)
        } catch {
            let receipt = try await calls.recordRefusal(
                model: model.id, by: caller, reason: "not_a_case")
            var response = error.apiError.response
            CallHeaders.add(
                to: &response, receipt: receipt, version: model.version, isReplay: false,
                priceMicros: 0, context: context)
            return response
        }
        return try await answer(reading, by: said, model, context)
    }

    private func answer(
        _ reading: CaseReading, by caller: Caller, _ model: ServedModel, _ context: GatewayContext
    ) async throws(SiteError) -> Response {
        do throws(SiteError) {
            let call = try await calls.predict(reading.input, model: model.id, by: caller)
            var response = JSONBody.response(PanelAnswer(call, reading, model: model, calls))
            CallHeaders.add(
                to: &response, receipt: call.receipt, version: model.version,
                isReplay: call.isReplay, intendedUse: calls.intendedUse.mark(call.intendedUse),
                priceMicros: call.priceMicros, context: context)
            return response
        } catch .outsideIntendedUse(let reasons, let receipt) {
            var response = JSONBody.response(
                PanelAnswer(outside: reasons, receipt: receipt, reading, model: model, calls))
            CallHeaders.add(
                to: &response, receipt: receipt, version: model.version, isReplay: false,
                intendedUse: calls.intendedUse.mark(.outside([])), priceMicros: 0,
                context: context)
            return response
        }
    }

    @Sendable private func card(_ request: Request, _ context: GatewayContext) async throws
        -> Response
    {
        _ = try model(context)
        return Response(
            status: .ok, headers: [.contentType: JSONBody.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: calls.card.json.serialized())))
    }
}

/// Which panels can be asked, and where what is known of each is read.
private struct PanelList: Encodable {
    struct Panel: Encodable {
        var id: String
        var version: String
        var digest: String
        var description: String
        var predictURL: String
        var knowledgeURL: String
        var toolURL: String
        var cardURL: String

        enum CodingKeys: String, CodingKey {
            case id, version, digest, description
            case predictURL = "predict_url"
            case knowledgeURL = "knowledge_url"
            case toolURL = "tool_url"
            case cardURL = "card_url"
        }

        init(_ model: ServedModel) {
            id = model.id
            version = model.version
            digest = model.digest
            description = model.summary
            predictURL = "/v1/panels/\(model.id):predict"
            knowledgeURL = "/v1/panels/\(model.id)/knowledge"
            toolURL = "/v1/panels/\(model.id)/tool"
            cardURL = "/v1/panels/\(model.id)/card"
        }
    }

    var object = "list"
    var data: [Panel]
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

/// The panel as a function that an agent's model can be offered.
struct PanelTool: Sendable {
    let model: ServedModel
    let knowledge: KnowledgeBase

    init(_ model: ServedModel, _ knowledge: KnowledgeBase) {
        self.model = model
        self.knowledge = knowledge
    }

    /// In the shape of a member of `tools`; its arguments are the body of `:predict`.
    var json: JSONTree {
        [
            "type": "function",
            "function": [
                "name": .string(ToolCall.functionName),
                "description": .string(
                    "Asks \(model.id) for a differential of \(knowledge.conditions.count) "
                        + "conditions. Send the arguments to /v1/panels/\(model.id):predict. "
                        + "\(Assessment.notADevice)"),
                "parameters": CaseSchema.flat(knowledge),
            ],
        ]
    }
}

/// The flat case as a JSON Schema, for agents and for the description of the interface.
enum CaseSchema {
    static func flat(_ knowledge: KnowledgeBase) -> JSONTree {
        let names = knowledge.evidences.map { "\($0.id) \($0.shortName)" }
        let evidence = Schema.oneOf(knowledge.evidences.map(\.id))
            .described(names.joined(separator: "; "))
        return Schema.object(
            [
                "findings": .array(
                    of: .object(["evidence": evidence, "present": .boolean]),
                    atMost: CaseInput.findingLimit)
            ],
            optional: [
                "age": Schema.integer(from: 0, to: 130).described("completed years"),
                "sex": .oneOf(sexes),
            ]
        ).tree
    }

    static let sexes = Sex.allCases.map(\.rawValue)
}
