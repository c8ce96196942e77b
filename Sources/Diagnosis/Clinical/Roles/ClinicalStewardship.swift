// SPDX-License-Identifier: Apache-2.0

/// Spends the patient's money, time and blood: nearly the same information for less, nothing for
/// little, and never beyond the budget.
package enum ClinicalStewardship: ClinicalRole {
    package struct Work: Sendable, Equatable {
        /// Tests that may be ordered this turn; empty when every one was vetoed or is out of reach.
        package var chosen: [Worth]
        /// The most valuable test, where a less burdensome one took its place.
        package var replaced: Worth?
        /// The best test that is expected to tell less than the minimum, when no other is left.
        package var vetoed: Worth?
        /// Tests worth ordering that can't be paid.
        package var outOfReach: Int
        /// US cents on the bill of `chosen`.
        package var cents: Int
    }

    package static let name = RoleName.stewardship

    package static func examine(_ state: ClinicalState) -> Work {
        guard state.canOrder else {
            return Work(chosen: [], replaced: nil, vetoed: nil, outOfReach: 0, cents: 0)
        }
        let worth = state.outlook.tests.filter { $0.value >= least($0, state) }
        let payable = worth.filter { state.affords($0) }
        guard let first = choice(payable, state) else {
            return Work(
                chosen: [], replaced: nil,
                vetoed: worth.isEmpty ? state.outlook.tests.first : nil, outOfReach: worth.count,
                cents: 0)
        }
        var candidates = payable.filter { $0 != first }
        candidates.insert(first, at: 0)
        let set = ClinicalTestChooser.companions(candidates, state) { value, worth in
            state.rate(value: value, price: worth.price)
        }
        let chosen = within(set, state)
        let best = payable.first
        return Work(
            chosen: chosen, replaced: best == first ? nil : best, vetoed: nil,
            outOfReach: worth.count - payable.count,
            cents: chosen.reduce(0) { $0 + ($1.cents ?? 0) })
    }

    /// What a test must be worth, bits: the minimum, or what its price asks for.
    static func least(_ worth: Worth, _ state: ClinicalState) -> Double {
        let settings = state.engine.settings
        let bit =
            state.circumstances.budgetCents == nil
            ? settings.centsPerBit : settings.budgetCentsPerBit
        return max(settings.minimumTestBits, worth.price / bit)
    }

    /// The test with most worth per price; of those with nearly the same worth and less price, the
    /// least burdensome.
    private static func choice(_ payable: [Worth], _ state: ClinicalState) -> Worth? {
        var best: Worth?
        var most = -Double.infinity
        for worth in payable {
            let rate = state.rate(value: worth.value, price: worth.price)
            if rate > most {
                best = worth
                most = rate
            }
        }
        guard let best else { return nil }
        let least = state.engine.settings.equivalentShare * best.value
        return payable.filter { $0.value >= least }.min { $0.price < $1.price } ?? best
    }

    /// As many as the budget and the limit of tests allow, in order.
    static func within(_ set: [Worth], _ state: ClinicalState) -> [Worth] {
        var chosen: [Worth] = []
        var cents = 0
        let room = state.engine.settings.maxTests - state.record.ordered.count
        for worth in set where chosen.count < room && state.affords(worth, reserved: cents) {
            chosen.append(worth)
            cents += worth.cents ?? 0
        }
        return chosen
    }

    package static func statements(_ work: Work, _ state: ClinicalState) -> [RoleStatement] {
        var result: [RoleStatement] = []
        if let replaced = work.replaced, let first = work.chosen.first {
            result.append(replacement(first, replaced, state))
        } else if let first = work.chosen.first {
            result.append(
                RoleStatement(
                    role: name,
                    sentence: "No objection to \(state.name(first.inquiry)): "
                        + "\(Wording.bits(first.bits)) bits for \(bill(first)).",
                    figures: figures(first)))
        }
        if let vetoed = work.vetoed {
            let minimum = least(vetoed, state)
            result.append(
                RoleStatement(
                    role: name,
                    sentence: "Veto: the best test left, \(state.name(vetoed.inquiry)), is worth "
                        + "\(Wording.decimal(max(vetoed.value, 0), places: 3)) bits; for its "
                        + "price, delay and harm at least "
                        + "\(Wording.decimal(minimum, places: 3)) are asked.",
                    figures: ["worth in bits": max(vetoed.value, 0), "minimum bits": minimum]))
        }
        if work.outOfReach > 0 {
            result.append(
                RoleStatement(
                    role: name,
                    sentence: "Out of reach of the budget: \(work.outOfReach) "
                        + "\(work.outOfReach == 1 ? "test" : "tests") worth ordering.",
                    figures: ["out of reach": Double(work.outOfReach)]))
        }
        if result.isEmpty {
            result.append(
                RoleStatement(role: name, sentence: "No test is on the table.", figures: [:]))
        }
        return result
    }

    private static func replacement(
        _ first: Worth, _ replaced: Worth, _ state: ClinicalState
    ) -> RoleStatement {
        var figures = figures(first)
        figures["bits of the best"] = replaced.bits
        if let cents = replaced.cents { figures["US dollars of the best"] = Double(cents) / 100 }
        return RoleStatement(
            role: name,
            sentence: "\(state.name(first.inquiry)) before \(state.name(replaced.inquiry)): "
                + "\(Wording.bits(first.bits)) bits for \(bill(first)) and less harm and delay, "
                + "against \(Wording.bits(replaced.bits)) bits for \(bill(replaced)).",
            figures: figures)
    }

    private static func bill(_ worth: Worth) -> String {
        worth.cents.map { Wording.dollars($0) } ?? "an unknown price"
    }

    private static func figures(_ worth: Worth) -> [String: Double] {
        var figures = ["bits": worth.bits]
        if let cents = worth.cents { figures["US dollars"] = Double(cents) / 100 }
        return figures
    }
}
