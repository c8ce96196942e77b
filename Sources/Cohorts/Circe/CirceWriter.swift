// SPDX-License-Identifier: Apache-2.0
import Records

/// Writes an expression in Circe's JSON, with the keys ATLAS uses.
enum CirceWriter {
    static func text(_ expression: CirceExpression) -> String {
        var text = ""
        write(document(expression), to: &text)
        return text
    }

    private typealias Members = [(key: String, value: StrictJSON)]

    private static func document(_ expression: CirceExpression) -> StrictJSON {
        var members: Members = []
        if let title = expression.title { members.append(("Title", .string(title))) }
        if let range = expression.modelVersions {
            members.append(("cdmVersionRange", .string(range)))
        }
        let primary = expression.primary
        members.append(
            (
                "PrimaryCriteria",
                object([
                    ("CriteriaList", .array(primary.criteria.map(criterion))),
                    (
                        "ObservationWindow",
                        object([
                            ("PriorDays", number(primary.priorDays)),
                            ("PostDays", number(primary.postDays)),
                        ])
                    ),
                    ("PrimaryCriteriaLimit", limit(primary.limit)),
                ])
            ))
        members.append(("ConceptSets", .array(expression.conceptSets.map(conceptSet))))
        if let additional = expression.additional {
            members.append(("AdditionalCriteria", group(additional)))
        }
        members.append(("QualifiedLimit", limit(expression.qualifiedLimit)))
        members.append(("ExpressionLimit", limit(expression.expressionLimit)))
        members.append(("InclusionRules", .array(expression.inclusionRules.map(inclusionRule))))
        if let strategy = expression.endStrategy {
            members.append(("EndStrategy", endStrategy(strategy)))
        }
        members.append(("CensoringCriteria", .array(expression.censoring.map(criterion))))
        members.append(
            (
                "CollapseSettings",
                object([
                    ("CollapseType", .string("ERA")), ("EraPad", number(expression.eraPad)),
                ])
            ))
        members.append(("CensorWindow", period(expression.censorWindow)))
        return object(members)
    }

    // MARK: - Criteria

    private static func criterion(_ criterion: Circe.Criterion) -> StrictJSON {
        guard let keys = CirceKeys.byTable[criterion.table] else { return .null }
        var members: Members = []
        if let id = criterion.conceptSet, let key = keys.conceptSet {
            members.append((key, number(id)))
        }
        if let id = criterion.sourceConceptSet, let key = keys.sourceConceptSet {
            members.append((key, number(id)))
        }
        if criterion.isFirst { members.append(("First", .bool(true))) }
        members += criterion.attributes.flatMap { attribute($0, keys.keys) }
        if let adjustment = criterion.dateAdjustment {
            members.append(("DateAdjustment", dateAdjustment(adjustment)))
        }
        if let correlated = criterion.correlated {
            members.append(("CorrelatedCriteria", group(correlated)))
        }
        return object([(keys.domain, object(members))])
    }

    private static func attribute(_ attribute: Circe.Attribute, _ keys: [CirceKeys.Key]) -> Members
    {
        let key = keys.first {
            $0.field == attribute.field && suits(attribute.test, $0.form)
        }
        guard let key else { return [] }
        var members: Members = [(key.name, test(attribute.test, key.form))]
        if case .concepts(_, isExcluded: true) = attribute.test,
            case .concepts(let flag?) = key.form
        {
            members.append((flag, .bool(true)))
        }
        return members
    }

    private static func suits(_ test: Circe.Test, _ form: CirceKeys.Form) -> Bool {
        switch (test, form) {
        case (.dates, .dates), (.numbers, .numbers), (.concepts, .concepts), (.text, .text),
            (.conceptSet, .selection), (.conceptSet, .conceptSet), (.period, .period),
            (.holds, .flag):
            true
        default: false
        }
    }

    private static func test(_ test: Circe.Test, _ form: CirceKeys.Form) -> StrictJSON {
        switch test {
        case .dates(let range):
            return comparison(
                range.comparison, range.value.map(day), range.extent.map(day))
        case .numbers(let range):
            return comparison(
                range.comparison, range.value.map { .number($0) },
                range.extent.map { .number($0) })
        case .concepts(let concepts, _): return .array(concepts.map(concept))
        case .conceptSet(let id, let isExcluded):
            guard form == .selection else { return number(id) }
            return object([("CodesetId", number(id)), ("IsExclusion", .bool(isExcluded))])
        case .text(let filter):
            var members: Members = [
                ("Op", .string((filter.isNegated ? "!" : "") + filter.match.rawValue))
            ]
            if let text = filter.text { members.append(("Text", .string(text))) }
            return object(members)
        case .period(let value): return period(value)
        case .holds: return .bool(true)
        }
    }

    private static func comparison(
        _ comparison: Circe.Comparison, _ value: StrictJSON?, _ extent: StrictJSON?
    ) -> StrictJSON {
        var members: Members = []
        if let value { members.append(("Value", value)) }
        members.append(("Op", .string(comparison.rawValue)))
        if let extent { members.append(("Extent", extent)) }
        return object(members)
    }

    private static func dateAdjustment(_ adjustment: Circe.DateAdjustment) -> StrictJSON {
        func field(_ field: Circe.DateField) -> StrictJSON {
            .string(field == .start ? "START_DATE" : "END_DATE")
        }
        return object([
            ("StartWith", field(adjustment.startWith)),
            ("StartOffset", number(adjustment.startOffset)),
            ("EndWith", field(adjustment.endWith)),
            ("EndOffset", number(adjustment.endOffset)),
        ])
    }

    private static func group(_ group: Circe.Group) -> StrictJSON {
        var members: Members = []
        switch group.kind {
        case .all: members.append(("Type", .string("ALL")))
        case .any: members.append(("Type", .string("ANY")))
        case .atLeast(let count):
            members += [("Type", .string("AT_LEAST")), ("Count", number(count))]
        case .atMost(let count):
            members += [("Type", .string("AT_MOST")), ("Count", number(count))]
        }
        members.append(("CriteriaList", .array(group.criteria.map(correlated))))
        members.append(
            (
                "DemographicCriteriaList",
                .array(
                    group.demographics.map {
                        object($0.attributes.flatMap { attribute($0, CirceKeys.demographics) })
                    })
            ))
        members.append(("Groups", .array(group.groups.map(Self.group))))
        return object(members)
    }

    private static func correlated(_ correlated: Circe.CorrelatedCriterion) -> StrictJSON {
        let occurrence = correlated.occurrence
        var counted: Members = [
            ("Type", number(occurrence.kind.rawValue)), ("Count", number(occurrence.count)),
            ("IsDistinct", .bool(occurrence.isDistinct)),
        ]
        if let column = occurrence.column {
            counted.append(("CountColumn", .string(column.rawValue)))
        }
        var members: Members = [
            ("Criteria", criterion(correlated.criterion)),
            ("StartWindow", window(correlated.startWindow)),
        ]
        if let end = correlated.endWindow { members.append(("EndWindow", window(end))) }
        members += [
            ("RestrictVisit", .bool(correlated.restrictVisit)),
            ("IgnoreObservationPeriod", .bool(correlated.ignoreObservationPeriod)),
            ("Occurrence", object(counted)),
        ]
        return object(members)
    }

    private static func window(_ window: Circe.Window) -> StrictJSON {
        func endpoint(_ endpoint: Circe.Endpoint) -> StrictJSON {
            var members: Members = []
            if let days = endpoint.days { members.append(("Days", number(days))) }
            members.append(("Coeff", number(endpoint.coefficient)))
            return object(members)
        }
        return object([
            ("Start", endpoint(window.start)), ("End", endpoint(window.end)),
            ("UseIndexEnd", .bool(window.useIndexEnd)),
            ("UseEventEnd", .bool(window.useEventEnd)),
        ])
    }

    // MARK: - The rest

    private static func conceptSet(_ set: Circe.ConceptSet) -> StrictJSON {
        let items = set.items.map { item in
            object([
                ("concept", concept(item.concept)), ("isExcluded", .bool(item.isExcluded)),
                ("includeDescendants", .bool(item.includesDescendants)),
                ("includeMapped", .bool(item.includesMapped)),
            ])
        }
        return object([
            ("id", number(set.id)), ("name", .string(set.name)),
            ("expression", object([("items", .array(items))])),
        ])
    }

    private static func concept(_ entry: ConceptEntry) -> StrictJSON {
        let texts = [
            ("CONCEPT_NAME", entry.name), ("STANDARD_CONCEPT", entry.standard),
            ("INVALID_REASON", entry.invalidReason), ("CONCEPT_CODE", entry.code),
            ("DOMAIN_ID", entry.domain), ("VOCABULARY_ID", entry.vocabulary),
            ("CONCEPT_CLASS_ID", entry.conceptClass),
        ]
        var members: Members = [("CONCEPT_ID", number(Int(entry.id)))]
        for (key, text) in texts where !text.isEmpty { members.append((key, .string(text))) }
        return object(members)
    }

    private static func inclusionRule(_ rule: Circe.InclusionRule) -> StrictJSON {
        var members: Members = [("name", .string(rule.name))]
        if let description = rule.description {
            members.append(("description", .string(description)))
        }
        members.append(("expression", group(rule.expression)))
        return object(members)
    }

    private static func endStrategy(_ strategy: Circe.EndStrategy) -> StrictJSON {
        switch strategy {
        case .offset(let field, let days):
            return object([
                (
                    "DateOffset",
                    object([
                        ("DateField", .string(field.rawValue)), ("Offset", number(days)),
                    ])
                )
            ])
        case .drugEra(let set, let gapDays, let offset, let daysSupply):
            var members: Members = [
                ("DrugCodesetId", number(set)), ("GapDays", number(gapDays)),
                ("Offset", number(offset)),
            ]
            if let daysSupply { members.append(("DaysSupplyOverride", number(daysSupply))) }
            return object([("CustomEra", object(members))])
        }
    }

    private static func limit(_ limit: Circe.Limit) -> StrictJSON {
        object([("Type", .string(limit.rawValue))])
    }

    private static func period(_ period: Circe.Period) -> StrictJSON {
        var members: Members = []
        if let start = period.start { members.append(("StartDate", day(start))) }
        if let end = period.end { members.append(("EndDate", day(end))) }
        return object(members)
    }

    private static func object(_ members: Members) -> StrictJSON {
        .object(members.map { StrictJSON.Member(key: $0.key, value: $0.value) })
    }

    private static func number(_ number: Int) -> StrictJSON { .number(Double(number)) }

    private static func day(_ day: CivilDay) -> StrictJSON {
        let parts = day.parts
        func padded(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return .string(
            "\(padded(parts.year, 4))-\(padded(parts.month, 2))-\(padded(parts.day, 2))")
    }
}

// MARK: - Text

extension CirceWriter {
    private static func write(_ value: StrictJSON, to text: inout String) {
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .number(let number):
            if let integer = Int(exactly: number) {
                text += String(integer)
            } else {
                text += String(number)
            }
        case .string(let string): write(string, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                write(element, to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                write(member.key, to: &text)
                text += ":"
                write(member.value, to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
            text += string
        } else {
            for scalar in string.unicodeScalars {
                switch scalar {
                case "\"": text += "\\\""
                case "\\": text += "\\\\"
                case "\u{0}"..<" ":
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
