// SPDX-License-Identifier: Apache-2.0

/// Expected calibration error over equal-width bins of the stated probability.
package struct Calibration: Sendable {
    private var sums: [Double]
    private var hits: [Int]
    private var counts: [Int]

    /// - Parameter bins: equal-width bins over 0 ... 1; 10 is the usual choice.
    package init(bins: Int = 10) {
        precondition(bins > 0)
        sums = Array(repeating: 0, count: bins)
        hits = Array(repeating: 0, count: bins)
        counts = Array(repeating: 0, count: bins)
    }

    /// Adds one answer: the probability it stated, and whether it was right.
    package mutating func add(probability: Double, isCorrect: Bool) {
        let bin = min(counts.count - 1, max(0, Int(probability * Double(counts.count))))
        sums[bin] += probability
        hits[bin] += isCorrect ? 1 : 0
        counts[bin] += 1
    }

    /// The mean gap between stated probability and observed share, weighted by bin size.
    ///
    /// Source: Naeini, Cooper and Hauskrecht, AAAI 2015.
    package var expectedError: Double {
        let total = counts.reduce(0, +)
        guard total > 0 else { return 0 }
        var error = 0.0
        for bin in counts.indices where counts[bin] > 0 {
            error += abs(sums[bin] - Double(hits[bin]))
        }
        return error / Double(total)
    }
}
