// SPDX-License-Identifier: Apache-2.0
import Records

extension CohortDefinition {
    /// The definition as JSON that `init(json:file:)` reads back as the same value.
    package func json() -> [UInt8] {
        var members = [("name", text(name)), ("index", text(index))]
        members.append(("rules", "[\(rules.map(text).joined(separator: ","))]"))
        return Array(object(members).utf8)
    }

    private func object(_ members: [(String, String)]) -> String {
        "{\(members.map { "\"\($0)\":\($1)" }.joined(separator: ","))}"
    }

    private func text(_ string: String) -> String {
        var escaped = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "\""
    }

    private func text(_ codes: [Code]) -> String {
        "[\(codes.map { text($0.description) }.joined(separator: ","))]"
    }

    private func text(_ bounds: Bounds<some Any>) -> [(String, String)] {
        [("min", bounds.min), ("max", bounds.max)].compactMap { key, value in
            value.map { (key, "\($0)") }
        }
    }

    private func text(_ index: IndexEvent) -> String {
        object([("anyOf", text(index.anyOf)), ("occurrence", text(index.occurrence.rawValue))])
    }

    private func text(_ rule: CohortRule) -> String {
        var members = [("name", text(rule.name))]
        if rule.isNegated { members.append(("not", "true")) }
        switch rule.condition {
        case .age(let bounds): members.append(("age", object(text(bounds))))
        case .sex(let sex): members.append(("sex", text(sex.rawValue)))
        case .anchorYear(let bounds): members.append(("anchorYear", object(text(bounds))))
        case .event(let event): members += self.members(event)
        }
        return object(members)
    }

    private func members(_ event: EventCondition) -> [(String, String)] {
        var members = [("anyOf", text(event.anyOf))]
        let days = [event.withinDays.min, event.withinDays.max].map { $0.map { "\($0)" } ?? "null" }
        if event.withinDays != Bounds() {
            members.append(("withinDays", "[\(days.joined(separator: ","))]"))
        }
        members.append(("atLeast", "\(event.atLeast)"))
        members.append(("counting", text(event.counting.rawValue)))
        if let value = event.value {
            let unit = value.unit.map { [("unit", text($0))] } ?? []
            members.append(("value", object(text(value.bounds) + unit)))
        }
        if !event.valueCode.isEmpty { members.append(("valueCode", text(event.valueCode))) }
        return members
    }
}
