// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// What the patient's budget still allows.
extension ClinicalState {
    /// US cents left once the visit that the first turn opens is paid; nil without a limit.
    package var remainingCents: Int? {
        guard let budget = circumstances.budgetCents else { return nil }
        let isPending = !record.hasBegun && record.spentCents < circumstances.visitCents
        return budget - record.spentCents - (isPending ? circumstances.visitCents : 0)
    }

    /// Questions can be put without going over the budget: the visit is open, or another is paid.
    package var canAsk: Bool {
        guard circumstances.variant != .instant,
            record.asked.count < engine.settings.maxQuestions
        else { return false }
        guard let remaining = remainingCents else { return true }
        return remaining >= (needsVisit ? circumstances.visitCents : 0)
    }

    /// A question now would open another visit.
    package var needsVisit: Bool { record.hasBegun && !record.isVisitOpen }

    /// Some test may be ordered at all.
    package var canOrder: Bool {
        circumstances.variant != .instant && circumstances.variant != .questions
            && record.ordered.count < engine.settings.maxTests
    }

    /// Prices decide what is chosen.
    var isFrugal: Bool { circumstances.budgetCents != nil || circumstances.variant == .budgeted }

    /// The test has a price that fits into what is left after `reserved` cents.
    ///
    /// A test without a price is allowed only where nothing limits spending.
    package func affords(_ worth: Worth, reserved: Int = 0) -> Bool {
        guard let cents = worth.cents else { return !isFrugal }
        guard let remaining = remainingCents else { return true }
        return remaining - reserved >= cents
    }

    /// Worth per price; prices matter less where nothing limits spending.
    func rate(value: Double, price: Double) -> Double {
        let settings = engine.settings
        return value / (price + (isFrugal ? settings.budgetOffsetCents : settings.freeOffsetCents))
    }
}

extension Wording {
    /// US cents as dollars, such as `10.18 US dollars`.
    package static func dollars(_ cents: Int) -> String {
        "\(decimal(Double(cents) / 100, places: 2)) US dollars"
    }
}
