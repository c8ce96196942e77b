// SPDX-License-Identifier: Apache-2.0

/// Finds what somebody probably meant to type: least Levenshtein distance, capitals ignored.
package enum NearestWord {
    /// Longer texts are compared by their beginning, so that a typed page costs no more than a line.
    private static let compared = 96

    /// The position of the nearest candidate; ties go to the first, nil where there is none.
    package static func index(of typed: String, among candidates: [String]) -> Int? {
        let typed = scalars(typed)
        var best: Int?
        var least = Int.max
        for (index, candidate) in candidates.enumerated() {
            let distance = distance(scalars(candidate), typed)
            if distance < least {
                least = distance
                best = index
            }
        }
        return best
    }

    /// The nearest candidate; ties go to the first, empty where there is none.
    package static func to(_ typed: String, among candidates: [String]) -> String {
        index(of: typed, among: candidates).map { candidates[$0] } ?? ""
    }

    private static func scalars(_ text: String) -> [Unicode.Scalar] {
        Array(text.lowercased().unicodeScalars.prefix(compared))
    }

    /// Insertions, removals and replacements that lead from one to the other; O(n·m).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
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
