// SPDX-License-Identifier: Apache-2.0

/// The ancestors of concepts, for a site whose vocabulary states parents only.
package enum ConceptHierarchy {
    /// Every ancestor of every concept, each concept itself included, as OMOP's `concept_ancestor`.
    ///
    /// Concepts that are their own ancestors by a cycle of links are ancestors of one another.
    /// - Parameters:
    ///   - isA: links from child to parent.
    ///   - concepts: concepts to list under themselves even where no link names them.
    /// - Returns: links from ancestor to descendant, each once, in no promised order.
    /// - Complexity: O(links followed), which is at most the result times the most parents.
    package static func closure(isA: [ConceptLink], of concepts: [UInt32] = []) -> [ConceptLink] {
        let parents = GroupedLinks(isA)
        var known = parents.heads + parents.tails + concepts
        known.sort()
        var ids: [UInt32] = []
        for id in known where ids.last != id { ids.append(id) }

        // Parents by position, so that a walk touches arrays only.
        var firsts = [Int](repeating: 0, count: ids.count + 1)
        var head = 0
        for (position, id) in ids.enumerated() {
            let isHead = head < parents.heads.count && parents.heads[head] == id
            firsts[position + 1] = isHead ? Int(parents.ends[head]) : firsts[position]
            if isHead { head += 1 }
        }
        let tails = parents.tails.map { position(of: $0, in: ids) }

        var links: [ConceptLink] = []
        var seenBy = [Int](repeating: -1, count: ids.count)
        var waiting: [Int] = []
        for start in ids.indices {
            seenBy[start] = start
            waiting.append(start)
            while let concept = waiting.popLast() {
                links.append(ConceptLink(from: ids[concept], to: ids[start]))
                for place in firsts[concept]..<firsts[concept + 1] {
                    let parent = tails[place]
                    guard seenBy[parent] != start else { continue }
                    seenBy[parent] = start
                    waiting.append(parent)
                }
            }
        }
        return links
    }

    private static func position(of id: UInt32, in ids: [UInt32]) -> Int {
        var low = 0
        var high = ids.count
        while low < high {
            let middle = low + (high - low) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
