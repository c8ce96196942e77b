// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceProse {
    /// What the days of a window are counted from.
    enum Index {
        case entry
        /// The record of the criterion the group belongs to.
        case record

        var start: String { self == .entry ? "the index start" : "the start of that record" }
        var end: String { self == .entry ? "the index end" : "the end of that record" }
    }

    /// How many of a group's members have to hold.
    func phrase(_ group: Circe.Group) -> String {
        if group.isEmpty { return "nothing more is asked" }
        return switch group.kind {
        case .all: group.memberCount == 1 ? "this holds" : "all of these hold"
        case .any: group.memberCount == 1 ? "this holds" : "any of these holds"
        case .atLeast(let count): "at least \(count) of these hold"
        case .atMost(let count): "at most \(count) of these hold"
        }
    }

    func add(_ group: Circe.Group, to page: inout Lines, level: Int, index: Index) {
        for demographics in group.demographics {
            let words = demographics.attributes.map { sentence($0) }
            page.add(
                "- the person: " + (words.isEmpty ? "anyone" : words.joined(separator: "; ")),
                level: level)
        }
        for member in group.criteria { add(member, to: &page, level: level, index: index) }
        for nested in group.groups {
            page.add("- \(phrase(nested)):", level: level)
            add(nested, to: &page, level: level + 1, index: index)
        }
    }

    private func add(
        _ member: Circe.CorrelatedCriterion, to page: inout Lines, level: Int, index: Index
    ) {
        var words = "- \(amount(member)) \(record(member.criterion))"
        words += window(member.startWindow, index: index, subject: "whose")
        if let end = member.endWindow {
            words += " and" + window(end, index: index, subject: "whose")
        }
        if member.restrictVisit { words += ", in the same visit as the index event" }
        if member.ignoreObservationPeriod {
            words += ", inside the observation period or not"
        }
        page.add(words, level: level)
        details(member.criterion, to: &page, level: level + 1)
    }

    private func amount(_ member: Circe.CorrelatedCriterion) -> String {
        let occurrence = member.occurrence
        let count = occurrence.count
        let bound =
            switch occurrence.kind {
            case .exactly: count == 0 ? "no" : "exactly \(count)"
            case .atMost: "at most \(count)"
            case .atLeast: "at least \(count)"
            }
        guard occurrence.isDistinct else { return bound }
        return "\(bound) different \((occurrence.column ?? .concept).plural) among"
    }

    private func window(_ window: Circe.Window, index: Index, subject: String) -> String {
        let date = window.useEventEnd ? "end" : "start"
        let from = window.useIndexEnd ? index.end : index.start
        return switch (window.start.days, window.end.days) {
        case (nil, nil):
            // Two open sides bound nothing, whichever way they point.
            " \(subject) \(date) lies anywhere"
        case (nil, _): " \(subject) \(date) lies on or before \(point(window.end, from))"
        case (_, nil): " \(subject) \(date) lies on or after \(point(window.start, from))"
        case (_, _):
            point(window.start, from) == point(window.end, from)
                ? " \(subject) \(date) lies on \(point(window.start, from))"
                : " \(subject) \(date) lies from \(point(window.start, from)) to "
                    + point(window.end, from)
        }
    }

    private func point(_ endpoint: Circe.Endpoint, _ from: String) -> String {
        let days = (endpoint.days ?? 0) * endpoint.coefficient
        if days == 0 { return from }
        return "\(Prose.days(abs(days))) \(days < 0 ? "before" : "after") \(from)"
    }

    /// A criterion of its own with everything that hangs on it.
    func add(_ criterion: Circe.Criterion, to page: inout Lines, level: Int) {
        page.add("- a \(record(criterion))", level: level)
        details(criterion, to: &page, level: level + 1)
    }

    /// The kind of record and the concepts it is of.
    private func record(_ criterion: Circe.Criterion) -> String {
        var words = criterion.table.name.replacing("_", with: " ")
        if let set = criterion.conceptSet { words += " of \(name(ofSet: set))" }
        if let set = criterion.sourceConceptSet {
            words += " with a source concept of \(name(ofSet: set))"
        }
        if criterion.isFirst { words += ", the person's first such record" }
        return words
    }

    private func details(_ criterion: Circe.Criterion, to page: inout Lines, level: Int) {
        for attribute in criterion.attributes {
            page.add("with \(sentence(attribute))", level: level)
        }
        if let adjustment = criterion.dateAdjustment {
            page.add("its dates moved: \(Prose.adjustment(adjustment))", level: level)
        }
        if let group = criterion.correlated, !group.isEmpty {
            page.add("and of that record \(phrase(group)):", level: level)
            add(group, to: &page, level: level + 1, index: .record)
        }
    }
}

extension Circe.Column {
    fileprivate var plural: String {
        switch self {
        case .concept: "concepts"
        case .startDate: "start dates"
        case .endDate: "end dates"
        case .visit: "visits"
        case .visitDetail: "visit details"
        case .duration: "durations"
        case .quantity: "quantities"
        case .daysSupply: "days of supply"
        case .refills: "numbers of refills"
        case .rangeLow: "lower limits"
        case .rangeHigh: "upper limits"
        case .valueNumber: "values"
        case .unit: "units"
        case .gapDays: "days of gaps"
        case .eraOccurrences: "numbers of records"
        }
    }
}
