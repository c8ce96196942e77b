// SPDX-License-Identifier: Apache-2.0

extension StatedDiagnosis {
    /// Said when a disease outside the known ones is most probable.
    package static let unknown = "No diagnosis among those known"

    /// One opinion out of several: the mean of the probabilities (a linear opinion pool, Stone,
    /// Annals of Mathematical Statistics 1961).
    ///
    /// A condition that an opinion leaves out counts as 0 there. Ties go to the name that comes
    /// first. It is "no diagnosis among those known" when most opinions say so and what the
    /// differentials leave open is larger than their most probable condition; "no disease" when
    /// the leading name is one that some opinion committed to as no disease.
    ///
    /// - Returns: nil of no opinions.
    package static func pooled(_ opinions: [StatedDiagnosis]) -> StatedDiagnosis? {
        guard !opinions.isEmpty else { return nil }
        let share = 1 / Double(opinions.count)
        var conditions: [String: StatedCondition] = [:]
        var noDisease: Set<String> = []
        for opinion in opinions {
            var stated = opinion.differential
            if stated.isEmpty, opinion.name != unknown {
                stated = [
                    StatedCondition(name: opinion.name, icd10: opinion.icd10, probability: 1)
                ]
            }
            if opinion.isNoDisease { noDisease.insert(opinion.name) }
            for condition in stated {
                var entry =
                    conditions[condition.name]
                    ?? StatedCondition(
                        name: condition.name, icd10: condition.icd10, probability: 0)
                entry.probability += condition.probability * share
                conditions[condition.name] = entry
            }
        }
        let differential = conditions.values.sorted {
            $0.probability != $1.probability
                ? $0.probability > $1.probability : $0.name < $1.name
        }
        let open = 1 - differential.reduce(0) { $0 + $1.probability }
        let unsure = opinions.filter { $0.name == unknown }.count
        guard let leader = differential.first,
            unsure * 2 <= opinions.count || open <= leader.probability
        else { return StatedDiagnosis(name: unknown, differential: differential) }
        return StatedDiagnosis(
            name: leader.name, icd10: leader.icd10, differential: differential,
            isNoDisease: noDisease.contains(leader.name))
    }
}
