// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge

extension Judge {
    /// A verdict by name before codes are looked at.
    struct NameVerdict {
        var score: Int
        var reason: String
        /// Another, unrelated diagnosis stands beside the right one.
        var isMixed = false

        var verdict: Verdict {
            Verdict(score: score, reason: reason, by: score == 1 ? .none : .name)
        }
    }

    /// Compares each part of the text with the case's names; the best part counts, unless an
    /// alternative ("or") or an unrelated addition ("and") stands beside it.
    static func byName(_ text: String, _ item: BenchmarkCase) -> NameVerdict {
        let nothing = NameVerdict(score: 1, reason: "No code and no name matches.")
        let alternatives = split(text, at: alternativeMarks)
        let scored = alternatives.map { scoreAdditions($0, item) }
        guard let best = scored.max(by: { $0.score < $1.score }), best.score > 1 else {
            return nothing
        }
        let others = scored.filter { $0.score < 3 }
        guard !others.isEmpty, best.score >= 3 else { return best }
        return NameVerdict(
            score: min(3, best.score),
            reason: "The text names another diagnosis beside the right one.", isMixed: true)
    }

    /// One alternative, which may join several things by "and".
    private static func scoreAdditions(_ text: String, _ item: BenchmarkCase) -> NameVerdict {
        let whole = score(DiagnosisName(text), item)
        if whole.score == 5, wholeIsExact(text, item) { return whole }
        let parts = split(text, at: additionMarks).filter { !isDenied($0) }
        guard parts.count > 1 || parts.first != text else {
            return isDenied(text) ? NameVerdict(score: 1, reason: "The name was denied.") : whole
        }
        let scored = parts.map { score(DiagnosisName($0), item) }
        guard let best = scored.max(by: { $0.score < $1.score }), best.score >= 3 else {
            return NameVerdict(score: 1, reason: "No code and no name matches.")
        }
        let strays = zip(parts, scored).filter { part, verdict in
            verdict.score < 3 && !isRelated(DiagnosisName(part), item)
        }
        guard strays.isEmpty else {
            return NameVerdict(
                score: 3, reason: "The text names another diagnosis beside the right one.",
                isMixed: true)
        }
        return best
    }

    private static func wholeIsExact(_ text: String, _ item: BenchmarkCase) -> Bool {
        let name = DiagnosisName(text)
        return names(item).contains { DiagnosisName($0).words == name.words }
    }

    private static func names(_ item: BenchmarkCase) -> [String] {
        [item.diagnosis.text] + item.diagnosis.accepted
    }

    private static func score(_ stated: DiagnosisName, _ item: BenchmarkCase) -> NameVerdict {
        guard !stated.isGeneric || !stated.words.isEmpty else {
            return NameVerdict(score: 1, reason: "No diagnosis was named.")
        }
        let accepted = names(item).map(DiagnosisName.init).filter { !$0.words.isEmpty }
        if accepted.contains(where: { $0.words == stated.words }) {
            return NameVerdict(score: 5, reason: "The name is one of the accepted names.")
        }
        let partial = item.diagnosis.partial.map { DiagnosisName($0) }.filter { !$0.words.isEmpty }
        let partly = NameVerdict(score: 3, reason: "The name is one of the partly right names.")
        // The author's word for just this name goes before the rules for names in general.
        if partial.contains(where: { $0.words == stated.words }) { return partly }
        if accepted.contains(where: { $0.isContained(in: stated) }) {
            return NameVerdict(
                score: 5, reason: "The name holds an accepted name and is more specific.")
        }
        // Only a qualifier such as "acute" is missing or added.
        let near = accepted.filter { !stated.isGeneric && $0.core == stated.core }
        if near.contains(where: { !$0.contradicts(stated) }) {
            return NameVerdict(
                score: 4, reason: "The name differs from an accepted name in a qualifier.")
        }
        if !near.isEmpty {
            return NameVerdict(
                score: 3, reason: "The name contradicts an accepted name in a qualifier.")
        }
        if partial.contains(where: { $0.isContained(in: stated) }) { return partly }
        if !stated.isGeneric,
            let whole = accepted.first(where: { stated.core.isSubset(of: $0.core) })
        {
            let isHalf = stated.core.count * 2 >= whole.core.count
            return NameVerdict(
                score: isHalf ? 3 : 2, reason: "The name is less specific than the accepted names.")
        }
        return NameVerdict(score: 1, reason: "No code and no name matches.")
    }

    /// What the case records as there is an addition, not another diagnosis; so is a word for place
    /// or course.
    ///
    /// Only names of the diagnosis and of coded findings count, never free text, which
    /// may mention what was excluded.
    private static func isRelated(_ part: DiagnosisName, _ item: BenchmarkCase) -> Bool {
        let core = part.core
        if core.isEmpty { return true }
        var known: Set<String> = []
        for name in names(item) + item.diagnosis.partial {
            known.formUnion(DiagnosisName(name).core)
        }
        for finding in item.findings
        where ["present", "high", "low"].contains(finding.outcome) {
            for text in [finding.id ?? ""] + finding.names {
                known.formUnion(DiagnosisName(text).core)
            }
        }
        return !core.isDisjoint(with: known.subtracting(commonWords))
    }

    /// Too common to tie two diagnoses together.
    private static let commonWords: Set<String> = [
        "disease", "syndrome", "disorder", "infection", "pain", "day", "week", "year", "no", "not",
        "blood", "normal", "failure",
    ]

    private static func isDenied(_ part: String) -> Bool {
        let text = " \(part.lowercased()) "
        return [" no ", " not ", " unlikely", " excluded", " ruled out", " without ", " exclude "]
            .contains { text.contains($0) } && !text.contains("no disease")
    }

    private static let alternativeMarks = [
        " or ", " vs ", " vs. ", " versus ", " / ", " alternatively ", "; ", " differential ",
        " rather than ", "?",
    ]
    private static let additionMarks = [" and ", ", ", " + ", " & ", "/", " plus ", "("]

    private static func split(_ text: String, at marks: [String]) -> [String] {
        var marked = text.lowercased()
        for mark in marks { marked = marked.replacingOccurrences(of: mark, with: "\u{1}") }
        return marked.split(separator: "\u{1}")
            .map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines.union(.punctuationCharacters))
            }
            .filter { !$0.isEmpty }
    }
}
