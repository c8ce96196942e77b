// SPDX-License-Identifier: Apache-2.0
import Records
package import Timelines

extension CohortDefinition {
    /// The definition in sentences a clinician can check, with codes as they are written.
    package var inEnglish: String { CohortProse { _ in nil }.text(self) }

    /// The same with the site's names for codes beside them.
    package func inEnglish(store: TimelineStore) -> String {
        CohortProse { code in
            store.codeIndex(code).map { store.codes[$0].display }.flatMap { $0.isEmpty ? nil : $0 }
        }.text(self)
    }
}

/// Says definitions in English.
private struct CohortProse {
    let display: (Code) -> String?

    func text(_ definition: CohortDefinition) -> String {
        let occurrence = definition.index.occurrence == .first ? "first" : "last"
        var lines = [
            "\(definition.name).",
            "A subject enters at their \(occurrence) event of \(codes(definition.index.anyOf)); "
                + "the day it starts is day 0.",
        ]
        if !definition.rules.isEmpty {
            lines.append("Kept are those for whom all of this holds, in this order:")
        }
        for (position, rule) in definition.rules.enumerated() {
            lines.append("\(position + 1). \(rule.name): \(sentence(rule)).")
        }
        return lines.joined(separator: "\n")
    }

    private func sentence(_ rule: CohortRule) -> String {
        switch rule.condition {
        case .age(let bounds):
            "age at day 0 is \(rule.isNegated ? "unknown or not " : "")\(range(bounds)) years"
        case .sex(let sex):
            "recorded sex is \(rule.isNegated ? "not " : "")\(sex.rawValue)"
        case .anchorYear(let bounds):
            "the year of the subject's first event of all is "
                + "\(rule.isNegated ? "not " : "")\(range(bounds))"
        case .event(let event):
            "there is \(rule.isNegated ? "NO" : "at least") \(amount(event, rule.isNegated)) of "
                + "\(codes(event.anyOf))\(value(event)), \(window(event.withinDays))"
        }
    }

    private func amount(_ event: EventCondition, _ isNegated: Bool) -> String {
        if event.atLeast == 1 { return isNegated ? "event" : "one event" }
        let kept =
            event.counting == .days
            ? "\(event.atLeast) different days with an event" : "\(event.atLeast) events"
        return isNegated ? "count of \(kept) or more" : kept
    }

    private func codes(_ codes: [Code]) -> String {
        codes.map { code in display(code).map { "\($0) (\(code))" } ?? code.description }
            .joined(separator: " or ")
    }

    private func value(_ event: EventCondition) -> String {
        if let value = event.value {
            let unit = value.unit.map { $0.isEmpty ? " with an empty unit" : " \($0)" }
            return " with a value \(range(value.bounds))\(unit ?? " in any unit")"
        }
        return event.valueCode.isEmpty ? "" : " with the answer \(codes(event.valueCode))"
    }

    private func range(_ bounds: Bounds<Int>) -> String {
        range(bounds.min.map { "\($0)" }, bounds.max.map { "\($0)" })
    }

    private func range(_ bounds: Bounds<Double>) -> String {
        func text(_ number: Double) -> String {
            Int(exactly: number).map { "\($0)" } ?? "\(number)"
        }
        return range(bounds.min.map(text), bounds.max.map(text))
    }

    private func range(_ min: String?, _ max: String?) -> String {
        switch (min, max) {
        case (let min?, let max?): min == max ? "exactly \(min)" : "from \(min) to \(max)"
        case (let min?, nil): "of \(min) or more"
        case (nil, let max?): "of \(max) or less"
        case (nil, nil): "of any size"
        }
    }

    private func window(_ days: Bounds<Int>) -> String {
        switch (days.min, days.max) {
        case (nil, nil): "at any time"
        case (let from?, nil): "starting \(day(from)) or later"
        case (nil, let to?): "starting \(day(to)) or earlier"
        case (let from?, let to?):
            from == to ? "starting \(day(from))" : "starting from \(day(from)) to \(day(to))"
        }
    }

    private func day(_ number: Int) -> String {
        switch number {
        case 0: "on day 0"
        case 1, -1: "1 day \(number < 0 ? "before" : "after") day 0"
        default: "\(number.magnitude) days \(number < 0 ? "before" : "after") day 0"
        }
    }
}
