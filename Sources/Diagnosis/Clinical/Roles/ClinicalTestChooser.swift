// SPDX-License-Identifier: Apache-2.0

/// Proposes what is expected to tell most: questions for this turn, single tests, and a set of
/// tests.
package enum ClinicalTestChooser: ClinicalRole {
    package struct Work: Sendable, Equatable {
        /// Questions for one turn, the best first.
        package var questions: [Worth]
        /// The three most valuable tests.
        package var tests: [Worth]
        /// Up to three tests, each adding most to those before it; money aside.
        package var set: [Worth]
        /// What the set tells together.
        package var together: Foresight
    }

    package static let name = RoleName.testChooser
    /// Only this many of the most valuable tests are tried as companions.
    static let shortlist = 8

    package static func examine(_ state: ClinicalState) -> Work {
        let set = companions(state.outlook.tests, state) { value, _ in value }
        return Work(
            questions: questions(state), tests: Array(state.outlook.tests.prefix(3)), set: set,
            together: state.outlook.together(set.map(\.inquiry)))
    }

    /// The turn's questions: the most valuable ones above the minimum, each counting half for every
    /// question of its own group already chosen, and none worth less than a share of the first.
    static func questions(_ state: ClinicalState) -> [Worth] {
        let settings = state.engine.settings
        let pool = state.outlook.questions.filter { $0.value >= settings.minimumQuestionBits }
        guard let first = pool.first else { return [] }
        var chosen = [first]
        var taken = [group(first, state): 1]
        while chosen.count < settings.questionsPerTurn {
            var best: Worth?
            var most = 0.0
            for worth in pool where !chosen.contains(worth) {
                var value = worth.value
                for _ in 0..<taken[group(worth, state), default: 0] { value *= 0.5 }
                if value > most {
                    best = worth
                    most = value
                }
            }
            guard let best,
                most >= max(settings.minimumQuestionBits, settings.companionShare * first.value)
            else { break }
            chosen.append(best)
            taken[group(best, state), default: 0] += 1
        }
        return chosen
    }

    private static func group(_ worth: Worth, _ state: ClinicalState) -> Int {
        state.outlook.findings(worth.inquiry).first
            .map { state.engine.tables.groups.group[$0] } ?? -1
    }

    /// A greedy set of at most three tests of the shortlist.
    ///
    /// - Parameters:
    ///   - candidates: most wanted first; the first one is taken.
    ///   - score: of an added value and the test that adds it; nothing below zero is taken.
    static func companions(
        _ candidates: [Worth], _ state: ClinicalState, score: (Double, Worth) -> Double
    ) -> [Worth] {
        let settings = state.engine.settings
        guard let first = candidates.first else { return [] }
        var set = [first]
        var value = first.value
        let least = max(settings.minimumTestBits, settings.companionShare * first.value)
        while set.count < settings.testsPerTurn {
            var best: (worth: Worth, value: Double, score: Double)?
            for worth in candidates.prefix(shortlist) where !set.contains(worth) {
                let together = settings.value(
                    state.outlook.together((set + [worth]).map(\.inquiry)))
                let points = score(together - value, worth)
                guard together - value >= max(least, ClinicalStewardship.least(worth, state)),
                    points > best?.score ?? 0
                else { continue }
                best = (worth, together, points)
            }
            guard let best else { break }
            set.append(best.worth)
            value = best.value
        }
        return set
    }

    package static func statements(_ work: Work, _ state: ClinicalState) -> [RoleStatement] {
        var result: [RoleStatement] = []
        if !work.questions.isEmpty {
            result.append(list("Worth asking", work.questions, state))
        }
        if !work.tests.isEmpty {
            result.append(list("Tests that would tell most", work.tests, state))
        }
        if work.set.count > 1 {
            let names = work.set.map { state.name($0.inquiry) }
            result.append(
                RoleStatement(
                    role: name,
                    sentence: "Together \(names.joined(separator: ", ")) would tell "
                        + "\(Wording.bits(work.together.bits)) bits.",
                    figures: ["bits together": work.together.bits]))
        }
        if result.isEmpty {
            result.append(
                RoleStatement(
                    role: name, sentence: "Nothing is left that is worth asking or ordering.",
                    figures: [:]))
        }
        return result
    }

    private static func list(
        _ title: String, _ worths: [Worth], _ state: ClinicalState
    ) -> RoleStatement {
        var figures: [String: Double] = [:]
        let parts = worths.map { worth in
            let name = state.name(worth.inquiry)
            figures[name] = worth.bits
            guard worth.foresight.missReduction >= 0.005 else {
                return "\(name) (\(Wording.bits(worth.bits)) bits)"
            }
            figures["\(name), fewer misses"] = worth.foresight.missReduction
            return "\(name) (\(Wording.bits(worth.bits)) bits, danger missed "
                + "\(Wording.percent(worth.foresight.missReduction)) less)"
        }
        return RoleStatement(
            role: name, sentence: "\(title): \(parts.joined(separator: ", ")).", figures: figures)
    }
}
