// SPDX-License-Identifier: Apache-2.0

/// Whether the event comes at the same pace in all groups.
///
/// Source: Mantel, Cancer Chemotherapy Reports 1966;50:163.
package struct LogRank: Sendable, Hashable {
    /// Events seen in each group.
    package let observed: [Double]
    /// Events to be expected in each were the pace the same.
    package let expected: [Double]
    package let chiSquare: Double
    package let degrees: Int
    /// Of a chi-square as large or larger, were the pace the same.
    package let probability: Double

    /// Compares two groups or more.
    ///
    /// - Returns: nil where fewer than two groups could have had an event.
    /// - Complexity: O(groups · times + groups³).
    ///
    /// Source: observed less expected with the hypergeometric covariance, as in Kalbfleisch and
    /// Prentice, The Statistical Analysis of Failure Time Data, 1.5.
    package init?(_ groups: [KaplanMeier]) {
        let count = groups.count
        let times = Set(
            groups.flatMap { $0.points.lazy.filter { $0.step.events > 0 } }
                .map(\.step.time)
        ).sorted()
        var observed = [Double](repeating: 0, count: count)
        var expected = observed
        var covariance = [[Double]](repeating: observed, count: count)
        var place = [Int](repeating: 0, count: count)
        for time in times {
            var atRisk = [Double](repeating: 0, count: count)
            var events = 0.0
            for group in groups.indices {
                let points = groups[group].points
                while place[group] < points.count, points[place[group]].step.time < time {
                    place[group] += 1
                }
                guard place[group] < points.count else { continue }
                let step = points[place[group]].step
                atRisk[group] = Double(step.atRisk)
                guard step.time == time else { continue }
                observed[group] += Double(step.events)
                events += Double(step.events)
            }
            let total = atRisk.reduce(0, +)
            guard total > 0 else { continue }
            let spread = total > 1 ? events * (total - events) / (total - 1) : 0
            for row in 0..<count {
                expected[row] += events * atRisk[row] / total
                for column in 0..<count {
                    let share = (row == column ? 1 : 0) - atRisk[column] / total
                    covariance[row][column] += spread * atRisk[row] / total * share
                }
            }
        }
        let able = groups.indices.filter { covariance[$0][$0] > 1e-12 }
        guard able.count > 1 else { return nil }
        // The differences sum to 0: one group says nothing that the others do not.
        let kept = Array(able.dropLast())
        let difference = kept.map { observed[$0] - expected[$0] }
        let matrix = kept.map { row in kept.map { covariance[row][$0] } }
        guard let solved = LogRank.solve(matrix, difference) else { return nil }
        self.observed = observed
        self.expected = expected
        chiSquare = max(0, zip(difference, solved).reduce(0) { $0 + $1.0 * $1.1 })
        degrees = kept.count
        probability = GammaFunction.chiSquareTail(chiSquare, degrees: kept.count)
    }

    /// Gaussian elimination with pivots; nil for a singular matrix.
    private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
        var rows = zip(matrix, right).map { $0 + [$1] }
        let count = right.count
        for column in 0..<count {
            guard
                let pivot = (column..<count).max(by: {
                    abs(rows[$0][column]) < abs(rows[$1][column])
                }), abs(rows[pivot][column]) > 1e-12
            else { return nil }
            rows.swapAt(column, pivot)
            for row in 0..<count where row != column {
                let factor = rows[row][column] / rows[column][column]
                for place in column...count { rows[row][place] -= factor * rows[column][place] }
            }
        }
        return (0..<count).map { rows[$0][count] / rows[$0][$0] }
    }
}
