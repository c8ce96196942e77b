// SPDX-License-Identifier: Apache-2.0
import Records

extension AlgebraDefinition {
    /// Reads a definition strictly: what it does not know it refuses, with line and place.
    ///
    /// The keys of each object are told at `AlgebraDefinition`, `AlgebraExpression`,
    /// `AlgebraCondition`, `AlgebraExit` and the values they hold.
    ///
    /// - Parameter file: what to call the definition in errors; nil where it did not come in one.
    package init(json: [UInt8], file: String? = nil) throws(CohortError) {
        let value: StrictJSON
        do {
            value = try StrictJSON.parse(json, limits: AlgebraReader.limits)
        } catch {
            throw .notJSON(file: file, line: error.line, expected: error.expected)
        }
        do {
            var reader = AlgebraReader()
            self = try reader.definition(value)
        } catch {
            throw error.located(in: json, file: file)
        }
    }
}

/// Reads the algebra's JSON, keeping track of where it is.
struct AlgebraReader {
    static let limits = StrictJSON.Limits(mebibytes: 1, levels: 64)

    /// What was wrong, before its line is looked up.
    struct Fault: Error {
        var path: [StrictJSON.Step]
        var expected = ""
        /// A key that means nothing here, and the known ones.
        var unknown: (key: String, known: [String])?

        func located(in source: [UInt8], file: String?) -> CohortError {
            let line = StrictJSON.line(of: path, in: source, limits: AlgebraReader.limits)
            let place = path.reduce(into: "") { text, step in
                switch step {
                case .key(let key): text += text.isEmpty ? key : ".\(key)"
                case .index(let index): text += "[\(index)]"
                }
            }
            let path = "line \(line)" + (place.isEmpty ? "" : ", \(place)")
            guard let unknown else {
                return .unexpected(file: file, path: path, expected: expected)
            }
            return .unknownKey(
                file: file, path: path, key: String(unknown.key.prefix(64)),
                nearest: NearestWord.to(unknown.key, among: unknown.known))
        }
    }

    private var path: [StrictJSON.Step] = []

    func fault(_ expected: String) -> Fault { Fault(path: path, expected: expected) }

    /// Reads what lies one step further in.
    mutating func at<Result>(
        _ step: StrictJSON.Step, _ body: (inout AlgebraReader) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        path.append(step)
        let result = try body(&self)
        path.removeLast()
        return result
    }
}

// MARK: - Values

extension AlgebraReader {
    /// The members of an object.
    struct Object {
        fileprivate let members: [StrictJSON.Member]

        subscript(key: String) -> StrictJSON? { members.first { $0.key == key }?.value }

        func has(_ key: String) -> Bool { self[key] != nil }
    }

    func object(_ value: StrictJSON, _ what: String) throws(Fault) -> Object {
        guard case .object(let members) = value else { throw fault(what) }
        return Object(members: members)
    }

    /// Refuses keys that mean nothing.
    func check(_ object: Object, _ known: [String]) throws(Fault) {
        for member in object.members where !known.contains(member.key) {
            throw Fault(
                path: path + [.key(member.key)], unknown: (key: member.key, known: known))
        }
    }

    func required(_ object: Object, _ key: String) throws(Fault) -> StrictJSON {
        guard let value = object[key] else { throw fault("\"\(key)\", which is missing") }
        return value
    }

    /// Reads a member that must be there.
    mutating func member<Result>(
        _ object: Object, _ key: String,
        _ body: (inout AlgebraReader, StrictJSON) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        let value = try required(object, key)
        return try at(.key(key)) { reader throws(Fault) in try body(&reader, value) }
    }

    /// Reads a member where it is there.
    mutating func optional<Result>(
        _ object: Object, _ key: String,
        _ body: (inout AlgebraReader, StrictJSON) throws(Fault) -> Result
    ) throws(Fault) -> Result? {
        guard let value = object[key] else { return nil }
        return try at(.key(key)) { reader throws(Fault) in try body(&reader, value) }
    }

    mutating func list<Element>(
        _ value: StrictJSON, atLeast least: Int = 1,
        _ body: (inout AlgebraReader, StrictJSON) throws(Fault) -> Element
    ) throws(Fault) -> [Element] {
        guard case .array(let elements) = value, elements.count >= least else {
            throw fault(least == 0 ? "a list" : "a list of \(least) or more")
        }
        var result: [Element] = []
        for (position, element) in elements.enumerated() {
            result.append(
                try at(.index(position)) { reader throws(Fault) in try body(&reader, element) })
        }
        return result
    }

    /// Text of one line for people, 1 to 200 characters.
    func name(_ value: StrictJSON) throws(Fault) -> String {
        guard case .string(let text) = value, (1...200).contains(text.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw fault("a text of 1 to 200 characters on one line") }
        return text
    }

    func number(_ value: StrictJSON) throws(Fault) -> Double {
        guard case .number(let number) = value else { throw fault("a number") }
        return number
    }

    func integer(_ value: StrictJSON, in range: ClosedRange<Int>) throws(Fault) -> Int {
        guard case .number(let number) = value, let whole = Int(exactly: number),
            range.contains(whole)
        else {
            throw fault("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    func isTrue(_ value: StrictJSON) throws(Fault) {
        guard value == .bool(true) else { throw fault("true") }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ value: StrictJSON, _ type: Choice.Type = Choice.self
    ) throws(Fault) -> Choice {
        guard case .string(let text) = value, let choice = Choice(rawValue: text) else {
            throw fault(AlgebraReader.oneOf(Choice.allCases.map(\.rawValue)))
        }
        return choice
    }

    static func oneOf(_ names: [String]) -> String {
        "one of \(names.map { "\"\($0)\"" }.joined(separator: ", "))"
    }

    mutating func codes(_ value: StrictJSON) throws(Fault) -> [Code] {
        try list(value) { reader, element throws(Fault) in
            guard case .string(let text) = element, let code = Code(text) else {
                throw reader.fault("a code as SYSTEM/value, such as \"LOINC/4548-4\"")
            }
            return code
        }
    }

    /// `{"min": 18, "max": 75}`, both included.
    mutating func bounds(_ value: StrictJSON, in range: ClosedRange<Int>) throws(Fault)
        -> Bounds<Int>
    {
        let object = try object(value, "an object with \"min\", \"max\" or both")
        try check(object, ["min", "max"])
        let bounds = Bounds(
            min: try optional(object, "min") { reader, value throws(Fault) in
                try reader.integer(value, in: range)
            },
            max: try optional(object, "max") { reader, value throws(Fault) in
                try reader.integer(value, in: range)
            })
        if bounds.min == nil && bounds.max == nil { throw fault("\"min\", \"max\" or both") }
        if let min = bounds.min, let max = bounds.max, min > max {
            throw fault("a \"min\" that is not above \"max\"")
        }
        return bounds
    }

    /// `{"above": 5.7}`, `{"min": 6, "below": 9}` and so on.
    mutating func range(_ value: StrictJSON) throws(Fault) -> AlgebraRange {
        let object = try object(
            value, "an object with \"min\" or \"above\", \"max\" or \"below\"")
        try check(object, ["min", "above", "max", "below"])
        var range = AlgebraRange()
        range.lower = try limit(object, "min", "above")
        range.upper = try limit(object, "max", "below")
        guard range.lower != nil || range.upper != nil else {
            throw fault("at least one of \"min\", \"above\", \"max\" and \"below\"")
        }
        if let lower = range.lower, let upper = range.upper, lower.number > upper.number {
            throw fault("a lower limit that is not above the upper one")
        }
        return range
    }

    private mutating func limit(_ object: Object, _ included: String, _ excluded: String)
        throws(Fault) -> AlgebraRange.Limit?
    {
        if object.has(included) && object.has(excluded) {
            throw fault("either \"\(included)\" or \"\(excluded)\"")
        }
        for (key, isIncluded) in [(included, true), (excluded, false)] {
            let number = try optional(object, key) { reader, value throws(Fault) in
                try reader.number(value)
            }
            if let number { return AlgebraRange.Limit(number, isIncluded: isIncluded) }
        }
        return nil
    }

    /// `{"from": -365, "to": 0, "of": "start", "edge": "start"}`; see `AlgebraWindow`.
    mutating func window(_ value: StrictJSON) throws(Fault) -> AlgebraWindow {
        let object = try object(
            value, "an object with \"from\" or \"after\", \"to\" or \"before\", in days")
        try check(object, ["from", "after", "to", "before", "of", "edge"])
        var window = AlgebraWindow()
        window.from = try day(object, "from", "after")
        window.to = try day(object, "to", "before")
        window.of =
            try optional(object, "of") { reader, value throws(Fault) in
                try reader.choice(value)
            } ?? .start
        window.edge =
            try optional(object, "edge") { reader, value throws(Fault) in
                try reader.choice(value)
            } ?? .start
        guard window.from != nil || window.to != nil else {
            throw fault("at least one of \"from\", \"after\", \"to\" and \"before\"")
        }
        if let first = window.first, let last = window.last, first > last {
            throw fault("a stretch with at least one day in it")
        }
        return window
    }

    private mutating func day(_ object: Object, _ included: String, _ excluded: String)
        throws(Fault) -> AlgebraWindow.Limit?
    {
        if object.has(included) && object.has(excluded) {
            throw fault("either \"\(included)\" or \"\(excluded)\"")
        }
        for (key, isIncluded) in [(included, true), (excluded, false)] {
            let day = try optional(object, key) { reader, value throws(Fault) in
                try reader.integer(value, in: -73_000...73_000)
            }
            if let day { return AlgebraWindow.Limit(day, isIncluded: isIncluded) }
        }
        return nil
    }
}
