// SPDX-License-Identifier: Apache-2.0

/// Which events the rules and the exit of a definition read, and on which days around the index, so
/// that each posting list is read once, and only where it matters.
struct EventPlan {
    struct Want: Equatable {
        /// Days from the day an index row starts.
        var days: DayHull
        var needs: RowSet.Needs
    }

    private(set) var wanted: [AlgebraEvent: Want] = [:]
    /// Some event is of every code: to ask each code of the store for its rows is most of the work.
    private(set) var asksEveryCode = false

    init(_ definition: AlgebraDefinition) {
        for rule in definition.rules { add(rule.condition, isTop: true) }
        for stop in definition.exit.stops {
            let relation = AlgebraRelation.window(stop.window)
            add(
                stop.rows, EventPlan.days(relation), RowSet.Needs(ends: relation.needsEnds))
        }
        switch definition.exit.plan {
        case .endOfEra(let rows, _): add(rows, .all, RowSet.Needs(ends: true))
        case .last(let rows): add(.last(rows), .all, RowSet.Needs())
        case .endOfRow, .days, .endOfObservation: break
        }
    }

    private static func days(_ relation: AlgebraRelation) -> DayHull {
        guard case .window(let window) = relation, window.edge == .start, window.of == .start
        else { return .all }
        return DayHull(window)
    }

    /// - Parameter isTop: the rows it is asked of are index rows.
    private mutating func add(_ condition: AlgebraCondition, isTop: Bool) {
        switch condition {
        case .has(let match):
            let isNearIndex = isTop || match.anchor == .index
            add(
                match.rows, isNearIndex ? EventPlan.days(match.relation) : .all,
                RowSet.Needs(ends: match.relation.needsEnds))
        case .ratio(_, let baseline), .change(_, let baseline):
            let isNearIndex = isTop || baseline.anchor == .index
            let relation = AlgebraRelation.window(baseline.window)
            add(
                baseline.rows, isNearIndex ? EventPlan.days(relation) : .all,
                RowSet.Needs(ends: relation.needsEnds, numbers: true))
        case .all(let parts), .any(let parts), .atLeast(_, let parts):
            for part in parts { add(part, isTop: isTop) }
        case .not(let part): add(part, isTop: isTop)
        case .within, .value, .age, .sex, .anchorYear, .year, .observed: break
        }
    }

    private mutating func add(
        _ expression: AlgebraExpression, _ days: DayHull, _ needs: RowSet.Needs
    ) {
        switch expression {
        case .event(let event):
            asksEveryCode = asksEveryCode || event.codes.isEmpty
            let known = wanted[event] ?? Want(days: days, needs: needs)
            wanted[event] = Want(days: known.days.joined(with: days), needs: known.needs | needs)
        case .index, .observed: break
        case .first(let inner), .last(let inner):
            // Without further columns, such rows are found without keeping the others.
            if case .event(let event) = inner, needs == RowSet.Needs() {
                asksEveryCode = asksEveryCode || event.codes.isEmpty
                break
            }
            add(inner, .all, needs.toChoose)
        case .nth(_, let inner): add(inner, .all, needs.toChoose)
        case .complement(let inner): add(inner, .all, RowSet.Needs())
        case .union(let parts):
            for part in parts { add(part, days, needs) }
        case .intersection(let parts), .atLeast(_, let parts):
            for part in parts { add(part, .all, needs) }
        case .filter(let inner, let condition):
            add(inner, days.common(with: condition.days), needs | condition.needs)
            add(condition, isTop: false)
        case .eras(let inner, _): add(inner, .all, RowSet.Needs(ends: true))
        case .consecutive(_, let inner, let condition):
            add(inner, .all, needs | condition.needs | RowSet.Needs(numbers: true))
            add(condition, isTop: false)
        }
    }
}

extension AlgebraCondition {
    /// The days around the index outside which no row's start can satisfy it.
    fileprivate var days: DayHull {
        switch self {
        case .within(let window) where window.of == .start && window.edge == .start:
            DayHull(window)
        case .all(let parts): parts.reduce(.all) { $0.common(with: $1.days) }
        default: .all
        }
    }

    /// Whether it reads the index row in a place where that is another row than the one judged.
    ///
    /// - Parameter isTop: the rows it is asked of are index rows.
    func mentionsIndex(isTop: Bool) -> Bool {
        switch self {
        case .has(let match):
            !isTop && match.anchor == .index || match.rows.mentionsIndex
        case .ratio(_, let baseline), .change(_, let baseline):
            !isTop && baseline.anchor == .index || baseline.rows.mentionsIndex
        case .all(let parts), .any(let parts), .atLeast(_, let parts):
            parts.contains { $0.mentionsIndex(isTop: isTop) }
        case .not(let part): part.mentionsIndex(isTop: isTop)
        case .within: true
        case .value, .age, .sex, .anchorYear, .year, .observed: false
        }
    }

    /// The same for index rows, with the index row always called the row.
    var aboutIndexRows: AlgebraCondition {
        switch self {
        case .has(var match):
            match.anchor = .row
            return .has(match)
        case .ratio(let range, var baseline):
            baseline.anchor = .row
            return .ratio(range, to: baseline)
        case .change(let range, var baseline):
            baseline.anchor = .row
            return .change(range, from: baseline)
        case .all(let parts): return .all(parts.map(\.aboutIndexRows))
        case .any(let parts): return .any(parts.map(\.aboutIndexRows))
        case .atLeast(let number, let parts):
            return .atLeast(number, parts.map(\.aboutIndexRows))
        case .not(let part): return .not(part.aboutIndexRows)
        case .within, .value, .age, .sex, .anchorYear, .year, .observed: return self
        }
    }

    /// Whether ends or numbers of index rows may play a part where they are not the rows judged.
    var mayNeedIndexColumns: Bool {
        switch self {
        case .has(let match):
            match.relation.needsReferenceEnds || match.rows.mayNeedIndexColumns
        case .ratio(_, let baseline), .change(_, let baseline):
            baseline.window.of == .end || baseline.rows.mayNeedIndexColumns
        case .all(let parts), .any(let parts), .atLeast(_, let parts):
            parts.contains(where: \.mayNeedIndexColumns)
        case .not(let part): part.mayNeedIndexColumns
        case .within(let window): window.of == .end || window.edge == .end
        case .value, .age, .sex, .anchorYear, .year, .observed: false
        }
    }
}

extension AlgebraExpression {
    var mentionsIndex: Bool {
        switch self {
        case .event, .observed: false
        case .index: true
        case .first(let inner), .last(let inner), .nth(_, let inner), .complement(let inner),
            .eras(let inner, _):
            inner.mentionsIndex
        case .union(let parts), .intersection(let parts), .atLeast(_, let parts):
            parts.contains(where: \.mentionsIndex)
        case .filter(let inner, let condition), .consecutive(_, let inner, let condition):
            inner.mentionsIndex || condition.mentionsIndex(isTop: false)
        }
    }

    var mayNeedIndexColumns: Bool {
        switch self {
        case .event, .observed: false
        case .index: true
        case .first(let inner), .last(let inner), .nth(_, let inner), .complement(let inner),
            .eras(let inner, _):
            inner.mayNeedIndexColumns
        case .union(let parts), .intersection(let parts), .atLeast(_, let parts):
            parts.contains(where: \.mayNeedIndexColumns)
        case .filter(let inner, let condition), .consecutive(_, let inner, let condition):
            inner.mayNeedIndexColumns || condition.mayNeedIndexColumns
        }
    }
}
