// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Finds what somebody probably meant to type: least Levenshtein distance, ties to the first.
enum EditDistance {
    static func nearest(to typed: String, among candidates: [String]) -> Int? {
        let typed = Array(typed.lowercased().unicodeScalars.prefix(96))
        var best: Int?
        var least = Int.max
        for (index, candidate) in candidates.enumerated() {
            let distance = between(Array(candidate.lowercased().unicodeScalars.prefix(96)), typed)
            if distance < least {
                least = distance
                best = index
            }
        }
        return best
    }

    /// The evidence whose id, short name or question is nearest, as `E_53 (pain related to visit)`.
    static func nearestEvidence(to typed: String, _ knowledge: KnowledgeBase) -> String {
        let evidences = knowledge.evidences
        let names = evidences.map(\.id) + evidences.map(\.shortName) + evidences.map(\.question)
        guard let index = nearest(to: typed, among: names) else { return "" }
        let evidence = evidences[index % evidences.count]
        return "\(evidence.id) (\(evidence.shortName))"
    }

    private static func between(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (i, scalar) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let cost = scalar == other ? diagonal : min(diagonal, row[j], row[j + 1]) + 1
                diagonal = row[j + 1]
                row[j + 1] = cost
            }
        }
        return row[right.count]
    }
}
