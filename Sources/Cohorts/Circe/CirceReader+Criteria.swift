// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceReader {
    /// A criterion under its domain's key, such as `{"Death": {…}}`.
    mutating func criterion(_ value: StrictJSON) throws(Fault) -> Circe.Criterion {
        guard case .object(let members) = value, members.count == 1, let member = members.first
        else { throw fault("one criterion under the name of its domain") }
        return try under(member.key) { reader throws(Fault) in
            guard let keys = CirceKeys.byDomain[member.key] else { throw reader.fault(nil) }
            return try reader.criterion(member.value, keys)
        }
    }

    private mutating func criterion(
        _ value: StrictJSON, _ keys: CirceKeys
    ) throws(Fault) -> Circe.Criterion {
        var criterion = Circe.Criterion(keys.table)
        var attributes = AttributeReading(keys.keys)
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "First" where keys.hasFirst: criterion.isFirst = try reader.flag(value)
            case "CorrelatedCriteria": criterion.correlated = try reader.group(value)
            case "DateAdjustment": criterion.dateAdjustment = try reader.dateAdjustment(value)
            case keys.conceptSet: criterion.conceptSet = try reader.integer(value)
            case keys.sourceConceptSet: criterion.sourceConceptSet = try reader.integer(value)
            default:
                guard try attributes.take(key, value, &reader) else { throw reader.fault(nil) }
            }
        }
        criterion.attributes = attributes.result()
        return criterion
    }

    mutating func demographics(_ value: StrictJSON) throws(Fault) -> Circe.Demographics {
        var attributes = AttributeReading(CirceKeys.demographics)
        try members(value) { reader, key, value throws(Fault) in
            guard try attributes.take(key, value, &reader) else { throw reader.fault(nil) }
        }
        return Circe.Demographics(attributes: attributes.result())
    }

    private mutating func dateAdjustment(
        _ value: StrictJSON
    ) throws(Fault) -> Circe.DateAdjustment {
        var adjustment = Circe.DateAdjustment()
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "StartWith": adjustment.startWith = try reader.adjustedField(value)
            case "StartOffset": adjustment.startOffset = try reader.integer(value)
            case "EndWith": adjustment.endWith = try reader.adjustedField(value)
            case "EndOffset": adjustment.endOffset = try reader.integer(value)
            default: throw reader.fault(nil)
            }
        }
        return adjustment
    }

    private func adjustedField(_ value: StrictJSON) throws(Fault) -> Circe.DateField {
        switch try string(value) {
        case "START_DATE": return .start
        case "END_DATE": return .end
        default: throw fault("START_DATE or END_DATE")
        }
    }

    mutating func group(_ value: StrictJSON) throws(Fault) -> Circe.Group {
        var group = Circe.Group(.all)
        var kind: String?
        var count: Int?
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "Type": kind = try reader.string(value)
            case "Count": count = try reader.integer(value)
            case "CriteriaList":
                group.criteria = try reader.array(value) { reader, value throws(Fault) in
                    try reader.correlated(value)
                }
            case "DemographicCriteriaList":
                group.demographics = try reader.array(value) { reader, value throws(Fault) in
                    try reader.demographics(value)
                }
            case "Groups":
                group.groups = try reader.array(value) { reader, value throws(Fault) in
                    try reader.group(value)
                }
            default: throw reader.fault(nil)
            }
        }
        switch (kind?.uppercased(), count) {
        case ("ALL", _): group.kind = .all
        case ("ANY", _): group.kind = .any
        case ("AT_LEAST", let count?): group.kind = .atLeast(count)
        case ("AT_MOST", let count?): group.kind = .atMost(count)
        case (nil, _) where group.isEmpty: group.kind = .all
        default: throw fault("Type ALL or ANY, or AT_LEAST or AT_MOST with a Count")
        }
        return group
    }

    private mutating func correlated(
        _ value: StrictJSON
    ) throws(Fault) -> Circe.CorrelatedCriterion {
        var criterion: Circe.Criterion?
        var start: Circe.Window?
        var end: Circe.Window?
        var occurrence: Circe.Occurrence?
        var restrictVisit = false
        var ignoreObservationPeriod = false
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "Criteria": criterion = try reader.criterion(value)
            case "StartWindow": start = try reader.window(value, eventEnd: false)
            case "EndWindow": end = try reader.window(value, eventEnd: true)
            case "Occurrence": occurrence = try reader.occurrence(value)
            case "RestrictVisit": restrictVisit = try reader.flag(value)
            case "IgnoreObservationPeriod": ignoreObservationPeriod = try reader.flag(value)
            default: throw reader.fault(nil)
            }
        }
        guard let criterion, let start, let occurrence else {
            throw fault("Criteria, StartWindow and Occurrence")
        }
        if let column = occurrence.column, !column.isKnown(criterion.table) {
            try under("Occurrence") { reader throws(Fault) in
                try reader.under("CountColumn") { reader throws(Fault) in throw reader.fault(nil) }
            }
        }
        return Circe.CorrelatedCriterion(
            criterion: criterion, startWindow: start, endWindow: end, occurrence: occurrence,
            restrictVisit: restrictVisit, ignoreObservationPeriod: ignoreObservationPeriod)
    }

    /// - Parameter eventEnd: which date of the record a window of this role looks at where it does
    ///   not say; older definitions leave it out.
    private mutating func window(
        _ value: StrictJSON, eventEnd: Bool
    ) throws(Fault) -> Circe.Window {
        var start: Circe.Endpoint?
        var end: Circe.Endpoint?
        var useIndexEnd = false
        var useEventEnd = eventEnd
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "Start": start = try reader.endpoint(value)
            case "End": end = try reader.endpoint(value)
            case "UseIndexEnd": useIndexEnd = try reader.flag(value)
            case "UseEventEnd": useEventEnd = try reader.flag(value)
            default: throw reader.fault(nil)
            }
        }
        guard let start, let end else { throw fault("Start and End") }
        return Circe.Window(
            start: start, end: end, useIndexEnd: useIndexEnd, useEventEnd: useEventEnd)
    }

    private mutating func endpoint(_ value: StrictJSON) throws(Fault) -> Circe.Endpoint {
        var days: Int?
        var coefficient: Int?
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "Days": days = try reader.integer(value)
            case "Coeff": coefficient = try reader.integer(value)
            default: throw reader.fault(nil)
            }
        }
        guard let coefficient, abs(coefficient) == 1, abs(days ?? 0) < 1 << 24 else {
            throw fault("Coeff of -1 or 1, and a number of Days or none")
        }
        return Circe.Endpoint(days: days, coefficient: coefficient)
    }

    private mutating func occurrence(_ value: StrictJSON) throws(Fault) -> Circe.Occurrence {
        var kind: Circe.Occurrence.Kind?
        var occurrence = Circe.Occurrence(.atLeast, 0)
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "Type":
                kind = Circe.Occurrence.Kind(rawValue: try reader.integer(value))
                guard kind != nil else { throw reader.fault("0, 1 or 2") }
            case "Count": occurrence.count = try reader.integer(value)
            case "IsDistinct": occurrence.isDistinct = try reader.flag(value)
            case "CountColumn":
                occurrence.column = Circe.Column(rawValue: try reader.string(value))
                guard occurrence.column != nil else { throw reader.fault(nil) }
            default: throw reader.fault(nil)
            }
        }
        guard let kind else { throw fault("Type and Count") }
        occurrence.kind = kind
        return occurrence
    }
}

/// The attributes of one criterion while its keys arrive in any order.
private struct AttributeReading {
    private let keys: [CirceKeys.Key]
    private var tests: [Circe.Test?]
    private var exclusions: Set<String> = []

    init(_ keys: [CirceKeys.Key]) {
        self.keys = keys
        tests = Array(repeating: nil, count: keys.count)
    }

    /// False where the key belongs to no attribute.
    mutating func take(
        _ key: String, _ value: StrictJSON, _ reader: inout CirceReader
    ) throws(CirceReader.Fault) -> Bool {
        if let index = keys.firstIndex(where: { $0.name == key }) {
            tests[index] = try read(keys[index].form, value, &reader)
            return true
        }
        guard keys.contains(where: { $0.form == .concepts(excluding: key) }) else { return false }
        if try reader.flag(value) { exclusions.insert(key) }
        return true
    }

    private func read(
        _ form: CirceKeys.Form, _ value: StrictJSON, _ reader: inout CirceReader
    ) throws(CirceReader.Fault) -> Circe.Test? {
        switch form {
        case .dates: return .dates(try reader.dateRange(value))
        case .numbers: return .numbers(try reader.numericRange(value))
        case .text: return .text(try reader.textFilter(value))
        case .selection: return try reader.selection(value)
        case .conceptSet: return .conceptSet(try reader.integer(value), isExcluded: false)
        case .flag: return try reader.flag(value) ? .holds : nil
        case .period:
            let period = try reader.period(value)
            return period.isOpen ? nil : .period(period)
        case .concepts:
            let concepts = try reader.array(value) { reader, value throws(CirceReader.Fault) in
                try reader.concept(value)
            }
            return .concepts(concepts, isExcluded: false)
        }
    }

    func result() -> [Circe.Attribute] {
        zip(keys, tests).compactMap { key, test in
            guard var test else { return nil }
            if case .concepts(let concepts, _) = test, case .concepts(let flag?) = key.form {
                test = .concepts(concepts, isExcluded: exclusions.contains(flag))
            }
            return Circe.Attribute(key.field, test)
        }
    }
}
