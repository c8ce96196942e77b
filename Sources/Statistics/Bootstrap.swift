// SPDX-License-Identifier: Apache-2.0

/// Intervals by drawing the sample again (Efron, "Bootstrap methods: another look at the jackknife",
/// Annals of Statistics 1979).
package enum Bootstrap {
    /// Percentile interval of the mean, 95 %; both ends are the mean for fewer than two values.
    ///
    /// - Parameter draws: at least 1.
    /// - Complexity: O(draws x values).
    package static func meanInterval(
        _ values: [Double], draws: Int = 2_000, seed: UInt64 = 1
    ) -> (lower: Double, upper: Double) {
        precondition(draws > 0)
        guard values.count > 1 else {
            let mean = values.first ?? 0
            return (mean, mean)
        }
        var random = SeededRandom(seed: seed)
        var means: [Double] = []
        means.reserveCapacity(draws)
        for _ in 0..<draws {
            var sum = 0.0
            for _ in values.indices { sum += values[random.below(values.count)] }
            means.append(sum / Double(values.count))
        }
        means.sort()
        let tail = Int(0.025 * Double(draws))
        return (means[tail], means[draws - 1 - tail])
    }
}
