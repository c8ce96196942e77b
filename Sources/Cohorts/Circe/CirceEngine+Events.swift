// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceEngine {
    /// The primary events that meet the additional criteria.
    mutating func qualifiedEvents(_ expression: CirceExpression) -> CirceEvents {
        let primary = primaryEvents(expression.primary)
        guard let additional = expression.additional else { return primary }
        let flags = holds(additional, primary)
        let kept = flags.indices.filter { flags[$0] }
        return primary.chosen(primary.limited(kept, to: expression.qualifiedLimit))
    }

    /// The entry events, each in an observation period that reaches far enough, in the order of
    /// their dates (from the last backwards where the last is wanted).
    private mutating func primaryEvents(_ primary: Circe.PrimaryCriteria) -> CirceEvents {
        var entries: [Entry] = []
        for criterion in primary.criteria {
            let found = records(criterion)
            for position in 0..<found.count {
                append(position, of: found, observed: primary, to: &entries)
            }
        }
        let isLast = primary.limit == .last
        let order = entries.indices.sorted { left, right in
            let (a, b) = (entries[left], entries[right])
            if a.subject != b.subject { return a.subject < b.subject }
            if a.order != b.order { return isLast ? a.order > b.order : a.order < b.order }
            return a.record != b.record ? a.record < b.record : left < right
        }
        var events = CirceEvents()
        for index in order {
            let entry = entries[index]
            if primary.limit != .all, events.subject.last == entry.subject { continue }
            events.append(
                subject: entry.subject, start: entry.start, end: entry.end,
                periodStart: periods.start[entry.period], periodEnd: periods.end[entry.period],
                visit: entry.visit)
        }
        return events
    }

    private func append(
        _ position: Int, of found: CirceRecords, observed primary: Circe.PrimaryCriteria,
        to entries: inout [Entry]
    ) {
        let start = found.start[position]
        let earliest = Int(start) - primary.priorDays
        let latest = Int(start) + primary.postDays
        for period in periods.indices(of: found.subject[position])
        where periods.start[period] <= start && start <= periods.end[period]
            && Int(periods.start[period]) <= earliest && latest <= Int(periods.end[period])
        {
            entries.append(
                Entry(
                    subject: found.subject[position], start: start, end: found.end[position],
                    order: found.order.isEmpty ? start : found.order[position],
                    record: found.record[position], period: period,
                    visit: found.visit.isEmpty
                        ? EventAttribute.missing : found.visit[position]))
        }
    }

    /// The day each event's time in the cohort ends; `ClinicalRows.noEnd` where no end is on or
    /// after its start, which keeps the event out.
    mutating func exits(of events: CirceEvents, _ expression: CirceExpression) -> [Int32] {
        var exits: [Int32]
        switch expression.endStrategy {
        case nil: exits = events.periodEnd
        case .offset(let field, let days):
            let origin = field == .start ? events.start : events.end
            exits = events.subject.indices.map { index in
                guard origin[index] != ClinicalRows.noEnd else { return ClinicalRows.noEnd }
                let end = min(origin[index].moved(days), events.periodEnd[index])
                return end >= events.start[index] ? end : ClinicalRows.noEnd
            }
        case .drugEra(let set, let gapDays, let offset, let daysSupply):
            exits = events.periodEnd
            let eras = exposureEras(set, gapDays, offset, daysSupply)
            shorten(&exits, events, by: eras)
        }
        for criterion in expression.censoring { censor(&exits, events, by: criterion) }
        return exits
    }

    /// Continuous exposure to the drugs of a set, by standard and by source concept.
    private mutating func exposureEras(
        _ set: Int, _ gapDays: Int, _ offset: Int, _ daysSupply: Int?
    ) -> (subject: [Int32], start: [Int32], end: [Int32]) {
        var exposures: [(subject: Int32, start: Int32, end: Int32)] = []
        for bySource in [false, true] {
            let criterion = Circe.Criterion(
                .drugExposure, conceptSet: bySource ? nil : set,
                sourceConceptSet: bySource ? set : nil)
            let found = records(criterion)
            for index in 0..<found.count {
                let end = daysSupply.map { found.start[index].moved($0) } ?? found.end[index]
                exposures.append((found.subject[index], found.start[index], end.moved(offset)))
            }
        }
        exposures.sort { ($0.subject, $0.start) < ($1.subject, $1.start) }
        return CirceEras.joined(
            subject: exposures.map(\.subject), start: exposures.map(\.start),
            end: exposures.map(\.end), pad: gapDays)
    }

    private func shorten(
        _ exits: inout [Int32], _ events: CirceEvents,
        by eras: (subject: [Int32], start: [Int32], end: [Int32])
    ) {
        var first = 0
        for index in exits.indices {
            let subject = events.subject[index]
            while first < eras.subject.count, eras.subject[first] < subject { first += 1 }
            var era = first
            while era < eras.subject.count, eras.subject[era] == subject {
                if eras.start[era] <= events.start[index], events.start[index] <= eras.end[era] {
                    exits[index] = min(exits[index], eras.end[era])
                }
                era += 1
            }
        }
    }

    /// Ends events at the first record of a criterion from their start on.
    private mutating func censor(
        _ exits: inout [Int32], _ events: CirceEvents, by criterion: Circe.Criterion
    ) {
        let found = records(criterion)
        var first = 0
        for index in exits.indices {
            let subject = events.subject[index]
            while first < found.count, found.subject[first] < subject { first += 1 }
            var record = first
            while record < found.count, found.subject[record] == subject,
                found.start[record] < events.start[index]
            {
                record += 1
            }
            guard record < found.count, found.subject[record] == subject,
                found.start[record] <= events.periodEnd[index]
            else { continue }
            let day = found.start[record]
            exits[index] = exits[index] == ClinicalRows.noEnd ? day : min(exits[index], day)
        }
    }
}

/// A record that may let its person in.
private struct Entry {
    var subject: Int32
    var start: Int32
    var end: Int32
    var order: Int32
    var record: Int64
    /// Position of its observation period.
    var period: Int
    var visit: Int64
}
