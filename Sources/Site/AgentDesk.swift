// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
import Foundation
package import Knowledge
import LanguageModels
import Records
package import SequentialBenchmark

/// Where a language model is reached; the key comes from the environment only.
package struct ModelEndpoint: Sendable {
    package var url: String
    package var key: String?
    package var seconds: Double

    /// `BEDSIDE_MODEL_URL`, `BEDSIDE_MODEL_KEY` and `BEDSIDE_MODEL_SECONDS` (60 where not given).
    package static func fromEnvironment() -> ModelEndpoint? {
        let variables = ProcessInfo.processInfo.environment
        guard let url = variables["BEDSIDE_MODEL_URL"], !url.isEmpty else { return nil }
        return ModelEndpoint(
            url: url, key: variables["BEDSIDE_MODEL_KEY"],
            seconds: variables["BEDSIDE_MODEL_SECONDS"].flatMap(Double.init) ?? 60)
    }
}

/// Clinical knowledge, cases, prices and agents, opened once and shared by commands and pages.
package struct AgentDesk: Sendable {
    package let knowledge: ClinicalKnowledge
    package let panel: ClinicalPanelAgent
    private let reader: FindingReader

    package var catalogue: Catalogue { knowledge.catalogue }

    /// - Throws: `SiteError` naming the table that was refused.
    package init() throws(SiteError) {
        let knowledge = try stage { try ClinicalKnowledge.shipped() }
        let reader = FindingReader(catalogue: knowledge.catalogue)
        self.knowledge = knowledge
        self.reader = reader
        panel = ClinicalPanelAgent(
            knowledge: knowledge,
            readText: { text in AgentDesk.observations(text, reader) })
    }

    private static func observations(_ text: String, _ reader: FindingReader) -> [Observation] {
        reader.read(text).map { found in
            let finding = reader.catalogue.findings[found.finding]
            return Observation(
                finding: finding.id, outcome: finding.outcomes[found.outcome],
                number: found.number)
        }
    }

    /// What a text says, in the catalogue's terms.
    package func read(_ text: String) -> [Observation] {
        AgentDesk.observations(text, reader)
    }

    /// How often findings are seen without a condition that causes them.
    package var background: BackgroundRates {
        let knowledge = knowledge
        return { finding, outcome in
            knowledge.background(finding: finding, outcome: outcome).probability
        }
    }

    package func cases(_ path: String) throws(SiteError) -> [BenchmarkCase] {
        try stage { try CaseLibrary.read(path: path, catalogue: catalogue) }
    }

    /// A schedule by name, or from a site's own file.
    package func schedule(_ name: String) throws(SiteError) -> PriceSchedule {
        try stage {
            PriceSchedule.names.contains(name)
                ? try PriceSchedule.named(name, catalogue: catalogue)
                : try PriceSchedule.read(file: name, name: name, catalogue: catalogue)
        }
    }

    /// An agent by its name on the command line: `panel`, `model:NAME`, `panel+model:NAME` or
    /// `process:COMMAND`.
    ///
    /// - Parameter recorded: what was exchanged in an earlier run, by case id; then nothing is sent.
    package func agent(
        _ name: String, endpoint: ModelEndpoint? = .fromEnvironment(),
        recorded: [String: [ChatExchange]]? = nil
    ) throws(SiteError) -> any DiagnosticAgent {
        if name == "panel" { return panel }
        if let command = name.after("process:") { return ProcessAgent(command: command) }
        if let model = name.after("panel+model:") {
            return AssistedPanelAgent(
                panel: panel, catalogue: catalogue, model: model,
                source: try source(model, endpoint, recorded))
        }
        if let model = name.after("model:") {
            return ModelAgent(model: model, source: try source(model, endpoint, recorded))
        }
        throw .refused(
            "--agent: expected panel, model:NAME, panel+model:NAME or process:COMMAND.")
    }

    /// A gatekeeper's model by its name, `model:NAME`.
    package func gatekeeper(
        _ name: String, endpoint: ModelEndpoint? = .fromEnvironment(),
        recorded: [String: [ChatExchange]]? = nil
    ) throws(SiteError) -> ModelGatekeeper {
        guard let model = name.after("model:") else {
            throw .refused("--gatekeeper: expected model:NAME.")
        }
        return ModelGatekeeper(
            model: model, catalogue: catalogue, source: try source(model, endpoint, recorded))
    }

    /// A model at the endpoint by name.
    package func model(
        _ name: String, endpoint: ModelEndpoint? = .fromEnvironment()
    ) throws(SiteError) -> any ChatModel {
        try source(name, endpoint, nil)("")
    }

    private func source(
        _ model: String, _ endpoint: ModelEndpoint?, _ recorded: [String: [ChatExchange]]?
    ) throws(SiteError) -> ChatModelSource {
        if let recorded {
            return { RecordedChatModel(name: model, exchanges: recorded[$0] ?? []) }
        }
        guard let endpoint else {
            throw .refused(
                "BEDSIDE_MODEL_URL: expected the address of an OpenAI-compatible endpoint, such as "
                    + "http://127.0.0.1:8000/v1.")
        }
        let chat = HTTPChatModel(
            name: model, base: endpoint.url, key: endpoint.key,
            patience: HTTPChatModel.Patience(seconds: endpoint.seconds))
        return { _ in chat }
    }
}

extension String {
    /// What follows a prefix; nil without it or with nothing after it.
    fileprivate func after(_ prefix: String) -> String? {
        guard hasPrefix(prefix), count > prefix.count else { return nil }
        return String(dropFirst(prefix.count))
    }
}
