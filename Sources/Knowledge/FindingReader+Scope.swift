// SPDX-License-Identifier: Apache-2.0

/// What governs each word of a text: a negation, a doubt, or somebody else's illness.
struct TextScope {
    struct State {
        var isNegated = false
        var isUncertain = false
        var isOthers = false
    }

    private let states: [State]
    private let tokens: [TextToken]

    /// - Parameter matches: tokens of phrases, whose words govern nothing.
    init(_ tokens: [TextToken], matches: [Range<Int>]) {
        self.tokens = tokens
        var isPhrase = [Bool](repeating: false, count: tokens.count)
        for match in matches {
            for index in match { isPhrase[index] = true }
        }
        var walk = ScopeWalk(tokens: tokens)
        var states: [State] = []
        states.reserveCapacity(tokens.count)
        for index in tokens.indices {
            walk.step(index, isPhrase: isPhrase[index])
            states.append(walk.state)
        }
        self.states = states
    }

    /// Of the phrase, by the words before it and after it.
    func state(_ phrase: Range<Int>) -> State {
        var state = states[phrase.lowerBound]
        if let after = stated(after: phrase.upperBound) { state.isNegated = after }
        if isSaidOfRelative(after: phrase.upperBound) { state.isOthers = true }
        return state
    }

    /// "Rash: absent", "fever was denied", "no murmurs; S3 present": true denies, false states, nil
    /// says nothing.
    private func stated(after end: Int) -> Bool? {
        var position = end
        var seenNot = false
        while position < tokens.count, position < end + 4 {
            let word = tokens[position].text
            if ["absent", "negative", "denied", "none", "nil", "unremarkable"].contains(word) {
                return true
            }
            if ["present", "positive", "noted", "seen", "observed", "detected"].contains(word) {
                return seenNot ? true : (word == "present" || word == "positive" ? false : nil)
            }
            if seenNot, ["elicited", "palpable", "found", "reported", "appreciated"].contains(word)
            {
                return true
            }
            if word == "no", tokens[end].text == ":" { return true }
            if word == "not" { seenNot = true }
            guard seenNot || ["is", "are", "was", "were", "been", ":", "sign", "be"].contains(word)
            else { return nil }
            position += 1
        }
        return nil
    }

    /// "Diabetes in his father".
    private func isSaidOfRelative(after end: Int) -> Bool {
        guard end < tokens.count, tokens[end].text == "in" else { return false }
        return tokens[end..<min(end + 4, tokens.count)].contains {
            ScopeWords.relatives.contains($0.text)
        }
    }
}

private struct ScopeWalk {
    let tokens: [TextToken]
    var state = TextScope.State()
    private var negatedFrom: Int?
    private var crossesCommas = false
    private var isBrief = false
    private var uncertainFrom: Int?

    init(tokens: [TextToken]) { self.tokens = tokens }

    mutating func step(_ index: Int, isPhrase: Bool) {
        let token = tokens[index]
        if token.endsSentence {
            state = TextScope.State()
            negatedFrom = nil
            uncertainFrom = nil
            return
        }
        if let from = uncertainFrom, index > from + 6 || token.text == "," {
            state.isUncertain = false
            uncertainFrom = nil
        }
        if isBrief, let from = negatedFrom, index > from + 2 { endNegation() }
        if isPhrase { return }
        if token.isMark {
            if token.text == ",", negatedFrom != nil, !crossesCommas, !isList(after: index) {
                endNegation()
            }
            if token.text == "?" { state = TextScope.State() }
            return
        }
        word(token.text, index)
    }

    private mutating func word(_ word: String, _ index: Int) {
        if ScopeWords.turns.contains(word) {
            state = TextScope.State()
            endNegation()
        } else if let from = negatedFrom, index > from + 2, ScopeWords.enders.contains(word) {
            endNegation()
        } else if word == "with", index > 0, tokens[index - 1].text == "," {
            endNegation()
        }
        if ScopeWords.subjects.contains(word), state.isOthers { state.isOthers = false }
        if isNegation(word, index) {
            negatedFrom = index
            state.isNegated = true
            isBrief = word == "non"
            crossesCommas = ScopeWords.listing.contains(word)
        }
        if ScopeWords.doubts.contains(word), !(word == "rule" && follower(index) != "out") {
            uncertainFrom = index
            state.isUncertain = true
        }
        if ScopeWords.relatives.contains(word), !isWitness(index) { state.isOthers = true }
        if word == "family", follower(index) == "history" || follower(index) == "members" {
            state.isOthers = true
        }
    }

    private mutating func endNegation() {
        negatedFrom = nil
        state.isNegated = false
        isBrief = false
    }

    private func follower(_ index: Int) -> String? {
        index + 1 < tokens.count ? tokens[index + 1].text : nil
    }

    private func isNegation(_ word: String, _ index: Int) -> Bool {
        let next = follower(index) ?? ""
        switch word {
        case "negative": return next == "for"
        case "free": return next == "of" || next == "from"
        case "absence": return next == "of"
        case "no", "not":
            return !ScopeWords.pseudo.contains(next)
        default: return ScopeWords.negations.contains(word)
        }
    }

    /// "No fever, chills or cough" goes on after the comma; "no fever, cough for two days" doesn't.
    private func isList(after comma: Int) -> Bool {
        for token in tokens[(comma + 1)...] {
            if token.endsSentence || ScopeWords.turns.contains(token.text) { return false }
            if ["or", "nor", "and"].contains(token.text) { return true }
            if ScopeWords.enders.contains(token.text) { return false }
        }
        return false
    }

    /// "His mother says he has a fever" is about him, "brought in by his father with a rash" too.
    private func isWitness(_ index: Int) -> Bool {
        for token in tokens[max(0, index - 3)..<index]
        where ["by", "to", "with", "from"].contains(token.text) {
            return true
        }
        for token in tokens[(index + 1)..<min(index + 4, tokens.count)]
        where ScopeWords.tells.contains(token.text) {
            return true
        }
        return false
    }
}

private enum ScopeWords {
    static let negations: Set<String> = [
        "without", "denies", "denied", "deny", "denying", "never", "absent", "lacks", "lack",
        "lacking", "nor", "neither", "none", "non", "doesnt", "didnt", "hasnt", "isnt", "wasnt",
        "havent", "hadnt", "dont", "arent", "werent",
    ]
    /// Negations whose list needs no "or".
    static let listing: Set<String> = [
        "denies", "denied", "deny", "denying", "negative", "not", "neither", "never",
    ]
    /// What follows "no" without denying what comes next.
    static let pseudo: Set<String> = [
        "only", "relief", "change", "changes", "improvement", "improve", "improved", "better",
        "worse", "resolve", "resolved", "respond", "responded", "certain", "sure", "increase",
        "relieve", "relieved",
    ]
    static let doubts: Set<String> = [
        "possible", "possibly", "suspect", "suspected", "suspicion", "suspicious", "maybe",
        "might", "may", "could", "questionable", "probable", "probably", "rule", "concern",
        "concerned", "risk", "if", "whether", "unsure", "unclear", "worried", "afraid",
    ]
    static let turns: Set<String> = ["but", "however", "except", "although", "though", "yet"]
    static let subjects: Set<String> = ["he", "she", "they", "patient", "i", "child", "infant"]
    static let enders: Set<String> = [
        "reports", "reported", "complains", "complaining", "endorses", "admits", "notes",
        "states", "describes", "presents", "presented", "developed", "experiences", "experienced",
        "has", "had", "have", "is", "are", "was", "were", "he", "she", "they", "there", "which",
        "who", "because", "since", "then", "while", "whereas", "now", "secondary", "shows",
        "showed", "revealed", "reveals", "for",
    ]
    static let relatives: Set<String> = [
        "mother", "father", "brother", "sister", "uncle", "aunt", "cousin", "cousins",
        "grandmother", "grandfather", "parent", "parents", "sibling", "siblings", "brothers",
        "sisters", "son", "daughter", "wife", "husband", "relative", "relatives", "friend",
        "friends", "partner", "roommate", "coworker", "colleague", "boyfriend", "girlfriend",
        "classmate", "classmates", "mom", "dad", "twin",
    ]
    static let tells: Set<String> = [
        "says", "said", "reports", "reported", "states", "stated", "noticed", "notices", "notes",
        "noted", "brought", "brings", "describes", "found", "denies", "denied", "gives", "tells",
        "worried", "thinks", "observed", "mentions",
    ]
}
