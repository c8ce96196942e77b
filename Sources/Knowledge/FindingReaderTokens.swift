// SPDX-License-Identifier: Apache-2.0

/// A piece of a text: a word, a number or a mark.
struct TextToken: Sendable, Hashable {
    /// Lower case, without apostrophes; a mark is itself, a line break is ".".
    var text: String
    /// As written.
    var written: String
    /// What is compared; see `TextTokens.stem`.
    var stem: String
    var number: Double?
    /// UTF-8 offsets.
    var start: Int
    var end: Int
    var isMark: Bool

    /// Ends what a negation, a doubt or a relative governs.
    var endsSentence: Bool { isMark && (text == "." || text == ";" || text == "!") }
}

/// Cuts text into words, numbers and marks, and words down to what inflection leaves alone.
enum TextTokens {
    static func tokens(_ text: String) -> [TextToken] {
        var scanner = TokenScanner(text)
        return scanner.tokens()
    }

    /// Words without which a phrase means the same.
    static let fillers: Set<String> = [
        "a", "an", "the", "his", "her", "hers", "my", "your", "our", "their", "its", "any", "some",
    ]

    /// The stems of a phrase, marks and fillers dropped.
    static func stems(_ phrase: String) -> [String] {
        tokens(phrase).filter { !$0.isMark && !fillers.contains($0.text) }.map(\.stem)
    }

    /// One form for `cough`, `coughs`, `coughing`, and for British and American spelling.
    ///
    /// The same mistakes are made on both sides of a comparison, so they do no harm.
    static func stem(_ word: String) -> String {
        guard word.utf8.count > 3, word.utf8.allSatisfy({ $0 < 0x80 }) else { return word }
        var stem = word
        for (british, american) in [("ae", "e"), ("oe", "e"), ("our", "or"), ("yse", "yze")] {
            if let range = stem.firstRange(of: british) {
                stem.replaceSubrange(range, with: american)
            }
        }
        if stem.hasSuffix("ies") {
            stem = stem.dropLast(3) + "y"
        } else if stem.hasSuffix("sses") || stem.hasSuffix("shes") || stem.hasSuffix("ches") {
            stem.removeLast(2)
        } else if stem.hasSuffix("s"), !["ss", "us", "is"].contains(where: stem.hasSuffix) {
            stem.removeLast()
        }
        for ending in ["ing", "ed"] where stem.hasSuffix(ending) {
            let rest = stem.dropLast(ending.count)
            guard rest.count >= 3, rest.contains(where: "aeiouy".contains) else { continue }
            stem = String(rest)
            let tail = stem.suffix(2)
            if tail.count == 2, tail.first == tail.last, let last = tail.last,
                !"aeiouls".contains(last)
            {
                stem.removeLast()
            }
            break
        }
        if stem.count > 3, stem.hasSuffix("e") { stem.removeLast() }
        return stem
    }
}

private struct TokenScanner {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var offset = 0
    private var result: [TextToken] = []

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private var next: Unicode.Scalar? { at(0) }

    private func at(_ distance: Int) -> Unicode.Scalar? {
        index + distance < scalars.count ? scalars[index + distance] : nil
    }

    private mutating func take() -> Unicode.Scalar {
        let scalar = scalars[index]
        index += 1
        offset += UTF8.width(scalar)
        return scalar
    }

    mutating func tokens() -> [TextToken] {
        while let scalar = next {
            if isDigit(scalar) {
                number()
            } else if isLetter(scalar) {
                word()
            } else {
                mark()
            }
        }
        return result
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    /// Degree signs that Unicode counts as letters are none here.
    private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic && scalar != "\u{BA}"
    }

    private mutating func number() {
        let start = offset
        var digits = ""
        while let scalar = next {
            if isDigit(scalar) {
                digits.unicodeScalars.append(take())
            } else if scalar == ".", let after = at(1), isDigit(after), !digits.contains(".") {
                digits.unicodeScalars.append(take())
            } else if scalar == ",", groupsThousands {
                _ = take()
            } else {
                break
            }
        }
        result.append(
            TextToken(
                text: digits, written: digits, stem: digits,
                number: digits.count <= 18 ? Double(digits) : nil, start: start, end: offset,
                isMark: false))
    }

    /// A comma with exactly three digits after it.
    private var groupsThousands: Bool {
        for distance in 1...3 {
            guard let scalar = at(distance), isDigit(scalar) else { return false }
        }
        guard let after = at(4) else { return true }
        return !isDigit(after)
    }

    private mutating func word() {
        let start = offset
        var written = ""
        while let scalar = next {
            if isLetter(scalar) || isDigit(scalar) {
                written.unicodeScalars.append(take())
            } else if scalar == "'" || scalar == "\u{2019}", let after = at(1), isLetter(after) {
                _ = take()
                if after == "s", at(1).map({ !isLetter($0) }) ?? true { _ = take() }
            } else {
                break
            }
        }
        let text = written.lowercased()
        result.append(
            TextToken(
                text: text, written: written, stem: TextTokens.stem(text), number: nil,
                start: start, end: offset, isMark: false))
    }

    private mutating func mark() {
        let start = offset
        let scalar = take()
        let kept: String
        switch scalar {
        case "\n", "\r", "\u{2028}", "\u{2029}", "|": kept = "."
        case ".", "?", "!", ",", ";", ":", "(", ")", "/", "=", "<", ">", "+", "%":
            // "H. pylori" is one sentence.
            if scalar == ".", let last = result.last, last.end == start, last.text.count == 1,
                last.number == nil, !last.isMark, last.written != "C", last.written != "F"
            {
                return
            }
            kept = String(scalar)
        case "-", "\u{2013}":
            guard result.last?.number != nil, let after = next, isDigit(after) || after == " "
            else { return }
            kept = "-"
        default: return
        }
        result.append(
            TextToken(
                text: kept, written: kept, stem: kept, number: nil, start: start, end: offset,
                isMark: true))
    }
}
