// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing

@testable import Metering

@Suite("Rate limits")
struct RateLimiterTests {
    /// GCRA as it is written down, with the theoretical arrival time in fractions of 1/rate µs.
    struct TextbookGCRA {
        let rate: Int
        let burst: Int
        /// Microseconds × rate.
        var arrival: Int128 = 0

        mutating func admit(_ units: Int, at now: Int) -> Bool {
            let now = Int128(now) * Int128(rate)
            let increment = Int128(units) * 60_000_000
            let tolerance = Int128(burst) * 60_000_000
            let next = max(arrival, now) + increment
            guard next - now <= tolerance else { return false }
            arrival = next
            return true
        }
    }

    @Test("it admits exactly what textbook GCRA admits, at rates that divide nothing")
    func admitsAsTheTextbook() {
        for seed in 0..<20 {
            var random = SeededRandom(seed: UInt64(seed))
            let rate = 1 + random.below(997)
            let burst = 1 + random.below(50)
            var limiter = RateLimiter()
            limiter.set(
                RateLimit(tokensPerMinute: rate, tokenBurst: burst), for: "p")
            var textbook = TextbookGCRA(rate: rate, burst: burst)
            var now = 1_000_000
            for step in 0..<400 {
                now += random.below(2 * 60_000_000 / rate + 1)
                let units = random.below(min(burst, 8) + 1)
                let isAdmitted = limiter.admit("p", tokens: units, at: now) == .admitted
                #expect(isAdmitted == textbook.admit(units, at: now), "seed \(seed), step \(step)")
            }
        }
    }

    @Test("after the time it names a call is admitted, and not a microsecond before")
    func retryAfterIsExact() {
        for seed in 0..<50 {
            var random = SeededRandom(seed: UInt64(seed))
            var limiter = RateLimiter()
            limiter.set(
                RateLimit(requestsPerMinute: 1 + random.below(700), requestBurst: 3), for: "p")
            let now = 5_000_000
            for _ in 0..<3 { #expect(limiter.admit("p", tokens: 0, at: now) == .admitted) }
            guard case .retryAfter(let wait, .requests) = limiter.admit("p", tokens: 0, at: now)
            else {
                Issue.record("a fourth call was admitted, seed \(seed)")
                continue
            }
            #expect(limiter.admit("p", tokens: 0, at: now + wait - 1) != .admitted)
            #expect(limiter.admit("p", tokens: 0, at: now + wait) == .admitted)
        }
    }

    @Test("a minute's worth may come at once, then it drips")
    func burstsAreAMinutesWorth() {
        var limiter = RateLimiter()
        limiter.set(RateLimit(requestsPerMinute: 60), for: "p")
        var admitted = 0
        for _ in 0..<100 where limiter.admit("p", tokens: 0, at: 0) == .admitted { admitted += 1 }
        #expect(admitted == 60)
        #expect(
            limiter.admit("p", tokens: 0, at: 0)
                == .retryAfter(microseconds: 1_000_000, .requests))
        #expect(limiter.admit("p", tokens: 0, at: 0).retryAfterSeconds == 1)
        #expect(limiter.admit("p", tokens: 0, at: 1_000_000) == .admitted)
        #expect(limiter.admit("p", tokens: 0, at: 1_000_000) != .admitted)
    }

    @Test("tokens are taken by estimate and corrected by what was used")
    func correctsEstimates() {
        var limiter = RateLimiter()
        limiter.set(RateLimit(tokensPerMinute: 600), for: "p")
        #expect(limiter.admit("p", tokens: 600, at: 0) == .admitted)
        #expect(
            limiter.admit("p", tokens: 100, at: 0)
                == .retryAfter(microseconds: 10_000_000, .tokens))
        limiter.correct("p", estimated: 600, actual: 500, at: 0)
        #expect(limiter.admit("p", tokens: 100, at: 0) == .admitted)
        // It used 300 more than there was: 30 seconds to make up, 10 for the next hundred.
        limiter.correct("p", estimated: 100, actual: 400, at: 0)
        #expect(
            limiter.admit("p", tokens: 100, at: 0)
                == .retryAfter(microseconds: 40_000_000, .tokens))
        #expect(limiter.admit("p", tokens: 601, at: 0) == .neverFits(.tokens))
    }

    @Test("a call that one limit refuses is counted by neither")
    func refusedCallsCountNothing() {
        var limiter = RateLimiter()
        limiter.set(RateLimit(requestsPerMinute: 1, tokensPerMinute: 10), for: "p")
        #expect(limiter.admit("p", tokens: 11, at: 0) == .neverFits(.tokens))
        #expect(limiter.admit("p", tokens: 10, at: 0) == .admitted)
        #expect(limiter.admit("p", tokens: 1, at: 0) != .admitted)
        // Requests wait longest, and say so.
        #expect(
            limiter.admit("p", tokens: 1, at: 0)
                == .retryAfter(microseconds: 60_000_000, .requests))
    }

    @Test("a clock that goes back stands still, and who has no limit passes")
    func clockGoesBack() {
        var limiter = RateLimiter()
        limiter.set(RateLimit(requestsPerMinute: 1), for: "p")
        #expect(limiter.admit("p", tokens: 0, at: 100_000_000) == .admitted)
        #expect(limiter.admit("p", tokens: 0, at: 1) != .admitted)
        #expect(limiter.admit("p", tokens: 0, at: 159_999_999) != .admitted)
        #expect(limiter.admit("p", tokens: 0, at: 160_000_000) == .admitted)
        #expect(limiter.admit("other", tokens: 9, at: 0) == .admitted)
        limiter.set(nil, for: "p")
        #expect(limiter.admit("p", tokens: 0, at: 160_000_000) == .admitted)
    }
}
