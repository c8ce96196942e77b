// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

/// Gives the findings of other people's cases their catalogue ids, where a name or a text says
/// plainly which.
struct CaseCoder {
    let catalogue: Catalogue
    let reader: FindingReader
    private let findings: [[String]: Int]
    private let tests: [[String]: Int]

    init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
        reader = FindingReader(catalogue: catalogue)
        var findings: [[String]: Int] = [:]
        for (index, finding) in catalogue.findings.enumerated() {
            for name in [finding.id, finding.name] + finding.synonyms
            where findings[Self.key(name)] == nil {
                findings[Self.key(name)] = index
            }
        }
        for (name, id) in Self.otherNames {
            if let index = catalogue.finding(id) { findings[Self.key(name)] = index }
        }
        var tests: [[String]: Int] = [:]
        for (index, test) in catalogue.tests.enumerated() {
            for name in [test.id, test.name] + test.synonyms where tests[Self.key(name)] == nil {
                tests[Self.key(name)] = index
            }
        }
        self.findings = findings
        self.tests = tests
    }

    /// How other sets name what the catalogue has.
    private static let otherNames = [
        "hemoglobin": "hemoglobin", "leukocyte count": "wbc", "white blood cell count": "wbc",
        "platelet count": "platelets", "total bilirubin": "bilirubin-total",
        "bilirubin total": "bilirubin-total", "blood urea nitrogen": "urea-nitrogen",
        "heart rate": "heart-rate", "temperature": "temperature",
        "O2 saturation": "oxygen-saturation",
        "paco2": "pco2", "pao2": "po2", "erythrocyte sedimentation rate": "esr",
        "respirations": "respiratory-rate", "glucose level": "glucose", "serum glucose": "glucose",
    ]

    /// Words of a name, order and small words aside: "CT Scan Chest" and "chest CT" are one.
    private static func key(_ name: String) -> [String] {
        LeakPattern.words(name).map { word in
            switch word {
            case "haemoglobin": "hemoglobin"
            case "xray": "x"
            case "serum", "scan", "level", "levels", "of", "the", "test", "tests", "ray": ""
            default:
                word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss")
                    ? String(word.dropLast()) : word
            }
        }.filter { !$0.isEmpty }.sorted()
    }

    func finding(named name: String) -> Int? { findings[Self.key(name)] }

    func test(named name: String) -> Int? { tests[Self.key(name)] }

    /// What a text states, coded; each finding with the sentence that states it.
    ///
    /// - Parameter only: positions of the findings that may be read; nil for all that can be asked
    ///   or examined.
    func coded(_ text: String, sex: Sex?, only: [Int]? = nil) -> [CaseFinding] {
        reader.read(text, sex: sex).compactMap { item in
            let finding = catalogue.findings[item.finding]
            guard only?.contains(item.finding) ?? finding.kind.isAskable else { return nil }
            return CaseFinding(
                kind: finding.kind, id: finding.id, outcome: finding.outcomes[item.outcome],
                number: item.number, text: Sentences.around(item.range, in: text))
        }
    }

    /// A paragraph of a case as a finding of its own.
    func paragraph(_ kind: FindingKind, _ names: [String], _ text: String) -> CaseFinding {
        CaseFinding(kind: kind, names: names, text: text, gate: .ask)
    }

    /// Each catalogue finding once: what is there before what isn't, the first before the later.
    static func merged(_ findings: [CaseFinding]) -> [CaseFinding] {
        var result: [CaseFinding] = []
        var places: [String: Int] = [:]
        for finding in findings {
            guard let id = finding.id else {
                result.append(finding)
                continue
            }
            guard let place = places[id] else {
                places[id] = result.count
                result.append(finding)
                continue
            }
            let isUsual = result[place].outcome == "absent" || result[place].outcome == "normal"
            if isUsual, result[place].number == nil, finding.outcome != result[place].outcome {
                result[place] = finding
            }
        }
        return result
    }

    /// The findings that the abstract states as there, in its order, without repeats.
    func initial(_ abstract: String, sex: Sex?) -> [CaseFinding] {
        coded(abstract, sex: sex).filter { $0.outcome != "absent" && $0.outcome != "normal" }
    }
}

/// Cuts prose into sentences.
enum Sentences {
    static func of(_ text: String) -> [String] {
        var sentences: [String] = []
        var current = ""
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            if character.isNewline {
                append(&current, to: &sentences)
                continue
            }
            current.append(character)
            guard character == "." || character == "?" || character == "!" else { continue }
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            guard next.isWhitespace || next == "\"" else { continue }
            let words = current.dropLast().split(separator: " ")
            if character == ".", let last = words.last,
                last.count == 1 || ["Dr", "Mr", "Mrs", "Ms", "vs"].contains(last)
            {
                continue
            }
            append(&current, to: &sentences)
        }
        append(&current, to: &sentences)
        return sentences
    }

    private static func append(_ current: inout String, to sentences: inout [String]) {
        let sentence = current.trimmed
        if sentence.contains(where: { $0.isLetter || $0.isNumber }) { sentences.append(sentence) }
        current = ""
    }

    /// The sentence that holds these UTF-8 offsets.
    static func around(_ range: Range<Int>, in text: String) -> String {
        let utf8 = Array(text.utf8)
        func ends(_ index: Int) -> Bool {
            let byte = utf8[index]
            if byte == 0x0A || byte == 0x0D { return true }
            guard byte == 0x2E || byte == 0x3F || byte == 0x21 else { return false }
            return index + 1 >= utf8.count || utf8[index + 1] == 0x20 || utf8[index + 1] == 0x0A
        }
        var start = min(range.lowerBound, utf8.count)
        while start > 0, !ends(start - 1) { start -= 1 }
        var end = min(range.upperBound, utf8.count)
        while end < utf8.count {
            end += 1
            if ends(end - 1) { break }
        }
        return String(decoding: utf8[start..<end], as: UTF8.self).trimmed
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }
}
