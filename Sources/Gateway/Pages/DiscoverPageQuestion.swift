// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Site
import Workbench

/// What the form asks, in the cohort algebra.
extension AlgebraDefinition {
    /// - Parameter ground: what codes and concept ids stand for here; descendants are written out,
    ///   so that the text says what is counted.
    init(_ question: DiscoverQuestion, in ground: DiscoveryGround) {
        let events = AlgebraExpression.event(AlgebraEvent(ground.codes(of: question.entry)))
        let index: AlgebraExpression =
            switch question.occurrence {
            case .first: .first(events)
            case .last: .last(events)
            case .all: events
            }
        var rules: [AlgebraRule] = []
        if question.priorDays > 0 {
            rules.append(
                AlgebraRule(
                    "observed for \(question.priorDays) days before",
                    .observed(before: question.priorDays, after: 0)))
        }
        rules += question.rules.map { rule in
            AlgebraRule(rule.name, AlgebraCondition(rule, in: ground))
        }
        let plan: AlgebraExit.Plan =
            if let days = question.endDays { .days(days, from: .start) } else { .endOfObservation }
        self.init(
            name: question.name, index: index, rules: rules, exit: AlgebraExit(plan))
    }
}

extension DiscoveryGround {
    /// Each code once, in the order first named.
    fileprivate func codes(of set: DiscoverQuestion.CodeSet) -> [Code] {
        var seen: Set<Code> = []
        return set.codes.flatMap { codes(of: $0, withDescendants: set.withDescendants) }
            .filter { seen.insert($0).inserted }
    }
}

extension AlgebraCondition {
    /// How many events, counted one by one, of some codes lie in the window.
    fileprivate init(_ rule: DiscoverQuestion.Rule, in ground: DiscoveryGround) {
        let rows = AlgebraExpression.event(
            AlgebraEvent(
                ground.codes(of: rule.codes), value: rule.comparison.map { AlgebraRange($0) },
                unit: rule.comparison?.unit))
        let isOpen = rule.fromDay == nil && rule.toDay == nil
        let relation: AlgebraRelation =
            isOpen ? .anytime : .window(.days(rule.fromDay, rule.toDay))
        func atLeast(_ count: Int) -> AlgebraCondition {
            .has(AlgebraMatch(rows, relation, atLeast: count, counting: .events))
        }
        let noMore = AlgebraCondition.not(atLeast(rule.count + 1))
        switch rule.sense {
        case .atLeast: self = atLeast(max(1, rule.count))
        case .atMost: self = noMore
        case .exactly: self = rule.count == 0 ? noMore : .all([atLeast(rule.count), noMore])
        }
    }
}

extension AlgebraRange {
    fileprivate init(_ comparison: DiscoverQuestion.Comparison) {
        func limit(_ number: Double, isIncluded: Bool = true) -> Limit {
            Limit(number, isIncluded: isIncluded)
        }
        switch comparison.relation {
        case .over: self.init(lower: limit(comparison.value, isIncluded: false))
        case .atLeast: self.init(lower: limit(comparison.value))
        case .under: self.init(upper: limit(comparison.value, isIncluded: false))
        case .atMost: self.init(upper: limit(comparison.value))
        case .between:
            self.init(
                lower: limit(comparison.value),
                upper: limit(comparison.otherValue ?? comparison.value))
        }
    }
}
