// SPDX-License-Identifier: Apache-2.0
import Records

/// The days in which a criterion's records count around one index event.
///
/// The plain twin of the engine's counting, which tells how many but not which.
struct WhyWindow {
    /// How a record misses.
    struct Outside {
        /// Days, or more than any days where no number of days would help.
        var distance: Double
        var words: String
    }

    private let member: Circe.CorrelatedCriterion
    private let event: CirceEvents

    /// - Parameter event: the index event and no other.
    init(_ member: Circe.CorrelatedCriterion, _ event: CirceEvents) {
        self.member = member
        self.event = event
    }

    /// How a record lies outside; nil where it counts.
    func outside(_ records: CirceRecords, _ index: Int) -> Outside? {
        let (start, end) = (records.start[index], records.end[index])
        for window in [member.startWindow] + [member.endWindow].compactMap({ $0 }) {
            if let miss = outside(window, window.useEventEnd ? end : start) { return miss }
        }
        if !member.ignoreObservationPeriod {
            if let miss = outside(start, from: event.periodStart[0], to: event.periodEnd[0]) {
                return Outside(
                    distance: miss.distance,
                    words: "outside the observation period, \(miss.words)")
            }
        }
        guard member.restrictVisit else { return nil }
        let visit = index < records.visit.count ? records.visit[index] : EventAttribute.missing
        let isSame = visit != EventAttribute.missing && visit == event.visit[0]
        return isSame ? nil : Outside(distance: .infinity, words: "in another visit")
    }

    private func outside(_ window: Circe.Window, _ day: Int32) -> Outside? {
        let origin = window.useIndexEnd ? event.end[0] : event.start[0]
        /// The day of an endpoint; nil for as far as the observation period or time goes.
        func bound(_ endpoint: Circe.Endpoint) -> Int32? {
            if let days = endpoint.days { return origin.moved(days * endpoint.coefficient) }
            if member.ignoreObservationPeriod { return nil }
            return endpoint.coefficient == -1 ? event.periodStart[0] : event.periodEnd[0]
        }
        if origin == ClinicalRows.noEnd, window.start.days != nil || window.end.days != nil {
            return Outside(distance: .infinity, words: "the index event has no end to count from")
        }
        let (from, to) = (bound(window.start), bound(window.end))
        if day == ClinicalRows.noEnd {
            if from == nil, to == nil { return nil }
            return Outside(distance: .infinity, words: "without an end")
        }
        return outside(day, from: from ?? .min, to: to ?? .max)
    }

    private func outside(_ day: Int32, from: Int32, to: Int32) -> Outside? {
        func miss(_ days: Int, _ side: String) -> Outside {
            Outside(distance: Double(days), words: "\(WhyWords.days(days)) too \(side)")
        }
        if day < from { return miss(Int(from) - Int(day), "early") }
        if day > to { return miss(Int(day) - Int(to), "late") }
        return nil
    }
}

/// A record of the right concept that a criterion does not count.
struct WhyFault {
    var records: CirceRecords
    var index: Int
    var miss: NearMiss
}

extension CirceExplainer {
    /// Records of a criterion's concepts that fail exactly one of its other conditions.
    mutating func faults(
        of criterion: Circe.Criterion, besides met: CirceRecords, _ event: CirceEvents?
    ) -> [WhyFault] {
        let known = Set(met.record)
        let bare = Circe.Criterion(
            criterion.table, conceptSet: criterion.conceptSet,
            sourceConceptSet: criterion.sourceConceptSet,
            dateAdjustment: criterion.dateAdjustment)
        let records = engine.records(bare)
        guard records.record.contains(where: { !known.contains($0) }) else { return [] }
        var notes: [Int64: [String]] = [:]
        func note(_ kept: CirceRecords, _ words: (Int64) -> String) {
            let kept = Set(kept.record)
            for record in records.record where !known.contains(record) && !kept.contains(record) {
                notes[record, default: []].append(words(record))
            }
        }
        for attribute in criterion.attributes {
            var one = bare
            one.attributes = [attribute]
            note(engine.records(one)) { fault(attribute, criterion.table, $0) }
        }
        if criterion.isFirst {
            var one = bare
            one.isFirst = true
            note(engine.records(one)) { _ in "not the person's first such record" }
        }
        if let correlated = criterion.correlated, !correlated.isEmpty {
            var one = bare
            one.correlated = correlated
            note(engine.records(one)) { _ in "what is asked around that record does not hold" }
        }
        return records.record.indices.compactMap { index in
            guard let notes = notes[records.record[index]], notes.count == 1,
                let mention = mention(criterion.table, records, index, event, notes[0])
            else { return nil }
            return WhyFault(
                records: records, index: index, miss: NearMiss(mention: mention, distance: 0))
        }
    }

    /// Why an attribute does not hold for a record, with the number where it states one.
    private func fault(
        _ attribute: Circe.Attribute, _ table: ClinicalTable, _ record: Int64
    ) -> String {
        let asked = "asked for \(prose.sentence(attribute))"
        guard case .numbers(let range) = attribute.test,
            let column = attribute.field.columns(table).first,
            let value = source.number(column, table, record), let bound = range.value
        else { return asked }
        let distance: String? =
            switch range.comparison {
            case .less, .lessOrEqual: WhyWords.distance(value, nil, bound)
            case .greater, .greaterOrEqual: WhyWords.distance(value, bound, nil)
            case .between: WhyWords.distance(value, bound, range.extent)
            case .equal, .notEqual, .notBetween: nil
            }
        return distance.map { "\($0); \(asked)" } ?? asked
    }
}
