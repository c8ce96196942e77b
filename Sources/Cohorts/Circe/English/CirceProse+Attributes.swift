// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceProse {
    /// One condition, such as "age from 18 to 75".
    func sentence(_ attribute: Circe.Attribute) -> String {
        let field = attribute.field.words
        return switch attribute.test {
        case .numbers(let range): "\(field) \(Prose.range(range))"
        case .dates(let range): "\(field) \(Prose.range(range))"
        case .concepts(let concepts, let isExcluded):
            concepts.isEmpty
                ? "any \(field)"
                : "\(field) \(isExcluded ? "none of" : "one of") "
                    + concepts.map { $0.name.isEmpty ? "concept \($0.id)" : $0.name }
                    .joined(separator: ", ")
        case .conceptSet(let set, let isExcluded):
            "\(field) \(isExcluded ? "not in" : "in") \(name(ofSet: set))"
        case .text(let filter): "\(field) \(Prose.filter(filter))"
        case .period(let period): "\(field) \(Prose.period(period))"
        case .holds: field
        }
    }
}

/// Numbers, days and ranges in words.
enum Prose {
    static func days(_ count: Int) -> String { count == 1 ? "1 day" : "\(count) days" }

    static func number(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    static func range(_ range: Circe.NumericRange) -> String {
        words(
            range.comparison, range.value.map(number), range.extent.map(number),
            less: "below", greater: "above", equal: "of exactly", at: "of")
    }

    static func range(_ range: Circe.DateRange) -> String {
        words(
            range.comparison, range.value.map(\.iso), range.extent.map(\.iso), less: "before",
            greater: "after", equal: "on", at: "on")
    }

    private static func words(
        _ comparison: Circe.Comparison, _ value: String?, _ extent: String?, less: String,
        greater: String, equal: String, at: String
    ) -> String {
        let value = value ?? "(not filled in)"
        let extent = extent ?? "(not filled in)"
        return switch comparison {
        case .less: "\(less) \(value)"
        case .lessOrEqual: "\(at) \(value) or \(less)"
        case .equal: "\(equal) \(value)"
        case .notEqual: "other than \(value)"
        case .greater: "\(greater) \(value)"
        case .greaterOrEqual: "\(at) \(value) or \(greater)"
        case .between: "from \(value) to \(extent), both included"
        case .notBetween: "outside \(value) to \(extent)"
        }
    }

    static func filter(_ filter: Circe.TextFilter) -> String {
        let text = filter.text.map { "“\($0)”" } ?? "(not filled in)"
        let verb =
            switch filter.match {
            case .equal: filter.isNegated ? "is not" : "is"
            case .startsWith: filter.isNegated ? "does not start with" : "starts with"
            case .contains: filter.isNegated ? "does not contain" : "contains"
            case .endsWith: filter.isNegated ? "does not end with" : "ends with"
            }
        return "that \(verb) \(text)"
    }

    static func period(_ period: Circe.Period) -> String {
        switch (period.start, period.end) {
        case (let start?, let end?): "from \(start.iso) to \(end.iso)"
        case (let start?, nil): "on or after \(start.iso)"
        case (nil, let end?): "on or before \(end.iso)"
        case (nil, nil): "at any time"
        }
    }

    static func adjustment(_ adjustment: Circe.DateAdjustment) -> String {
        func side(_ field: Circe.DateField, _ offset: Int) -> String {
            let from = field == .start ? "its start" : "its end"
            return offset == 0
                ? from
                : "\(days(abs(offset))) \(offset < 0 ? "before" : "after") \(from)"
        }
        return "start at \(side(adjustment.startWith, adjustment.startOffset)), "
            + "end at \(side(adjustment.endWith, adjustment.endOffset))"
    }
}

extension Circe.Field {
    fileprivate var words: String {
        switch self {
        case .startDate: "a start"
        case .endDate: "an end"
        case .type: "record type"
        case .status: "condition status"
        case .stopReason, .stopReasonConcept: "stop reason"
        case .age: "age in the year of the record"
        case .ageAtStart: "age in the year it starts"
        case .ageAtEnd: "age in the year it ends"
        case .gender: "gender"
        case .race: "race"
        case .ethnicity: "ethnicity"
        case .providerSpecialty: "provider's specialty"
        case .visitConcept: "visit"
        case .placeOfService: "place of service"
        case .refills: "refills"
        case .quantity: "quantity"
        case .daysSupply: "days of supply"
        case .route: "route"
        case .effectiveDose: "effective dose"
        case .doseUnit: "dose unit"
        case .lotNumber: "lot number"
        case .modifier: "modifier"
        case .operatorConcept: "operator"
        case .valueNumber: "a value"
        case .valueConcept: "answer"
        case .valueText: "text"
        case .unit: "unit"
        case .rangeLow: "lower limit of normal"
        case .rangeHigh: "upper limit of normal"
        case .rangeLowRatio: "value as a multiple of the lower limit of normal"
        case .rangeHighRatio: "value as a multiple of the upper limit of normal"
        case .abnormal: "a value outside the range of normal"
        case .qualifier: "qualifier"
        case .length: "days from start to end"
        case .deviceID: "device number"
        case .anatomicSite: "anatomic site"
        case .diseaseStatus: "disease status"
        case .sourceID: "source id"
        case .occurrenceCount: "number of records joined"
        case .gapDays: "days of gaps"
        case .doseValue: "dose"
        case .userDefinedPeriod: "its dates cut to"
        case .payer: "payer"
        case .plan: "plan"
        case .sponsor: "sponsor"
        case .payerSource: "payer's source concept"
        case .planSource: "plan's source concept"
        case .sponsorSource: "sponsor's source concept"
        case .stopReasonSource: "stop reason's source concept"
        }
    }
}
