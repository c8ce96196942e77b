// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
import Knowledge

/// A language model alone, speaking in five roles and then agreeing with itself: for comparison.
///
/// Its probabilities are what it says they are; nothing is computed.
package struct ModelAgent: DiagnosticAgent {
    package let name: String
    package let digest: String
    private let source: ChatModelSource

    /// - Parameter model: name at the endpoint.
    package init(model: String, source: @escaping ChatModelSource) {
        name = "model:" + model
        self.source = source
        var hash = Fingerprint()
        for text in [model, ModelSession.rules, ModelSession.schema] { hash.add(text) }
        for role in ModelSession.roles { hash.add(role.task) }
        digest = hash.hexadecimal
    }

    package func begin(_ start: EncounterStart) async throws -> any AgentSession {
        ModelSession(start, StructuredChat(source(start.caseID)))
    }
}

private struct ModelSession: AgentSession {
    static let rules = """
        You work up one patient. You may ask short specific questions (at most 5 a turn), order \
        tests by name (at most 3 a turn), or commit to one diagnosis. Tests and visits cost money.
        """
    static let schema = """
        {"type":"object","additionalProperties":false,"required":["questions","tests",\
        "diagnosis","no_disease","differential"],"properties":{"questions":{"type":"array",\
        "items":{"type":"string"}},"tests":{"type":"array","items":{"type":"string"}},\
        "diagnosis":{"type":["string","null"]},"no_disease":{"type":"boolean"},\
        "differential":{"type":"array","items":{"type":"object","additionalProperties":false,\
        "required":["name","probability"],"properties":{"name":{"type":"string"},\
        "probability":{"type":"number"}}}}}}
        """
    static let roles: [(name: RoleName, task: String)] = [
        (.hypothesis, "List the three likeliest diagnoses with probabilities and why."),
        (.testChooser, "Name up to three questions or tests that separate them best."),
        (.challenger, "Argue against the leading diagnosis; name what must not be missed."),
        (.stewardship, "Name cheaper equivalents and strike what adds little."),
        (.checklist, "Check names of tests, duplicates and consistency."),
    ]

    private struct Consensus: Decodable {
        struct Condition: Decodable {
            var name: String
            var probability: Double
        }
        var questions: [String]?
        var tests: [String]?
        var diagnosis: String?
        var no_disease: Bool?
        var differential: [Condition]?
    }

    private let start: EncounterStart
    private var chat: StructuredChat
    private var transcript: [String] = []

    init(_ start: EncounterStart, _ chat: StructuredChat) {
        self.start = start
        self.chat = chat
        let budget = start.budgetCents.map { " The budget is \($0 / 100) US dollars." } ?? ""
        let rule =
            switch start.variant {
            case .instant: " Commit now: nothing can be asked or ordered."
            case .questions: " Only questions are possible; no tests."
            default: ""
            }
        transcript.append("Patient: \(start.abstract)\(budget)\(rule)")
    }

    mutating func next(
        _ news: [EncounterAnswer], spentCents: Int, isConfirming: Bool
    ) async throws -> AgentTurn {
        for answer in news { transcript.append("\(answer.request.text): \(answer.text)") }
        if isConfirming {
            transcript.append(
                "Are you sure? Ask or order more if that could change the diagnosis, "
                    + "else repeat it."
            )
        }
        var notes: [String] = []
        if start.variant != .instant, !isConfirming {
            for role in ModelSession.roles {
                let request = ChatRequest(
                    purpose: "role-\(role.name.rawValue)",
                    messages: messages(notes, "As \(role.name.rawValue): \(role.task)"),
                    maxTokens: 300, seed: start.seed)
                if let note = await chat.text(request) {
                    notes.append("\(role.name.rawValue): \(note)")
                }
            }
        }
        let consensus = await chat.ask(
            Consensus.self,
            ChatRequest(
                purpose: "consensus",
                messages: messages(
                    notes, "Agree on one action as JSON: questions, tests, or a diagnosis."),
                schema: ModelSession.schema, maxTokens: 600, seed: start.seed))
        return turn(consensus)
    }

    private func messages(_ notes: [String], _ task: String) -> [ChatMessage] {
        [
            ChatMessage(.system, ModelSession.rules),
            ChatMessage(.user, (transcript + notes + [task]).joined(separator: "\n")),
        ]
    }

    private mutating func turn(_ consensus: Consensus?) -> AgentTurn {
        var turn = AgentTurn(exchanges: chat.taken())
        guard let consensus else { return turn }
        turn.differential = (consensus.differential ?? []).prefix(10).map {
            StatedCondition(
                name: $0.name,
                probability: $0.probability.isFinite ? min(max($0.probability, 0), 1) : 0)
        }
        turn.requests =
            (consensus.questions ?? []).prefix(5).map { .ask($0) }
            + (consensus.tests ?? []).prefix(3).map { .order($0) }
        let isNoDisease = consensus.no_disease ?? false
        // "No disease" without a name is a diagnosis too, unless there is more to find out.
        let unnamed = isNoDisease && turn.requests.isEmpty ? "no disease" : ""
        let name = consensus.diagnosis.flatMap { $0.isEmpty ? nil : $0 } ?? unnamed
        if !name.isEmpty {
            turn.requests = []
            turn.diagnosis = StatedDiagnosis(
                name: name, differential: turn.differential, isNoDisease: isNoDisease)
        }
        return turn
    }
}
