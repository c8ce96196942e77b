// SPDX-License-Identifier: Apache-2.0
package import Records

/// What about a person changes their hazards and never changes itself.
package struct Traits: Hashable, Sendable {
    /// Female or male: the hazards know no other.
    package var sex: Sex
    package var hasSmoked: Bool
    /// Multiplies every condition's hazard (not death's); how hospitals differ in case mix beyond
    /// age.
    package var burden: Double

    package init(sex: Sex, hasSmoked: Bool, burden: Double = 1) {
        self.sex = sex
        self.hasSmoked = hasSmoked
        self.burden = burden
    }
}

/// The known hazard of one condition, or of death: piecewise constant in age, times ratios.
///
/// The numbers in `HazardTable` are set for software testing; they are not estimates of any
/// population and name no source because none was used.
package struct Hazard: Sendable {
    /// Events per 1,000 person-years, one for each of `ageBands`.
    package let perThousandYears: [Double]
    package let female: Double
    package let male: Double
    package let smoking: Double
    /// The condition without which this one does not occur.
    package let onlyAfter: Condition?
    /// Hazard ratios of earlier conditions, the planted causes.
    package let causes: [(condition: Condition, ratio: Double)]

    init(
        _ perThousandYears: [Double], female: Double = 1, male: Double = 1, smoking: Double = 1,
        onlyAfter: Condition? = nil, causes: KeyValuePairs<Condition, Double> = [:]
    ) {
        self.perThousandYears = perThousandYears
        self.female = female
        self.male = male
        self.smoking = smoking
        self.onlyAfter = onlyAfter
        self.causes = causes.map { ($0.key, $0.value) }
    }

    /// First age in years of each band; the last band has no end.
    package static let ageBands: [Double] = [0, 18, 35, 45, 55, 65, 75, 85]

    /// Days in a year as the hazards count them.
    package static let daysPerYear = 365.25

    /// The band an age in years falls into; `ageBands` has few entries, so a scan is enough.
    package static func band(ofAge years: Double) -> Int {
        (ageBands.lastIndex { $0 <= years }) ?? 0
    }

    /// Events per day in an age band, for a person with these traits and conditions.
    package func perDay(band: Int, traits: Traits, present: ConditionSet) -> Double {
        if let onlyAfter, !present.contains(onlyAfter) { return 0 }
        var rate = perThousandYears[band] / (1000 * Hazard.daysPerYear)
        rate *= traits.sex == .female ? female : male
        if traits.hasSmoked { rate *= smoking }
        for cause in causes where present.contains(cause.condition) { rate *= cause.ratio }
        return rate
    }

    /// Rate of first occurrence of a condition per day; 0 for one the person already has.
    package static func perDay(
        _ condition: Condition, band: Int, traits: Traits, present: ConditionSet
    ) -> Double {
        if present.contains(condition) { return 0 }
        return traits.burden
            * HazardTable.conditions[Int(condition.rawValue)]
            .perDay(band: band, traits: traits, present: present)
    }
}
