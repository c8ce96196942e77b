// SPDX-License-Identifier: Apache-2.0

/// What went through the gateway in the last minutes.
package struct UsageView: Sendable, Hashable {
    /// One minute, whether or not anything was called.
    package struct Minute: Sendable, Hashable {
        /// When it began, as `14:05`.
        package var time: String
        package var calls: Int
        package var refused: Int
        package var micros: Int
        /// Half of the calls, and 95 in 100, took no longer; in microseconds.
        ///
        /// Nil without calls.
        package var median: Int?
        package var high: Int?

        package init(
            time: String, calls: Int = 0, refused: Int = 0, micros: Int = 0, median: Int? = nil,
            high: Int? = nil
        ) {
            self.time = time
            self.calls = calls
            self.refused = refused
            self.micros = micros
            self.median = median
            self.high = high
        }
    }

    /// The calls of one model or team.
    package struct Share: Sendable, Hashable {
        package var name: String
        package var calls: Int
        package var refused: Int
        package var micros: Int
        package var median: Int?
        package var high: Int?

        package init(
            name: String, calls: Int, refused: Int, micros: Int, median: Int? = nil,
            high: Int? = nil
        ) {
            self.name = name
            self.calls = calls
            self.refused = refused
            self.micros = micros
            self.median = median
            self.high = high
        }
    }

    /// In order, the last being the one that runs.
    package var minutes: [Minute]
    /// Over all of them.
    package var median: Int?
    package var high: Int?
    package var models: [Share]
    package var teams: [Share]
    /// Why calls were refused, by the reason's code.
    package var reasons: [Reason]
    package var currency: String
    /// Earlier calls of these minutes were too many to look through.
    package var isCut: Bool

    package struct Reason: Sendable, Hashable {
        package var code: String
        package var count: Int

        package init(code: String, count: Int) {
            self.code = code
            self.count = count
        }
    }

    package init(
        minutes: [Minute], median: Int? = nil, high: Int? = nil, models: [Share] = [],
        teams: [Share] = [], reasons: [Reason] = [], currency: String = "USD", isCut: Bool = false
    ) {
        self.minutes = minutes
        self.median = median
        self.high = high
        self.models = models
        self.teams = teams
        self.reasons = reasons
        self.currency = currency
        self.isCut = isCut
    }

    package var calls: Int { minutes.reduce(0) { $0 + $1.calls } }
    package var refused: Int { minutes.reduce(0) { $0 + $1.refused } }
    package var micros: Int { minutes.reduce(0) { $0 + $1.micros } }

    /// The part of the page that changes, as markup: what the page's script puts in its place.
    package var livePart: String { live.render() }
}
