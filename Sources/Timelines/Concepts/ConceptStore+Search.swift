// SPDX-License-Identifier: Apache-2.0
package import Records

extension ConceptStore {
    /// The concepts whose names have all the words asked for, or begin words with them.
    ///
    /// Case does not matter. A name that is the text comes first, then names that begin with it,
    /// then the rest; in each group valid concepts, standard concepts, short names come first.
    /// - Parameters:
    ///   - text: words; one without letters or digits finds nothing.
    ///   - isWanted: asked of concept ids, such as those a site has events of.
    /// - Returns: at most `limit` concepts, best first.
    /// - Complexity: O(concepts having words that begin as asked); one bit a concept of memory.
    package func search(
        _ text: String, limit: Int, isWanted: (UInt32) -> Bool = { _ in true }
    ) -> [ConceptEntry] {
        let folded = ConceptWords.folded(text)
        let ranges = ConceptWords.ranges(in: folded)
        guard limit > 0, let first = ranges.first,
            var found = positions(ofWordsBeginning: folded[first])
        else { return [] }
        for range in ranges.dropFirst() {
            guard let more = positions(ofWordsBeginning: folded[range]) else { return [] }
            for index in found.indices { found[index] &= more[index] }
        }
        let asked = ConceptWords.trimmed(folded)
        var best = SmallestNumbers(limit: limit)
        for (index, word) in found.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                let position = index * 64 + rest.trailingZeroBitCount
                rest &= rest - 1
                if isWanted(ids[position]) { best.add(rank(position, asked)) }
            }
        }
        return best.sorted.map { entry(at: Int(truncatingIfNeeded: $0 & 0xFFFF_FFFF)) }
    }

    /// One bit for each concept that has a word beginning so; nil where none has.
    private func positions(ofWordsBeginning prefix: ArraySlice<UInt8>) -> [UInt64]? {
        let prefix = Array(prefix)
        let first = firstWord { self.words.withBytes($0) { precedes($0, prefix) } }
        let end = firstWord {
            self.words.withBytes($0) { begins($0, with: prefix) || precedes($0, prefix) }
        }
        guard first < end else { return nil }
        var bits = [UInt64](repeating: 0, count: (count + 63) / 64)
        wordConcepts.elements.withSpan { concepts in
            for place in wordConcepts.range(first..<end) {
                let position = Int(concepts[place])
                if position < count { bits[position / 64] |= 1 << UInt64(position % 64) }
            }
        }
        return bits
    }

    /// The first word of which something that holds for the first words does not hold.
    private func firstWord(_ holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = words.count
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Group, validity, standard mark, length of the name, position: from the most weighty bit on.
    private func rank(_ position: Int, _ asked: [UInt8]) -> UInt64 {
        let length = UInt64(min(names.range(position).count, 0xFFFF))
        let isInvalid: UInt64 = label(invalidReasons[position]).isEmpty ? 0 : 1
        let isOther: UInt64 = label(standards[position]) == "S" ? 0 : 1
        return group(position, asked) << 56 | isInvalid << 55 | isOther << 54 | length << 32
            | UInt64(position)
    }

    /// 0 where the name is the text, 1 where it begins with it, 2 otherwise.
    private func group(_ position: Int, _ asked: [UInt8]) -> UInt64 {
        let group: UInt64? = names.withBytes(position) { name in
            for index in 0..<min(name.count, asked.count) {
                if name[index] >= 0x80 { return nil }
                if ConceptWords.lowercase(name[index]) != asked[index] { return 2 }
            }
            return name.count < asked.count ? 2 : name.count == asked.count ? 0 : 1
        }
        if let group { return group }
        let name = ConceptWords.folded(names.string(position))
        return name == asked ? 0 : name.starts(with: asked) ? 1 : 2
    }
}

private func begins(_ text: Span<UInt8>, with prefix: [UInt8]) -> Bool {
    text.count >= prefix.count && prefix.indices.allSatisfy { text[$0] == prefix[$0] }
}

/// Keeps the smallest of many numbers.
private struct SmallestNumbers {
    private let limit: Int
    private var kept: [UInt64] = []
    private var bound = UInt64.max

    init(limit: Int) {
        self.limit = limit
    }

    var sorted: [UInt64] { Array(kept.sorted().prefix(limit)) }

    mutating func add(_ number: UInt64) {
        guard number < bound else { return }
        kept.append(number)
        guard kept.count / 4 >= limit else { return }
        kept = sorted
        bound = kept.last ?? .max
    }
}
