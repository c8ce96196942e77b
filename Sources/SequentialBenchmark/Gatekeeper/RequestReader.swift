// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge

/// What was understood of a request.
struct RequestReading: Equatable {
    /// In the order they were named; each once.
    var topics: [RequestTopic] = []
    /// Named by half: what may have been meant.
    var options: [RequestTopic] = []
    var isVague = false
    /// Asks for a result without naming one.
    var asksForResult = false
    /// Words that belong to nothing that was understood.
    var hasRest = false
    /// Topics that were named by half.
    var inexact: Set<RequestTopic> = []
}

/// Reads requests: exact ids and codes, then names word by word, then names by half.
struct RequestReader {
    let vocabulary: RequestVocabulary
    let index: CaseIndex
    let item: BenchmarkCase

    /// Words between two separators, and which topic took each.
    private struct Scan {
        var words: [String]
        var parts: [Int]
        var taken: [Bool]
        var topics: [(topic: RequestTopic, position: Int)] = []
        var ambiguous: [RequestTopic] = []
    }

    func read(_ request: EncounterRequest) -> RequestReading {
        let isOrder = if case .order = request { true } else { false }
        let text = request.text.trimmingCharacters(in: .whitespacesAndNewlines)
        if let topic = exact(text, isOrder: isOrder) { return RequestReading(topics: [topic]) }
        let phrase = Phrase(isOrder ? RequestWords.beforeReason(text) : text)
        if isVague(phrase, isOrder: isOrder) { return RequestReading(isVague: true) }
        var scan = Scan(
            words: phrase.words, parts: phrase.parts,
            taken: phrase.words.map { _ in false })
        take(&scan, isOrder: isOrder)
        return isOrder ? readOrder(scan) : readQuestion(scan)
    }

    /// Gate of a catalogue finding in this case.
    func isAskable(finding: Int) -> Bool {
        if let recorded = index.recorded[finding] { return item.findings[recorded].gate == .ask }
        return vocabulary.catalogue.findings[finding].kind.isAskable
    }

    private func isAskable(_ topic: RequestTopic) -> Bool {
        switch topic {
        case .finding(let finding): isAskable(finding: finding)
        case .own(let own): item.findings[own].gate == .ask
        case .group: true
        case .test, .ownTest, .priced: false
        }
    }

    private func exact(_ text: String, isOrder: Bool) -> RequestTopic? {
        let catalogue = vocabulary.catalogue
        if isOrder, let test = catalogue.test(text) { return .test(test) }
        if let finding = catalogue.finding(text) { return .finding(finding) }
        if let test = catalogue.test(text) { return .test(test) }
        if let own = item.findings.firstIndex(where: { $0.id == nil && $0.loinc == text }) {
            return .own(own)
        }
        return vocabulary.codes[text]
    }

    private func isVague(_ phrase: Phrase, isOrder: Bool) -> Bool {
        if phrase.words.isEmpty { return true }
        if !isOrder, phrase.words.contains("result") { return false }
        guard RequestWords.vague.contains(phrase.key) else { return false }
        return best(phrase.key, isOrder: isOrder).isEmpty
    }

    /// The topics of a name that suit the kind of request best.
    private func best(_ key: String, isOrder: Bool) -> [RequestTopic] {
        let all = (vocabulary.topics[key] ?? []) + (index.topics[key] ?? [])
        var unique: [RequestTopic] = []
        for topic in all where !unique.contains(topic) { unique.append(topic) }
        let groups = unique.filter { if case .group = $0 { true } else { false } }
        if !groups.isEmpty {
            return groups + unique.filter { if case .own = $0 { isAskable($0) } else { false } }
        }
        let askable = unique.filter(isAskable)
        let gated = unique.filter { !isAskable($0) }
        if !isOrder, !askable.isEmpty { return askable }
        if isOrder, gated.isEmpty { return askable }
        // A test says more than one of its parts of the same name.
        let tests = gated.filter {
            switch $0 {
            case .test, .ownTest: true
            default: false
            }
        }
        return tests.isEmpty ? gated : Array(tests.prefix(1))
    }

    private func isSeveral(_ topics: [RequestTopic]) -> Bool {
        topics.filter { if case .finding = $0 { true } else { false } }.count > 1
    }

    /// Takes the longest names first from the left, over separators too.
    private func take(_ scan: inout Scan, isOrder: Bool) {
        let longest = max(vocabulary.longest, index.longest)
        var start = 0
        while start < scan.words.count {
            var length = min(longest, scan.words.count - start)
            while length > 0 {
                let window = scan.words[start..<(start + length)]
                let topics = best(Phrase.key(window), isOrder: isOrder)
                if !topics.isEmpty {
                    if isSeveral(topics) {
                        scan.ambiguous += topics
                    } else {
                        for topic in topics { scan.topics.append((topic, start)) }
                    }
                    for position in start..<(start + length) { scan.taken[position] = true }
                    break
                }
                length -= 1
            }
            start += max(length, 1)
        }
    }

    private func readQuestion(_ read: Scan) -> RequestReading {
        var scan = read
        var reading = RequestReading(options: scan.ambiguous)
        if !scan.topics.isEmpty || !scan.ambiguous.isEmpty {
            let between = betweenTaken(scan)
            let named = Set(scan.topics.map(\.topic))
            reading.inexact = Set(between.map(\.topic)).subtracting(named)
            narrow(&scan)
            // No two stand at one position, but for a group and the case's own words for it.
            for (topic, _) in (scan.topics + between).sorted(by: { $0.position < $1.position })
            where !reading.topics.contains(topic) {
                reading.topics.append(topic)
            }
            return reading
        }
        let words = Set(scan.words)
        let halves = byHalf(words) { isAskable($0) }
        if !words.isDisjoint(with: RequestWords.results) {
            reading.asksForResult = true
        } else if halves.count == 1 {
            reading.topics = halves
            reading.inexact = Set(halves)
        } else if !halves.isEmpty {
            reading.options = halves
        } else {
            reading.hasRest = true
        }
        return reading
    }

    /// A group with further words beside it may be one of its findings: "family history of heart
    /// disease".
    private func narrow(_ scan: inout Scan) {
        for (index, (topic, position)) in scan.topics.enumerated() {
            guard case .group(let group) = topic else { continue }
            let part = scan.words.indices.filter { scan.parts[$0] == scan.parts[position] }
            guard part.contains(where: { !scan.taken[$0] }) else { continue }
            let members = byHalf(Set(part.map { scan.words[$0] })) {
                guard case .finding(let finding) = $0 else { return false }
                let id = vocabulary.catalogue.findings[finding].id
                return RequestGroup.all[group].findings.contains(id)
            }
            if members.count == 1 { scan.topics[index].topic = members[0] }
        }
    }

    /// Half names beside full ones, as "chills" in "fever, chills and cough": only where one short
    /// name fits, because the words may as well say how or when.
    private func betweenTaken(_ scan: Scan) -> [(topic: RequestTopic, position: Int)] {
        var topics: [(topic: RequestTopic, position: Int)] = []
        var run: Set<String> = []
        for position in scan.words.indices {
            if !scan.taken[position] { run.insert(scan.words[position]) }
            let isLast = position + 1 == scan.words.count
            let ends =
                isLast || scan.taken[position + 1]
                || scan.parts[position + 1] != scan.parts[position]
            guard ends, !run.isEmpty else { continue }
            let halves = byHalf(run, longest: 2) { isAskable($0) }
            if halves.count == 1 { topics.append((halves[0], position)) }
            run = []
        }
        return topics
    }

    private func readOrder(_ scan: Scan) -> RequestReading {
        var reading = RequestReading(options: scan.ambiguous)
        for part in Set(scan.parts).sorted() {
            let positions = scan.words.indices.filter { scan.parts[$0] == part }
            let rest = positions.filter {
                !scan.taken[$0] && !RequestWords.neutral.contains(scan.words[$0])
            }
            let topics = scan.topics.filter { scan.parts[$0.position] == part }.map(\.topic)
            if rest.isEmpty {
                for topic in topics where !reading.topics.contains(topic) {
                    reading.topics.append(topic)
                }
                continue
            }
            // Another word may make it another test: "urine sodium" is not sodium.
            let words = Set(positions.map { scan.words[$0] })
            let halves = byHalf(words) { !isAskable($0) }
            if RequestWords.vague.contains(words.sorted().joined(separator: " ")) {
                reading.isVague = true
            } else if topics.contains(where: isAskable) {
                reading.topics += topics.filter { !reading.topics.contains($0) }
            } else if !halves.isEmpty || !topics.isEmpty {
                let options = topics + halves
                let tests = options.filter { if case .finding = $0 { false } else { true } }
                reading.options += (tests.isEmpty ? options : tests).filter {
                    !reading.options.contains($0)
                }
            } else {
                reading.hasRest = true
            }
        }
        if !reading.topics.isEmpty { reading.isVague = false }
        return reading
    }

    /// Names that hold all the words, or, with two words and more, that the words hold.
    ///
    /// The case's own names are left out: an option that only this case has would say that it is
    /// there.
    ///
    /// - Parameter longest: names of more words are left out.
    private func byHalf(
        _ words: Set<String>, longest: Int = .max, where isFit: (RequestTopic) -> Bool
    ) -> [RequestTopic] {
        var inside: [RequestTopic] = []
        var longestInside = 0
        var around: [RequestTopic] = []
        for (name, topic) in vocabulary.names where name.count <= longest && isFit(topic) {
            if name.count > 1, name.isSubset(of: words) {
                if name.count > longestInside { inside = [] }
                longestInside = max(longestInside, name.count)
                if name.count == longestInside, !inside.contains(topic) { inside.append(topic) }
            } else if words.isSubset(of: name), !around.contains(topic) {
                around.append(topic)
            }
        }
        return inside.isEmpty ? around : inside
    }
}
