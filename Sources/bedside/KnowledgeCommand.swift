// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Knowledge
import Records
import Site

/// `bedside knowledge`: what the panel knows, and where each number comes from.
struct KnowledgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "knowledge", abstract: "Look at the evidence behind the panel.",
        subcommands: [Show.self, List.self])

    /// `bedside knowledge list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Conditions with the number of published figures each rests on.")

        @OptionGroup var output: OutputOption

        private struct Row: Encodable {
            var id: String
            var name: String
            var icd10: [String]
            var figures: Int
            var must_not_miss: Bool
        }

        func run() throws {
            let knowledge = try AgentDesk().knowledge
            let rows = knowledge.conditions.indices.map { index in
                let condition = knowledge.conditions[index]
                return Row(
                    id: condition.id, name: condition.name, icd10: condition.icd10,
                    figures: knowledge.figures.count { $0.condition == index },
                    must_not_miss: condition.mustNotMiss)
            }
            try output.show(rows) {
                Terminal.table(
                    [["condition", "name", "figures"]]
                        + rows.map { [$0.id, $0.name, String($0.figures)] })
                    + "\n\n\(knowledge.conditions.count) conditions, \(knowledge.figures.count) "
                    + "figures from \(knowledge.sources.count) sources."
            }
        }
    }

    /// `bedside knowledge show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every figure of a condition or a finding, with its source.")

        @Argument(help: "Id or name of a condition, or id of a finding.")
        var what: String
        @OptionGroup var output: OutputOption

        private struct Line: Encodable {
            var condition: String
            var finding: String
            var outcome: String
            var probability: Double
            var specificity: Double?
            var background: Double
            var citation: String
            var address: String
            var note: String
        }

        func run() throws {
            let knowledge = try AgentDesk().knowledge
            let typed = what.lowercased()
            let condition = knowledge.conditions.firstIndex { condition in
                ([condition.id, condition.name] + condition.synonyms)
                    .contains { $0.lowercased() == typed }
            }
            let finding = knowledge.catalogue.findings.firstIndex {
                $0.id == typed || $0.name.lowercased() == typed
            }
            guard condition != nil || finding != nil else {
                let names =
                    knowledge.conditions.map(\.id) + knowledge.catalogue.findings.map(\.id)
                throw SiteError.refused(
                    "knowledge show: expected a condition or a finding; the nearest is "
                        + "\"\(NearestWord.to(what, among: names))\".")
            }
            let lines = knowledge.figures
                .filter { $0.condition == condition || $0.finding == finding }
                .map { line($0, knowledge) }
            try output.show(lines) { text(lines, condition, knowledge) }
        }

        private func line(
            _ figure: ClinicalKnowledge.Figure, _ knowledge: ClinicalKnowledge
        ) -> Line {
            let source = knowledge.sources[figure.source]
            let finding = knowledge.catalogue.findings[figure.finding]
            return Line(
                condition: knowledge.conditions[figure.condition].name, finding: finding.name,
                outcome: finding.outcomes[figure.outcome], probability: figure.sensitivity,
                specificity: figure.specificity,
                background: knowledge.background(
                    finding: figure.finding, outcome: figure.outcome
                ).probability, citation: source.citation, address: source.address,
                note: figure.note)
        }

        private func text(
            _ lines: [Line], _ condition: Int?, _ knowledge: ClinicalKnowledge
        ) -> String {
            var blocks: [String] = []
            if let condition, let rate = knowledge.rate(condition: condition) {
                let source = knowledge.sources[rate.source]
                blocks.append(
                    "\(knowledge.conditions[condition].name): \(rate.value) new presentations per "
                        + "100,000 and year\n    \(source.citation), \(source.address)")
            }
            blocks += lines.map { line in
                let specificity = line.specificity.map { ", specificity \(Terminal.percent($0))" }
                return "\(line.condition): \(line.finding) \(line.outcome) in "
                    + "\(Terminal.percent(line.probability))\(specificity ?? ""), elsewhere "
                    + "\(Terminal.percent(line.background))\n    \(line.citation), "
                    + "\(line.address)\(line.note.isEmpty ? "" : "\n    \(line.note)")"
            }
            return blocks.joined(separator: "\n")
        }
    }
}
