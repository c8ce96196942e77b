// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
package import Knowledge
import Records

/// The panel with a language model as its reader: the model turns free text into catalogue findings
/// and may propose what to ask; what is believed, when to stop and what it costs stay in code.
///
/// Where the model fails, the deterministic reader reads instead, and the failure is counted.
package struct AssistedPanelAgent: DiagnosticAgent {
    package let name: String
    package let digest: String
    private let panel: any DiagnosticAgent
    private let catalogue: Catalogue
    private let source: ChatModelSource

    package init(
        panel: any DiagnosticAgent, catalogue: Catalogue, model: String,
        source: @escaping ChatModelSource
    ) {
        name = "panel+model:" + model
        self.panel = panel
        self.catalogue = catalogue
        self.source = source
        var hash = Fingerprint()
        for text in [panel.digest, catalogue.digest, model, AssistedSession.task] { hash.add(text) }
        digest = hash.hexadecimal
    }

    package func begin(_ start: EncounterStart) async throws -> any AgentSession {
        var session = AssistedSession(
            catalogue: catalogue, chat: StructuredChat(source(start.caseID)), sex: start.sex,
            seed: start.seed)
        var read = start
        if start.volunteered.isEmpty {
            read.volunteered = await session.read(start.abstract, ordered: [])
        }
        session.panel = try await panel.begin(read)
        return session
    }
}

private struct AssistedSession: AgentSession {
    static let task = """
        Read the text of one patient. List every finding of the list below that the text states, \
        with its outcome. Use the ids as given; leave out what the text doesn't say.
        """
    private static let schema = """
        {"type":"object","additionalProperties":false,"required":["findings"],"properties":\
        {"findings":{"type":"array","items":{"type":"object","additionalProperties":false,\
        "required":["id","outcome"],"properties":{"id":{"type":"string"},"outcome":\
        {"type":"string"}}}}}}
        """

    private struct Reading: Decodable {
        struct Item: Decodable {
            var id: String
            var outcome: String
        }
        var findings: [Item]
    }

    let catalogue: Catalogue
    private var chat: StructuredChat
    private let sex: Sex?
    private let seed: UInt64
    private let reader: FindingReader
    var panel: (any AgentSession)?

    init(catalogue: Catalogue, chat: StructuredChat, sex: Sex?, seed: UInt64) {
        self.catalogue = catalogue
        self.chat = chat
        self.sex = sex
        self.seed = seed
        reader = FindingReader(catalogue: catalogue)
    }

    mutating func next(
        _ news: [EncounterAnswer], spentCents: Int, isConfirming: Bool
    ) async throws -> AgentTurn {
        var read = news
        for index in read.indices
        where read[index].observations.isEmpty && read[index].status == .recorded {
            let found = await self.read(
                "\(read[index].request.text): \(read[index].text)",
                ordered: revealed(by: read[index].request))
            // A result's name in a question, or in the hint to order it, is no result.
            read[index].observations = found.filter { observation in
                read[index].request.isOrder
                    || catalogue.finding(observation.finding).map {
                        catalogue.findings[$0].kind.isAskable
                    } ?? false
            }
        }
        guard var session = panel else { throw AgentError.notATurn(expected: "a begun case") }
        var turn = try await session.next(read, spentCents: spentCents, isConfirming: isConfirming)
        panel = session
        turn.exchanges = chat.taken()
        return turn
    }

    /// The results that an order opens; none for a question.
    private func revealed(by request: EncounterRequest) -> Set<Int> {
        guard case .order(let text) = request else { return [] }
        if let test = catalogue.test(text) { return Set(catalogue.tests[test].reveals) }
        return catalogue.finding(text).map { [$0] } ?? []
    }

    /// What a text says, by the model, else by the deterministic reader.
    ///
    /// - Parameter ordered: results that the model may read from the text, besides what is told or
    ///   examined; numbers, and results that weren't ordered, are read by code alone.
    mutating func read(_ text: String, ordered: Set<Int>) async -> [Observation] {
        let plain = reader.read(text, sex: sex).map { found in
            Observation(
                finding: catalogue.findings[found.finding].id,
                outcome: catalogue.findings[found.finding].outcomes[found.outcome],
                number: found.number)
        }
        let offered = catalogue.findings.indices.filter {
            catalogue.findings[$0].kind.isAskable || ordered.contains($0)
        }.map { catalogue.findings[$0] }
        let list = offered.map { "\($0.id): \($0.outcomes.joined(separator: " or "))" }
        let request = ChatRequest(
            purpose: "read-text",
            messages: [
                ChatMessage(.system, AssistedSession.task),
                ChatMessage(.user, list.joined(separator: "\n") + "\n\nText: " + text),
            ], schema: AssistedSession.schema, maxTokens: 800, seed: seed)
        guard let reading = await chat.ask(Reading.self, request) else { return plain }
        let results = plain.filter { observation in
            observation.number != nil
                || offered.allSatisfy { $0.id != observation.finding }
        }
        var seen = Set(results.map(\.finding))
        return results
            + reading.findings.compactMap { item in
                guard let finding = offered.first(where: { $0.id == item.id }),
                    finding.outcomes.contains(item.outcome), seen.insert(item.id).inserted
                else { return nil }
                return Observation(finding: item.id, outcome: item.outcome)
            }
    }
}
