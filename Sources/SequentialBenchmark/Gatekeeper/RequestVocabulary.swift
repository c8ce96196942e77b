// SPDX-License-Identifier: Apache-2.0
package import Knowledge

/// What a request can be about.
enum RequestTopic: Hashable, Sendable {
    /// Position in the catalogue's findings.
    case finding(Int)
    /// Position in the catalogue's tests.
    case test(Int)
    /// Position in `RequestGroup.all`.
    case group(Int)
    /// Position in the case's findings, for one that isn't in the catalogue.
    case own(Int)
    /// Position in the case's own tests.
    case ownTest(Int)
    /// A test that only the price schedule knows, by the words of its name.
    case priced(String)
}

/// The names under which things can be asked and ordered, made once for all cases.
package struct RequestVocabulary: Sendable {
    package let catalogue: Catalogue
    package let schedule: PriceSchedule
    /// By the words of the name.
    let topics: [String: [RequestTopic]]
    /// Every name as its words, in a fixed order.
    let names: [(words: Set<String>, topic: RequestTopic)]
    /// The words of every name of a finding, by its position in the catalogue.
    let findingNames: [[[String]]]
    /// By LOINC code.
    let codes: [String: RequestTopic]
    /// Words of the longest name.
    let longest: Int

    package init(catalogue: Catalogue, schedule: PriceSchedule) {
        self.catalogue = catalogue
        self.schedule = schedule
        var names = Names()
        for (index, group) in RequestGroup.all.enumerated() {
            for name in group.names { names.add(name, .group(index)) }
        }
        var codes: [String: RequestTopic] = [:]
        for (index, test) in catalogue.tests.enumerated() {
            let spoken = RequestNames.tests[test.id] ?? []
            for name in [test.name, test.id] + test.synonyms + spoken {
                names.add(name, .test(index))
            }
            if let code = test.loinc, codes[code] == nil { codes[code] = .test(index) }
        }
        for (index, finding) in catalogue.findings.enumerated() {
            let spoken = RequestNames.findings[finding.id] ?? []
            for name in [finding.name] + finding.synonyms + spoken {
                names.add(name, .finding(index))
            }
            if let code = finding.loinc, codes[code] == nil { codes[code] = .finding(index) }
        }
        // Only what the catalogue doesn't say already, with or without words such as "level".
        for key in schedule.others.keys.sorted() {
            let words = key.split(separator: " ").map(String.init)
            let core = words.filter { !RequestWords.neutral.contains($0) }
            guard names.topics[key] == nil, names.topics[Phrase.key(core[...])] == nil else {
                continue
            }
            names.add(words, .priced(key))
        }
        for (spoken, name) in RequestNames.priced.sorted(by: { $0.key < $1.key }) {
            let key = Phrase(name).key
            guard schedule.others[key] != nil, names.topics[Phrase(spoken).key] == nil else {
                continue
            }
            names.add(spoken, .priced(key))
        }
        self.codes = codes
        findingNames = catalogue.findings.map { finding in
            ([finding.name] + finding.synonyms).map { Phrase($0).words }
        }
        topics = names.topics
        self.names = names.all
        longest = names.longest
    }

    /// Names while they are gathered.
    struct Names {
        var topics: [String: [RequestTopic]] = [:]
        var all: [(words: Set<String>, topic: RequestTopic)] = []
        var longest = 0

        mutating func add(_ name: String, _ topic: RequestTopic) {
            add(Phrase(name).words, topic)
        }

        mutating func add(_ words: [String], _ topic: RequestTopic) {
            guard !words.isEmpty else { return }
            let key = Phrase.key(words[...])
            if topics[key, default: []].contains(topic) { return }
            topics[key, default: []].append(topic)
            all.append((Set(words), topic))
            longest = max(longest, words.count)
        }
    }
}
