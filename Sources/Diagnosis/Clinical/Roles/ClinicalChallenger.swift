// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The devil's advocate: what would topple the leader, what speaks against it, what must not be
/// missed.
package enum ClinicalChallenger: ClinicalRole {
    /// An open finding one outcome of which would put another hypothesis first.
    package struct Flip: Sendable, Equatable {
        package var finding: Int
        package var outcome: Int
        /// Probability of that outcome.
        package var chance: Double
        package var newLeader: Weighed
    }

    /// A finding that spoke against the leader.
    package struct Contradiction: Sendable, Equatable {
        package var known: KnownFinding
        /// The leader's likelihood over that of the runner-up, natural logarithm; below zero.
        package var logRatio: Double
    }

    package struct Work: Sendable, Equatable {
        /// The likeliest outcome that would change the leader; nil when none with 1 % chance would.
        package var flip: Flip?
        /// Findings at least twice as likely under the runner-up, worst first, two at most.
        package var contradictions: [Contradiction]
        /// Must-not-miss conditions that are still open, three at most.
        package var dangers: [Weighed]
    }

    package static let name = RoleName.challenger
    private static let leastChance = 0.01

    package static func examine(_ state: ClinicalState) -> Work {
        Work(
            flip: flip(state), contradictions: contradictions(state),
            dangers: Array(state.openDangers().prefix(3)))
    }

    private static func flip(_ state: ClinicalState) -> Flip? {
        let walk = OutcomeWalk(engine: state.engine, belief: state.belief)
        var best: Flip?
        for finding in state.outlook.bits.indices where state.outlook.bits[finding] > 1e-4 {
            walk.visit([finding]) { branch in
                guard branch.chance >= leastChance, branch.chance > best?.chance ?? 0 else {
                    return
                }
                let leader = state.outlook.foreseer.leader(after: branch)
                guard leader.condition != state.leader else { return }
                best = Flip(
                    finding: finding, outcome: branch.outcomes[0], chance: branch.chance,
                    newLeader: leader)
            }
        }
        return best
    }

    private static func contradictions(_ state: ClinicalState) -> [Contradiction] {
        guard state.belief.ranking.count > 1 else { return [] }
        let rival = state.belief.ranking[1]
        let tables = state.engine.tables
        return state.record.findings
            .map { known in
                Contradiction(
                    known: known,
                    logRatio: tables.logRatio(
                        finding: known.finding, outcome: known.outcome, hypothesis: state.leader)
                        - tables.logRatio(
                            finding: known.finding, outcome: known.outcome, hypothesis: rival))
            }
            .filter { $0.logRatio <= -ClinicalBelief.ln2 }
            .sorted { ($0.logRatio, $0.known.finding) < ($1.logRatio, $1.known.finding) }
            .prefix(2).map { $0 }
    }

    package static func statements(_ work: Work, _ state: ClinicalState) -> [RoleStatement] {
        let leader = state.name(state.leader)
        var result: [RoleStatement] = []
        if let flip = work.flip {
            let known = KnownFinding(finding: flip.finding, outcome: flip.outcome)
            result.append(
                RoleStatement(
                    role: name,
                    sentence: "\(state.words(known)) (chance \(Wording.percent(flip.chance))) "
                        + "would put \(state.name(flip.newLeader.condition)) first with "
                        + "\(Wording.percent(flip.newLeader.probability)), before \(leader).",
                    figures: ["chance": flip.chance, "new leader": flip.newLeader.probability]))
        } else {
            result.append(
                RoleStatement(
                    role: name,
                    sentence: "No single finding with a chance of 1 % or more would topple "
                        + "\(leader).",
                    figures: ["chance": leastChance]))
        }
        for contradiction in work.contradictions where state.belief.ranking.count > 1 {
            let factor = exp(-contradiction.logRatio)
            result.append(
                RoleStatement(
                    role: name,
                    sentence: "\(state.words(contradiction.known)) is "
                        + "\(Wording.decimal(factor, places: 1)) times likelier in "
                        + "\(state.name(state.belief.ranking[1])) than in \(leader).",
                    figures: ["times likelier": factor]))
        }
        result += work.dangers.map { danger in
            RoleStatement(
                role: name,
                sentence: "Must not be missed and still open: \(state.name(danger.condition)), "
                    + "\(Wording.percent(danger.probability)).",
                figures: ["probability": danger.probability])
        }
        return result
    }
}
