// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge

/// What a case records, found by topic.
struct CaseIndex: Sendable {
    /// A test that only the case knows.
    struct OwnTest: Hashable, Sendable {
        var name: String
        /// Positions in the case's findings.
        var findings: [Int]
    }

    /// Positions in the case's findings by position in the catalogue's.
    let recorded: [Int: Int]
    /// Topics by the words of the case's own names.
    let topics: [String: [RequestTopic]]
    let ownTests: [OwnTest]
    /// Findings outside the catalogue that a catalogue test opens, by position of the test.
    let reports: [Int: [Int]]
    /// The own test that opens a finding outside the catalogue.
    let opener: [Int: Int]
    let longest: Int
    /// Sentences of texts outside the catalogue, by position of the finding.
    let sentences: [Int: [Mention.Sentence]]

    init(_ item: BenchmarkCase, _ vocabulary: RequestVocabulary) {
        var recorded: [Int: Int] = [:]
        var names = RequestVocabulary.Names()
        var tests: [OwnTest] = []
        var testIndex: [String: Int] = [:]
        var reports: [Int: [Int]] = [:]
        var opener: [Int: Int] = [:]
        var sentences: [Int: [Mention.Sentence]] = [:]
        for (index, finding) in item.findings.enumerated() {
            if let id = finding.id, let position = vocabulary.catalogue.finding(id) {
                if recorded[position] == nil { recorded[position] = index }
                for name in finding.names { names.add(name, .finding(position)) }
                continue
            }
            for name in finding.names { names.add(name, .own(index)) }
            if let text = finding.text { sentences[index] = Mention.sentences(text) }
            guard finding.gate == .order else { continue }
            if let test = CaseIndex.catalogueTest(finding, vocabulary) {
                reports[test, default: []].append(index)
                continue
            }
            let name = finding.test ?? finding.names.first ?? finding.kind.rawValue
            let key = Phrase(name).key
            if let test = testIndex[key] {
                tests[test].findings.append(index)
            } else {
                testIndex[key] = tests.count
                tests.append(OwnTest(name: name, findings: [index]))
                names.add(name, .ownTest(tests.count - 1))
            }
            opener[index] = testIndex[key]
        }
        self.recorded = recorded
        self.reports = reports
        self.opener = opener
        self.sentences = sentences
        topics = names.topics
        ownTests = tests
        longest = names.longest
    }

    /// The catalogue test behind a finding's own words for its test.
    private static func catalogueTest(
        _ finding: CaseFinding, _ vocabulary: RequestVocabulary
    ) -> Int? {
        if let test = finding.test, let position = vocabulary.catalogue.test(test) {
            return position
        }
        for name in [finding.test].compactMap({ $0 }) + finding.names {
            for case .test(let position) in vocabulary.topics[Phrase(name).key] ?? [] {
                return position
            }
        }
        return nil
    }
}

/// Texts in which a case mentions what it has no code for.
enum Mention {
    struct Sentence: Hashable, Sendable {
        var text: String
        var words: [String]

        /// Holds all the words of a name in their order, without a break.
        ///
        /// A single word must have four letters, so that "K" or "fit" isn't found by chance.
        func names(_ name: [String]) -> Bool {
            guard let first = name.first, name.count > 1 || first.count >= 4,
                words.count >= name.count
            else { return false }
            return (0...(words.count - name.count)).contains { start in
                words[start] == first
                    && words[start..<(start + name.count)].elementsEqual(name)
            }
        }
    }

    /// A text cut after full stops and semicolons; a point inside a number cuts nothing.
    static func sentences(_ text: String) -> [Sentence] {
        var sentences: [String] = []
        var sentence = ""
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let isLast = index + 1 == characters.count
            if character.isNewline || character == ";"
                || (character == "." && !isLast && characters[index + 1].isWhitespace)
            {
                if character == "." { sentence.append(character) }
                sentences.append(sentence)
                sentence = ""
            } else {
                sentence.append(character)
            }
        }
        sentences.append(sentence)
        return sentences.map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.map { Sentence(text: $0, words: Phrase($0).words) }
    }
}
