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
    /// Power of the population rates in the prior; a setting.
    ///
    /// Rates per population and year say how often a condition arises, not how often somebody with
    /// it needs a work-up: what is mild is waited out, what is grave or odd is brought, referred and
    /// put into case sets. The square root keeps the order of the rates and halves their distance.
    package static let spectrum = 0.5

    /// What is believed of each hypothesis before any finding; adds up to 1.
    ///
    /// Conditions share what "no disease" and "none of these" leave, in proportion to a power of
    /// their new presentations per year in people of this age and sex. A condition without a rate
    /// counts as the rarest one that has one.
    package func prior(age: Int?, sex: Sex?) -> [Double] {
        let rarest = rates.compactMap { $0?.value }.min() ?? 1
        let weights = conditions.indices.map { condition in
            pow(rates[condition]?.value ?? rarest, ClinicalKnowledge.spectrum)
                * relativeRate(condition, age, sex)
        }
        let total = weights.reduce(0, +)
        let share = 1 - ClinicalKnowledge.noDiseaseShare - ClinicalKnowledge.noneOfTheseShare
        return weights.map { $0 / total * share }
            + [ClinicalKnowledge.noDiseaseShare, ClinicalKnowledge.noneOfTheseShare]
    }

    /// 1 where nothing is known of this age and sex.
    private func relativeRate(_ condition: Int, _ age: Int?, _ sex: Sex?) -> Double {
        guard !bands[condition].isEmpty else { return 1 }
        let fitting = bands[condition].filter { band in
            (band.sex == nil || sex == nil || band.sex == sex)
                && (age.map { band.ages.contains($0) } ?? true)
        }
        guard !fitting.isEmpty else { return 1 }
        let total = fitting.reduce(0) { $0 + $1.relativeRate.value }
        return max(total / Double(fitting.count), 0.0001)
    }
}
