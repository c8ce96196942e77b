// SPDX-License-Identifier: Apache-2.0

/// Finds what somebody probably meant to type.
package enum Nearest {
    /// The candidate with the smallest edit distance; ties go to the first.
    package static func word(to typed: String, among candidates: [String]) -> String {
        candidates.min { distance($0, typed) < distance($1, typed) } ?? ""
    }

    /// Levenshtein distance in characters; O(n·m), cut at 64 characters a side.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.prefix(64))
        let right = Array(right.prefix(64))
        var row = Array(0...right.count)
        for (i, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let cost = character == other ? diagonal : min(diagonal, row[j], row[j + 1]) + 1
                diagonal = row[j + 1]
                row[j + 1] = cost
            }
        }
        return row[right.count]
    }
}
