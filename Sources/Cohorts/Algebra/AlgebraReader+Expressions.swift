// SPDX-License-Identifier: Apache-2.0
import Records

extension AlgebraReader {
    mutating func definition(_ value: StrictJSON) throws(Fault) -> AlgebraDefinition {
        let object = try object(value, "an object with \"algebra\", \"name\" and \"index\"")
        try check(object, ["algebra", "name", "index", "rules", "exit", "strata"])
        _ = try member(object, "algebra") { reader, value throws(Fault) in
            try reader.integer(value, in: 1...1)
        }
        return AlgebraDefinition(
            name: try member(object, "name") { reader, value throws(Fault) in
                try reader.name(value)
            },
            index: try member(object, "index") { reader, value throws(Fault) in
                let index = try reader.rows(value)
                if index.mentionsIndex {
                    throw reader.fault("an index that does not refer to itself")
                }
                return index
            },
            rules: try optional(object, "rules") { reader, value throws(Fault) in
                try reader.rules(value)
            } ?? [],
            exit: try optional(object, "exit") { reader, value throws(Fault) in
                try reader.exit(value)
            } ?? AlgebraExit(),
            strata: try optional(object, "strata") { reader, value throws(Fault) in
                try reader.list(value, atLeast: 0) { reader, value throws(Fault) in
                    try reader.choice(value)
                }
            } ?? [])
    }

    private mutating func rules(_ value: StrictJSON) throws(Fault) -> [AlgebraRule] {
        let rules = try list(value, atLeast: 0) { reader, value throws(Fault) in
            let object = try reader.object(value, "an object with \"name\" and \"require\"")
            try reader.check(object, ["name", "require"])
            return AlgebraRule(
                try reader.member(object, "name") { reader, value throws(Fault) in
                    try reader.name(value)
                },
                try reader.member(object, "require") { reader, value throws(Fault) in
                    try reader.condition(value)
                })
        }
        guard rules.count <= RuleBitsets.ruleLimit else {
            throw fault("\(RuleBitsets.ruleLimit) rules or fewer")
        }
        return rules
    }

    private mutating func exit(_ value: StrictJSON) throws(Fault) -> AlgebraExit {
        let object = try object(value, "an object with \"at\", \"stops\" or both")
        try check(object, ["at", "stops"])
        return AlgebraExit(
            try optional(object, "at") { reader, value throws(Fault) in
                try reader.plan(value)
            } ?? .endOfRow,
            stops: try optional(object, "stops") { reader, value throws(Fault) in
                let stops = try reader.list(value) { reader, value throws(Fault) in
                    try reader.stop(value)
                }
                guard stops.count <= 100 else { throw reader.fault("100 stops or fewer") }
                return stops
            } ?? [])
    }

    private mutating func plan(_ value: StrictJSON) throws(Fault) -> AlgebraExit.Plan {
        let kinds = ["end", "days", "endOfEra", "endOfObservation", "last"]
        let object = try object(value, "an object with \(AlgebraReader.oneOf(kinds))")
        switch try kind(of: object, kinds) {
        case "end", "endOfObservation":
            let key = object.has("end") ? "end" : "endOfObservation"
            try check(object, [key])
            try member(object, key) { reader, value throws(Fault) in try reader.isTrue(value) }
            return key == "end" ? .endOfRow : .endOfObservation
        case "days":
            try check(object, ["days", "from"])
            return .days(
                try member(object, "days") { reader, value throws(Fault) in
                    try reader.integer(value, in: 0...73_000)
                },
                from: try optional(object, "from") { reader, value throws(Fault) in
                    try reader.choice(value)
                } ?? .start)
        case "endOfEra":
            try check(object, ["endOfEra", "gapDays"])
            return .endOfEra(try rows(object, "endOfEra"), gapDays: try gapDays(object))
        default:
            try check(object, ["last"])
            return .last(try rows(object, "last"))
        }
    }

    private mutating func stop(_ value: StrictJSON) throws(Fault) -> AlgebraExit.Stop {
        let object = try object(value, "an object with \"rows\" and \"days\"")
        try check(object, ["rows", "days"])
        return AlgebraExit.Stop(
            try rows(object, "rows"),
            try member(object, "days") { reader, value throws(Fault) in
                try reader.window(value)
            })
    }

    private mutating func gapDays(_ object: Object) throws(Fault) -> Int {
        try optional(object, "gapDays") { reader, value throws(Fault) in
            try reader.integer(value, in: 0...73_000)
        } ?? 0
    }

    /// Which of some keys an object has: exactly one.
    func kind(of object: Object, _ kinds: [String]) throws(Fault) -> String {
        let found = kinds.filter(object.has)
        guard found.count == 1, let kind = found.first else {
            // The nearest thing to what was meant is worth more than the list of all.
            if found.isEmpty { try check(object, kinds) }
            throw fault("exactly \(AlgebraReader.oneOf(kinds))")
        }
        return kind
    }

    // MARK: - Rows

    private mutating func rows(_ object: Object, _ key: String) throws(Fault)
        -> AlgebraExpression
    {
        try member(object, key) { reader, value throws(Fault) in try reader.rows(value) }
    }

    private mutating func many(_ object: Object, _ key: String) throws(Fault)
        -> [AlgebraExpression]
    {
        try member(object, key) { reader, value throws(Fault) in
            try reader.list(value) { reader, value throws(Fault) in try reader.rows(value) }
        }
    }

    mutating func rows(_ value: StrictJSON) throws(Fault) -> AlgebraExpression {
        if case .string(let word) = value {
            switch word {
            case "index": return .index
            case "observed": return .observed
            default: throw fault("\"index\", \"observed\" or an object that says which rows")
            }
        }
        let object = try object(value, "rows: an object with \"codes\", \"first\" or the like")
        if object.has("codes") || object.has("table") { return .event(try event(object)) }
        if object.has("atLeast") { return try atLeast(object) }
        let kinds = [
            "first", "last", "nth", "anyOf", "allOf", "noneOf", "rows", "eras", "consecutive",
        ]
        switch try kind(of: object, kinds) {
        case "first":
            try check(object, ["first"])
            return .first(try rows(object, "first"))
        case "last":
            try check(object, ["last"])
            return .last(try rows(object, "last"))
        case "nth":
            try check(object, ["nth", "of"])
            return .nth(try count(object, "nth"), try rows(object, "of"))
        case "anyOf":
            try check(object, ["anyOf"])
            return .union(try many(object, "anyOf"))
        case "allOf":
            try check(object, ["allOf"])
            return .intersection(try many(object, "allOf"))
        case "noneOf":
            try check(object, ["noneOf"])
            return .complement(try rows(object, "noneOf"))
        case "rows":
            try check(object, ["rows", "where"])
            return .filter(try rows(object, "rows"), try condition(object, "where"))
        case "eras":
            try check(object, ["eras", "gapDays"])
            return .eras(try rows(object, "eras"), gapDays: try gapDays(object))
        default:
            try check(object, ["consecutive", "of", "each"])
            return .consecutive(
                try count(object, "consecutive"), try rows(object, "of"),
                each: try condition(object, "each"))
        }
    }

    private mutating func atLeast(_ object: Object) throws(Fault) -> AlgebraExpression {
        try check(object, ["atLeast", "anyOf"])
        return .atLeast(try count(object, "atLeast"), try many(object, "anyOf"))
    }

    mutating func count(_ object: Object, _ key: String) throws(Fault) -> Int {
        try member(object, key) { reader, value throws(Fault) in
            try reader.integer(value, in: 1...1000)
        }
    }

    private mutating func event(_ object: Object) throws(Fault) -> AlgebraEvent {
        try check(object, ["codes", "table", "value", "unit", "valueCodes"])
        var event = AlgebraEvent([])
        event.codes =
            try optional(object, "codes") { reader, value throws(Fault) in
                try reader.codes(value)
            } ?? []
        event.table = try optional(object, "table") { reader, value throws(Fault) in
            let names = ClinicalTable.allCases.map(\.name)
            guard case .string(let text) = value,
                let table = ClinicalTable.allCases.first(where: { $0.name == text })
            else { throw reader.fault(AlgebraReader.oneOf(names)) }
            return table
        }
        event.value = try optional(object, "value") { reader, value throws(Fault) in
            try reader.range(value)
        }
        event.unit = try optional(object, "unit") { reader, value throws(Fault) in
            guard case .string(let text) = value else { throw reader.fault("a unit") }
            return text
        }
        event.valueCodes =
            try optional(object, "valueCodes") { reader, value throws(Fault) in
                try reader.codes(value)
            } ?? []
        if event.value != nil && !event.valueCodes.isEmpty {
            throw fault("\"value\" or \"valueCodes\", since no event has a number and a code")
        }
        return event
    }
}
