// SPDX-License-Identifier: Apache-2.0
import Records

extension FindingReader {
    /// What a phrase in its surroundings says; nothing where it says nothing certain.
    func meanings(
        _ match: Match, _ tokens: [TextToken], _ scope: TextScope, _ text: String, _ sex: Sex?
    ) -> [ReadFinding] {
        let state = scope.state(match.tokens)
        let finding = catalogue.findings[match.phrase.finding]
        let isAboutFamily =
            finding.id.hasPrefix("family-") || finding.id == "migraine-history"
            || finding.id == "sick-contact"
        if state.isUncertain || (state.isOthers && !isAboutFamily) { return [] }
        let range = tokens[match.tokens.lowerBound].start..<tokens[match.tokens.upperBound - 1].end
        func read(_ outcome: Int) -> [ReadFinding] {
            [ReadFinding(finding: match.phrase.finding, outcome: outcome, range: range)]
        }
        switch match.phrase.meaning {
        case .stated: return read(state.isNegated ? 0 : 1)
        case .outcome(let outcome):
            // "No tachycardia" leaves open whether the pulse is normal or slow.
            guard state.isNegated else { return read(outcome) }
            return finding.isMeasured ? [] : read(1 - outcome)
        case .result:
            return result(after: match.tokens.upperBound, tokens, state).map(read) ?? []
        case .measured:
            let numbers = MeasuredText.numbers(
                after: match.tokens.upperBound, tokens, text, finding)
            if !numbers.isEmpty {
                return measured(match.phrase.finding, numbers, range, sex)
            }
            guard !state.isNegated else { return [] }
            return MeasuredText.word(around: match.tokens, tokens).map(read) ?? []
        }
    }

    /// The second number of a blood pressure is the diastolic one.
    private func measured(
        _ finding: Int, _ numbers: [Double], _ range: Range<Int>, _ sex: Sex?
    ) -> [ReadFinding] {
        var targets = [finding]
        if numbers.count == 2, let diastolic = catalogue.finding("diastolic-bp") {
            targets.append(diastolic)
        }
        return zip(targets, numbers).compactMap { target, number in
            catalogue.outcome(finding: target, number: number, sex: sex).map {
                ReadFinding(finding: target, outcome: $0, number: number, range: range)
            }
        }
    }

    private func result(
        after end: Int, _ tokens: [TextToken], _ state: TextScope.State
    ) -> Int? {
        if state.isNegated { return 0 }
        var isNot = false
        for token in tokens[end..<min(end + 6, tokens.count)] {
            if token.endsSentence { return nil }
            switch token.text {
            case "not": isNot = true
            case "positive", "present", "detected", "elevated", "raised", "reactive", "high",
                "increased":
                return isNot ? 0 : 1
            case "negative", "absent", "normal", "nonreactive", "undetectable", "undetected":
                return 0
            default: break
            }
        }
        return nil
    }

    /// The number that a text gives for a measured finding when the finding's name is known from
    /// elsewhere, as in a table of results; in the catalogue's unit.
    ///
    /// - Returns: nil where the text has no number, a range, or a unit that isn't known.
    package func number(of finding: Int, in text: String) -> Double? {
        numbers(of: finding, in: text).first
    }

    /// The same with the diastolic pressure after the systolic one.
    package func numbers(of finding: Int, in text: String) -> [Double] {
        guard catalogue.findings[finding].isMeasured else { return [] }
        return MeasuredText.numbers(
            after: 0, TextTokens.tokens(text), text, catalogue.findings[finding])
    }

    /// The outcome that a result's text says in words: "elevated", "within normal limits",
    /// "negative"; nil where it says none.
    package func outcome(of finding: Int, in text: String) -> Int? {
        let tokens = TextTokens.tokens(text)
        if catalogue.findings[finding].isMeasured {
            return MeasuredText.word(around: 0..<0, tokens)
        }
        return result(after: 0, tokens, TextScope.State())
    }
}
