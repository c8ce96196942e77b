// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Why the clinical panel stopped.
package enum ClinicalStop: String, Sendable, Codable, CaseIterable {
    case abstractOnly = "only the abstract may be used"
    case certainEnough = "certain enough"
    case confirmed = "asked again, with no danger left open that something could settle"
    case nothingInformativeLeft = "nothing informative left"
    case budgetSpent = "what is left costs more than the budget"
    case limitReached = "limit of questions and tests reached"
}

/// The consensus of one turn, by position in the catalogue and among the hypotheses.
package enum ClinicalAction: Sendable, Equatable {
    case ask([Int])
    case order([Int])
    case diagnose(Int, ClinicalStop)
}

/// How a turn comes to one action.
///
/// Questions and examination come first while they tell, as one visit pays for a run of them; then
/// the red flags of open dangers; then what Stewardship lets pass of the tests, unless another
/// visit tells more for its price. The panel commits once the leader reaches the stop or nothing is
/// left, but never with a danger open that a test within reach would settle.
package enum ClinicalDeliberation {
    package static func decide(
        _ state: ClinicalState, isConfirming: Bool = false
    ) -> ClinicalAction {
        let planned = plan(state, isConfirming)
        let passed = ClinicalChecklist.passed(planned, state)
        if passed == .ask([]) || passed == .order([]) {
            return .diagnose(state.leader, .nothingInformativeLeft)
        }
        return passed
    }

    private static func plan(_ state: ClinicalState, _ isConfirming: Bool) -> ClinicalAction {
        let settings = state.engine.settings
        if state.circumstances.variant == .instant {
            return .diagnose(state.leader, .abstractOnly)
        }
        if isConfirming {
            return settle(state, share: settings.confirmationShare)
                ?? .diagnose(state.leader, .confirmed)
        }
        if state.isCertain {
            return settle(state) ?? .diagnose(state.leader, .certainEnough)
        }
        let questions = state.canAsk ? ClinicalTestChooser.questions(state) : []
        if state.canAsk, !state.needsVisit {
            if !questions.isEmpty { return ask(questions.map(\.inquiry), state) }
            let flags = ClinicalChecklist.redFlags(state)
            if !flags.isEmpty { return ask(flags.map { .question($0.finding) }, state) }
        }
        let stewardship = ClinicalStewardship.examine(state)
        if !questions.isEmpty, isVisitBetter(questions, than: stewardship.chosen, state) {
            return ask(questions.map(\.inquiry), state)
        }
        if !stewardship.chosen.isEmpty { return order(stewardship.chosen) }
        return settle(state) ?? .diagnose(state.leader, end(state, stewardship))
    }

    private static func end(
        _ state: ClinicalState, _ stewardship: ClinicalStewardship.Work
    ) -> ClinicalStop {
        let settings = state.engine.settings
        if stewardship.outOfReach > 0 { return .budgetSpent }
        return state.record.asked.count >= settings.maxQuestions
            || state.record.ordered.count >= settings.maxTests
            ? .limitReached : .nothingInformativeLeft
    }

    /// Questions that open a visit tell more for their price than the tests.
    private static func isVisitBetter(
        _ questions: [Worth], than tests: [Worth], _ state: ClinicalState
    ) -> Bool {
        let settings = state.engine.settings
        let told = settings.value(state.outlook.together(questions.map(\.inquiry)))
        guard told >= settings.minimumTestBits else { return false }
        guard !tests.isEmpty else { return true }
        let asked = state.rate(
            value: told,
            price: questions.reduce(Double(state.circumstances.visitCents)) { $0 + $1.price })
        let ordered = state.rate(
            value: settings.value(state.outlook.together(tests.map(\.inquiry))),
            price: tests.reduce(0) { $0 + $1.price })
        return asked > ordered
    }

    /// What confirms or excludes the open dangers: for each the test that tells most about it, or a
    /// cheaper one that tells nearly as much; where none can be done, a question.
    private static func settle(_ state: ClinicalState, share: Double = 1) -> ClinicalAction? {
        let dangers = state.openDangers(share: share)
        guard !dangers.isEmpty else { return nil }
        if state.canOrder {
            var chosen: [Worth] = []
            for danger in dangers.prefix(state.engine.settings.testsPerTurn) {
                if let test = test(about: danger.condition, state), !chosen.contains(test) {
                    chosen.append(test)
                }
            }
            chosen = ClinicalStewardship.within(chosen, state)
            if !chosen.isEmpty { return order(chosen) }
        }
        guard state.canAsk else { return nil }
        let flags = ClinicalChecklist.redFlags(state, share: share)
        return flags.isEmpty ? nil : ask(flags.map { .question($0.finding) }, state)
    }

    static func test(about danger: Int, _ state: ClinicalState) -> Worth? {
        let settings = state.engine.settings
        let told = state.outlook.tests.filter { state.affords($0) }
            .map { (worth: $0, bits: state.outlook.bits(about: danger, $0.inquiry)) }
            .filter { $0.bits >= settings.minimumDangerBits }
        guard let most = told.map(\.bits).max() else { return nil }
        return told.filter { $0.bits >= settings.equivalentShare * most }
            .min { $0.worth.price < $1.worth.price }?.worth
    }

    /// At most as many as a turn may have, what was felt before what is examined.
    private static func ask(_ inquiries: [Inquiry], _ state: ClinicalState) -> ClinicalAction {
        let room = min(
            state.engine.settings.questionsPerTurn,
            state.engine.settings.maxQuestions - state.record.asked.count)
        let kinds = state.engine.knowledge.catalogue.findings
        let findings = inquiries.compactMap { inquiry -> Int? in
            if case .question(let finding) = inquiry { finding } else { nil }
        }
        let isTold = findings.prefix(room).filter { [.symptom, .history].contains(kinds[$0].kind) }
        return .ask(isTold + findings.prefix(room).filter { !isTold.contains($0) })
    }

    private static func order(_ worths: [Worth]) -> ClinicalAction {
        .order(
            worths.compactMap { worth in
                if case .test(let test) = worth.inquiry { test } else { nil }
            })
    }
}
