// SPDX-License-Identifier: Apache-2.0

/// How fast a principal may call.
package struct RateLimit: Sendable, Hashable {
    /// Nil for no limit.
    package var requestsPerMinute: Int?
    package var tokensPerMinute: Int?
    /// How many may come at once after a pause; nil for a minute's worth.
    package var requestBurst: Int?
    package var tokenBurst: Int?

    /// Limits and bursts, each at least 1 where it is given.
    package init(
        requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, requestBurst: Int? = nil,
        tokenBurst: Int? = nil
    ) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.requestBurst = requestBurst
        self.tokenBurst = tokenBurst
    }
}

/// Whether a call may go now.
package enum RateDecision: Sendable, Hashable {
    /// What a limit counts.
    package enum Unit: String, Sendable, Hashable {
        case requests, tokens
    }

    case admitted
    /// Not before so many microseconds have passed; then it would be admitted if nothing else came.
    case retryAfter(microseconds: Int, Unit)
    /// It asks for more than the limit ever lets through at once.
    case neverFits(Unit)

    /// Whole seconds for the `retry-after` header, rounded up and at least 1; nil otherwise.
    package var retryAfterSeconds: Int? {
        guard case .retryAfter(let microseconds, _) = self else { return nil }
        return max(1, (microseconds + 999_999) / 1_000_000)
    }
}

/// Requests and tokens a minute by principal, by the generic cell rate algorithm.
///
/// In the form of a leaky bucket: a debt that falls steadily by the rate, to which every call adds;
/// a call is admitted where the debt with it is at most the burst. That is GCRA with its theoretical
/// arrival time written as a distance from now (ITU-T I.371, annex A, calls the two equivalent). The
/// debt is kept in rate × microseconds, so that no rate needs a fraction. Time is passed in,
/// microseconds of a steady clock; one that goes back counts as standing still.
package struct RateLimiter: Sendable {
    /// Microseconds in which the rate is reckoned: one unit weighs this much.
    static let minute = 60_000_000

    private struct Bucket: Sendable {
        var rate: Int
        var burst: Int
        /// What is owed, in units × `minute`.
        var debt = 0

        init?(rate: Int?, burst: Int?) {
            guard let rate else { return nil }
            self.rate = min(max(1, rate), 1_000_000_000)
            self.burst = min(max(1, burst ?? self.rate), 1_000_000_000)
        }

        mutating func leak(_ elapsed: Int) {
            let (leaked, overflows) = elapsed.multipliedReportingOverflow(by: rate)
            debt = overflows || leaked >= debt ? 0 : debt - leaked
        }

        /// Microseconds until so many units fit; 0 for now, nil for never.
        func wait(for units: Int) -> Int? {
            guard units <= burst else { return nil }
            let excess = debt - (burst - units) * minute
            return excess <= 0 ? 0 : (excess + rate - 1) / rate
        }

        /// Adds to the debt, or takes from it, down to nothing.
        mutating func add(_ units: Int) {
            let bound = 1_000_000_000
            debt = max(0, debt + min(max(units, -bound), bound) * minute)
            // Tokens far beyond an estimate must not hold a principal up for ever.
            debt = min(debt, 60 * bound * minute)
        }
    }

    private struct State: Sendable {
        var requests: Bucket?
        var tokens: Bucket?
        var seen = Int.min

        /// Lets the debts fall up to a time.
        mutating func move(to microseconds: Int) {
            guard microseconds > seen else { return }
            let (elapsed, overflows) = microseconds.subtractingReportingOverflow(seen)
            requests?.leak(overflows ? Int.max : elapsed)
            tokens?.leak(overflows ? Int.max : elapsed)
            seen = microseconds
        }
    }

    private var states: [String: State] = [:]

    /// No limits.
    package init() {}

    /// Sets the limits of a principal, and nil takes them away; what is owed stays owed.
    package mutating func set(_ limit: RateLimit?, for principal: String) {
        guard let limit, limit.requestsPerMinute != nil || limit.tokensPerMinute != nil else {
            states[principal] = nil
            return
        }
        var state = states[principal] ?? State()
        let (requests, tokens) = (state.requests?.debt ?? 0, state.tokens?.debt ?? 0)
        state.requests = Bucket(rate: limit.requestsPerMinute, burst: limit.requestBurst)
        state.tokens = Bucket(rate: limit.tokensPerMinute, burst: limit.tokenBurst)
        state.requests?.debt = requests
        state.tokens?.debt = tokens
        states[principal] = state
    }

    /// Counts a call with the tokens it may use, or refuses it and counts nothing.
    package mutating func admit(
        _ principal: String, tokens estimate: Int, at microseconds: Int
    ) -> RateDecision {
        guard var state = states[principal] else { return .admitted }
        state.move(to: microseconds)
        defer { states[principal] = state }
        guard let requests = state.requests.map({ $0.wait(for: 1) }) ?? 0 else {
            return .neverFits(.requests)
        }
        guard let tokens = state.tokens.map({ $0.wait(for: max(0, estimate)) }) ?? 0 else {
            return .neverFits(.tokens)
        }
        guard requests == 0, tokens == 0 else {
            return requests >= tokens
                ? .retryAfter(microseconds: requests, .requests)
                : .retryAfter(microseconds: tokens, .tokens)
        }
        state.requests?.add(1)
        state.tokens?.add(max(0, estimate))
        return .admitted
    }

    /// Replaces the estimate by the tokens that were used: at settlement, or 0 at release.
    ///
    /// Used beyond the estimate is owed, and the next call waits for it.
    package mutating func correct(
        _ principal: String, estimated: Int, actual: Int, at microseconds: Int
    ) {
        guard var state = states[principal] else { return }
        state.move(to: microseconds)
        state.tokens?.add(max(0, actual) - max(0, estimated))
        states[principal] = state
    }
}
