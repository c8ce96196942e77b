// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing

@testable import LoadGenerator

@Suite("The histogram of latencies")
struct LatencyHistogramTests {
    @Test("buckets touch: each begins where the one before ends")
    func bucketsTouch() {
        let last = LatencyHistogram.bucket(of: LatencyHistogram.limit)
        for bucket in 1...last {
            let first = LatencyHistogram.upperBound(of: bucket - 1) + 1
            #expect(LatencyHistogram.bucket(of: first) == bucket)
            #expect(LatencyHistogram.bucket(of: LatencyHistogram.upperBound(of: bucket)) == bucket)
        }
    }

    @Test("a percentile is never below the truth and at most 1.6 percent above it")
    func percentilesAreClose() {
        var random = SeededRandom(seed: 7)
        var histogram = LatencyHistogram()
        var all: [UInt64] = []
        for _ in 0..<20_000 {
            // Spread over seven decades, as answers, stalls and timeouts are.
            let exponent = random.uniform() * 23
            let duration = UInt64(1) << UInt64(exponent) + UInt64(random.below(1 << 10))
            all.append(duration)
            histogram.add(duration)
        }
        all.sort()
        for share in [0.01, 0.5, 0.9, 0.99, 0.999, 1] {
            let rank = max(1, Int((share * Double(all.count)).rounded(.up)))
            let truth = all[rank - 1]
            let told = histogram.percentile(share)
            #expect(told >= truth)
            #expect(Double(told) <= Double(truth) * 1.016 + 1)
        }
        #expect(histogram.count == all.count)
        #expect(histogram.longest == all.last)
    }

    @Test("two histograms together are the histogram of both")
    func additionIsUnion() {
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        var both = LatencyHistogram()
        for duration in stride(from: UInt64(1), to: 1_000_000, by: 977) {
            if duration % 2 == 0 { first.add(duration) } else { second.add(duration) }
            both.add(duration)
        }
        first.add(second)
        #expect(first == both)
    }

    @Test("an empty histogram says nothing, and hours do not break it")
    func edges() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == 0)
        histogram.add(.max)
        #expect(histogram.longest == .max)
        #expect(histogram.percentile(0.5) == LatencyHistogram.limit)
    }
}
