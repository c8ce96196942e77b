// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Words of a request or a name, made comparable: lower case, one spelling, singular.
///
/// The rules needn't be good English; both sides go through the same ones, so that "Diarrhoea",
/// "diarrhea" and "CT scans of the abdomen" and "abdominal CT" meet.
struct Phrase: Hashable, Sendable {
    /// Meaningful words in their order.
    var words: [String]
    /// For each word the part between commas, semicolons and "and" that it stood in.
    var parts: [Int]

    /// The words regardless of order.
    var key: String { Phrase.key(words[...]) }

    static func key(_ words: ArraySlice<String>) -> String { words.sorted().joined(separator: " ") }

    init(_ text: String) {
        words = []
        parts = []
        var part = 0
        let pieces = Phrase.pieces(text)
        // "Past history" says nothing else, so here it must be kept.
        let isFiller = pieces.allSatisfy {
            Phrase.fillers.contains($0) || Phrase.separators.contains($0)
        }
        for piece in pieces {
            if Phrase.separators.contains(piece) {
                part += 1
            } else if isFiller || !Phrase.fillers.contains(piece) {
                words.append(Phrase.spelling(piece))
                parts.append(part)
            }
        }
    }

    /// Letters and digits in a row are a word; separators are words of their own.
    private static func pieces(_ text: String) -> [String] {
        var folded = text.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
            .lowercased()
        folded = folded.replacingOccurrences(of: "\u{2019}", with: "'")
        for (written, meant) in replacements where folded.contains(written) {
            folded = folded.replacingOccurrences(of: written, with: meant)
        }
        var pieces: [String] = []
        var word = ""
        func end() {
            if !word.isEmpty { pieces.append(word) }
            word = ""
        }
        let characters = Array(folded)
        for (index, character) in characters.enumerated() {
            let isPoint =
                character == "." && !word.isEmpty && word.allSatisfy(\.isNumber)
                && index + 1 < characters.count && characters[index + 1].isNumber
            if character.isLetter || character.isNumber || isPoint {
                word.append(character)
            } else if character == "'" {
                continue
            } else {
                end()
                if ",;\n&+".contains(character) { pieces.append(",") }
            }
        }
        end()
        return joined(pieces)
    }

    /// Several words that mean one.
    private static func joined(_ pieces: [String]) -> [String] {
        var result: [String] = []
        for piece in pieces {
            if let last = result.last, let one = pairs["\(last) \(piece)"] {
                result[result.count - 1] = one
            } else {
                result.append(piece)
            }
        }
        return result
    }

    private static func spelling(_ piece: String) -> String {
        var word = words[piece] ?? piece
        if word.count > 3 {
            word = word.replacingOccurrences(of: "ae", with: "e")
            word = word.replacingOccurrences(of: "oe", with: "e")
            word = word.replacingOccurrences(of: "leuco", with: "leuko")
            if word.count > 4 { word = word.replacingOccurrences(of: "our", with: "or") }
            word = word.replacingOccurrences(of: "isation", with: "ization")
            if word.hasSuffix("tre") { word = word.dropLast(2) + "er" }
        }
        return words[singular(word)] ?? singular(word)
    }

    private static func singular(_ word: String) -> String {
        guard word.count > 3, word.hasSuffix("s"), !word.hasSuffix("ss"), !word.hasSuffix("us"),
            !word.hasSuffix("is")
        else { return word }
        if word.count > 4, word.hasSuffix("ies") { return word.dropLast(3) + "y" }
        for ending in ["ches", "shes", "xes", "sses"] where word.hasSuffix(ending) {
            return String(word.dropLast(2))
        }
        return String(word.dropLast())
    }

    private static let separators: Set<String> = [",", "and", "also", "plus"]

    /// Written before the words are cut.
    private static let replacements: [(String, String)] = [
        ("v/q", "vq"), ("pt/inr", "inr"), ("with and without contrast", "with contrast"),
        ("without and with contrast", "with contrast"), ("without contrast", "noncontrast"),
        ("no contrast", "noncontrast"), ("non-contrast", "noncontrast"),
        ("non contrast", "noncontrast"), ("unenhanced", "noncontrast"),
    ]

    private static let pairs: [String: String] = [
        "x ray": "xray", "x rays": "xray", "ct scan": "ct", "ct scans": "ct", "cat scan": "ct",
        "mri scan": "mri", "mr imaging": "mri", "ultrasound scan": "ultrasound",
        "plain film": "xray", "blood work": "bloodwork", "blood works": "bloodwork",
        "c t": "ct", "e c g": "ecg", "blood test": "bloodwork", "blood tests": "bloodwork",
        "lab test": "lab", "lab tests": "lab", "lab work": "lab", "computed tomography": "ct",
        "ct imaging": "ct", "magnetic resonance": "mri", "mri imaging": "mri",
    ]

    private static let words: [String: String] = [
        "abdominal": "abdomen", "radiograph": "xray", "radiography": "xray",
        "sonogram":
            "ultrasound", "sonography": "ultrasound", "ultrasonography": "ultrasound",
        "renal": "kidney", "hepatic": "liver", "pelvic": "pelvis", "ekg": "ecg",
        "electrocardiogram": "ecg", "laboratory": "lab",
        "labs": "lab", "exam": "examination", "examine": "examination", "smoke": "smoking",
        "faint": "fainting", "vomit": "vomiting", "vomited": "vomiting",
        "breathless": "breathlessness", "meds": "medication", "medicine": "medication",
        "drug": "medication", "haemoglobin": "hemoglobin", "hb": "hemoglobin",
        "hgb": "hemoglobin", "tired": "tiredness",
    ]

    /// Said around what is meant.
    private static let fillers: Set<String> = [
        "a", "an", "the", "of", "to", "in", "on", "at", "is", "are", "was", "were", "be", "been",
        "do", "does", "did", "have", "has", "had", "having", "any", "some", "you", "your", "he",
        "she", "they", "his", "her", "their", "him", "them", "patient", "patients", "it", "its",
        "there", "this", "that", "these", "those", "please", "can", "could", "would", "i", "we",
        "me", "my", "us", "our", "like", "order", "perform", "check", "measure", "obtain", "get",
        "request", "run", "do", "tell", "about", "ask", "describe", "what", "which", "with", "for",
        "or", "if", "known", "history", "previous", "prior", "past", "current", "currently",
        "ever", "experience", "experienced", "experiencing", "feel", "felt", "feeling", "notice",
        "noticed", "suffer", "suffered", "s", "see", "seen", "find", "found", "so", "as",
        "assess", "recent", "recently", "present", "presence", "evidence", "sign", "signs",
        "from", "when", "than",
    ]
}
