// SPDX-License-Identifier: Apache-2.0
import Records

extension AlgebraEvaluation {
    /// For which rows a condition holds.
    mutating func mask(_ condition: AlgebraCondition, _ rows: RowSet, _ scope: Scope) -> RowMask {
        switch condition {
        case .has(let match): return mask(match, rows, scope)
        case .within(let window): return within(window, rows, scope)
        case .value(let range):
            guard !rows.numbers.isEmpty else { return RowMask(size: rows.count) }
            return RowMask(size: rows.count) { row in
                ValueKind(rawValue: rows.kinds[row]).map { range.contains(rows.numbers[row], $0) }
                    ?? false
            }
        case .ratio(let range, let baseline):
            return compare(rows, with: baseline, scope) { number, base in
                base > 0 && range.contains(number, scale: base)
            }
        case .change(let range, let baseline):
            return compare(rows, with: baseline, scope) { number, base in
                range.contains(number - base)
            }
        case .age, .sex, .anchorYear, .year: return mask(ofSubject: condition, rows)
        case .observed(let before, let after):
            return isObserved(rows, before: before, after: after, scope)
        case .all(let parts):
            var result = RowMask(size: rows.count, all: true)
            for part in parts { result.formIntersection(mask(part, rows, scope)) }
            return result
        case .any(let parts):
            var result = RowMask(size: rows.count)
            for part in parts { result.formUnion(mask(part, rows, scope)) }
            return result
        case .not(let part):
            var result = mask(part, rows, scope)
            result.complement()
            return result
        case .atLeast(let number, let parts):
            var hits = [Int](repeating: 0, count: rows.count)
            for part in parts { mask(part, rows, scope).forEach { hits[$0] += 1 } }
            return RowMask(size: rows.count) { hits[$0] >= number }
        }
    }

    private func mask(ofSubject condition: AlgebraCondition, _ rows: RowSet) -> RowMask {
        RowMask(size: rows.count) { row in
            let (subject, start) = (Int(rows.subjects[row]), rows.starts[row])
            switch condition {
            case .age(let bounds):
                return facts.age(subject, at: start).map(bounds.contains) ?? false
            case .sex(let sex): return facts.sexes[subject] == sex
            case .anchorYear(let bounds): return bounds.contains(Int(facts.anchorYears[subject]))
            case .year(let bounds):
                return facts.year(subject, at: start).map(bounds.contains) ?? false
            default: return false
            }
        }
    }

    private func within(_ window: AlgebraWindow, _ rows: RowSet, _ scope: Scope) -> RowMask {
        guard let index = scope.index else { return RowMask(size: rows.count) }
        let days = DayHull(window)
        if window.edge == .start { return startsWithin(days, of: window.of, index, rows) }
        return RowMask(size: rows.count) { row in
            let subject = Int(rows.subjects[row])
            guard index.starts[subject] != DenseIndex.none else { return false }
            let reference = window.of == .start ? index.starts[subject] : index.ends[subject]
            let own = window.edge == .start ? rows.starts[row] : rows.end(row)
            return days.contains(Int(DayNumber.of(own)) - Int(DayNumber.of(reference)))
        }
    }

    /// The rows that start on some days around the index row, whose days are told once a subject.
    private func startsWithin(
        _ days: DayHull, of edge: AlgebraEdge, _ index: DenseIndex, _ rows: RowSet
    ) -> RowMask {
        let (subjects, starts) = (rows.subjects.span, rows.starts.span)
        let indexStarts = index.starts.span
        let references = edge == .start ? index.starts.span : index.ends.span
        var mask = RowMask(size: rows.count)
        var current: UInt32?
        var (first, last) = (Int.max, Int.min)
        for row in 0..<subjects.count {
            let subject = subjects[row]
            if subject != current {
                current = subject
                (first, last) = (.max, .min)
                if indexStarts[Int(subject)] != DenseIndex.none {
                    let day = Int(DayNumber.of(references[Int(subject)]))
                    first = days.first.map { (day + $0) * 1440 } ?? .min
                    last = days.last.map { (day + $0) * 1440 + 1439 } ?? .max
                }
            }
            let start = Int(starts[row])
            if start >= first && start <= last { mask.insert(row) }
        }
        return mask
    }

    private mutating func isObserved(
        _ rows: RowSet, before: Int, after: Int, _ scope: Scope
    ) -> RowMask {
        let join = RowJoin(rows, observedRows(scope), index: nil)
        return join.mask { reference, periods, group in
            let day = Int(DayNumber.of(rows.starts[reference]))
            return group.contains { period in
                Int(DayNumber.of(periods.starts[period])) <= day - before
                    && Int(DayNumber.of(periods.end(period))) >= day + after
            }
        }
    }

    // MARK: - Other rows

    private mutating func mask(_ match: AlgebraMatch, _ rows: RowSet, _ scope: Scope) -> RowMask {
        let found = self.rows(
            match.rows, RowSet.Needs(ends: match.relation.needsEnds), scope,
            in: bounds(of: match.relation, match.anchor, rows, scope))
        let join = RowJoin(rows, found, index: match.anchor == .index ? scope.index : nil)
        if match.anchor == .index && scope.index == nil { return RowMask(size: rows.count) }
        return join.mask(match)
    }

    /// Where rows that a relation asks for can start; nil for all members of the scope.
    private func bounds(
        of relation: AlgebraRelation, _ anchor: AlgebraAnchor, _ rows: RowSet, _ scope: Scope
    ) -> SubjectBounds? {
        // What rules read has been read for the days they ask for; and the index can be far away.
        guard !hasReadEvents, anchor == .row else { return scope.members }
        if case .window(let window) = relation, window.edge == .start {
            return SubjectBounds(
                around: rows, of: window.of, days: DayHull(window), subjects: facts.count)
        }
        return SubjectBounds(of: rows, subjects: facts.count)
    }

    /// For which rows a comparison of their exact number with a baseline holds.
    private mutating func compare(
        _ rows: RowSet, with baseline: AlgebraBaseline, _ scope: Scope,
        _ holds: (Double, Double) -> Bool
    ) -> RowMask {
        guard !rows.numbers.isEmpty else { return RowMask(size: rows.count) }
        let bases = self.baselines(baseline, rows, scope)
        return RowMask(size: rows.count) { row in
            rows.kinds[row] == ValueKind.number.rawValue && !bases[row].isNaN
                && holds(rows.numbers[row], bases[row])
        }
    }

    /// The baseline of each row; not a number where there is none.
    mutating func baselines(_ baseline: AlgebraBaseline, _ rows: RowSet, _ scope: Scope)
        -> [Double]
    {
        if baseline.anchor == .index && scope.index == nil { return rows.starts.map { _ in .nan } }
        let relation = AlgebraRelation.window(baseline.window)
        let found = self.rows(
            baseline.rows, RowSet.Needs(ends: relation.needsEnds, numbers: true), scope,
            in: bounds(of: relation, baseline.anchor, rows, scope))
        let isIndex = baseline.anchor == .index
        let join = RowJoin(rows, found, index: isIndex ? scope.index : nil)
        var bases = [Double](repeating: .nan, count: rows.count)
        var numbers: [Double] = []
        join.forEach { row, group in
            if isIndex, row > 0, rows.subjects[row] == rows.subjects[row - 1] {
                bases[row] = bases[row - 1]
                return
            }
            numbers.removeAll(keepingCapacity: true)
            join.forEachMatch(relation, row, group) { candidate in
                if !found.numbers.isEmpty, found.kinds[candidate] == ValueKind.number.rawValue {
                    numbers.append(found.numbers[candidate])
                }
                return true
            }
            bases[row] = baseline.aggregate.of(numbers)
        }
        return bases
    }
}

extension DayHull {
    func contains(_ day: Int) -> Bool { day >= (first ?? .min) && day <= (last ?? .max) }
}

extension AlgebraBaseline.Aggregate {
    /// One number of several in order of time, then size; not a number for none.
    func of(_ numbers: [Double]) -> Double {
        guard let first = numbers.first, let last = numbers.last else { return .nan }
        switch self {
        case .first: return first
        case .last: return last
        case .min: return numbers.reduce(first, Swift.min)
        case .max: return numbers.reduce(first, Swift.max)
        case .mean: return numbers.reduce(0, +) / Double(numbers.count)
        case .median:
            let sorted = numbers.sorted()
            let middle = sorted.count / 2
            return sorted.count % 2 == 1
                ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }
    }
}

extension AlgebraCondition {
    /// Columns of the rows it is asked of.
    var needs: RowSet.Needs {
        switch self {
        case .has(let match):
            RowSet.Needs(ends: match.anchor == .row && match.relation.needsReferenceEnds)
        case .within(let window): RowSet.Needs(ends: window.edge == .end)
        case .value: RowSet.Needs(numbers: true)
        case .ratio(_, let baseline), .change(_, let baseline):
            RowSet.Needs(
                ends: baseline.anchor == .row && baseline.window.of == .end, numbers: true)
        case .age, .sex, .anchorYear, .year, .observed: RowSet.Needs()
        case .all(let parts), .any(let parts), .atLeast(_, let parts):
            parts.reduce(RowSet.Needs()) { $0 | $1.needs }
        case .not(let part): part.needs
        }
    }
}
