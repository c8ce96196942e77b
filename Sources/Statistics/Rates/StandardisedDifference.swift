// SPDX-License-Identifier: Apache-2.0

/// How far two groups lie apart in a covariate, in pooled standard deviations.
///
/// Unlike a p-value it does not grow with the number of people; 0.1 is the customary mark above which
/// groups are called unlike. Positive where the first group has more.
/// Source: Austin, Statistics in Medicine 2009;28:3083, section 2.
package enum StandardisedDifference {
    /// For a yes-or-no covariate: (p - q) / √((p(1 - p) + q(1 - q)) / 2).
    ///
    /// - Parameters:
    ///   - first: the share of the first group, 0...1.
    ///   - second: the share of the second group, 0...1.
    /// - Returns: 0 for equal shares; nil where both variances are 0 and the shares differ.
    package static func ofShares(_ first: Double, _ second: Double) -> Double? {
        ofMeans(
            first, variance: first * (1 - first), second, variance: second * (1 - second))
    }

    /// For a number: (mean - mean) / √((variance + variance) / 2).
    ///
    /// - Returns: 0 for equal means; nil where both variances are 0 and the means differ.
    package static func ofMeans(
        _ first: Double, variance firstVariance: Double, _ second: Double,
        variance secondVariance: Double
    ) -> Double? {
        if first == second { return 0 }
        let pooled = (firstVariance + secondVariance) / 2
        return pooled > 0 ? (first - second) / pooled.squareRoot() : nil
    }
}
