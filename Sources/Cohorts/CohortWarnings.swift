// SPDX-License-Identifier: Apache-2.0
import Records
import Timelines

/// What in a definition may not mean what its author thinks, at this site.
struct CohortWarnings {
    let store: TimelineStore

    func of(_ definition: CohortDefinition) -> [String] {
        var warnings = missing(definition.index.anyOf, at: "index.anyOf", asValues: false)
        for (position, rule) in definition.rules.enumerated() {
            guard case .event(let event) = rule.condition else { continue }
            let place = "rules[\(position)]"
            warnings += missing(event.anyOf, at: "\(place).anyOf", asValues: false)
            warnings += missing(event.valueCode, at: "\(place).valueCode", asValues: true)
            if let value = event.value {
                warnings += self.units(event, value, at: "\(place).value")
            }
        }
        return warnings
    }

    private func missing(_ codes: [Code], at place: String, asValues: Bool) -> [String] {
        codes.filter { code in
            guard let index = store.codeIndex(code) else { return true }
            return !asValues && store.postings(code: index) == nil
        }.map { "\(place): \($0) does not occur at this site" }
    }

    private func units(
        _ event: EventCondition, _ value: EventCondition.ValueRange, at place: String
    ) -> [String] {
        var seen: Set<Int> = []
        for code in event.anyOf {
            guard let postings = store.codeIndex(code).flatMap({ store.postings(code: $0) }) else {
                continue
            }
            for row in 0..<postings.count where postings.kind(row) != .none {
                if let unit = postings.unit(row), unit < store.units.count { seen.insert(unit) }
            }
        }
        let names = seen.sorted().map { "\"\(store.units[$0])\"" }.joined(separator: ", ")
        guard let unit = value.unit else {
            return seen.count > 1
                ? ["\(place): values come in several units (\(names)); name the one you mean"] : []
        }
        let isThere = seen.contains { store.units[$0] == unit }
        return isThere || seen.isEmpty
            ? [] : ["\(place).unit: no value has the unit \"\(unit)\"; units are \(names)"]
    }
}
