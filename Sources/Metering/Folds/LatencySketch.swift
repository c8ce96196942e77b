// SPDX-License-Identifier: Apache-2.0

/// A histogram of latencies whose buckets grow with the value, so that two can be added.
///
/// Values to 63 have a bucket each; above, every doubling has 32. A quantile is the upper edge of
/// the bucket it falls in: never too low, and at most a thirty-second (3.2 %) too high.
package struct LatencySketch: Sendable, Hashable {
    private var counts: [Int] = []
    /// How many values there are.
    package private(set) var count = 0
    /// The largest value, exactly; 0 without values.
    package private(set) var largest = 0

    private static let fine = 5

    /// Nothing measured.
    package init() {}

    /// Adds a value; below zero counts as zero.
    package mutating func add(_ value: Int) {
        let value = max(0, value)
        let bucket = LatencySketch.bucket(value)
        if bucket >= counts.count {
            counts += Array(repeating: 0, count: bucket + 1 - counts.count)
        }
        counts[bucket] += 1
        count += 1
        largest = max(largest, value)
    }

    /// Adds all values of another.
    package mutating func merge(_ other: LatencySketch) {
        if other.counts.count > counts.count {
            counts += Array(repeating: 0, count: other.counts.count - counts.count)
        }
        for (bucket, more) in other.counts.enumerated() { counts[bucket] += more }
        count += other.count
        largest = max(largest, other.largest)
    }

    /// The value that so many of 10,000 values are at most; 0 without values.
    ///
    /// - Parameter share: 5,000 for the median, 9,900 for the 99th percentile.
    package func quantile(_ share: Int) -> Int {
        // The smallest rank that covers the share: rounded up, from 1.
        let rank = max(1, (count / 10_000) * share + ((count % 10_000) * share + 9_999) / 10_000)
        var passed = 0
        for (bucket, more) in counts.enumerated() {
            passed += more
            if passed >= rank { return min(largest, LatencySketch.upperEdge(bucket)) }
        }
        return largest
    }

    static func bucket(_ value: Int) -> Int {
        guard value >= 1 << (fine + 1) else { return value }
        let shift = Int.bitWidth - 1 - value.leadingZeroBitCount - fine
        return (shift << fine) + (value >> shift)
    }

    static func upperEdge(_ bucket: Int) -> Int {
        guard bucket >= 1 << (fine + 1) else { return bucket }
        let shift = (bucket >> fine) - 1
        let leading = bucket - (shift << fine)
        let (edge, overflows) = (leading + 1).multipliedReportingOverflow(by: 1 << shift)
        return overflows ? Int.max : edge - 1
    }
}
