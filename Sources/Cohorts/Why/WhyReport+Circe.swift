// SPDX-License-Identifier: Apache-2.0
import Records
package import Timelines

extension WhyReport {
    /// Explains a Circe definition for one subject; the index must be in the directory.
    ///
    /// Where a subject has several entry events, the one that meets most rules is told of; ties
    /// go to the earliest.
    /// - Parameter enabled: inclusion rules that are switched on; nil for all.
    /// - Throws: `unfinished` where a condition has no value to compare to.
    /// - Complexity: O(events of the subject · criteria).
    package init(
        _ expression: CirceExpression, subject: Int, store: TimelineStore, concepts: ConceptStore,
        enabled: Set<Int>? = nil
    ) throws(CirceError) {
        let source = SubjectSource(subject, of: store, concepts: concepts)
        var explainer = try CirceExplainer(expression, source, enabled: enabled)
        self = explainer.report()
    }
}

/// Explains a definition over a source of one subject.
struct CirceExplainer {
    let expression: CirceExpression
    let source: SubjectSource
    let prose: CirceProse
    var engine: CirceEngine<SubjectSource>
    private let result: CirceResult
    private let enabled: [Bool]

    init(
        _ expression: CirceExpression, _ source: SubjectSource, enabled: Set<Int>?
    ) throws(CirceError) {
        self.expression = expression
        self.source = source
        prose = CirceProse(expression)
        engine = CirceEngine(source)
        result = try engine.run(expression)
        self.enabled = expression.inclusionRules.indices.map { enabled?.contains($0) ?? true }
    }

    mutating func report() -> WhyReport {
        var bare = expression
        bare.additional = nil
        let primary = engine.qualifiedEvents(bare)
        guard primary.count > 0 else { return withoutEntry() }
        let qualified = engine.qualifiedEvents(expression)
        let isQualified = qualified.count > 0
        let event = isQualified ? best(of: qualified) : primary.chosen([0])
        var rules = [entry(event, of: primary.count)]
        if let additional = expression.additional {
            rules.append(
                rule("Further conditions on the entry event", additional, event, isOn: true))
        }
        for (number, rule) in expression.inclusionRules.enumerated() {
            let name = rule.name.isEmpty ? "Rule \(number + 1)" : rule.name
            var told = self.rule(name, rule.expression, event, isOn: enabled[number])
            told.position = number
            rules.append(told)
        }
        var report = WhyReport(rules)
        let isMember = result.cohort(enabled: enabled).entries > 0
        if report.isMember, !isMember {
            report.summary =
                "Not in the cohort: every rule that is switched on is met, but no day in the "
                + "cohort is left between entry, exit and the calendar days asked for."
        }
        if !report.isMember, isMember {
            report.summary = "In the cohort, by another entry event than the one told of here."
        }
        report.isMember = isMember
        return report
    }

    /// The event that meets most of the rules that are on, the earliest of several.
    private func best(of qualified: CirceEvents) -> CirceEvents {
        func met(_ position: Int) -> Int {
            zip(result.rulesMet(by: position), enabled).count { $0.0 && $0.1 }
        }
        var best = 0
        for position in 0..<qualified.count {
            let (own, other) = (met(position), met(best))
            let isEarlier = qualified.start[position] < qualified.start[best]
            if own > other || own == other && isEarlier { best = position }
        }
        return qualified.chosen([best])
    }

    private mutating func entry(_ event: CirceEvents, of count: Int) -> WhyReport.Rule {
        var fired: [WhyReport.Mention] = []
        for criterion in expression.primary.criteria {
            let records = engine.records(criterion)
            for index in 0..<records.count where records.start[index] == event.start[0] {
                if let mention = mention(criterion.table, records, index, event, "") {
                    fired.append(mention)
                }
            }
        }
        return WhyReport.Rule(
            name: "Entry event", isMet: true, isOn: true,
            reason: count == 1
                ? "There is one entry event; it starts on day 0."
                : "There are \(count) entry events; the one told of starts on day 0.",
            fired: Array(fired.prefix(WhyReport.mentionLimit)), nearMisses: [])
    }

    /// Day 0 is the first event of all where there is no entry event to count from.
    private mutating func withoutEntry() -> WhyReport {
        var near: [NearMiss] = []
        var found = 0
        let primary = expression.primary
        for criterion in primary.criteria {
            let records = engine.records(criterion)
            found += records.count
            for index in 0..<records.count {
                let need = [
                    primary.priorDays > 0 ? "\(WhyWords.days(primary.priorDays)) before" : nil,
                    primary.postDays > 0 ? "\(WhyWords.days(primary.postDays)) after" : nil,
                ].compactMap { $0 }
                let note =
                    need.isEmpty
                    ? "in no observation period"
                    : "no observation period holds it with " + need.joined(separator: " and ")
                        + " it"
                guard let mention = mention(criterion.table, records, index, nil, note) else {
                    continue
                }
                near.append(NearMiss(mention: mention, distance: 0))
            }
            near += faults(of: criterion, besides: records, nil).map(\.miss)
        }
        let reason =
            found == 0
            ? "No record meets the entry criteria."
            : "\(found) \(found == 1 ? "record meets" : "records meet") the entry criteria, none "
                + "within an observation period that reaches far enough."
        return WhyReport(
            isMember: false, summary: "Not in the cohort: there is no entry event.",
            rules: [
                WhyReport.Rule(
                    name: "Entry event", isMet: false, isOn: true,
                    reason: reason + " Days count from the first event of all.", fired: [],
                    nearMisses: NearMiss.nearest(near))
            ])
    }

    private mutating func rule(
        _ name: String, _ group: Circe.Group, _ event: CirceEvents, isOn: Bool
    ) -> WhyReport.Rule {
        var parts = Parts()
        explain(group, event, &parts)
        let asked = prose.phrase(group)
        return WhyReport.Rule(
            name: name, isMet: engine.holds(group, event)[0], isOn: isOn,
            reason: group.isEmpty
                ? "Nothing is asked."
                : "Asked: \(asked). " + parts.reasons.joined(separator: " "),
            fired: Array(parts.fired.prefix(WhyReport.mentionLimit)),
            nearMisses: NearMiss.nearest(parts.near))
    }

    // MARK: - Groups

    /// What the members of a group say.
    struct Parts {
        var reasons: [String] = []
        var fired: [WhyReport.Mention] = []
        var near: [NearMiss] = []
    }

    private mutating func explain(
        _ group: Circe.Group, _ event: CirceEvents, _ parts: inout Parts
    ) {
        for demographics in group.demographics {
            let holds = engine.holds(demographics, event)[0]
            let words = demographics.attributes.map { prose.sentence($0) }
            parts.reasons.append(
                "The person: \(words.joined(separator: "; ")) – \(holds ? "holds" : "does not").")
        }
        for member in group.criteria { explain(member, event, &parts) }
        for nested in group.groups {
            let holds = engine.holds(nested, event)[0]
            parts.reasons.append(
                "Of further conditions, \(prose.phrase(nested)) – \(holds ? "holds" : "does not"):")
            explain(nested, event, &parts)
        }
    }

    private mutating func explain(
        _ member: Circe.CorrelatedCriterion, _ event: CirceEvents, _ parts: inout Parts
    ) {
        let occurrence = member.occurrence
        let column = occurrence.isDistinct ? occurrence.column ?? .concept : nil
        let records = engine.records(member.criterion, distinct: column)
        let window = WhyWindow(member, event)
        var values: Set<Int64> = []
        var counted = 0
        for index in 0..<records.count {
            guard let outside = window.outside(records, index) else {
                counted += 1
                if occurrence.isDistinct, records.distinct[index] != EventAttribute.missing {
                    values.insert(records.distinct[index])
                }
                if let mention = mention(member.criterion.table, records, index, event, "") {
                    parts.fired.append(mention)
                }
                continue
            }
            if let mention = mention(
                member.criterion.table, records, index, event, outside.words)
            {
                parts.near.append(NearMiss(mention: mention, distance: outside.distance))
            }
        }
        for fault in faults(of: member.criterion, besides: records, event)
        where window.outside(fault.records, fault.index) == nil {
            parts.near.append(fault.miss)
        }
        let count = occurrence.isDistinct ? values.count : counted
        let bound =
            switch occurrence.kind {
            case .exactly: "exactly"
            case .atMost: "at most"
            case .atLeast: "at least"
            }
        let kind = occurrence.isDistinct ? " different" : ""
        parts.reasons.append(
            "\(record(member.criterion)): \(count)\(kind) found, \(bound) \(occurrence.count) "
                + "asked for.")
    }

    private func record(_ criterion: Circe.Criterion) -> String {
        let table = criterion.table.name.replacing("_", with: " ")
        let set = criterion.conceptSet ?? criterion.sourceConceptSet
        let words = set.map { "\(table) of \(prose.name(ofSet: $0))" } ?? "any \(table)"
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    func mention(
        _ table: ClinicalTable, _ records: CirceRecords, _ index: Int, _ event: CirceEvents?,
        _ note: String
    ) -> WhyReport.Mention? {
        guard let place = source.place(table, records.record[index]) else { return nil }
        let zero = event.map { Int($0.start[0]) } ?? Int(source.anchor)
        return source.events.mention(place, day: Int(records.start[index]) - zero, note: note)
    }
}
