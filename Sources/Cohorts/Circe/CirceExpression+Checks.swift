// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceExpression {
    /// Every group the definition states itself, outermost first.
    package var groups: [Circe.Group] {
        [additional].compactMap { $0 } + inclusionRules.map(\.expression)
    }

    /// Every criterion, those inside other criteria and groups included, in reading order.
    package var allCriteria: [Circe.Criterion] {
        var found: [Circe.Criterion] = []
        for criterion in primary.criteria { criterion.collect(into: &found) }
        for group in groups { group.collect(into: &found) }
        for criterion in censoring { criterion.collect(into: &found) }
        return found
    }

    /// Every group, those inside criteria and other groups included.
    package var allGroups: [Circe.Group] {
        var found = groups
        var next = 0
        for criterion in allCriteria { found += [criterion.correlated].compactMap { $0 } }
        while next < found.count {
            found += found[next].groups
            next += 1
        }
        return found
    }

    /// Some part tells visits apart.
    var readsVisits: Bool {
        allGroups.contains { group in
            group.criteria.contains { $0.restrictVisit || $0.occurrence.column == .visit }
        }
    }

    /// Throws for the first condition whose author left it without a value.
    func checkFinished() throws(CirceError) {
        for criterion in allCriteria {
            for attribute in criterion.attributes where !attribute.test.isFinished {
                throw .unfinished(
                    place: "A condition on \(attribute.field.rawValue) of \(criterion.table.name)")
            }
        }
        for group in allGroups {
            for attribute in group.demographics.flatMap(\.attributes)
            where !attribute.test.isFinished {
                throw .unfinished(
                    place: "A condition on \(attribute.field.rawValue) of the person")
            }
        }
    }
}

extension Circe.Test {
    var isFinished: Bool {
        switch self {
        case .dates(let range): range.isComplete
        case .numbers(let range): range.isComplete
        case .text(let filter): filter.text != nil
        case .concepts, .conceptSet, .period, .holds: true
        }
    }
}

extension Circe.Criterion {
    fileprivate func collect(into found: inout [Circe.Criterion]) {
        found.append(self)
        correlated?.collect(into: &found)
    }
}

extension Circe.Group {
    fileprivate func collect(into found: inout [Circe.Criterion]) {
        for member in criteria { member.criterion.collect(into: &found) }
        for group in groups { group.collect(into: &found) }
    }
}
