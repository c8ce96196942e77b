// SPDX-License-Identifier: Apache-2.0

/// When and why each index row's stay ends.
struct AlgebraExits: Sendable {
    /// Minutes since the subject's anchor, equal to or after the start.
    var ends: [Int32]
    /// Position of the stop; -1 where the stay ended as planned.
    var stops: [Int8]

    init(_ rows: RowSet) {
        ends = rows.starts
        stops = [Int8](repeating: -1, count: rows.count)
    }

    /// One behind the other.
    init(joining parts: [AlgebraExits]) {
        ends = parts.count == 1 ? parts[0].ends : parts.flatMap(\.ends)
        stops = parts.count == 1 ? parts[0].stops : parts.flatMap(\.stops)
    }

    mutating func take(_ part: AlgebraExits, at layer: IndexLayers.Layer) {
        guard layer.positions != nil else {
            self = part
            return
        }
        for row in part.ends.indices {
            ends[layer.position(row)] = part.ends[row]
            stops[layer.position(row)] = part.stops[row]
        }
    }
}

extension AlgebraEvaluation {
    mutating func exits(_ exit: AlgebraExit, _ rows: RowSet, _ scope: Scope) -> AlgebraExits {
        var exits = AlgebraExits(rows)
        exits.ends = planned(exit.plan, rows, scope)
        for (row, start) in rows.starts.enumerated() where exits.ends[row] < start {
            exits.ends[row] = start
        }
        var isBounded = true
        if case .last = exit.plan { isBounded = false }
        let plan = exits.ends
        for (number, stop) in exit.stops.enumerated() {
            let relation = AlgebraRelation.window(stop.window)
            let found = self.rows(stop.rows, RowSet.Needs(ends: relation.needsEnds), scope)
            RowJoin(rows, found, index: nil).forEachFirst(relation) { row, candidate in
                let start = max(found.starts[candidate], rows.starts[row])
                let isKept =
                    exits.stops[row] < 0
                    ? !isBounded || DayNumber.of(start) <= DayNumber.of(plan[row])
                    : start < exits.ends[row]
                guard isKept else { return }
                exits.ends[row] = start
                exits.stops[row] = Int8(clamping: number)
            }
        }
        return exits
    }

    /// The planned end of each row, which may lie before its start.
    private mutating func planned(_ plan: AlgebraExit.Plan, _ rows: RowSet, _ scope: Scope)
        -> [Int32]
    {
        switch plan {
        case .endOfRow: return rows.ends.isEmpty ? rows.starts : rows.ends
        case .days(let days, let edge):
            return (0..<rows.count).map { row in
                let from = edge == .start ? rows.starts[row] : rows.end(row)
                return Int32(clamping: Int(from) + days * 1440)
            }
        case .endOfEra(let inner, let gap):
            return ends(of: self.rows(.eras(inner, gapDays: gap), .init(ends: true), scope), rows)
        case .endOfObservation: return ends(of: observedRows(scope), rows)
        case .last(let inner):
            let last = self.rows(.last(inner), RowSet.Needs(), scope)
            var ends = rows.starts
            RowJoin(rows, last, index: nil).forEach { row, group in
                for candidate in group { ends[row] = max(ends[row], last.starts[candidate]) }
            }
            return ends
        }
    }

    /// The end of the period around each row's start; the start itself outside of all.
    private func ends(of periods: RowSet, _ rows: RowSet) -> [Int32] {
        var ends = rows.starts
        RowJoin(rows, periods, index: nil).forEach { row, group in
            let day = DayNumber.of(rows.starts[row])
            for period in group
            where DayNumber.of(periods.starts[period]) <= day
                && DayNumber.of(periods.end(period)) >= day
            {
                ends[row] = max(ends[row], periods.end(period))
            }
        }
        return ends
    }
}

extension RowJoin {
    /// Calls for each row with the earliest other row in the relation.
    func forEachFirst(_ relation: AlgebraRelation, _ body: (Int, Int) -> Void) {
        forEach { row, group in
            // Groups are in order of start.
            forEachMatch(relation, row, group) { candidate in
                body(row, candidate)
                return false
            }
        }
    }
}
