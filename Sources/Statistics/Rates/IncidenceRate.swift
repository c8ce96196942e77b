// SPDX-License-Identifier: Apache-2.0

/// New events per time that people were watched.
package struct IncidenceRate: Hashable, Sendable {
    package let events: Int
    /// In whatever unit the rate is to be told; years as a rule.
    package let personTime: Double

    /// - Parameters:
    ///   - events: 0 or more.
    ///   - personTime: 0 or more; 0 gives a rate of 0 and an interval without an upper end.
    package init(events: Int, personTime: Double) {
        precondition(events >= 0 && personTime >= 0)
        self.events = events
        self.personTime = personTime
    }

    package var value: Double { personTime > 0 ? Double(events) / personTime : 0 }

    /// The exact 95 % interval for a Poisson count, divided by the time.
    ///
    /// Source: Garwood, Biometrika 1936: χ²(0.025; 2d) / 2 and χ²(0.975; 2d + 2) / 2.
    package var interval: (lower: Double, upper: Double) {
        guard personTime > 0 else { return (0, .infinity) }
        let lower =
            events == 0
            ? 0 : GammaFunction.quantile(shape: Double(events), probability: 0.025)
        let upper = GammaFunction.quantile(shape: Double(events + 1), probability: 0.975)
        return (lower / personTime, upper / personTime)
    }
}
