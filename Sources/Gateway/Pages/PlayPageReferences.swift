// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Site
import Workbench

extension PlayDesk {
    private static let mostAlternatives = 8

    /// The condition of a name, synonym or id; letter case does not matter.
    func condition(named text: String) -> Int? {
        let wanted = PlayDesk.folded(text)
        return desk.knowledge.conditions.firstIndex { condition in
            ([condition.name, condition.id] + condition.synonyms)
                .contains { PlayDesk.folded($0) == wanted }
        }
    }

    /// Published figures of a condition, or conditions whose names hold the words typed.
    func reference(_ text: String) -> PlayRoom.Reference {
        let knowledge = desk.knowledge
        guard let position = condition(named: text) else {
            return PlayRoom.Reference(
                condition: text, figures: [], sources: [], alternatives: alternatives(text))
        }
        var sources: [Int] = []
        let figures = knowledge.figures.filter { $0.condition == position }.map { figure in
            if !sources.contains(figure.source) { sources.append(figure.source) }
            let finding = knowledge.catalogue.findings[figure.finding]
            return PlayRoom.Figure(
                finding: finding.name, outcome: finding.outcomes[figure.outcome],
                sensitivity: figure.sensitivity, specificity: figure.specificity,
                note: figure.note, source: (sources.firstIndex(of: figure.source) ?? 0) + 1)
        }
        return PlayRoom.Reference(
            condition: knowledge.conditions[position].name, figures: figures,
            sources: sources.map { index in
                let source = knowledge.sources[index]
                return "\(source.citation) \(source.address)"
            })
    }

    private func alternatives(_ text: String) -> [String] {
        let wanted = PlayDesk.folded(text)
        let fitting = desk.knowledge.conditions.filter { condition in
            ([condition.name] + condition.synonyms).contains {
                PlayDesk.folded($0).contains(wanted)
            }
        }
        return Array(fitting.map(\.name).prefix(PlayDesk.mostAlternatives))
    }

    private static func folded(_ text: String) -> String {
        text.split { $0.isWhitespace || $0 == "-" }.joined(separator: " ").lowercased()
    }
}
