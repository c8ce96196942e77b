// SPDX-License-Identifier: Apache-2.0
package import Diagnosis

/// A language model as judge, by the same rubric; its verdicts stand beside the code's, never in
/// their place.
package struct ModelJudge: Sendable {
    private let model: any ChatModel

    package init(_ model: any ChatModel) { self.model = model }

    package var name: String { model.name }

    private struct Reply: Decodable {
        var score: Int
        var reason: String?
    }

    private static let schema = """
        {"type":"object","additionalProperties":false,"required":["score","reason"],"properties":\
        {"score":{"type":"integer","minimum":1,"maximum":5},"reason":{"type":"string"}}}
        """

    /// The verdict, or nil where the model gave none; the exchanges say why.
    package func judge(
        _ stated: StatedDiagnosis, _ item: BenchmarkCase
    ) async -> (verdict: Verdict?, exchanges: [ChatExchange]) {
        var chat = StructuredChat(model)
        let names = ([item.diagnosis.text] + item.diagnosis.accepted).joined(separator: "; ")
        let reply = await chat.ask(
            Reply.self,
            ChatRequest(
                purpose: "judge",
                messages: [
                    ChatMessage(
                        .system,
                        "Score a stated diagnosis against the reference: 5 the same or more "
                            + "specific; 4 the right disease, a qualifier missing; 3 the right "
                            + "field but wrong in cause, site or specificity; 2 superficially "
                            + "alike; 1 unrelated. Judge meaning, not wording."),
                    ChatMessage(
                        .user,
                        "Patient: \(item.abstract)\nReference: \(names)\n"
                            + "Stated: \(stated.isNoDisease ? "no disease" : stated.name)"),
                ], schema: ModelJudge.schema, maxTokens: 200))
        let verdict = reply.flatMap { reply in
            (1...5).contains(reply.score)
                ? Verdict(score: reply.score, reason: reply.reason ?? "", by: .model) : nil
        }
        return (verdict, chat.taken())
    }
}
