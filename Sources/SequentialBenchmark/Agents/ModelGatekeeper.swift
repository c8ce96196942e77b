// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
package import Knowledge

/// Lets a language model say what a request means where the fixed rules don't understand it.
///
/// The model sees the request and a list of names; never a value, a report or the diagnosis. What
/// it picks is then answered by the deterministic gatekeeper, so it can reveal nothing the rules
/// would not. A run that uses it says so.
package struct ModelGatekeeper: Sendable {
    package let model: String
    private let source: ChatModelSource
    private let names: String

    package init(model: String, catalogue: Catalogue, source: @escaping ChatModelSource) {
        self.model = model
        self.source = source
        names =
            (catalogue.findings.filter(\.kind.isAskable).map { "\($0.id): \($0.name)" }
            + catalogue.tests.map { "\($0.id): \($0.name)" }).joined(separator: "\n")
    }

    private struct Choice: Decodable {
        var id: String?
    }

    private static let schema = """
        {"type":"object","additionalProperties":false,"required":["id"],"properties":\
        {"id":{"type":["string","null"]}}}
        """

    /// A model for one case.
    func chat(_ caseID: String) -> StructuredChat { StructuredChat(source(caseID)) }

    /// The request in the catalogue's terms; nil where the model finds none either.
    ///
    /// - Parameter seed: differs between the sessions of an ensemble, so that their recordings do.
    func translate(
        _ request: EncounterRequest, _ catalogue: Catalogue, _ chat: inout StructuredChat,
        seed: UInt64
    ) async -> EncounterRequest? {
        let choice = await chat.ask(
            Choice.self,
            ChatRequest(
                purpose: "gatekeeper",
                messages: [
                    ChatMessage(
                        .system,
                        "Which one entry of the list does the request mean exactly? Reply with its "
                            + "id, or null when none or several fit."),
                    ChatMessage(.user, names + "\n\nRequest: " + request.text),
                ], schema: ModelGatekeeper.schema, maxTokens: 60, seed: seed))
        guard let id = choice?.id else { return nil }
        switch request {
        case .ask:
            guard let finding = catalogue.finding(id), catalogue.findings[finding].kind.isAskable
            else { return nil }
            return .ask(id)
        case .order: return catalogue.test(id) == nil ? nil : .order(id)
        }
    }
}
