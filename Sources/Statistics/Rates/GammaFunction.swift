// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The incomplete gamma function and what follows from it: chi-square tails and quantiles.
package enum GammaFunction {
    /// The regularised upper incomplete gamma function Q(a, x) = Γ(a, x) / Γ(a).
    ///
    /// - Parameters:
    ///   - shape: a, above 0.
    ///   - x: 0 or more.
    /// - Returns: 0...1, to about 14 digits.
    ///
    /// Source: series 6.5.29 and continued fraction 6.5.31 of Abramowitz and Stegun, the fraction
    /// evaluated by Lentz's method.
    package static func upper(shape: Double, _ x: Double) -> Double {
        precondition(shape > 0 && x >= 0)
        if x == 0 { return 1 }
        if x.isInfinite { return 0 }
        let front = exp(shape * log(x) - x - lgamma(shape))
        return x < shape + 1
            ? max(0, 1 - front * series(shape, x)) : front * fraction(shape, x)
    }

    private static func series(_ shape: Double, _ x: Double) -> Double {
        var term = 1 / shape
        var sum = term
        var step = shape
        while term > sum * 1e-17 {
            step += 1
            term *= x / step
            sum += term
        }
        return sum
    }

    private static func fraction(_ shape: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - shape
        var c = 1 / tiny
        var d = 1 / b
        var value = d
        for step in 1...10_000 {
            let a = Double(step) * (shape - Double(step))
            b += 2
            d = a * d + b
            if abs(d) < tiny { d = tiny }
            c = b + a / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            value *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return value
    }

    /// The probability that a chi-square variable exceeds a value.
    package static func chiSquareTail(_ value: Double, degrees: Int) -> Double {
        degrees < 1 ? 1 : upper(shape: Double(degrees) / 2, max(0, value) / 2)
    }

    /// The value that a gamma variable of this shape and scale 1 stays below with a probability.
    ///
    /// Found by halving an interval, to the precision of a Double.
    ///
    /// - Parameter probability: above 0 and below 1.
    package static func quantile(shape: Double, probability: Double) -> Double {
        precondition(shape > 0 && probability > 0 && probability < 1)
        var low = 0.0
        var high = max(1, shape)
        while upper(shape: shape, high) > 1 - probability { high *= 2 }
        for _ in 0..<200 {
            let middle = low + (high - low) / 2
            if middle == low || middle == high { break }
            if upper(shape: shape, middle) > 1 - probability { low = middle } else { high = middle }
        }
        return low + (high - low) / 2
    }
}
