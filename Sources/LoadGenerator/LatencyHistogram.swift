// SPDX-License-Identifier: Apache-2.0

/// Counts of durations in buckets that grow with the duration.
///
/// 64 buckets for every doubling: a percentile is at most 1.6 percent above the truth, adding is a
/// few instructions, and a run of any length takes the same 20 kB. The buckets are those of HDR
/// histograms (Tene).
package struct LatencyHistogram: Sendable, Hashable {
    private var counts: [UInt64]
    /// How many durations were added.
    package private(set) var count = 0
    /// The longest duration, exactly, in nanoseconds.
    package private(set) var longest: UInt64 = 0

    /// Durations beyond this, about 73 minutes, count as this long in percentiles.
    static let limit: UInt64 = (1 << 42) - 1

    package init() {
        counts = Array(
            repeating: 0, count: LatencyHistogram.bucket(of: LatencyHistogram.limit) + 1)
    }

    /// The bucket of a duration up to `limit`; below 128 ns each has its own.
    static func bucket(of nanoseconds: UInt64) -> Int {
        guard nanoseconds >= 128 else { return Int(nanoseconds) }
        let shift = 57 - nanoseconds.leadingZeroBitCount
        return shift << 6 + Int(nanoseconds >> UInt64(shift))
    }

    /// The longest duration that falls into a bucket.
    static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= 128 else { return UInt64(bucket) }
        let shift = bucket >> 6 - 1
        return (UInt64(bucket - shift << 6) + 1) << UInt64(shift) - 1
    }

    /// Adds one duration in nanoseconds.
    package mutating func add(_ nanoseconds: UInt64) {
        counts[LatencyHistogram.bucket(of: min(nanoseconds, LatencyHistogram.limit))] += 1
        count += 1
        longest = max(longest, nanoseconds)
    }

    /// Adds what another histogram holds.
    package mutating func add(_ other: LatencyHistogram) {
        for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
        count += other.count
        longest = max(longest, other.longest)
    }

    /// The duration that a share of all did not exceed, in nanoseconds; 0 where there is none.
    ///
    /// - Parameter share: from 0 to 1; 0.99 for the 99th percentile.
    package func percentile(_ share: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let rank = max(1, UInt64((share * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for bucket in counts.indices {
            seen += counts[bucket]
            if seen >= rank { return min(LatencyHistogram.upperBound(of: bucket), longest) }
        }
        return longest
    }

    /// The same in milliseconds.
    package func milliseconds(_ share: Double) -> Double { Double(percentile(share)) / 1e6 }
}
