// SPDX-License-Identifier: Apache-2.0
import Knowledge

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Challenger {
    package static func statements(_ work: Work, _ state: PanelState) -> [RoleStatement] {
        let leader = state.name(state.belief.leader)
        var statements: [RoleStatement] = []
        if let flip = work.flip {
            statements.append(
                RoleStatement(
                    role: name,
                    sentence: "A \(flip.isPresent ? "yes" : "no") to "
                        + "\(state.shortName(flip.evidence)) "
                        + "(chance \(Wording.percent(flip.chance))) would put "
                        + "\(state.name(flip.newLeader.condition)) first, with "
                        + "\(Wording.percent(flip.newLeader.probability)), before \(leader).",
                    figures: [
                        "chance": flip.chance, "new leader": flip.newLeader.probability,
                    ]))
        } else {
            statements.append(
                RoleStatement(
                    role: name,
                    sentence: "No single answer with a chance of 1 % or more would topple "
                        + "\(leader).",
                    figures: ["chance": 0.01]))
        }
        for contradiction in work.contradictions {
            let factor = exp(-contradiction.logLikelihoodRatio)
            let answer = contradiction.answer
            statements.append(
                RoleStatement(
                    role: name,
                    sentence: "\(answer.isPresent ? "Yes" : "No") to "
                        + "\(state.shortName(answer.evidence)) speaks against \(leader): "
                        + "it divided its odds by \(Wording.decimal(factor, places: 1)).",
                    figures: [
                        "divisor of the odds": factor,
                        "log likelihood ratio": contradiction.logLikelihoodRatio,
                    ]))
        }
        statements += work.dangers.prefix(3).map { danger in
            let severity = state.engine.knowledge.conditions[danger.condition].severity
            return RoleStatement(
                role: name,
                sentence: "Must not be missed and still open: \(state.name(danger.condition)), "
                    + "severity \(severity), \(Wording.percent(danger.probability)).",
                figures: ["probability": danger.probability, "severity": Double(severity)])
        }
        if let turn = work.confirmation, state.engine.settings.method == .default {
            statements.append(
                RoleStatement(
                    role: name,
                    sentence: "Before committing, ask about \(state.shortName(turn.evidence)): it "
                        + "tells most about \(state.name(turn.danger.condition)), "
                        + "\(Wording.decimal(turn.bits, places: 3)) bits.",
                    figures: ["bits": turn.bits, "probability": turn.danger.probability]))
        }
        return statements
    }
}
