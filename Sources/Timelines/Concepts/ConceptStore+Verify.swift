// SPDX-License-Identifier: Apache-2.0

extension ConceptStore {
    /// Reads the whole file: every checksum, every order and every index in it.
    ///
    /// - Throws: `damaged`, naming the block that is altered or not in order.
    /// - Complexity: O(size of the file).
    package func verify() throws(ConceptError) {
        for block in file.blocks { try file.check(block) }
        try verifyAscending(ids, .id)
        for (text, column) in [
            (names, ConceptColumn.nameEnds), (codes, .codeEnds), (words, .wordEnds),
        ] {
            try verifyEnds(text.ends, upTo: text.bytes.count, column)
        }
        let labelEnds: Column<UInt32> = try file.column(.labelEnds)
        let labelBytes: Column<UInt8> = try file.column(.labelBytes)
        try verifyEnds(labelEnds, upTo: labelBytes.count, .labelEnds)
        for (indices, column) in [
            (domains, ConceptColumn.domain), (vocabularies, .vocabulary), (classes, .conceptClass),
            (standards, .standard), (invalidReasons, .invalidReason),
        ] {
            let isInside = indices.withSpan { span in
                span.indices.allSatisfy { Int(span[$0]) < labels.count }
            }
            guard isInside else { throw disordered(column) }
        }
        try verifyCodeOrder()
        try verifyAscending(descendants.heads, .ancestor)
        try verifyLists(descendants.tails, below: Int.max, .descendantEnds, .descendant)
        try verifyAscending(sources.heads, .standardConcept)
        try verifyLists(sources.tails, below: Int.max, .sourceEnds, .source)
        try verifyLists(wordConcepts, below: count, .wordConceptEnds, .wordConcept)
        for word in 0..<max(0, words.count - 1) {
            let next = Array(words.string(word + 1).utf8)
            guard words.withBytes(word, { precedes($0, next) }) else {
                throw disordered(.wordBytes)
            }
        }
    }

    private func disordered(_ column: ConceptColumn) -> ConceptError {
        file.damaged("the block of \(column.title) is not in order")
    }

    private func verifyAscending(
        _ numbers: Column<UInt32>, _ column: ConceptColumn
    ) throws(ConceptError) {
        let isAscending = numbers.withSpan { span in
            (0..<max(0, span.count - 1)).allSatisfy { span[$0] < span[$0 + 1] }
        }
        guard isAscending else { throw disordered(column) }
    }

    private func verifyEnds<Number: FixedWidthInteger & Sendable>(
        _ ends: Column<Number>, upTo count: Int, _ column: ConceptColumn
    ) throws(ConceptError) where Number: BitwiseCopyable {
        let isOrdered = ends.withSpan { span in
            (0..<max(0, span.count - 1)).allSatisfy { span[$0] <= span[$0 + 1] }
                && (span.isEmpty ? count == 0 : span[span.count - 1] == Number(exactly: count))
        }
        guard isOrdered else { throw disordered(column) }
    }

    /// Each list ascending, and all of its numbers below a limit.
    private func verifyLists(
        _ lists: ListColumn, below limit: Int, _ ends: ConceptColumn, _ column: ConceptColumn
    ) throws(ConceptError) {
        try verifyEnds(lists.ends, upTo: lists.elements.count, ends)
        let isOrdered = lists.elements.withSpan { span in
            (0..<lists.count).allSatisfy { list in
                let range = lists.range(list..<list + 1)
                return range.allSatisfy { place in
                    Int(span[place]) < limit
                        && (place == range.lowerBound || span[place - 1] < span[place])
                }
            }
        }
        guard isOrdered else { throw disordered(column) }
    }

    /// A permutation of the positions in order of vocabulary, code, id.
    private func verifyCodeOrder() throws(ConceptError) {
        var seen = [Bool](repeating: false, count: count)
        var previous: Int?
        for place in 0..<count {
            guard let position = position(codeOrder[place]), !seen[position] else {
                throw disordered(.codeOrder)
            }
            seen[position] = true
            if let previous, !isOrdered(previous, position) { throw disordered(.codeOrder) }
            previous = position
        }
    }

    private func isOrdered(_ left: Int, _ right: Int) -> Bool {
        if vocabularies[left] != vocabularies[right] {
            return vocabularies[left] < vocabularies[right]
        }
        return codes.bytes.withSpan { span in
            let (one, other) = (codes.range(left), codes.range(right))
            for offset in 0..<min(one.count, other.count) {
                let (first, second) = (
                    span[one.lowerBound + offset], span[other.lowerBound + offset]
                )
                if first != second { return first < second }
            }
            return one.count != other.count ? one.count < other.count : left < right
        }
    }
}
