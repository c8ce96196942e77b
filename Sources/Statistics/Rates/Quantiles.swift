// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Numbers in ascending order, and what is read off them.
package struct SortedSample: Hashable, Sendable {
    package let values: [Double]

    /// Sorts; numbers that are not finite are left out.
    package init(_ values: [Double]) {
        self.values = values.filter(\.isFinite).sorted()
    }

    /// The number below which a share of the sample lies; nil for an empty sample.
    ///
    /// - Parameter share: 0...1.
    ///
    /// Source: Hyndman and Fan, American Statistician 1996, definition 7 (the default of R and NumPy).
    package func quantile(_ share: Double) -> Double? {
        guard let last = values.last else { return nil }
        let place = min(max(share, 0), 1) * Double(values.count - 1)
        let below = Int(place)
        guard below + 1 < values.count else { return last }
        return values[below] + (place - Double(below)) * (values[below + 1] - values[below])
    }

    /// The mean of the `count` values nearest in rank to a quantile, so that no single value shows.
    ///
    /// - Returns: nil where fewer than `count` values lie on either side, and for `count` below 1.
    package func guardedQuantile(_ share: Double, nearest count: Int) -> Double? {
        let tail = min(max(share, 0), 1)
        guard count >= 1, Double(values.count) * min(tail, 1 - tail) >= Double(count) else {
            return nil
        }
        let centre = Int((tail * Double(values.count)).rounded(.down))
        let first = min(max(0, centre - count / 2), values.count - count)
        return values[first..<first + count].reduce(0, +) / Double(count)
    }

    package var mean: Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// With n - 1 in the denominator; nil for fewer than two values.
    package var variance: Double? {
        guard values.count > 1, let mean else { return nil }
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
}

/// How many values lie in each of a row of equally wide bins.
package struct Histogram: Hashable, Sendable {
    /// Ascending, one more than there are bins; a bin holds its lower edge and not its upper one.
    package let edges: [Double]
    package let counts: [Int]

    /// Counts in bins whose edges are multiples of the width, from the least to the greatest value.
    ///
    /// - Parameters:
    ///   - sample: an empty one gives no bins.
    ///   - width: above 0; widened until there are 200 bins at most.
    package init(_ sample: SortedSample, width: Double) {
        guard let least = sample.values.first, let greatest = sample.values.last, width > 0 else {
            edges = []
            counts = []
            return
        }
        var width = width
        while (greatest / width).rounded(.down) - (least / width).rounded(.down) >= 200 {
            width *= 2
        }
        let first = (least / width).rounded(.down)
        let bins = Int((greatest / width).rounded(.down) - first) + 1
        var counts = [Int](repeating: 0, count: bins)
        for value in sample.values {
            counts[min(bins - 1, Int((value / width).rounded(.down) - first))] += 1
        }
        edges = (0...bins).map { (first + Double($0)) * width }
        self.counts = counts
    }

    /// The width of Freedman and Diaconis, 2·IQR/∛n, rounded to 1, 2 or 5 times a power of ten.
    ///
    /// A sample whose middle half is one value takes a twentieth of its range; one value, 1.
    ///
    /// Source: Freedman and Diaconis, Z. Wahrscheinlichkeitstheorie 1981;57:453.
    package static func automaticWidth(_ sample: SortedSample) -> Double {
        guard let least = sample.values.first, let greatest = sample.values.last,
            let low = sample.quantile(0.25), let high = sample.quantile(0.75), greatest > least
        else { return 1 }
        let ideal = 2 * (high - low) / cbrt(Double(sample.values.count))
        return rounded(ideal > 0 ? ideal : (greatest - least) / 20)
    }

    private static func rounded(_ width: Double) -> Double {
        let power = pow(10, log10(width).rounded(.down))
        let lead = width / power
        return (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power
    }
}
