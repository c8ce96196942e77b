// SPDX-License-Identifier: Apache-2.0
package import Records

extension ConceptStore {
    /// Writes a file of concepts; what was at the path stays until the new file is whole.
    ///
    /// Links may name concepts that have no entry. Memory: three times the longer list of links.
    /// - Parameters:
    ///   - entries: in any order; each id once, or repeated word for word.
    ///   - ancestors: from ancestor to descendant, as OMOP's `concept_ancestor` (which lists each
    ///     concept under itself) or from `ConceptHierarchy`.
    ///   - mapsTo: from source to standard concept, the "Maps to" rows of `concept_relationship`.
    package static func write(
        entries: [ConceptEntry], ancestors: [ConceptLink], mapsTo: [ConceptLink], to path: String
    ) throws(ConceptError) {
        let entries = try sorted(entries)
        let output = try ConceptOutput(path)
        try output.column(.id, entries.map(\.id))
        let names = try pool(entries, \.name, "bytes of names")
        try output.column(.nameEnds, names.ends)
        try output.column(.nameBytes, names.bytes)
        let codes = try pool(entries, \.code, "bytes of codes")
        try output.column(.codeEnds, codes.ends)
        try output.column(.codeBytes, codes.bytes)
        let labels = try ConceptLabels(entries)
        try output.column(.domain, labels.indices(entries, \.domain))
        let vocabularies = labels.indices(entries, \.vocabulary)
        try output.column(.vocabulary, vocabularies)
        try output.column(.conceptClass, labels.indices(entries, \.conceptClass))
        try output.column(.standard, labels.indices(entries, \.standard))
        try output.column(.invalidReason, labels.indices(entries, \.invalidReason))
        try output.column(.labelEnds, labels.ends)
        try output.column(.labelBytes, labels.bytes)
        try output.column(.codeOrder, codeOrder(vocabularies, codes))
        try write(
            GroupedLinks(ancestors), .ancestor, .descendantEnds, .descendant, to: output)
        try write(
            GroupedLinks(mapsTo, isReversed: true), .standardConcept, .sourceEnds, .source,
            to: output)
        let words = ConceptWordIndex(names: entries.lazy.map(\.name))
        try output.column(.wordEnds, words.wordEnds)
        try output.column(.wordBytes, words.wordBytes)
        try output.column(.wordConceptEnds, words.conceptEnds)
        try output.column(.wordConcept, words.concepts)
        try output.finish()
    }

    private static func write(
        _ links: GroupedLinks, _ heads: ConceptColumn, _ ends: ConceptColumn,
        _ tails: ConceptColumn, to output: ConceptOutput
    ) throws(ConceptError) {
        try output.column(heads, links.heads)
        try output.column(ends, links.ends)
        try output.column(tails, links.tails)
    }

    /// By id, each once.
    private static func sorted(_ entries: [ConceptEntry]) throws(ConceptError) -> [ConceptEntry] {
        var isSorted = true
        for index in entries.indices.dropFirst() where entries[index - 1].id >= entries[index].id {
            isSorted = false
            break
        }
        if isSorted { return entries }
        var unique: [ConceptEntry] = []
        unique.reserveCapacity(entries.count)
        for entry in entries.sorted(by: { $0.id < $1.id }) {
            guard let last = unique.last, last.id == entry.id else {
                unique.append(entry)
                continue
            }
            guard last == entry else { throw .repeatedConcept(entry.id) }
        }
        return unique
    }

    private typealias Pool = (ends: [UInt32], bytes: [UInt8])

    private static func pool(
        _ entries: [ConceptEntry], _ text: (ConceptEntry) -> String, _ what: String
    ) throws(ConceptError) -> Pool {
        var ends: [UInt32] = []
        var bytes: [UInt8] = []
        ends.reserveCapacity(entries.count)
        for entry in entries {
            bytes.append(contentsOf: text(entry).utf8)
            guard let end = UInt32(exactly: bytes.count) else {
                throw .tooMany(what: what, limit: ConceptFormat.poolLimit)
            }
            ends.append(end)
        }
        return (ends, bytes)
    }

    /// Positions by vocabulary, then code, then id.
    private static func codeOrder(_ vocabularies: [UInt16], _ codes: Pool) -> [UInt32] {
        func range(_ position: Int) -> Range<Int> {
            (position == 0 ? 0 : Int(codes.ends[position - 1]))..<Int(codes.ends[position])
        }
        // Vocabulary and the first six bytes decide most comparisons without going to the pool.
        var keys: [(key: UInt64, position: UInt32)] = []
        keys.reserveCapacity(vocabularies.count)
        for (position, vocabulary) in vocabularies.enumerated() {
            var key = UInt64(vocabulary)
            let range = range(position)
            for offset in 0..<6 {
                let place = range.lowerBound + offset
                key = key << 8 | (place < range.upperBound ? UInt64(codes.bytes[place]) : 0)
            }
            keys.append((key, UInt32(position)))
        }
        keys.sort { left, right in
            if left.key != right.key { return left.key < right.key }
            let (first, second) = (range(Int(left.position)), range(Int(right.position)))
            let (one, other) = (codes.bytes[first], codes.bytes[second])
            if one.elementsEqual(other) { return left.position < right.position }
            return one.lexicographicallyPrecedes(other)
        }
        return keys.map(\.position)
    }
}

/// Strings many concepts share, sorted by their UTF-8 bytes.
private struct ConceptLabels {
    private(set) var ends: [UInt32] = []
    private(set) var bytes: [UInt8] = []
    private var numbers: [[UInt8]: UInt16] = [:]

    init(_ entries: [ConceptEntry]) throws(ConceptError) {
        // Equal strings may differ in bytes, and bytes are what the file keeps; the dictionary of
        // strings only spares most of the work.
        var all: Set<[UInt8]> = []
        var known: [String: [UInt8]] = [:]
        func add(_ text: String) {
            if let bytes = known[text], bytes.elementsEqual(text.utf8) { return }
            let bytes = Array(text.utf8)
            known[text] = bytes
            all.insert(bytes)
        }
        for entry in entries {
            add(entry.domain)
            add(entry.vocabulary)
            add(entry.conceptClass)
            add(entry.standard)
            add(entry.invalidReason)
        }
        guard all.count <= ConceptFormat.labelLimit else {
            throw .tooMany(
                what: "different vocabularies, domains and classes",
                limit: ConceptFormat.labelLimit)
        }
        for label in all.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            numbers[label] = UInt16(ends.count)
            bytes += label
            ends.append(UInt32(clamping: bytes.count))
        }
    }

    func indices(_ entries: [ConceptEntry], _ text: (ConceptEntry) -> String) -> [UInt16] {
        var known: [String: ([UInt8], UInt16)] = [:]
        return entries.map { entry in
            let string = text(entry)
            if let (bytes, number) = known[string], bytes.elementsEqual(string.utf8) {
                return number
            }
            let bytes = Array(string.utf8)
            let number = numbers[bytes] ?? 0
            known[string] = (bytes, number)
            return number
        }
    }
}
