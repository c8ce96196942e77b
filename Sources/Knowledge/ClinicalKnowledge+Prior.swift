// SPDX-License-Identifier: Apache-2.0
package import Records

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ClinicalKnowledge {
    /// Share of presenting patients behind whose complaint no disease is found, now or later.
    ///
    /// No specific diagnosis in 36 % of 5,232 patients with a health problem, and for half of these
    /// none was expected later (Rosendal, Scand J Prim Health Care 2016;34:29, PMC4834508).
    package static let noDiseaseShare = 0.36 * 0.5
    /// The share kept for diseases that are not among the conditions; a setting.
    package static let noneOfTheseShare = 0.05
    /// What is believed of each hypothesis before any finding; adds up to 1.
    ///
    /// "No disease" and "none of these" have their shares; the conditions divide the rest in
    /// proportion to a power of their new presentations per year in people of this age and sex. A
    /// condition without a rate counts as the rarest one that has one.
    ///
    /// - Parameter exponent: 1 takes the rates as they are; 0 takes all conditions alike.
    package func prior(age: Int?, sex: Sex?, exponent: Double = 1) -> [Double] {
        let rarest = rates.compactMap { $0?.value }.min() ?? 1
        let weights = conditions.indices.map { condition in
            pow(rates[condition]?.value ?? rarest, exponent)
                * pow(relativeRate(condition, age, sex), exponent)
        }
        let total = weights.reduce(0, +)
        let share = 1 - ClinicalKnowledge.noDiseaseShare - ClinicalKnowledge.noneOfTheseShare
        return weights.map { $0 / total * share }
            + [ClinicalKnowledge.noDiseaseShare, ClinicalKnowledge.noneOfTheseShare]
    }

    /// 1 where nothing is known of this age and sex, or the age isn't known; the mean of both sexes
    /// where the sex isn't.
    private func relativeRate(_ condition: Int, _ age: Int?, _ sex: Sex?) -> Double {
        guard !bands[condition].isEmpty, let age else { return 1 }
        guard sex == .female || sex == .male else {
            return (relativeRate(condition, age, .female) + relativeRate(condition, age, .male)) / 2
        }
        let fitting = bands[condition].first { band in
            (band.sex == nil || band.sex == sex) && band.ages.contains(age)
        }
        return max(fitting?.relativeRate.value ?? 1, 0.0001)
    }
}
