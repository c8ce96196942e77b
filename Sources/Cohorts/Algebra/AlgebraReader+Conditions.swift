// SPDX-License-Identifier: Apache-2.0
import Records

extension AlgebraReader {
    private static let kinds = [
        "has", "within", "value", "ratio", "change", "age", "sex", "anchorYear", "year",
        "observed", "all", "any", "not",
    ]

    mutating func condition(_ object: Object, _ key: String) throws(Fault) -> AlgebraCondition {
        try member(object, key) { reader, value throws(Fault) in try reader.condition(value) }
    }

    mutating func condition(_ value: StrictJSON) throws(Fault) -> AlgebraCondition {
        let object = try object(value, "a condition: an object with \"has\", \"age\" or the like")
        if object.has("atLeast") && !object.has("has") {
            try check(object, ["atLeast", "of"])
            return .atLeast(try count(object, "atLeast"), try parts(object, "of"))
        }
        let kind = try kind(of: object, AlgebraReader.kinds)
        switch kind {
        case "has": return .has(try match(object))
        case "ratio":
            try check(object, ["ratio", "to"])
            return .ratio(try range(object, "ratio"), to: try baseline(object, "to"))
        case "change":
            try check(object, ["change", "from"])
            return .change(try range(object, "change"), from: try baseline(object, "from"))
        default:
            try check(object, [kind])
            return try simple(object, kind)
        }
    }

    private mutating func simple(_ object: Object, _ kind: String) throws(Fault)
        -> AlgebraCondition
    {
        switch kind {
        case "within":
            return .within(
                try member(object, kind) { reader, value throws(Fault) in
                    try reader.window(value)
                })
        case "value": return .value(try range(object, kind))
        case "age": return .age(try bounds(object, kind, in: 0...150))
        case "anchorYear": return .anchorYear(try bounds(object, kind, in: 1800...2200))
        case "year": return .year(try bounds(object, kind, in: 1800...2200))
        case "sex":
            return .sex(
                try member(object, kind) { reader, value throws(Fault) in
                    try reader.choice(value)
                })
        case "observed":
            return try member(object, kind) { reader, value throws(Fault) in
                try reader.observed(value)
            }
        case "all": return .all(try parts(object, kind))
        case "any": return .any(try parts(object, kind))
        default: return .not(try condition(object, kind))
        }
    }

    private mutating func range(_ object: Object, _ key: String) throws(Fault) -> AlgebraRange {
        try member(object, key) { reader, value throws(Fault) in try reader.range(value) }
    }

    private mutating func bounds(_ object: Object, _ key: String, in range: ClosedRange<Int>)
        throws(Fault) -> Bounds<Int>
    {
        try member(object, key) { reader, value throws(Fault) in
            try reader.bounds(value, in: range)
        }
    }

    private mutating func parts(_ object: Object, _ key: String) throws(Fault)
        -> [AlgebraCondition]
    {
        try member(object, key) { reader, value throws(Fault) in
            try reader.list(value) { reader, value throws(Fault) in try reader.condition(value) }
        }
    }

    private mutating func observed(_ value: StrictJSON) throws(Fault) -> AlgebraCondition {
        let object = try object(value, "an object with \"before\", \"after\" or both, in days")
        try check(object, ["before", "after"])
        return .observed(
            before: try optional(object, "before") { reader, value throws(Fault) in
                try reader.integer(value, in: 0...73_000)
            } ?? 0,
            after: try optional(object, "after") { reader, value throws(Fault) in
                try reader.integer(value, in: 0...73_000)
            } ?? 0)
    }

    private mutating func match(_ object: Object) throws(Fault) -> AlgebraMatch {
        try check(object, ["has", "days", "relation", "of", "atLeast", "counting"])
        if object.has("days") && object.has("relation") {
            throw fault("either \"days\" or \"relation\"")
        }
        let rows = try member(object, "has") { reader, value throws(Fault) in
            try reader.rows(value)
        }
        var match = AlgebraMatch(rows)
        if let window = try optional(
            object, "days",
            { reader, value throws(Fault) in
                try reader.window(value)
            })
        {
            match.relation = .window(window)
        }
        if let relation = try optional(
            object, "relation",
            { reader, value throws(Fault) in
                let named = AlgebraRelation.named
                guard case .string(let text) = value,
                    let found = named.first(where: { $0.name == text })
                else { throw reader.fault(AlgebraReader.oneOf(named.map(\.name))) }
                return found.relation
            })
        {
            match.relation = relation
        }
        match.anchor = try anchor(object, "of")
        if object.has("atLeast") { match.atLeast = try count(object, "atLeast") }
        match.counting =
            try optional(object, "counting") { reader, value throws(Fault) in
                try reader.choice(value)
            } ?? .days
        return match
    }

    private mutating func anchor(_ object: Object, _ key: String) throws(Fault) -> AlgebraAnchor {
        try optional(object, key) { reader, value throws(Fault) in
            try reader.choice(value)
        } ?? .row
    }

    private mutating func baseline(_ object: Object, _ key: String) throws(Fault)
        -> AlgebraBaseline
    {
        try member(object, key) { reader, value throws(Fault) in
            let object = try reader.object(
                value, "a baseline: an object with \"take\", \"of\" and \"days\"")
            try reader.check(object, ["take", "of", "days", "around"])
            let aggregate: AlgebraBaseline.Aggregate = try reader.member(object, "take") {
                reader, value throws(Fault) in try reader.choice(value)
            }
            return AlgebraBaseline(
                aggregate,
                of: try reader.member(object, "of") { reader, value throws(Fault) in
                    try reader.rows(value)
                },
                try reader.member(object, "days") { reader, value throws(Fault) in
                    try reader.window(value)
                },
                around: try reader.anchor(object, "around"))
        }
    }
}
