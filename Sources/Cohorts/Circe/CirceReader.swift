// SPDX-License-Identifier: Apache-2.0
import Records

/// Reads Circe's JSON: every key is either understood or refused with its path.
struct CirceReader {
    /// What was wrong, before its line is looked up.
    struct Fault: Error {
        var path: [StrictJSON.Step]
        /// Nil: the construct is not supported.
        var expected: String?

        func located(in source: [UInt8]) -> CirceError {
            at(line: StrictJSON.line(of: path, in: source, limits: CirceDefinition.limits))
        }

        /// The same where the line is known.
        func at(line: Int) -> CirceError {
            guard let expected else { return .unsupported(line: line, path: text) }
            return .malformed(line: line, path: text, expected: expected)
        }

        private var text: String {
            path.reduce(into: "") { text, step in
                switch step {
                case .key(let key): text += text.isEmpty ? key : ".\(key)"
                case .index(let index): text += "[\(index)]"
                }
            }
        }
    }

    private(set) var path: [StrictJSON.Step] = []

    func fault(_ expected: String?) -> Fault { Fault(path: path, expected: expected) }

    /// Reads what lies under a key.
    mutating func under<Result>(
        _ key: String, _ body: (inout CirceReader) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        path.append(.key(key))
        let result = try body(&self)
        path.removeLast()
        return result
    }
}

// MARK: - Values

extension CirceReader {
    /// Calls for each member that is stated; null is as good as absent.
    mutating func members(
        _ value: StrictJSON,
        _ body: (inout CirceReader, String, StrictJSON) throws(Fault) -> Void
    ) throws(Fault) {
        guard case .object(let members) = value else { throw fault("an object") }
        for member in members where member.value != .null {
            path.append(.key(member.key))
            try body(&self, member.key, member.value)
            path.removeLast()
        }
    }

    mutating func array<Element>(
        _ value: StrictJSON, _ body: (inout CirceReader, StrictJSON) throws(Fault) -> Element
    ) throws(Fault) -> [Element] {
        guard case .array(let elements) = value else { throw fault("a list") }
        var result: [Element] = []
        result.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            path.append(.index(index))
            result.append(try body(&self, element))
            path.removeLast()
        }
        return result
    }

    func string(_ value: StrictJSON) throws(Fault) -> String {
        guard case .string(let text) = value else { throw fault("a text") }
        return text
    }

    func flag(_ value: StrictJSON) throws(Fault) -> Bool {
        guard case .bool(let flag) = value else { throw fault("true or false") }
        return flag
    }

    func number(_ value: StrictJSON) throws(Fault) -> Double {
        guard case .number(let number) = value else { throw fault("a number") }
        return number
    }

    /// A whole number that fits 32 bits, as all of Circe's do.
    func integer(_ value: StrictJSON) throws(Fault) -> Int {
        guard case .number(let number) = value, let integer = Int32(exactly: number) else {
            throw fault("a whole number")
        }
        return Int(integer)
    }

    /// A day such as `2020-01-31`; nil where the text is empty, which editors leave behind.
    func day(_ value: StrictJSON) throws(Fault) -> CivilDay? {
        let text = try string(value)
        if text.isEmpty { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            .map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let found = CivilDay(year: year, month: month, day: day)
        else { throw fault("a day such as 2020-01-31") }
        return found
    }

    func comparison(_ value: StrictJSON) throws(Fault) -> Circe.Comparison {
        guard let found = Circe.Comparison(rawValue: try string(value)) else {
            throw fault(
                "one of " + Circe.Comparison.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return found
    }

    mutating func numericRange(_ value: StrictJSON) throws(Fault) -> Circe.NumericRange {
        var comparison: Circe.Comparison?
        var range = Circe.NumericRange(.equal, nil)
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "Op": comparison = try reader.comparison(value)
            case "Value": range.value = try reader.number(value)
            case "Extent": range.extent = try reader.number(value)
            default: throw reader.fault(nil)
            }
        }
        guard let comparison else { throw fault("Op") }
        range.comparison = comparison
        return range
    }

    mutating func dateRange(_ value: StrictJSON) throws(Fault) -> Circe.DateRange {
        var comparison: Circe.Comparison?
        var range = Circe.DateRange(.equal, nil)
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "Op": comparison = try reader.comparison(value)
            case "Value": range.value = try reader.day(value)
            case "Extent": range.extent = try reader.day(value)
            default: throw reader.fault(nil)
            }
        }
        guard let comparison else { throw fault("Op") }
        range.comparison = comparison
        return range
    }

    mutating func textFilter(_ value: StrictJSON) throws(Fault) -> Circe.TextFilter {
        var filter: Circe.TextFilter?
        var text: String?
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "Op":
                let name = try reader.string(value)
                let isNegated = name.hasPrefix("!")
                let match = Circe.TextFilter.Match(
                    rawValue: String(isNegated ? name.dropFirst() : name[...]))
                guard let match else {
                    throw reader.fault("eq, startsWith, contains or endsWith, with ! for not")
                }
                filter = Circe.TextFilter(match, nil, isNegated: isNegated)
            case "Text": text = try reader.string(value)
            default: throw reader.fault(nil)
            }
        }
        guard var filter else { throw fault("Op") }
        filter.text = text
        return filter
    }

    mutating func period(_ value: StrictJSON) throws(Fault) -> Circe.Period {
        var period = Circe.Period()
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "StartDate": period.start = try reader.day(value)
            case "EndDate": period.end = try reader.day(value)
            default: throw reader.fault(nil)
            }
        }
        return period
    }

    /// `{CodesetId, IsExclusion}`; nil where no set is named, which asks nothing.
    mutating func selection(_ value: StrictJSON) throws(Fault) -> Circe.Test? {
        var id: Int?
        var isExcluded = false
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "CodesetId": id = try reader.integer(value)
            case "IsExclusion": isExcluded = try reader.flag(value)
            default: throw reader.fault(nil)
            }
        }
        return id.map { .conceptSet($0, isExcluded: isExcluded) }
    }

    /// A concept as the vocabulary describes it; only its number has a meaning for the cohort.
    mutating func concept(_ value: StrictJSON) throws(Fault) -> ConceptEntry {
        guard case .object(let members) = value else { throw fault("a concept") }
        var id: UInt32?
        var entry = ConceptEntry(id: 0, name: "")
        for member in members {
            switch (member.key, member.value) {
            case ("CONCEPT_ID", .number(let number)): id = UInt32(exactly: number)
            case ("CONCEPT_NAME", .string(let text)): entry.name = text
            case ("DOMAIN_ID", .string(let text)): entry.domain = text
            case ("VOCABULARY_ID", .string(let text)): entry.vocabulary = text
            case ("CONCEPT_CLASS_ID", .string(let text)): entry.conceptClass = text
            case ("STANDARD_CONCEPT", .string(let text)): entry.standard = text
            case ("CONCEPT_CODE", .string(let text)): entry.code = text
            case ("INVALID_REASON", .string(let text)): entry.invalidReason = text
            default: continue
            }
        }
        guard let id else { throw fault("a concept with a number in CONCEPT_ID") }
        entry.id = id
        return entry
    }
}
