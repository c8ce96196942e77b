// SPDX-License-Identifier: Apache-2.0

/// A share of successes with its Wilson score interval.
package struct Proportion: Hashable, Sendable {
    package let successes: Int
    package let count: Int

    /// - Parameters:
    ///   - successes: 0 ... count.
    ///   - count: trials; 0 gives a value of 0 and the interval 0 ... 1.
    package init(_ successes: Int, of count: Int) {
        precondition(count >= 0 && (0...max(count, 0)).contains(successes))
        self.successes = successes
        self.count = count
    }

    package var value: Double { count == 0 ? 0 : Double(successes) / Double(count) }

    /// The 95 % Wilson score interval.
    ///
    /// Source: Wilson 1927; formula as in Brown, Cai and DasGupta, Statistical Science 2001, eq. 4.
    package var interval: (lower: Double, upper: Double) {
        guard count > 0 else { return (0, 1) }
        let z = 1.959_963_984_540_054
        let n = Double(count)
        let share = value
        let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        let half =
            z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return (max(0, centre - half), min(1, centre + half))
    }
}
