// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Timelines

/// The algebra read out loud: one subject at a time, over whole timelines, without a thought of
/// speed.
struct PlainAlgebra {
    struct Row: Hashable {
        var start: Int32
        var end: Int32
        var number = 0.0
        var kind = ValueKind.none
    }

    let store: TimelineStore
    private let timelines: [[Event]]
    private let hasPeriods: Bool
    static let period = Code(.bedside, "observation-period")

    init(_ store: TimelineStore) {
        self.store = store
        timelines = (0..<store.subjectCount).map { store.timeline(subject: $0) }
        hasPeriods = timelines.joined().contains { $0.code == PlainAlgebra.period }
    }

    static func day(_ minutes: Int32) -> Int { Int((Double(minutes) / 1440).rounded(.down)) }

    private static func sorted(_ rows: [Row]) -> [Row] {
        rows.sorted {
            ($0.start, $0.number, $0.kind.rawValue, $0.end)
                < ($1.start, $1.number, $1.kind.rawValue, $1.end)
        }
    }

    // MARK: - Rows

    func rows(_ expression: AlgebraExpression, _ subject: Int, _ index: Row?) -> [Row] {
        switch expression {
        case .event(let event):
            return PlainAlgebra.sorted(
                timelines[subject].filter { matches($0, event) }.map(PlainAlgebra.row))
        case .index: return index.map { [$0] } ?? []
        case .observed: return observed(subject)
        case .first(let inner): return Array(rows(inner, subject, index).prefix(1))
        case .last(let inner): return Array(rows(inner, subject, index).suffix(1))
        case .nth(let number, let inner):
            return Array(rows(inner, subject, index).dropFirst(number - 1).prefix(1))
        case .union(let parts):
            return PlainAlgebra.sorted(parts.flatMap { rows($0, subject, index) })
        case .intersection(let parts):
            let sets = parts.map { rows($0, subject, index) }
            return sets.allSatisfy { !$0.isEmpty } ? sets.first ?? [] : []
        case .complement(let inner):
            return rows(inner, subject, index).isEmpty ? observed(subject) : []
        case .atLeast(let number, let parts):
            let sets = parts.map { rows($0, subject, index) }
            return sets.count { !$0.isEmpty } >= number
                ? PlainAlgebra.sorted(sets.flatMap(\.self)) : []
        case .filter(let inner, let condition):
            return rows(inner, subject, index).filter { holds(condition, $0, subject, index) }
        case .eras(let inner, let gap): return eras(rows(inner, subject, index), gap)
        case .consecutive(let number, let inner, let condition):
            let all = rows(inner, subject, index)
            guard all.count >= number else { return [] }
            return PlainAlgebra.sorted(
                (0...all.count - number).compactMap { first in
                    let run = all[first..<first + number]
                    guard run.allSatisfy({ holds(condition, $0, subject, index) }),
                        let last = run.last
                    else { return nil }
                    return Row(
                        start: all[first].start, end: last.end, number: last.number,
                        kind: last.kind)
                })
        }
    }

    private static func row(_ event: Event) -> Row {
        var row = Row(start: event.start, end: event.end ?? event.start)
        switch event.value {
        case .number(let number, _): (row.number, row.kind) = (number, .number)
        case .below(let number, _): (row.number, row.kind) = (number, .below)
        case .above(let number, _): (row.number, row.kind) = (number, .above)
        case .code: row.kind = .code
        case nil: break
        }
        return row
    }

    private func matches(_ event: Event, _ asked: AlgebraEvent) -> Bool {
        guard asked.codes.isEmpty || asked.codes.contains(event.code) else { return false }
        let row = PlainAlgebra.row(event)
        if let range = asked.value, !inside(range, row) { return false }
        if let unit = asked.unit {
            switch event.value {
            case .number(_, unit), .below(_, unit), .above(_, unit): break
            default: return false
            }
        }
        guard !asked.valueCodes.isEmpty else { return true }
        guard case .code(let code, _) = event.value else { return false }
        return asked.valueCodes.contains(code)
    }

    private func inside(_ range: AlgebraRange, _ row: Row) -> Bool {
        func isAbove() -> Bool {
            guard let limit = range.lower else { return true }
            return limit.isIncluded ? row.number >= limit.number : row.number > limit.number
        }
        func isBelow() -> Bool {
            guard let limit = range.upper else { return true }
            return limit.isIncluded ? row.number <= limit.number : row.number < limit.number
        }
        switch row.kind {
        case .number: return isAbove() && isBelow()
        case .below: return range.lower == nil && isBelow()
        case .above: return range.upper == nil && isAbove()
        case .none, .code: return false
        }
    }

    private func observed(_ subject: Int) -> [Row] {
        let timeline = timelines[subject]
        if hasPeriods {
            return PlainAlgebra.sorted(
                timeline.filter { $0.code == PlainAlgebra.period }.map(PlainAlgebra.row))
        }
        guard let first = timeline.map(\.start).min(), let last = timeline.map(\.start).max()
        else { return [] }
        return [Row(start: first, end: last)]
    }

    private func eras(_ rows: [Row], _ gap: Int) -> [Row] {
        var eras: [Row] = []
        for row in rows {
            if let last = eras.last,
                PlainAlgebra.day(row.start) - PlainAlgebra.day(last.end) - 1 <= gap
            {
                eras[eras.count - 1].end = max(last.end, row.end)
            } else {
                eras.append(Row(start: row.start, end: row.end))
            }
        }
        return eras
    }

    // MARK: - Conditions

    func holds(_ condition: AlgebraCondition, _ row: Row, _ subject: Int, _ index: Row?) -> Bool {
        switch condition {
        case .has(let match):
            guard let reference = match.anchor == .row ? row : index else { return false }
            let found = rows(match.rows, subject, index).filter {
                stands($0, match.relation, to: reference)
            }
            let days = Set(found.map { PlainAlgebra.day($0.start) }).count
            return (match.counting == .days ? days : found.count) >= match.atLeast
        case .within(let window):
            return index.map { stands(row, .window(window), to: $0) } ?? false
        case .value(let range): return inside(range, row)
        case .ratio(let range, let baseline):
            guard row.kind == .number, let base = self.baseline(baseline, row, subject, index),
                base > 0
            else { return false }
            let scaled = AlgebraRange(
                lower: range.lower.map { .init($0.number * base, isIncluded: $0.isIncluded) },
                upper: range.upper.map { .init($0.number * base, isIncluded: $0.isIncluded) })
            return inside(scaled, row)
        case .change(let range, let baseline):
            guard row.kind == .number, let base = self.baseline(baseline, row, subject, index)
            else { return false }
            return inside(range, Row(start: 0, end: 0, number: row.number - base, kind: .number))
        case .age(let bounds):
            let record = store.subject(subject)
            if record.isAged { return bounds.contains(90) }
            guard let age = record.ageAtAnchor else { return false }
            let years = (Double(PlainAlgebra.day(row.start)) / 365.2425).rounded(.down)
            return bounds.contains(Int(age) + Int(years))
        case .sex(let sex): return store.sex(subject) == sex
        case .anchorYear(let bounds): return bounds.contains(Int(store.anchorYear(subject)))
        case .year: return false
        case .observed(let before, let after):
            let day = PlainAlgebra.day(row.start)
            return observed(subject).contains {
                PlainAlgebra.day($0.start) <= day - before
                    && PlainAlgebra.day($0.end) >= day + after
            }
        case .all(let parts): return parts.allSatisfy { holds($0, row, subject, index) }
        case .any(let parts): return parts.contains { holds($0, row, subject, index) }
        case .not(let part): return !holds(part, row, subject, index)
        case .atLeast(let number, let parts):
            return parts.count { holds($0, row, subject, index) } >= number
        }
    }

    private func baseline(
        _ baseline: AlgebraBaseline, _ row: Row, _ subject: Int, _ index: Row?
    ) -> Double? {
        guard let reference = baseline.anchor == .row ? row : index else { return nil }
        let numbers = rows(baseline.rows, subject, index).filter {
            $0.kind == .number && stands($0, .window(baseline.window), to: reference)
        }.map(\.number)
        guard let first = numbers.first else { return nil }
        let sorted = numbers.sorted()
        switch baseline.aggregate {
        case .first: return first
        case .last: return numbers.last
        case .min: return sorted.first
        case .max: return sorted.last
        case .mean: return numbers.reduce(0, +) / Double(numbers.count)
        case .median: return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
    }

    private func stands(_ row: Row, _ relation: AlgebraRelation, to other: Row) -> Bool {
        let (start, end) = (PlainAlgebra.day(row.start), PlainAlgebra.day(row.end))
        let (from, to) = (PlainAlgebra.day(other.start), PlainAlgebra.day(other.end))
        switch relation {
        case .anytime: return true
        case .window(let window):
            let distance = (window.edge == .start ? start : end) - (window.of == .start ? from : to)
            if let limit = window.from {
                guard limit.isIncluded ? distance >= limit.day : distance > limit.day else {
                    return false
                }
            }
            guard let limit = window.to else { return true }
            return limit.isIncluded ? distance <= limit.day : distance < limit.day
        case .before: return end < from
        case .after: return start > to
        case .during: return (from...to).contains(start) && (from...to).contains(end)
        case .around: return (start...end).contains(from) && (start...end).contains(to)
        case .overlapping: return (start...end).overlaps(from...to)
        }
    }

    // MARK: - Definitions

    struct Entry: Hashable {
        var subject: Int
        var start: Int32
        var end: Int32
        var stop: Int
        var passes: [Bool]
    }

    func evaluate(_ definition: AlgebraDefinition) -> [Entry] {
        (0..<store.subjectCount).flatMap { subject in
            rows(definition.index, subject, nil).map { index in
                let (end, stop) = exit(definition.exit, subject, index)
                return Entry(
                    subject: subject, start: index.start, end: end, stop: stop,
                    passes: definition.rules.map { holds($0.condition, index, subject, index) })
            }
        }
    }

    private func exit(_ exit: AlgebraExit, _ subject: Int, _ index: Row) -> (Int32, Int) {
        let day = PlainAlgebra.day(index.start)
        func around(_ periods: [Row]) -> Int32 {
            periods.filter {
                (PlainAlgebra.day($0.start)...PlainAlgebra.day($0.end)).contains(day)
            }.map(\.end).max() ?? index.start
        }
        var isOpen = false
        var end: Int32
        switch exit.plan {
        case .endOfRow: end = index.end
        case .days(let days, let edge):
            end = (edge == .start ? index.start : index.end) + Int32(days * 1440)
        case .endOfEra(let inner, let gap):
            end = around(eras(rows(inner, subject, index), gap))
        case .endOfObservation: end = around(observed(subject))
        case .last(let inner):
            isOpen = true
            end = rows(inner, subject, index).last?.start ?? index.start
        }
        end = max(end, index.start)
        var stop = -1
        let planned = PlainAlgebra.day(end)
        for (number, asked) in exit.stops.enumerated() {
            let starts = rows(asked.rows, subject, index).filter {
                stands($0, .window(asked.window), to: index)
            }.map { max($0.start, index.start) }
            guard let first = starts.min() else { continue }
            if stop < 0 ? isOpen || PlainAlgebra.day(first) <= planned : first < end {
                (end, stop) = (first, number)
            }
        }
        return (end, stop)
    }
}
