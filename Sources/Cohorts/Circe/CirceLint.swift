// SPDX-License-Identifier: Apache-2.0
import Records

/// What a reader of a Circe definition should look at twice; the definition runs all the same.
package enum CirceLint: Hashable, Sendable {
    /// Nothing lets anyone in.
    case noPrimaryCriteria
    case unusedConceptSet(name: String)
    /// No items, or excluded ones only: nothing is in such a set.
    case emptyConceptSet(name: String)
    /// Two sets share the number by which criteria refer to them; both are meant.
    case sharedNumber(names: [String])
    /// A criterion refers to a set the definition does not have, and so matches nothing.
    case missingConceptSet(number: Int, place: String)
    /// A criterion without concept set and conditions: any record of the table counts.
    case anyRecord(place: String)
    /// A rule without criteria, which every event meets.
    case emptyRule(name: String)
    case unfinishedCondition(place: String)
    /// From later to earlier, or from more to less: nothing lies between.
    case emptyInterval(place: String)
    /// A window whose first day comes after its last.
    case emptyWindow(place: String)
    /// A count that every event meets, such as at least 0.
    case alwaysMet(place: String)
    /// A count that no event can meet, such as at least 3 of 2.
    case neverMet(place: String)
    /// In one group the same records are to occur and not to occur.
    case contradiction(place: String)
    /// Circe compares another value than the condition names.
    case comparesOther(place: String, named: String, compared: String)

    /// One sentence for the definition's reader.
    package var sentence: String {
        switch self {
        case .noPrimaryCriteria: "No primary criteria: nobody can enter."
        case .unusedConceptSet(let name): "Concept set \"\(name)\" is not used."
        case .emptyConceptSet(let name): "Concept set \"\(name)\" holds no concepts."
        case .sharedNumber(let names):
            "Concept sets \(names.map { "\"\($0)\"" }.joined(separator: ", ")) have one number; "
                + "criteria mean all of them."
        case .missingConceptSet(let number, let place):
            "\(place): concept set \(number) does not exist, so nothing matches."
        case .anyRecord(let place): "\(place): no concept set, so any record counts."
        case .emptyRule(let name): "Inclusion rule \"\(name)\" asks nothing."
        case .unfinishedCondition(let place): "\(place): a value to compare to is missing."
        case .emptyInterval(let place): "\(place): nothing lies between the two values."
        case .emptyWindow(let place): "\(place): the window ends before it starts."
        case .alwaysMet(let place): "\(place): always holds."
        case .neverMet(let place): "\(place): can never hold."
        case .contradiction(let place):
            "\(place): the same records are to occur and not to occur."
        case .comparesOther(let place, let named, let compared):
            "\(place): names \(named), but Circe compares \(compared), and so does this engine."
        }
    }

    /// The warnings of a definition, in its own order; each once.
    package static func warnings(_ expression: CirceExpression) -> [CirceLint] {
        var walk = CirceLintWalk(expression)
        walk.definition(expression)
        return walk.warnings
    }
}

/// Goes through a definition once and notes what it meets.
private struct CirceLintWalk {
    private(set) var warnings: [CirceLint] = []
    private var seen: Set<CirceLint> = []
    private var usedSets: Set<Int> = []
    private let knownSets: Set<Int>

    init(_ expression: CirceExpression) {
        knownSets = Set(expression.conceptSets.map(\.id))
    }

    private mutating func warn(_ warning: CirceLint) {
        if seen.insert(warning).inserted { warnings.append(warning) }
    }

    mutating func definition(_ expression: CirceExpression) {
        if expression.primary.criteria.isEmpty { warn(.noPrimaryCriteria) }
        for (index, criterion) in expression.primary.criteria.enumerated() {
            self.criterion(criterion, "Primary criterion \(index + 1)")
        }
        if let additional = expression.additional { group(additional, "Additional criteria") }
        for rule in expression.inclusionRules {
            if rule.expression.isEmpty { warn(.emptyRule(name: rule.name)) }
            group(rule.expression, "Inclusion rule \"\(rule.name)\"")
        }
        for (index, criterion) in expression.censoring.enumerated() {
            self.criterion(criterion, "Censoring criterion \(index + 1)")
        }
        if case .drugEra(let set, _, _, _) = expression.endStrategy { use(set, "End strategy") }
        let window = expression.censorWindow
        if let start = window.start, let end = window.end, start > end {
            warn(.emptyInterval(place: "Censor window"))
        }
        conceptSets(expression.conceptSets)
    }

    private mutating func conceptSets(_ sets: [Circe.ConceptSet]) {
        for set in sets {
            if set.items.allSatisfy(\.isExcluded) { warn(.emptyConceptSet(name: set.name)) }
            if !usedSets.contains(set.id) { warn(.unusedConceptSet(name: set.name)) }
            let same = sets.filter { $0.id == set.id }
            if same.count > 1 { warn(.sharedNumber(names: same.map(\.name))) }
        }
    }

    private mutating func use(_ set: Int, _ place: String) {
        usedSets.insert(set)
        if !knownSets.contains(set) { warn(.missingConceptSet(number: set, place: place)) }
    }

    private mutating func criterion(_ criterion: Circe.Criterion, _ place: String) {
        let place = "\(place), \(criterion.table.name)"
        let sets = [criterion.conceptSet, criterion.sourceConceptSet].compactMap { $0 }
        for set in sets { use(set, place) }
        let takesSet = CirceKeys.byTable[criterion.table]?.conceptSet != nil
        let asksNothing = criterion.attributes.isEmpty && criterion.correlated == nil
        if sets.isEmpty, takesSet, asksNothing, criterion.table != .death {
            warn(.anyRecord(place: place))
        }
        for attribute in criterion.attributes {
            self.attribute(attribute, place)
            comparesOther(attribute, of: criterion, place)
        }
        if let correlated = criterion.correlated { group(correlated, place) }
    }

    private mutating func comparesOther(
        _ attribute: Circe.Attribute, of criterion: Circe.Criterion, _ place: String
    ) {
        switch (criterion.table, attribute.field) {
        case (.drugExposure, .endDate):
            warn(.comparesOther(place: place, named: "the end date", compared: "the start date"))
        case (.drugEra, .gapDays) where criterion.attributes.contains { $0.field == .length }:
            warn(
                .comparesOther(
                    place: place, named: "a range of gap days",
                    compared: "gap days to the range for the era's length"))
        default: return
        }
    }

    private mutating func attribute(_ attribute: Circe.Attribute, _ place: String) {
        let place = "\(place), \(attribute.field.rawValue)"
        if !attribute.test.isFinished { warn(.unfinishedCondition(place: place)) }
        switch attribute.test {
        case .numbers(let range) where range.comparison == .between:
            if let value = range.value, let extent = range.extent, value > extent {
                warn(.emptyInterval(place: place))
            }
        case .dates(let range) where range.comparison == .between:
            if let value = range.value, let extent = range.extent, value > extent {
                warn(.emptyInterval(place: place))
            }
        case .conceptSet(let set, _): use(set, place)
        case .period(let period):
            if let start = period.start, let end = period.end, start > end {
                warn(.emptyInterval(place: place))
            }
        case .numbers, .dates, .concepts, .text, .holds: return
        }
    }

    private mutating func group(_ group: Circe.Group, _ place: String) {
        let members = group.memberCount
        switch group.kind {
        case .atLeast(let count) where count <= 0: warn(.alwaysMet(place: place))
        case .atLeast(let count) where count > members && members > 0:
            warn(.neverMet(place: place))
        case .atMost(let count) where count >= members: warn(.alwaysMet(place: place))
        case .atMost(let count) where count < 0: warn(.neverMet(place: place))
        case .all, .any, .atLeast, .atMost: break
        }
        for (index, member) in group.criteria.enumerated() {
            correlated(member, "\(place), criterion \(index + 1)")
        }
        if group.kind == .all { contradictions(group.criteria, place) }
        for attribute in group.demographics.flatMap(\.attributes) {
            self.attribute(attribute, "\(place), person")
        }
        for (index, inner) in group.groups.enumerated() {
            self.group(inner, "\(place), group \(index + 1)")
        }
    }

    private mutating func correlated(_ member: Circe.CorrelatedCriterion, _ place: String) {
        let count = member.occurrence.count
        switch member.occurrence.kind {
        case .atLeast where count <= 0: warn(.alwaysMet(place: place))
        case .atMost where count < 0, .exactly where count < 0: warn(.neverMet(place: place))
        case .atLeast, .atMost, .exactly: break
        }
        for window in [member.startWindow] + [member.endWindow].compactMap({ $0 })
        where window.isEmpty {
            warn(.emptyWindow(place: place))
        }
        criterion(member.criterion, place)
    }

    /// Pairs that ask for the same records with counts that exclude each other.
    private mutating func contradictions(
        _ members: [Circe.CorrelatedCriterion], _ place: String
    ) {
        for (index, left) in members.enumerated() {
            for right in members.dropFirst(index + 1) {
                var other = right
                other.occurrence = left.occurrence
                guard other == left, left.occurrence.isDistinct == right.occurrence.isDistinct,
                    left.occurrence.column == right.occurrence.column,
                    left.occurrence.excludes(right.occurrence)
                else { continue }
                warn(.contradiction(place: place))
            }
        }
    }
}

extension Circe.Window {
    /// Its last day lies before its first, whatever the event.
    fileprivate var isEmpty: Bool {
        switch (start.days, end.days) {
        case (let from?, let to?): from * start.coefficient > to * end.coefficient
        case (nil, nil): start.coefficient > end.coefficient
        case (nil, _?), (_?, nil): false
        }
    }
}

extension Circe.Occurrence {
    /// Counts that satisfy one can never satisfy the other.
    fileprivate func excludes(_ other: Circe.Occurrence) -> Bool {
        func range(_ occurrence: Circe.Occurrence) -> ClosedRange<Int> {
            let count = max(0, occurrence.count)
            return switch occurrence.kind {
            case .exactly: count...count
            case .atMost: 0...count
            case .atLeast: count...Int.max
            }
        }
        return !range(self).overlaps(range(other))
    }
}
