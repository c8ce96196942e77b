// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

@testable import Timelines

/// A small random vocabulary, and what a plain reading of it answers.
struct RandomConcepts {
    var entries: [ConceptEntry] = []
    var ancestors: [ConceptLink] = []
    var mapsTo: [ConceptLink] = []

    static let words = [
        "Diabetes", "mellitus", "type", "2", "Größe", "of", "HEART", "heart's", "failure", "Dia",
        "Naïve", "5%",
    ]
    static let vocabularies = ["SNOMED", "ICD10CM", "RxNorm", ""]

    init(seed: UInt64, concepts count: Int = 40) {
        var random = SeededRandom(seed: seed)
        var ids: Set<UInt32> = []
        while ids.count < count {
            ids.insert(UInt32(random.below(random.chance(0.2) ? Int(UInt32.max) : 200)))
        }
        for id in ids.sorted() {
            let name = (0..<random.below(5)).map { _ in
                RandomConcepts.words[random.below(RandomConcepts.words.count)]
            }
            entries.append(
                ConceptEntry(
                    id: id, name: name.joined(separator: random.chance(0.8) ? " " : "-"),
                    domain: ["Condition", "Drug"][random.below(2)],
                    vocabulary: RandomConcepts.vocabularies[random.below(4)],
                    conceptClass: ["Clinical Finding", ""][random.below(2)],
                    standard: ["S", "C", ""][random.below(3)], code: String(random.below(30)),
                    invalidReason: ["", "", "D", "U"][random.below(4)]))
        }
        for _ in 0..<count * 3 {
            ancestors.append(ConceptLink(from: pick(&random), to: pick(&random)))
            if random.chance(0.3) {
                mapsTo.append(ConceptLink(from: pick(&random), to: pick(&random)))
            }
        }
        for index in entries.indices.reversed() {
            entries.swapAt(index, random.below(index + 1))
        }
        entries.append(contentsOf: entries.prefix(2))
    }

    /// A concept of the vocabulary, or one it has no entry of.
    func pick(_ random: inout SeededRandom) -> UInt32 {
        random.chance(0.9) && !entries.isEmpty
            ? entries[random.below(entries.count)].id : UInt32(random.below(300))
    }

    func entry(_ id: UInt32) -> ConceptEntry? { entries.first { $0.id == id } }

    func descendants(_ id: UInt32) -> [UInt32] {
        Set(ancestors.filter { $0.from == id }.map(\.to)).sorted()
    }

    func mapped(to id: UInt32) -> [UInt32] {
        Set(mapsTo.filter { $0.to == id }.map(\.from)).sorted()
    }

    func concept(vocabulary: String, code: String) -> UInt32? {
        entries.filter { $0.vocabulary == vocabulary && $0.code == code }.min { left, right in
            if left.invalidReason.isEmpty != right.invalidReason.isEmpty {
                return left.invalidReason.isEmpty
            }
            if (left.standard == "S") != (right.standard == "S") { return left.standard == "S" }
            return left.id < right.id
        }?.id
    }

    static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isASCII ? false : !$0.isLetter && !$0.isNumber }
            .map { String($0) }
    }

    func search(_ text: String, limit: Int) -> [ConceptEntry] {
        let asked = RandomConcepts.words(text)
        let whole = text.lowercased().trimmingSpaces
        guard !asked.isEmpty else { return [] }
        func rank(_ entry: ConceptEntry) -> (Int, Int, Int, Int, UInt32) {
            let name = entry.name.lowercased()
            return (
                name == whole ? 0 : name.hasPrefix(whole) ? 1 : 2,
                entry.invalidReason.isEmpty ? 0 : 1, entry.standard == "S" ? 0 : 1,
                entry.name.utf8.count, entry.id
            )
        }
        let found = Dictionary(grouping: entries, by: \.id).compactMap(\.value.first).filter {
            let own = RandomConcepts.words($0.name)
            return asked.allSatisfy { word in own.contains { $0.hasPrefix(word) } }
        }
        return Array(found.sorted { rank($0) < rank($1) }.prefix(limit))
    }

    func write(to path: String) throws(ConceptError) {
        try ConceptStore.write(entries: entries, ancestors: ancestors, mapsTo: mapsTo, to: path)
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
