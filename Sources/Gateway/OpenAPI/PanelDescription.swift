// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Diagnosis
import Knowledge
import Site

/// The gateway's own dialect.
struct PanelDescription: Sendable {
    let calls: CallService

    private var panel: OpenAPI.Parameter {
        .init(
            name: "model", place: .path, schema: .oneOf(calls.models.map(\.id)),
            text: "The panel.")
    }

    var operations: [OpenAPI.Operation] {
        let unknown = OpenAPI.Refusal(status: 404, text: "No panel of that name is served.")
        return [
            .init(
                method: .get, path: "/v1/panels", id: "panels", summary: "Every panel served",
                tag: "panels", answers: [.json("The panels.", .named("PanelList"))]),
            .init(
                method: .post, path: "/v1/panels/{model}:predict", id: "predict",
                summary: "A case in, the whole assessment out", tag: "panels",
                parameters: [panel] + CallDescription.parameters,
                body: .init(schema: .named("CaseRequest"), examples: examples),
                answers: [
                    .json(
                        "The assessment; without a score where the case is outside the intended use.",
                        .named("PanelAnswer"), headers: CallDescription.headers)
                ], refusals: CallDescription.refusals),
            read(
                "knowledge", "What a panel can be told and can name", .named("Knowledge"), unknown),
            read(
                "tool", "The panel as a function for an agent's model",
                .object([
                    "type": .constant("function"),
                    "function": .object([
                        "name": .constant(.string(ToolCall.functionName)),
                        "description": .string, "parameters": .object([:], isOpen: true),
                    ]),
                ]), unknown),
            read(
                "card", "The panel's card: intended use, evidence, limits",
                .object(
                    [
                        "name": .string, "developer": .string, "owner": .string,
                        "version": .string, "digest": .string, "summary": .string,
                    ], isOpen: true), unknown),
        ]
    }

    private func read(
        _ part: String, _ summary: String, _ schema: Schema, _ unknown: OpenAPI.Refusal
    ) -> OpenAPI.Operation {
        .init(
            method: .get, path: "/v1/panels/{model}/\(part)", id: part, summary: summary,
            tag: "panels", parameters: [panel], answers: [.json("As described.", schema)],
            refusals: [unknown])
    }

    private var examples: [String: JSONTree] {
        let flat: JSONTree = [
            "age": 54, "sex": "female", "findings": [["evidence": "E_53", "present": true]],
            "subject": "patient-17", "use": "diagnosis-support",
        ]
        let patient: JSONTree = [
            "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1971-05-02",
        ]
        let condition: JSONTree = [
            "resourceType": "Condition", "id": "c1",
            "clinicalStatus": ["coding": [["code": "active"]]],
            "code": coded(BundleCodes.snomed, "49727002"),
        ]
        let observation: JSONTree = [
            "resourceType": "Observation", "id": "o1", "status": "final",
            "code": coded(BundleCodes.evidenceSystem, "E_53"), "valueBoolean": true,
        ]
        let entries = [patient, condition, observation].map { JSONTree.object(["resource": $0]) }
        let bundle: JSONTree = [
            "resourceType": "Bundle", "type": "collection", "entry": .array(entries),
        ]
        return ["flat": flat, "bundle": bundle]
    }

    private func coded(_ system: String, _ code: String) -> JSONTree {
        ["coding": [["system": .string(system), "code": .string(code)]]]
    }

    // MARK: - Requests

    private static let handle = Schema.matching("[!-~]{1,255}").orNull
    private static let name = Schema.matching("[A-Za-z0-9._-]{1,64}").orNull

    /// What a case says of the call.
    private static let members: [String: Schema] = [
        "subject": handle.described("Your handle for the patient; only a keyed digest is kept."),
        "use": name.described("What the answer is for."),
        "user_role": name.described("Who reads it."),
        "setting": name.described("The kind of encounter."),
    ]

    private var flat: Schema {
        .object(
            [
                "findings": .array(
                    of: .object([
                        "evidence": Schema.oneOf(calls.knowledge.evidences.map(\.id)).described(
                            "An id; the short name or question of one is read too."),
                        "present": .boolean,
                    ]), atMost: CaseInput.findingLimit)
            ],
            optional: [
                "id": Schema.text(1...128).orNull.described("Your name for the case."),
                "age": Schema.integer(from: 0, to: 130).orNull,
                "sex": Schema.oneOf(CaseSchema.sexes).orNull,
            ].merging(PanelDescription.members) { $1 })
    }

    private static let resource = Schema.object(
        ["resourceType": .string], isOpen: true
    ).described(
        "A FHIR R4 resource. Patient, Condition and Observation are read; every other one, and what "
            + "could not be read of these, is listed in inputs_not_used.")

    private static let bundle = Schema.object(
        [
            "resourceType": .constant("Bundle"),
            "entry": .array(of: .object(["resource": resource], isOpen: true)),
        ], isOpen: true)

    var schemas: [String: Schema] {
        [
            "FlatCase": flat,
            "Bundle": PanelDescription.bundle,
            "CaseRequest": .anyOf([
                .named("FlatCase"),
                .object(
                    [
                        "resourceType": .constant("Bundle"),
                        "entry": .array(
                            of: .object(["resource": PanelDescription.resource], isOpen: true)),
                    ], optional: PanelDescription.members, isOpen: true),
                .object(
                    ["bundle": .named("Bundle")], optional: PanelDescription.members),
            ]),
            "PanelAnswer": PanelDescription.answer,
            "PanelList": PanelDescription.list,
            "Knowledge": PanelDescription.knowledge,
        ]
    }

    // MARK: - Answers

    private static let probability = Schema.number(from: 0, to: 1)

    private static let answer = Schema.object([
        "prediction_id": .string,
        "model": .object(["id": .string, "version": .string, "digest": .string]),
        "intended_use": .object([
            "id": .string, "version": .string,
            "verdict": .oneOf(["inside", "not_assessed", "outside"]),
            "reasons": .array(of: .string), "caution": .string,
        ]),
        "abstained": .object(["bool": .boolean, "reason": Schema.string.orNull]),
        "outputs": .array(of: output), "next_questions": .array(of: question, atMost: 3),
        "stop": Schema.string.orNull, "inputs_used": .array(of: used),
        "inputs_not_used": .array(of: .object(["source_ref": .string, "reason": .string])),
        "inputs_missing": .array(of: .string),
        "basis": .array(
            of: .object([
                "feature": .string, "target": .string, "contribution": .number,
                "direction": .oneOf(["against", "for", "neutral"]),
            ])),
        "out_of_distribution": .object(["score": .null, "flag": .null, "reason": .string]),
        "evidence": .array(of: .object(["card_section": .string, "url": .string])),
        "not_estimated": .map(of: .string).described("What is null in every output, and why."),
        "remarks": .array(of: .string), "label": CallDescription.labelSchema,
        "receipt": CallDescription.receiptSchema,
        "price": .object(["micros": .count, "currency": .matching("[A-Z]{3}")]),
    ])

    private static let output = Schema.object([
        "target": .string, "icd10": .string, "severity": .integer(from: 1, to: 5),
        "probability": probability, "ci95": .null, "risk_band": .null, "horizon": .null,
        "calibration_ref": .null, "prior_log_odds": .number, "basis": .array(of: contribution),
    ])

    private static let contribution = Schema.object([
        "feature": .string, "name": .string, "is_present": .boolean,
        "log_likelihood_ratio": .number, "probability": probability,
        "probability_elsewhere": probability, "source": .string,
    ])

    private static let question = Schema.object([
        "evidence": .string, "name": .string, "question": .string,
        "expected_information_bits": .number, "probability_of_yes": probability,
        "reason": .string, "separates": .array(of: .string),
    ])

    private static let used = Schema.object([
        "feature": .string, "name": .string, "is_present": .boolean,
        "value": .anyOf([.boolean, .number]), "unit": Schema.string.orNull, "code": .string,
        "observed_at": Schema.string.orNull, "source_ref": .string, "imputed": .constant(false),
    ])

    private static let list = Schema.object([
        "object": .constant("list"),
        "data": .array(
            of: .object([
                "id": .string, "version": .string, "digest": .string, "description": .string,
                "predict_url": .string, "knowledge_url": .string, "tool_url": .string,
                "card_url": .string,
            ])),
    ])

    private static let knowledge = Schema.object([
        "model": .string, "version": .string, "source": .string,
        "evidences": .array(
            of: .object([
                "id": .string, "name": .string, "question": .string, "is_antecedent": .boolean,
            ])),
        "conditions": .array(
            of: .object([
                "name": .string, "icd10": .string, "severity": .integer(from: 1, to: 5),
            ])),
    ])
}
