// SPDX-License-Identifier: Apache-2.0
package import Statistics

/// One simulated life: which conditions began at what age, and when it ended.
///
/// Competing exponential hazards, constant between the ages where a band, an onset or the first
/// contact changes them; within such a piece the next event is drawn exactly, so the simulation
/// has no time step and its cumulative hazards are known in closed form.
package struct Life: Sendable {
    package struct Onset: Sendable {
        package let condition: Condition
        /// Age in days, with fraction.
        package let age: Double
        /// Hazard ratios of the planted causes that were at work at that moment.
        package let causes: [(condition: Condition, ratio: Double)]
    }

    package let traits: Traits
    /// In order of age.
    package let onsets: [Onset]
    /// Age in days at death; nil for a person alive at the end of the simulated time.
    package let deathAge: Double?
    /// Age in days where the simulation stopped: death, or the end of the simulated time.
    package let lastAge: Double

    /// Draws a life from birth.
    ///
    /// - Parameters:
    ///   - mortalFrom: age in days from which the death hazard runs; nobody dies before it.
    ///   - until: age in days at which the simulated time ends.
    package init(
        traits: Traits, mortalFrom: Double, until: Double, random: inout SeededRandom
    ) {
        var age = 0.0
        var present = ConditionSet()
        var onsets: [Onset] = []
        var deathAge: Double?
        var rates = [Double](repeating: 0, count: Condition.allCases.count + 1)
        while age < until {
            let edge = min(until, Life.nextEdge(after: age, mortalFrom: mortalFrom))
            let total = Life.fill(
                &rates, age: age, traits: traits, present: present, isMortal: age >= mortalFrom)
            let next = age + random.waiting(rate: total)
            guard next < edge else {
                age = edge
                continue
            }
            age = next
            let index = random.weighted(rates)
            guard let condition = Condition(rawValue: UInt8(index)) else {
                deathAge = age
                break
            }
            let hazard = HazardTable.conditions[index]
            onsets.append(
                Onset(
                    condition: condition, age: age,
                    causes: hazard.causes.filter { present.contains($0.condition) }))
            present.insert(condition)
        }
        self.traits = traits
        self.onsets = onsets
        self.deathAge = deathAge
        lastAge = deathAge ?? until
    }

    /// The age in days at which a condition began; nil where it never did.
    package func onset(of condition: Condition) -> Double? {
        onsets.first { $0.condition == condition }?.age
    }

    /// The next age in days at which hazards change by themselves.
    private static func nextEdge(after age: Double, mortalFrom: Double) -> Double {
        let band =
            Hazard.ageBands.first { $0 * Hazard.daysPerYear > age }
            .map { $0 * Hazard.daysPerYear } ?? .infinity
        return age < mortalFrom ? min(band, mortalFrom) : band
    }

    /// Fills in the rate of every condition and, last, of death; returns their sum.
    private static func fill(
        _ rates: inout [Double], age: Double, traits: Traits, present: ConditionSet, isMortal: Bool
    ) -> Double {
        // The edge itself belongs to the band it opens; one second keeps rounding out of it.
        let band = Hazard.band(ofAge: (age + 1e-5) / Hazard.daysPerYear)
        var total = 0.0
        for condition in Condition.allCases {
            let rate = Hazard.perDay(condition, band: band, traits: traits, present: present)
            rates[Int(condition.rawValue)] = rate
            total += rate
        }
        let death =
            isMortal ? HazardTable.death.perDay(band: band, traits: traits, present: present) : 0
        rates[rates.count - 1] = death
        return total + death
    }
}
