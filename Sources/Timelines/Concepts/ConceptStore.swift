// SPDX-License-Identifier: Apache-2.0
package import Records

/// The OMOP concepts of a site: entries, hierarchy and mappings, mapped for reading.
///
/// Opening reads the directory and the short labels only. A file altered after it was written is
/// found by `verify()`; until then whatever points outside is left out, and nothing is read outside
/// the file.
package final class ConceptStore: Sendable {
    let file: ConceptFile
    let ids: Column<UInt32>
    let names: TextColumn
    let codes: TextColumn
    let domains: Column<UInt16>
    let vocabularies: Column<UInt16>
    let classes: Column<UInt16>
    let standards: Column<UInt16>
    let invalidReasons: Column<UInt16>
    /// Sorted by their UTF-8 bytes.
    let labels: [String]
    let codeOrder: Column<UInt32>
    let descendants: LinkColumns
    let sources: LinkColumns
    let words: TextColumn
    let wordConcepts: ListColumn

    /// Opens a file of concepts; refuses a torn or inconsistent one.
    package static func open(_ path: String) throws(ConceptError) -> ConceptStore {
        try ConceptStore(ConceptFile(path))
    }

    private init(_ file: ConceptFile) throws(ConceptError) {
        self.file = file
        ids = try file.column(.id)
        names = try TextColumn(file, .nameEnds, .nameBytes)
        codes = try TextColumn(file, .codeEnds, .codeBytes)
        domains = try file.column(.domain)
        vocabularies = try file.column(.vocabulary)
        classes = try file.column(.conceptClass)
        standards = try file.column(.standard)
        invalidReasons = try file.column(.invalidReason)
        let labelText = try TextColumn(file, .labelEnds, .labelBytes)
        codeOrder = try file.column(.codeOrder)
        descendants = try LinkColumns(
            heads: file.column(.ancestor),
            tails: ListColumn(file, .descendantEnds, .descendant))
        sources = try LinkColumns(
            heads: file.column(.standardConcept), tails: ListColumn(file, .sourceEnds, .source))
        words = try TextColumn(file, .wordEnds, .wordBytes)
        wordConcepts = try ListColumn(file, .wordConceptEnds, .wordConcept)
        let counts = [
            names.count, codes.count, domains.count, vocabularies.count, classes.count,
            standards.count, invalidReasons.count, codeOrder.count,
        ]
        guard counts.allSatisfy({ [count = ids.count] in $0 == count }),
            descendants.heads.count == descendants.tails.count,
            sources.heads.count == sources.tails.count, words.count == wordConcepts.count,
            labelText.count <= ConceptFormat.labelLimit
        else { throw file.damaged("the columns do not have the same number of entries") }
        labels = (0..<labelText.count).map { labelText.string($0) }
    }

    /// A name for the content: 32 hexadecimal digits from the checksums and lengths of all blocks.
    ///
    /// The same content gives the same digest; it stops no forger.
    package var contentDigest: String { file.contentDigest }

    /// Number of concepts.
    package var count: Int { ids.count }

    /// The concept's id at a position in order of ids; nil outside.
    package func id(at position: Int) -> UInt32? { ids.element(position) }

    /// What the site's vocabulary says of a concept; O(log n).
    package func entry(_ concept: UInt32) -> ConceptEntry? {
        position(of: concept).map { entry(at: $0) }
    }

    /// The concept's name alone; O(log n).
    package func name(_ concept: UInt32) -> String? {
        position(of: concept).map { names.string($0) }
    }

    /// The concept's descendants ascending, itself included where the hierarchy says so.
    ///
    /// - Complexity: O(log n + descendants).
    package func descendants(_ concept: UInt32) -> [UInt32] { descendants.tails(of: concept) }

    /// The source concepts that "Maps to" the concept, ascending; O(log n + found).
    package func mapped(to concept: UInt32) -> [UInt32] { sources.tails(of: concept) }

    /// The concept a vocabulary has for a code; O(log n).
    ///
    /// Of several, valid before invalid, then standard before others, then the smaller id.
    package func concept(vocabulary: String, code: String) -> UInt32? {
        let place = labels.firstIndex { $0.utf8.elementsEqual(vocabulary.utf8) }
        guard let place, let vocabulary = UInt16(exactly: place) else { return nil }
        let code = Array(code.utf8)
        func isBefore(_ position: Int) -> Bool {
            let own = vocabularies[position]
            return own != vocabulary
                ? own < vocabulary : codes.withBytes(position) { precedes($0, code) }
        }
        var low = 0
        var high = codeOrder.count
        while low < high {
            let middle = low + (high - low) / 2
            guard let position = position(codeOrder[middle]) else { return nil }
            if isBefore(position) { low = middle + 1 } else { high = middle }
        }
        var best: (isInvalid: Int, isOther: Int, id: UInt32)?
        while let position = codeOrder.element(low).flatMap({ self.position($0) }),
            vocabularies[position] == vocabulary, codes.withBytes(position, { equals($0, code) })
        {
            let found = (
                isInvalid: label(invalidReasons[position]).isEmpty ? 0 : 1,
                isOther: label(standards[position]) == "S" ? 0 : 1, id: ids[position]
            )
            if best.map({ found < $0 }) ?? true { best = found }
            low += 1
        }
        return best?.id
    }

    // MARK: - Positions

    func position(of concept: UInt32) -> Int? {
        let place = ids.firstPlace(notBelow: concept)
        return ids.element(place) == concept ? place : nil
    }

    /// A position the file states; nil outside.
    func position(_ stated: UInt32) -> Int? { stated < ids.count ? Int(stated) : nil }

    func entry(at position: Int) -> ConceptEntry {
        ConceptEntry(
            id: ids[position], name: names.string(position), domain: label(domains[position]),
            vocabulary: label(vocabularies[position]), conceptClass: label(classes[position]),
            standard: label(standards[position]), code: codes.string(position),
            invalidReason: label(invalidReasons[position]))
    }

    func label(_ index: UInt16) -> String { index < labels.count ? labels[Int(index)] : "" }
}

// MARK: - Columns that belong together

/// Strings as one run of bytes and where each ends.
struct TextColumn: Sendable {
    let ends: Column<UInt32>
    let bytes: Column<UInt8>

    init(
        _ file: ConceptFile, _ ends: ConceptColumn, _ bytes: ConceptColumn
    ) throws(ConceptError) {
        self.ends = try file.column(ends)
        self.bytes = try file.column(bytes)
    }

    var count: Int { ends.count }

    /// Empty where the file says something impossible.
    func range(_ position: Int) -> Range<Int> {
        let start = position == 0 ? 0 : Int(ends[position - 1])
        let end = Int(ends[position])
        return start <= end && end <= bytes.count ? start..<end : 0..<0
    }

    func withBytes<Result>(_ position: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        let range = range(position)
        return bytes.withSpan { body($0.extracting(range)) }
    }

    func string(_ position: Int) -> String {
        withBytes(position) { span in
            String(unsafeUninitializedCapacity: span.count) { buffer in
                for index in span.indices { buffer[index] = span[index] }
                return span.count
            }
        }
    }
}

/// Lists of numbers as one run and where each ends.
struct ListColumn: Sendable {
    let ends: Column<UInt64>
    let elements: Column<UInt32>

    init(
        _ file: ConceptFile, _ ends: ConceptColumn, _ elements: ConceptColumn
    ) throws(ConceptError) {
        self.ends = try file.column(ends)
        self.elements = try file.column(elements)
    }

    var count: Int { ends.count }

    /// Where the lists from one position up to another lie; empty where that is impossible.
    func range(_ positions: Range<Int>) -> Range<Int> {
        guard !positions.isEmpty else { return 0..<0 }
        let start = positions.lowerBound == 0 ? 0 : ends[positions.lowerBound - 1]
        let end = ends[positions.upperBound - 1]
        return start <= end && end <= UInt64(elements.count) ? Int(start)..<Int(end) : 0..<0
    }
}

/// Links grouped by their first concept.
struct LinkColumns: Sendable {
    let heads: Column<UInt32>
    let tails: ListColumn

    func tails(of concept: UInt32) -> [UInt32] {
        let place = heads.firstPlace(notBelow: concept)
        guard heads.element(place) == concept else { return [] }
        let range = tails.range(place..<place + 1)
        return tails.elements.withSpan { span in
            [UInt32](unsafeUninitializedCapacity: range.count) { buffer, count in
                for index in range { buffer[index - range.lowerBound] = span[index] }
                count = range.count
            }
        }
    }
}

extension Column where Element == UInt32 {
    /// Where a number is or would be in an ascending column; O(log n).
    func firstPlace(notBelow number: UInt32) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Whether bytes come before others in order of bytes, as `lexicographicallyPrecedes`.
func precedes(_ left: Span<UInt8>, _ right: [UInt8]) -> Bool {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        return left[index] < right[index]
    }
    return left.count < right.count
}

func equals(_ left: Span<UInt8>, _ right: [UInt8]) -> Bool {
    left.count == right.count && left.indices.allSatisfy { left[$0] == right[$0] }
}
