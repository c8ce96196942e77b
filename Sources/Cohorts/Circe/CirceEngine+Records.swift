// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceEngine {
    /// The records that meet a criterion.
    ///
    /// - Parameter column: what distinct occurrences are to be told apart by.
    mutating func records(
        _ criterion: Circe.Criterion, distinct column: Circe.Column? = nil
    ) -> CirceRecords {
        let rows = matchingRows(criterion, column)
        guard rows.count > 0 else { return CirceRecords() }
        var chosen = sourceMatches(criterion, rows)
        if criterion.isFirst { chosen = firsts(chosen, rows) }
        var dates = CirceDates(rows, criterion)
        if criterion.dateAdjustment != nil {
            chosen.removeAll {
                dates.end[$0] == ClinicalRows.noEnd || dates.end[$0] < dates.start[$0]
            }
        }
        for attribute in criterion.attributes where !chosen.isEmpty {
            filter(&chosen, by: attribute, of: criterion, rows, dates)
        }
        guard !chosen.isEmpty else { return CirceRecords() }
        let order = dates.replace(by: criterion)
        var found = collected(chosen, criterion, rows, dates, order)
        if let column {
            found.distinct = values(column, criterion, rows, dates, chosen)
        }
        if dates.mayBeUnsorted { found.sort() }
        if let correlated = criterion.correlated, !correlated.isEmpty {
            keep(&found, meeting: correlated)
        }
        return found
    }

    private mutating func matchingRows(
        _ criterion: Circe.Criterion, _ column: Circe.Column?
    ) -> ClinicalRows {
        var attributes = Set(criterion.attributes.flatMap { $0.field.columns(criterion.table) })
        if criterion.table == .drugExposure { attributes.insert(.daysSupply) }
        if criterion.sourceConceptSet != nil { attributes.insert(.sourceConcept) }
        if readsVisits, criterion.table.hasVisit { attributes.insert(.visit) }
        if let column, let wanted = column.attribute(criterion.table) { attributes.insert(wanted) }
        let concepts = criterion.conceptSet.map { self.concepts($0) }
        if let set = criterion.sourceConceptSet, self.concepts(set).isEmpty {
            return ClinicalRows()
        }
        return rows(criterion.table, concepts, attributes)
    }

    private mutating func sourceMatches(
        _ criterion: Circe.Criterion, _ rows: ClinicalRows
    ) -> [Int] {
        guard let id = criterion.sourceConceptSet else { return Array(0..<rows.count) }
        let set = concepts(id)
        let column = rows.attributes[.sourceConcept] ?? []
        return (0..<rows.count).filter { position in
            guard position < column.count, let concept = UInt32(exactly: column[position]) else {
                return false
            }
            return set.contains(concept)
        }
    }

    private func firsts(_ chosen: [Int], _ rows: ClinicalRows) -> [Int] {
        var last: Int32 = -1
        return chosen.filter { position in
            guard rows.subject[position] != last else { return false }
            last = rows.subject[position]
            return true
        }
    }

    private func collected(
        _ chosen: [Int], _ criterion: Circe.Criterion, _ rows: ClinicalRows, _ dates: CirceDates,
        _ order: [Int32]
    ) -> CirceRecords {
        var found = CirceRecords()
        found.subject = chosen.map { rows.subject[$0] }
        found.start = chosen.map { dates.start[$0] }
        found.end = chosen.map { dates.end[$0] }
        found.record = chosen.map { rows.record[$0] }
        if !order.isEmpty { found.order = chosen.map { order[$0] } }
        if readsVisits {
            if criterion.table == .visitOccurrence {
                found.visit = found.record
            } else if let column = rows.attributes[.visit], criterion.table.hasVisit {
                found.visit = chosen.map { column[$0] }
            } else {
                found.visit = [Int64](repeating: EventAttribute.missing, count: chosen.count)
            }
        }
        return found
    }

    private func values(
        _ column: Circe.Column, _ criterion: Circe.Criterion, _ rows: ClinicalRows,
        _ dates: CirceDates, _ chosen: [Int]
    ) -> [Int64] {
        func optional(_ day: Int32) -> Int64 {
            day == ClinicalRows.noEnd ? EventAttribute.missing : Int64(day)
        }
        switch column {
        case .startDate: return chosen.map { Int64(dates.start[$0]) }
        case .endDate: return chosen.map { optional(dates.end[$0]) }
        case .visit where criterion.table == .visitOccurrence, .visitDetail:
            return chosen.map { rows.record[$0] }
        case .duration where criterion.table.lastsOneDay:
            return [Int64](repeating: 1, count: chosen.count)
        case .duration:
            return chosen.map {
                dates.end[$0] == ClinicalRows.noEnd
                    ? EventAttribute.missing : Int64(dates.end[$0]) - Int64(dates.start[$0])
            }
        case .concept where column.attribute(criterion.table) == nil:
            return chosen.map { Int64(rows.concept[$0]) }
        default:
            let wanted = column.attribute(criterion.table)
            guard let values = wanted.flatMap({ rows.attributes[$0] }) else {
                return [Int64](repeating: EventAttribute.missing, count: chosen.count)
            }
            return chosen.map { values[$0] }
        }
    }

    /// Keeps the records around which a group holds, each in the observation period it starts in.
    private mutating func keep(_ records: inout CirceRecords, meeting group: Circe.Group) {
        var events = CirceEvents()
        var origin: [Int] = []
        for position in 0..<records.count {
            for period in periods.indices(of: records.subject[position])
            where periods.start[period] <= records.start[position]
                && periods.end[period] >= records.start[position]
            {
                origin.append(position)
                events.append(
                    subject: records.subject[position], start: records.start[position],
                    end: records.end[position], periodStart: periods.start[period],
                    periodEnd: periods.end[period],
                    visit: records.visit.isEmpty
                        ? EventAttribute.missing : records.visit[position])
            }
        }
        let flags = holds(group, events)
        var kept: [Int] = []
        for (position, flag) in zip(origin, flags) where flag && kept.last != position {
            kept.append(position)
        }
        records.keep(kept)
    }
}

extension CirceRecords {
    mutating func keep(_ positions: [Int]) {
        subject = positions.map { subject[$0] }
        start = positions.map { start[$0] }
        end = positions.map { end[$0] }
        record = positions.map { record[$0] }
        if !visit.isEmpty { visit = positions.map { visit[$0] } }
        if !order.isEmpty { order = positions.map { order[$0] } }
        if !distinct.isEmpty { distinct = positions.map { distinct[$0] } }
    }

    mutating func sort() {
        keep(
            (0..<count).sorted {
                (subject[$0], start[$0], record[$0]) < (subject[$1], start[$1], record[$1])
            })
    }
}

/// The dates of rows as a criterion sees them.
struct CirceDates {
    private(set) var start: [Int32]
    private(set) var end: [Int32]
    private(set) var mayBeUnsorted = false

    /// Fills missing ends as the table's domain does, then moves dates where it is asked for.
    init(_ rows: ClinicalRows, _ criterion: Circe.Criterion) {
        start = rows.start
        switch criterion.table {
        case .procedureOccurrence, .measurement, .observation, .specimen, .death:
            end = rows.start.map { $0.moved(1) }
        case .conditionOccurrence, .deviceExposure:
            end = zip(rows.start, rows.end).map { $1 == ClinicalRows.noEnd ? $0.moved(1) : $1 }
        case .drugExposure: end = CirceDates.exposureEnds(rows)
        case .visitOccurrence, .visitDetail, .observationPeriod, .conditionEra, .drugEra,
            .doseEra, .payerPlanPeriod:
            end = rows.end
        }
        if let adjustment = criterion.dateAdjustment { move(adjustment) }
    }

    /// The stated end, else the days supplied, else one day.
    static func exposureEnds(_ rows: ClinicalRows) -> [Int32] {
        let supply = rows.attributes[.daysSupply]
        return (0..<rows.count).map { row in
            if rows.end[row] != ClinicalRows.noEnd { return rows.end[row] }
            if let supply, supply[row] != EventAttribute.missing {
                return rows.start[row].moved(Int(supply[row]))
            }
            return rows.start[row].moved(1)
        }
    }

    private mutating func move(_ adjustment: Circe.DateAdjustment) {
        func moved(_ field: Circe.DateField, _ days: Int) -> [Int32] {
            (field == .start ? start : end).map {
                $0 == ClinicalRows.noEnd ? $0 : $0.moved(days)
            }
        }
        let newStart = moved(adjustment.startWith, adjustment.startOffset)
        end = moved(adjustment.endWith, adjustment.endOffset)
        start = newStart
        mayBeUnsorted = adjustment.startWith == .end
    }

    /// Puts a period's fixed dates in place of its own.
    ///
    /// - Returns: the starts from before, which still order the events; empty where none changed.
    mutating func replace(by criterion: Circe.Criterion) -> [Int32] {
        let given = criterion.attributes.compactMap { attribute -> Circe.Period? in
            guard case .period(let period) = attribute.test else { return nil }
            return period
        }
        guard let period = given.first else { return [] }
        let before = start
        if let day = period.start {
            start = [Int32](repeating: day.number, count: start.count)
        }
        if let day = period.end { end = [Int32](repeating: day.number, count: end.count) }
        return before
    }
}
