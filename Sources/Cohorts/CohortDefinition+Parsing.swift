// SPDX-License-Identifier: Apache-2.0
import Records

extension CohortDefinition {
    /// Reads a definition strictly: what it does not know it refuses, with the place.
    ///
    /// - Parameter file: what to call the definition in errors; nil where it did not come in one.
    package init(json: [UInt8], file: String? = nil) throws(CohortError) {
        let value: StrictJSON
        do {
            value = try StrictJSON.parse(json)
        } catch {
            throw .notJSON(file: file, line: error.line, expected: error.expected)
        }
        let top = try ObjectReader(
            value, at: Place(file: file, path: ""), keys: ["name", "index", "rules"])
        name = try top.name("name")
        index = try IndexEvent(top.required("index"), at: top.place.key("index"))
        rules = []
        for (position, rule) in try top.array("rules").enumerated() {
            rules.append(try CohortRule(rule, at: top.place.key("rules").element(position)))
        }
    }
}

extension IndexEvent {
    fileprivate init(_ value: StrictJSON, at place: Place) throws(CohortError) {
        let object = try ObjectReader(value, at: place, keys: ["anyOf", "occurrence"])
        anyOf = try object.codes("anyOf")
        occurrence = try object.choice("occurrence", otherwise: .first)
    }
}

extension CohortRule {
    private static let kinds = ["age", "sex", "anchorYear", "anyOf"]
    private static let eventKeys = ["withinDays", "atLeast", "counting", "value", "valueCode"]

    fileprivate init(_ value: StrictJSON, at place: Place) throws(CohortError) {
        let object = try ObjectReader(
            value, at: place, keys: ["name", "not"] + CohortRule.kinds + CohortRule.eventKeys)
        name = try object.name("name")
        isNegated = try object.flag("not")
        let kinds = CohortRule.kinds.filter { object[$0] != nil }
        guard kinds.count == 1 else {
            throw place.expected("exactly one of \"age\", \"sex\", \"anchorYear\" and \"anyOf\"")
        }
        if kinds != ["anyOf"], let key = CohortRule.eventKeys.first(where: { object[$0] != nil }) {
            throw place.key(key).expected("\"\(key)\" only in a rule with \"anyOf\"")
        }
        switch kinds[0] {
        case "age": condition = .age(try object.bounds("age", in: 0...150))
        case "sex": condition = .sex(try object.choice("sex", otherwise: nil))
        case "anchorYear": condition = .anchorYear(try object.bounds("anchorYear", in: 1800...2200))
        default: condition = .event(try EventCondition(object))
        }
    }
}

extension EventCondition {
    fileprivate init(_ object: ObjectReader) throws(CohortError) {
        anyOf = try object.codes("anyOf")
        withinDays = try object.days("withinDays")
        atLeast = try object.integer("atLeast", in: 1...1000) ?? 1
        counting = try object.choice("counting", otherwise: .days)
        value = nil
        if let range = object[present: "value"] {
            value = try ValueRange(range, at: object.place.key("value"))
        }
        valueCode = object[present: "valueCode"] == nil ? [] : try object.codes("valueCode")
        if value != nil && !valueCode.isEmpty {
            throw object.place.key("valueCode").expected(
                "either \"value\" or \"valueCode\", since no event has a number and a code")
        }
    }
}

extension EventCondition.ValueRange {
    fileprivate init(_ value: StrictJSON, at place: Place) throws(CohortError) {
        let object = try ObjectReader(value, at: place, keys: ["min", "max", "unit"])
        bounds = Bounds(min: try object.number("min"), max: try object.number("max"))
        unit = try object.text("unit")
        try place.check(bounds)
    }
}

/// Where in a definition something stands.
private struct Place {
    let file: String?
    let path: String

    func key(_ key: String) -> Place {
        Place(file: file, path: path.isEmpty ? key : "\(path).\(key)")
    }

    func element(_ position: Int) -> Place { Place(file: file, path: "\(path)[\(position)]") }

    func expected(_ what: String) -> CohortError {
        .unexpected(file: file, path: path, expected: what)
    }

    func check(_ bounds: Bounds<some Any>) throws(CohortError) {
        if bounds.min == nil && bounds.max == nil {
            throw expected("\"min\", \"max\" or both")
        }
        if let min = bounds.min, let max = bounds.max, min > max {
            throw expected("a \"min\" that is not above \"max\"")
        }
    }
}

/// An object whose keys are all known, and typed access to its members.
private struct ObjectReader {
    let place: Place
    private let members: [String: StrictJSON]

    init(_ value: StrictJSON, at place: Place, keys: [String]) throws(CohortError) {
        guard case .object(let pairs) = value else {
            throw place.expected(
                "an object with \(keys.map { "\"\($0)\"" }.joined(separator: ", "))")
        }
        for key in pairs.map(\.key) where !keys.contains(key) {
            throw .unknownKey(
                file: place.file, path: place.path, key: String(key.prefix(64)),
                nearest: NearestWord.to(key, among: keys))
        }
        self.place = place
        members = Dictionary(
            pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(key: String) -> StrictJSON? { members[key] }

    /// The member unless it is missing or null.
    subscript(present key: String) -> StrictJSON? {
        members[key].flatMap { $0 == .null ? nil : $0 }
    }

    func required(_ key: String) throws(CohortError) -> StrictJSON {
        guard let value = members[key] else { throw place.expected("\"\(key)\", which is missing") }
        return value
    }

    func array(_ key: String) throws(CohortError) -> [StrictJSON] {
        guard case .array(let elements) = try required(key) else {
            throw place.key(key).expected("an array")
        }
        return elements
    }

    func text(_ key: String) throws(CohortError) -> String? {
        switch self[present: key] {
        case nil: return nil
        case .string(let text): return text
        default: throw place.key(key).expected("a string or null")
        }
    }

    /// Text of one line for people, 1 to 200 characters.
    func name(_ key: String) throws(CohortError) -> String {
        guard case .string(let text) = try required(key), (1...200).contains(text.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw place.key(key).expected("a string of 1 to 200 characters on one line") }
        return text
    }

    func flag(_ key: String) throws(CohortError) -> Bool {
        switch members[key] {
        case nil: return false
        case .bool(let flag): return flag
        default: throw place.key(key).expected("true or false")
        }
    }

    func number(_ key: String) throws(CohortError) -> Double? {
        switch self[present: key] {
        case nil: return nil
        case .number(let number): return number
        default: throw place.key(key).expected("a number or null")
        }
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(CohortError) -> Int? {
        guard let value = self[present: key] else { return nil }
        return try ObjectReader.integer(value, at: place.key(key), in: range)
    }

    private static func integer(_ value: StrictJSON, at place: Place, in range: ClosedRange<Int>)
        throws(CohortError) -> Int
    {
        guard case .number(let number) = value, let whole = Int(exactly: number),
            range.contains(whole)
        else {
            throw place.expected("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    func bounds(_ key: String, in range: ClosedRange<Int>) throws(CohortError) -> Bounds<Int> {
        let object = try ObjectReader(required(key), at: place.key(key), keys: ["min", "max"])
        let bounds = Bounds(
            min: try object.integer("min", in: range), max: try object.integer("max", in: range))
        try object.place.check(bounds)
        return bounds
    }

    /// `[from, to]` in days; null leaves an end open.
    func days(_ key: String) throws(CohortError) -> Bounds<Int> {
        guard let value = self[present: key] else { return Bounds() }
        let place = place.key(key)
        guard case .array(let ends) = value, ends.count == 2 else {
            throw place.expected("two whole numbers or nulls, such as [-365, 0]")
        }
        var days: [Int?] = []
        for (position, end) in ends.enumerated() {
            days.append(
                end == .null
                    ? nil
                    : try ObjectReader.integer(
                        end, at: place.element(position), in: -73_000...73_000))
        }
        if let from = days[0], let to = days[1], from > to {
            throw place.expected("a first day that is not after the last")
        }
        return Bounds(min: days[0], max: days[1])
    }

    func codes(_ key: String) throws(CohortError) -> [Code] {
        let elements = try array(key)
        let place = place.key(key)
        guard !elements.isEmpty else { throw place.expected("at least one code") }
        var codes: [Code] = []
        for (position, element) in elements.enumerated() {
            guard case .string(let text) = element, let code = Code(text) else {
                throw place.element(position).expected(
                    "a code as SYSTEM/value, such as \"LOINC/4548-4\"")
            }
            codes.append(code)
        }
        return codes
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, otherwise: Choice?
    ) throws(CohortError) -> Choice {
        if members[key] == nil, let otherwise { return otherwise }
        guard case .string(let text) = try required(key), let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw place.key(key).expected("one of \(names)")
        }
        return choice
    }
}
