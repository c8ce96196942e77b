// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import SequentialBenchmark
import Site
import Workbench

extension PlayDesk {
    /// Judges a statement, lets the panel play the same case, and puts both side by side.
    func verdict(_ statement: PlayStatement, _ state: PlayState) async -> PlayVerdict {
        let item = state.item
        let record = await EncounterPlay(
            item, agent: desk.panel, settings: RunSettings(agent: "panel"),
            catalogue: desk.catalogue, schedule: schedule, background: desk.background
        ).run()
        return PlayVerdict(
            number: state.number, caseID: item.id, arm: state.arm, abstract: item.abstract,
            truth: item.diagnosis.text, own: own(statement, state),
            panel: PlayVerdict.Side(record.outcome),
            minutes: (ContinuousClock.now - state.began).seconds / 60,
            exchanges: state.answers.map(exchange),
            sources: item.sources.map { "\($0.figure): \($0.source)" })
    }

    private func own(_ statement: PlayStatement, _ state: PlayState) -> PlayVerdict.Side {
        let stated = stated(statement)
        let verdict = Judge.judge(stated, state.item)
        let met = state.answers.filter { PlayDesk.met.contains($0.status) }
        return PlayVerdict.Side(
            name: "You", diagnosis: stated.name, score: verdict.score, reason: verdict.reason,
            certainty: Double(statement.certainty) / 100, cents: state.gatekeeper.spentCents,
            visits: state.gatekeeper.visits,
            questions: met.count { if case .ask = $0.request { true } else { false } },
            tests: state.gatekeeper.bill.tests.count)
    }

    /// As an agent would state it; a name the knowledge has brings its codes, as for the panel.
    private func stated(_ statement: PlayStatement) -> StatedDiagnosis {
        let typed = statement.diagnosis
        let name = typed.isEmpty ? desk.knowledge.name(hypothesis: desk.knowledge.noDisease) : typed
        var codes = statement.code.isEmpty ? [] : [statement.code]
        if codes.isEmpty, !statement.isNoDisease, let position = condition(named: typed) {
            codes = desk.knowledge.conditions[position].icd10
        }
        return StatedDiagnosis(
            name: name, icd10: codes,
            differential: [
                StatedCondition(
                    name: name, icd10: codes, probability: Double(statement.certainty) / 100)
            ],
            isNoDisease: statement.isNoDisease)
    }
}

extension PlayVerdict.Side {
    init(_ outcome: CaseOutcome) {
        self.init(
            name: "The panel", diagnosis: outcome.stated?.name ?? "none",
            score: outcome.verdict.score, reason: outcome.verdict.reason,
            certainty: outcome.statedProbability, cents: outcome.cents, visits: outcome.visits,
            questions: outcome.questions, tests: outcome.tests)
    }
}

extension PlayRow {
    /// A finished play as the table keeps it.
    init(_ verdict: PlayVerdict, speciality: String) {
        let own = verdict.own
        self.init(
            time: Date().formatted(.iso8601), caseID: verdict.caseID, arm: verdict.arm.rawValue,
            speciality: speciality, score: own.score, certainty: own.certainty ?? 0,
            cents: own.cents, questions: own.questions, tests: own.tests, visits: own.visits,
            minutes: verdict.minutes, panelScore: verdict.panel.score,
            panelCents: verdict.panel.cents)
    }
}
