// SPDX-License-Identifier: Apache-2.0
import Foundation
package import Knowledge

/// The clinical panel as an agent: five roles over one explicit posterior, on published figures.
///
/// No language model and no network. The same case, settings and seed give the same bytes.
package struct ClinicalPanelAgent: DiagnosticAgent {
    package let name = "panel"
    /// Names knowledge and settings together; 32 hexadecimal digits.
    package let digest: String
    package let engine: ClinicalEngine
    /// Reads coded findings out of free text, where a case has no codes.
    package let readText: @Sendable (String) -> [Observation]

    /// The name assessments carry.
    package static let model = "bedside-clinical-panel"

    /// - Parameter readText: used on the abstract when nothing was volunteered in code, and on
    ///   answers without observations.
    package init(
        knowledge: ClinicalKnowledge, settings: ClinicalSettings = .standard,
        readText: @escaping @Sendable (String) -> [Observation] = { _ in [] }
    ) {
        engine = ClinicalEngine(knowledge: knowledge, settings: settings)
        self.readText = readText
        var hash = Fingerprint()
        hash.add(ClinicalPanelAgent.model)
        hash.add(knowledge.digest)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let written = try? encoder.encode(settings)
        hash.add(written.map { String(decoding: $0, as: UTF8.self) } ?? "")
        digest = hash.hexadecimal
    }

    package func begin(_ start: EncounterStart) async throws -> any AgentSession {
        session(start)
    }

    /// - Complexity: with a seed other than 1 the tables are made anew, some milliseconds.
    package func session(_ start: EncounterStart) -> ClinicalSession {
        let engine =
            start.seed == 1
            ? self.engine
            : ClinicalEngine(
                knowledge: self.engine.knowledge, settings: self.engine.settings,
                seed: start.seed)
        return ClinicalSession(engine, start, readText)
    }
}
