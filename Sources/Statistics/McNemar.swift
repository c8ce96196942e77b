// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whether two agents differ on the same cases (McNemar, Psychometrika 1947; exact form).
package enum McNemar {
    /// Two-sided exact probability of a split at least as uneven, were both equally good.
    ///
    /// - Parameters:
    ///   - onlyFirst: cases that only the first agent got right.
    ///   - onlySecond: cases that only the second got right.
    package static func probability(onlyFirst: Int, onlySecond: Int) -> Double {
        let count = onlyFirst + onlySecond
        guard count > 0 else { return 1 }
        let fewer = min(onlyFirst, onlySecond)
        var tail = 0.0
        for successes in 0...fewer {
            tail += exp(
                lgamma(Double(count + 1)) - lgamma(Double(successes + 1))
                    - lgamma(Double(count - successes + 1)) - Double(count) * log(2))
        }
        return min(1, 2 * tail)
    }
}
