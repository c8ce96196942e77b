// SPDX-License-Identifier: Apache-2.0
import Records

extension AlgebraDefinition {
    /// The definition as JSON that `init(json:file:)` reads back as the same value, one member of
    /// the outer objects to a line.
    package func json() -> [UInt8] {
        var members: [StrictJSON.Member] = [
            .init(key: "algebra", value: .number(1)), .init(key: "name", value: .string(name)),
            .init(key: "index", value: index.json),
        ]
        if !rules.isEmpty { members.append(.init(key: "rules", value: .array(rules.map(\.json)))) }
        if exit != AlgebraExit() { members.append(.init(key: "exit", value: exit.json)) }
        if !strata.isEmpty {
            let names = strata.map { StrictJSON.string($0.rawValue) }
            members.append(.init(key: "strata", value: .array(names)))
        }
        return Array((StrictJSON.object(members).laidOut + "\n").utf8)
    }
}

extension AlgebraRule {
    fileprivate var json: StrictJSON {
        .of(("name", .string(name)), ("require", condition.json))
    }
}

extension AlgebraExit {
    fileprivate var json: StrictJSON {
        .of(
            ("at", plan == .endOfRow ? nil : plan.json),
            (
                "stops",
                stops.isEmpty
                    ? nil
                    : .array(stops.map { .of(("rows", $0.rows.json), ("days", $0.window.json)) })
            ))
    }
}

extension AlgebraExit.Plan {
    fileprivate var json: StrictJSON {
        switch self {
        case .endOfRow: .of(("end", .bool(true)))
        case .days(let days, let edge):
            .of(("days", .number(Double(days))), ("from", .string(edge.rawValue)))
        case .endOfEra(let rows, let gap):
            .of(("endOfEra", rows.json), ("gapDays", .number(Double(gap))))
        case .endOfObservation: .of(("endOfObservation", .bool(true)))
        case .last(let rows): .of(("last", rows.json))
        }
    }
}

extension AlgebraExpression {
    fileprivate var json: StrictJSON {
        switch self {
        case .event(let event): event.json
        case .index: .string("index")
        case .observed: .string("observed")
        case .first(let rows): .of(("first", rows.json))
        case .last(let rows): .of(("last", rows.json))
        case .nth(let number, let rows):
            .of(("nth", .number(Double(number))), ("of", rows.json))
        case .union(let parts): .of(("anyOf", .array(parts.map(\.json))))
        case .intersection(let parts): .of(("allOf", .array(parts.map(\.json))))
        case .complement(let rows): .of(("noneOf", rows.json))
        case .atLeast(let number, let parts):
            .of(("atLeast", .number(Double(number))), ("anyOf", .array(parts.map(\.json))))
        case .filter(let rows, let condition):
            .of(("rows", rows.json), ("where", condition.json))
        case .eras(let rows, let gap):
            .of(("eras", rows.json), ("gapDays", .number(Double(gap))))
        case .consecutive(let number, let rows, let condition):
            .of(
                ("consecutive", .number(Double(number))), ("of", rows.json),
                ("each", condition.json))
        }
    }
}

extension AlgebraEvent {
    fileprivate var json: StrictJSON {
        .of(
            ("codes", codes.isEmpty ? nil : .codes(codes)),
            ("table", table.map { .string($0.name) }), ("value", value?.json),
            ("unit", unit.map { .string($0) }),
            ("valueCodes", valueCodes.isEmpty ? nil : .codes(valueCodes)))
    }
}

extension AlgebraRange {
    fileprivate var json: StrictJSON {
        .of(
            (lower?.isIncluded ?? true ? "min" : "above", lower.map { .number($0.number) }),
            (upper?.isIncluded ?? true ? "max" : "below", upper.map { .number($0.number) }))
    }
}

extension AlgebraWindow {
    fileprivate var json: StrictJSON {
        .of(
            (from?.isIncluded ?? true ? "from" : "after", from.map { .number(Double($0.day)) }),
            (to?.isIncluded ?? true ? "to" : "before", to.map { .number(Double($0.day)) }),
            ("of", of == .start ? nil : .string(of.rawValue)),
            ("edge", edge == .start ? nil : .string(edge.rawValue)))
    }
}

extension AlgebraCondition {
    fileprivate var json: StrictJSON {
        switch self {
        case .has(let match): match.json
        case .within(let window): .of(("within", window.json))
        case .value(let range): .of(("value", range.json))
        case .ratio(let range, let baseline):
            .of(("ratio", range.json), ("to", baseline.json))
        case .change(let range, let baseline):
            .of(("change", range.json), ("from", baseline.json))
        case .age(let bounds): .of(("age", bounds.json))
        case .sex(let sex): .of(("sex", .string(sex.rawValue)))
        case .anchorYear(let bounds): .of(("anchorYear", bounds.json))
        case .year(let bounds): .of(("year", bounds.json))
        case .observed(let before, let after):
            .of(
                (
                    "observed",
                    .of(("before", .number(Double(before))), ("after", .number(Double(after))))
                ))
        case .all(let parts): .of(("all", .array(parts.map(\.json))))
        case .any(let parts): .of(("any", .array(parts.map(\.json))))
        case .not(let part): .of(("not", part.json))
        case .atLeast(let number, let parts):
            .of(("atLeast", .number(Double(number))), ("of", .array(parts.map(\.json))))
        }
    }
}

extension AlgebraMatch {
    fileprivate var json: StrictJSON {
        var days: StrictJSON?
        if case .window(let window) = relation { days = window.json }
        let name = AlgebraRelation.named.first { $0.relation == relation && $0.name != "anytime" }
        return .of(
            ("has", rows.json), ("days", days), ("relation", name.map { .string($0.name) }),
            ("of", anchor == .row ? nil : .string(anchor.rawValue)),
            ("atLeast", atLeast == 1 ? nil : .number(Double(atLeast))),
            ("counting", counting == .days ? nil : .string(counting.rawValue)))
    }
}

extension AlgebraBaseline {
    fileprivate var json: StrictJSON {
        .of(
            ("take", .string(aggregate.rawValue)), ("of", rows.json), ("days", window.json),
            ("around", anchor == .row ? nil : .string(anchor.rawValue)))
    }
}

extension Bounds<Int> {
    fileprivate var json: StrictJSON {
        .of(("min", min.map { .number(Double($0)) }), ("max", max.map { .number(Double($0)) }))
    }
}

extension StrictJSON {
    /// An object of the members that are there.
    fileprivate static func of(_ members: (String, StrictJSON?)...) -> StrictJSON {
        .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
    }

    fileprivate static func codes(_ codes: [Code]) -> StrictJSON {
        .array(codes.map { .string($0.description) })
    }

    /// The text of a value, broken into lines where one would be long.
    fileprivate var laidOut: String { text(indented: 0) }

    private func text(indented depth: Int) -> String {
        let plain = inOneLine
        guard depth * 2 + plain.utf8.count > 88 else { return plain }
        let space = String(repeating: "  ", count: depth + 1)
        let end = "\n" + String(repeating: "  ", count: depth)
        switch self {
        case .array(let elements):
            let lines = elements.map { space + $0.text(indented: depth + 1) }
            return "[\n\(lines.joined(separator: ",\n"))\(end)]"
        case .object(let members):
            let lines = members.map { member in
                "\(space)\(StrictJSON.string(member.key).inOneLine): "
                    + member.value.text(indented: depth + 1)
            }
            return "{\n\(lines.joined(separator: ",\n"))\(end)}"
        default: return plain
        }
    }

    private var inOneLine: String {
        switch self {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let number): return Int(exactly: number).map(String.init) ?? "\(number)"
        case .string(let string): return StrictJSON.quoted(string)
        case .array(let elements):
            return "[\(elements.map(\.inOneLine).joined(separator: ", "))]"
        case .object(let members):
            let texts = members.map { "\(StrictJSON.quoted($0.key)): \($0.value.inOneLine)" }
            return texts.isEmpty ? "{}" : "{ \(texts.joined(separator: ", ")) }"
        }
    }

    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
