// SPDX-License-Identifier: Apache-2.0

extension CohortEngine {
    /// Which subjects with an index event satisfy which rule, each rule judged by itself: what it
    /// takes to switch rules off again without reading events anew.
    package func bitsets(_ definition: CohortDefinition) throws(OutputsError) -> RuleBitsets {
        let index = IndexStarts(definition.index, in: store)
        var entries: [Int] = []
        index.subjects.forEach { entries.append($0) }
        let words = definition.rules.map { rule in
            let satisfied = subjects(satisfying: rule.condition, index: index)
            var words = [UInt64](repeating: 0, count: (entries.count + 63) / 64)
            for (row, subject) in entries.enumerated()
            where satisfied.contains(subject) != rule.isNegated {
                words[row >> 6] |= 1 << UInt64(row & 63)
            }
            return words
        }
        return try RuleBitsets(
            rules: definition.rules.map(\.name), words: words,
            entries: CohortRows(
                subjects: entries.map { UInt32($0) }, starts: entries.map { index.starts[$0] }))
    }
}
