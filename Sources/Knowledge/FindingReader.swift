// SPDX-License-Identifier: Apache-2.0
package import Records

/// A catalogue finding as a text states it.
package struct ReadFinding: Sendable, Hashable {
    /// Position in the catalogue.
    package var finding: Int
    /// Position among the finding's outcomes.
    package var outcome: Int
    /// In the catalogue's unit; nil where the text says only "high" or "normal".
    package var number: Double?
    /// Where the text names it, as offsets in UTF-8.
    package var range: Range<Int>

    package init(finding: Int, outcome: Int, number: Double? = nil, range: Range<Int> = 0..<0) {
        self.finding = finding
        self.outcome = outcome
        self.number = number
        self.range = range
    }
}

/// Finds the catalogue's findings in free English text, by fixed rules.
///
/// It matches names and synonyms word by word, whatever the inflection; what is denied is read as
/// absent; what is said of relatives, or is only suspected, is left out. Numbers are converted to
/// the catalogue's units. The rules follow the idea of NegEx (Chapman et al., J Biomed Inform
/// 2001;34:301-310): a trigger governs the words after it until a word that ends its reach.
package struct FindingReader: Sendable {
    /// How a phrase tells an outcome.
    enum Meaning: Sendable, Hashable {
        /// Naming it says that it is there.
        case stated
        /// Naming it says this outcome.
        case outcome(Int)
        /// A number or a word such as "high" must be near.
        case measured
        /// A word such as "positive" must follow.
        case result
    }

    struct Phrase: Sendable {
        var stems: [String]
        /// As written, where capitals matter: "K" is potassium, "k" is not.
        var exact: String?
        var finding: Int
        var meaning: Meaning
    }

    /// A phrase found in a text: positions of its first token and of the one after its last.
    struct Match {
        var phrase: Phrase
        var tokens: Range<Int>
    }

    package let catalogue: Catalogue
    /// By first stem, the longest first.
    private let phrases: [String: [Phrase]]

    package init(catalogue: Catalogue) {
        self.catalogue = catalogue
        var table: [String: [Phrase]] = [:]
        for phrase in FindingReader.phrases(of: catalogue) {
            guard let first = phrase.stems.first else { continue }
            table[first, default: []].append(phrase)
        }
        for key in table.keys {
            // Ties keep the catalogue's order: symptoms before signs.
            table[key]?.sort { ($1.stems.count, $0.finding) < ($0.stems.count, $1.finding) }
        }
        phrases = table
    }

    /// Each finding once, in the order of the text; where it is stated and denied, it is stated.
    ///
    /// - Parameter sex: leaves out what only the other sex can have, and chooses reference
    ///   intervals; nil where unknown.
    package func read(_ text: String, sex: Sex? = nil) -> [ReadFinding] {
        let tokens = TextTokens.tokens(text)
        let matches = matches(tokens)
        let scope = TextScope(tokens, matches: matches.map(\.tokens))
        var found: [ReadFinding] = []
        var places: [Int: Int] = [:]
        for match in matches {
            let finding = catalogue.findings[match.phrase.finding]
            if let only = finding.sex, let sex, sex == .female || sex == .male, only != sex {
                continue
            }
            for item in meanings(match, tokens, scope, text, sex) {
                if let place = places[item.finding] {
                    let usual = catalogue.findings[item.finding].usual
                    if found[place].outcome == usual, item.outcome != usual {
                        found[place] = item
                    }
                } else {
                    places[item.finding] = found.count
                    found.append(item)
                }
            }
        }
        return found.sorted {
            ($0.range.lowerBound, $0.finding) < ($1.range.lowerBound, $1.finding)
        }
    }

    /// Every phrase that stands in the text: the longest at each place, and shorter ones inside it
    /// where they are true with it, as "cough" is in "productive cough".
    private func matches(_ tokens: [TextToken]) -> [Match] {
        var matches: [Match] = []
        var reach = 0
        for start in tokens.indices where !tokens[start].isMark {
            var longest: Match?
            for phrase in phrases[tokens[start].stem] ?? [] {
                guard let end = end(of: phrase, tokens, start),
                    !ReaderWords.isBlocked(tokens, start..<end)
                else { continue }
                if let longest, longest.tokens.upperBound > end { break }
                let match = Match(phrase: phrase, tokens: start..<end)
                if longest?.phrase.finding == phrase.finding { continue }
                if start < reach, !isTrueInside(phrase) { continue }
                if longest != nil, !isMeasuredPair(matches, phrase) { continue }
                longest = match
                matches.append(match)
            }
            reach = max(reach, longest?.tokens.upperBound ?? 0)
        }
        return matches
    }

    /// A phrase inside a longer one is read only where both are complaints.
    private func isTrueInside(_ phrase: Phrase) -> Bool {
        catalogue.findings[phrase.finding].kind == .symptom && phrase.meaning == .stated
    }

    /// Two findings of one name are read both where a number decides between them.
    private func isMeasuredPair(_ matches: [Match], _ phrase: Phrase) -> Bool {
        phrase.meaning == .measured && matches.last?.phrase.meaning == .measured
    }

    private func end(of phrase: Phrase, _ tokens: [TextToken], _ start: Int) -> Int? {
        if let exact = phrase.exact, tokens[start].written != exact { return nil }
        var position = start + 1
        for stem in phrase.stems.dropFirst() {
            while position < tokens.count, !tokens[position].isMark,
                TextTokens.fillers.contains(tokens[position].text)
            {
                position += 1
            }
            guard position < tokens.count, tokens[position].stem == stem else { return nil }
            position += 1
        }
        return position
    }
}
