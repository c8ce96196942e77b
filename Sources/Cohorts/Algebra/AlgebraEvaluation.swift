// SPDX-License-Identifier: Apache-2.0
import Records
import Timelines

/// One evaluation of one definition: what was read once is kept until its end.
struct AlgebraEvaluation {
    let store: TimelineStore
    let facts: SubjectFacts
    /// Events that rules read, with every row that any of them can ask for.
    var events: [AlgebraEvent: RowSet] = [:]
    /// The index rows are known, and what rules ask of events has been read.
    var hasReadEvents = false
    var observed: RowSet?

    init(store: TimelineStore, facts: SubjectFacts) {
        self.store = store
        self.facts = facts
    }

    /// Where an expression or condition stands.
    struct Scope {
        /// The index row of each subject; nil while the index itself is looked for.
        var index: DenseIndex?
        /// Subjects outside play no part; nil for all.
        var members: SubjectBounds?
    }
}

// MARK: - Rows

extension AlgebraEvaluation {
    /// The rows of an expression.
    ///
    /// - Parameter bounds: rows that start outside may be left out of the answer or not.
    mutating func rows(
        _ expression: AlgebraExpression, _ needs: RowSet.Needs, _ scope: Scope,
        in bounds: SubjectBounds? = nil
    ) -> RowSet {
        let near = bounds ?? scope.members
        switch expression {
        case .event(let event):
            return events[event] ?? EventRows(event, in: store).rows(needs, in: near)
        case .index: return indexRows(scope)
        case .observed: return observedRows(scope)
        case .first(let inner): return outermost(inner, isLast: false, needs, scope)
        case .last(let inner): return outermost(inner, isLast: true, needs, scope)
        case .nth(let number, let inner):
            return AlgebraEvaluation.nth(number, of: rows(inner, needs.toChoose, scope))
        case .union(let parts):
            return RowSet.merged(all(parts, needs, scope, in: near))
        case .intersection(let parts):
            let sets = all(parts, needs, scope)
            guard let first = sets.first else { return RowSet() }
            return withSubjects(of: sets, atLeast: sets.count, keeping: first)
        case .complement(let inner): return complement(inner, scope)
        case .atLeast(let number, let parts):
            let sets = all(parts, needs, scope)
            return withSubjects(of: sets, atLeast: number, keeping: RowSet.merged(sets))
        case .filter(let inner, let condition):
            let found = rows(inner, needs | condition.needs, scope, in: near)
            return found.keeping(mask(condition, found, scope))
        case .eras(let inner, let gap):
            return AlgebraEvaluation.eras(
                rows(inner, RowSet.Needs(ends: true), scope), gapDays: gap)
        case .consecutive(let number, let inner, let condition):
            let found = rows(inner, needs | condition.needs | RowSet.Needs(numbers: true), scope)
            return AlgebraEvaluation.runs(number, of: found, mask(condition, found, scope))
        }
    }

    private mutating func all(
        _ parts: [AlgebraExpression], _ needs: RowSet.Needs, _ scope: Scope,
        in bounds: SubjectBounds? = nil
    ) -> [RowSet] {
        var sets: [RowSet] = []
        for part in parts { sets.append(rows(part, needs, scope, in: bounds)) }
        return sets
    }

    private func indexRows(_ scope: Scope) -> RowSet {
        var rows = RowSet()
        guard let index = scope.index else { return rows }
        for (subject, start) in index.starts.enumerated() where start != DenseIndex.none {
            rows.subjects.append(UInt32(subject))
            rows.starts.append(start)
            rows.ends.append(index.ends[subject])
            guard !index.numbers.isEmpty else { continue }
            rows.numbers.append(index.numbers[subject])
            rows.kinds.append(index.kinds[subject])
        }
        return rows
    }

    private mutating func outermost(
        _ inner: AlgebraExpression, isLast: Bool, _ needs: RowSet.Needs, _ scope: Scope
    ) -> RowSet {
        // Of what was read for rules, the first rows may have been left out.
        if case .event(let event) = inner, !needs.ends, !needs.numbers {
            return EventRows(event, in: store).outermost(isLast: isLast, in: scope.members)
        }
        let found = rows(inner, needs.toChoose, scope)
        let subjects = found.subjects
        return found.gathering(
            subjects.indices.filter { row in
                isLast
                    ? row + 1 == subjects.count || subjects[row + 1] != subjects[row]
                    : row == 0 || subjects[row - 1] != subjects[row]
            })
    }

    private static func nth(_ number: Int, of rows: RowSet) -> RowSet {
        var kept: [Int] = []
        var first = 0
        while first < rows.count {
            let last = rows.groupEnd(first)
            if first + number - 1 < last { kept.append(first + number - 1) }
            first = last
        }
        return rows.gathering(kept)
    }

    /// The rows whose subject has rows of so many of the sets.
    private func withSubjects(of sets: [RowSet], atLeast number: Int, keeping rows: RowSet)
        -> RowSet
    {
        var hits = [Int](repeating: 0, count: store.subjectCount)
        for set in sets {
            var previous = UInt32.max
            for subject in set.subjects where subject != previous {
                hits[Int(subject)] += 1
                previous = subject
            }
        }
        return rows.keeping(RowMask(size: rows.count) { hits[Int(rows.subjects[$0])] >= number })
    }

    private mutating func complement(_ inner: AlgebraExpression, _ scope: Scope) -> RowSet {
        var has = [Bool](repeating: false, count: store.subjectCount)
        for subject in rows(inner, RowSet.Needs(), scope).subjects { has[Int(subject)] = true }
        let observed = observedRows(scope)
        return observed.keeping(
            RowMask(size: observed.count) { !has[Int(observed.subjects[$0])] })
    }

    private static func eras(_ rows: RowSet, gapDays: Int) -> RowSet {
        var eras = RowSet()
        for row in 0..<rows.count {
            let (start, end) = (rows.starts[row], rows.end(row))
            if let last = eras.subjects.last, last == rows.subjects[row],
                let until = eras.ends.last,
                Int(DayNumber.of(start)) - Int(DayNumber.of(until)) <= gapDays + 1
            {
                eras.ends[eras.count - 1] = max(until, end)
            } else {
                eras.subjects.append(rows.subjects[row])
                eras.starts.append(start)
                eras.ends.append(end)
            }
        }
        return eras
    }

    private static func runs(_ number: Int, of rows: RowSet, _ mask: RowMask) -> RowSet {
        var runs = RowSet()
        var length = 0
        for row in 0..<rows.count {
            if row > 0 && rows.subjects[row] != rows.subjects[row - 1] { length = 0 }
            length = mask.contains(row) ? length + 1 : 0
            guard length >= number else { continue }
            runs.subjects.append(rows.subjects[row])
            runs.starts.append(rows.starts[row - number + 1])
            runs.ends.append(max(rows.end(row), rows.starts[row]))
            guard !rows.numbers.isEmpty else { continue }
            runs.numbers.append(rows.numbers[row])
            runs.kinds.append(rows.kinds[row])
        }
        return runs.sorted()
    }

    /// Periods of observation of the scope's members.
    mutating func observedRows(_ scope: Scope) -> RowSet {
        let all: RowSet
        if let observed {
            all = observed
        } else {
            let period = AlgebraEvent([.observationPeriod])
            let found = EventRows(period, in: store).rows(RowSet.Needs(ends: true), in: nil)
            all = found.count > 0 ? found : eventSpans()
            observed = all
        }
        guard let members = scope.members else { return all }
        return all.keeping(
            RowMask(size: all.count) { members.has(Int(all.subjects[$0])) })
    }

    /// From each subject's first event to the start of their last; O(events).
    private func eventSpans() -> RowSet {
        let everything = EventRows(AlgebraEvent([]), in: store)
        var spans = everything.outermost(isLast: false, in: nil)
        spans.ends = everything.outermost(isLast: true, in: nil).starts
        return spans
    }
}

extension Code {
    /// A stretch in which what happened to a subject would have been recorded.
    static let observationPeriod = Code(.bedside, "observation-period")
}
