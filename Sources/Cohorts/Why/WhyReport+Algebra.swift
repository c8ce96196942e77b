// SPDX-License-Identifier: Apache-2.0

extension WhyReport {
    /// Explains a definition of the cohort algebra for one subject, rule by rule.
    ///
    /// Which events decided a rule is not told, as conditions may be of any depth.
    /// - Parameters:
    ///   - result: what `AlgebraEngine` found for the definition.
    ///   - enabled: rules that are switched on; nil for all.
    package init(_ result: AlgebraResult, subject: Int, enabled: Set<Int>? = nil) {
        let rows = result.subjects.indices.filter { result.subjects[$0] == UInt32(subject) }
        func isOn(_ rule: Int) -> Bool { enabled?.contains(rule) ?? true }
        func met(_ row: Int) -> Int {
            result.rules.indices.count { isOn($0) && result.passes[$0].contains(row) }
        }
        let best = rows.max { met($0) < met($1) || met($0) == met($1) && $0 > $1 }
        guard let best else {
            self.init(
                isMember: false, summary: "Not in the cohort: there is no index row.",
                rules: [
                    Rule(
                        name: "Index", isMet: false, isOn: true,
                        reason: "The subject has no row of the index expression.", fired: [],
                        nearMisses: [])
                ])
            return
        }
        let entry = Rule(
            name: "Index", isMet: true, isOn: true,
            reason: "The subject has \(rows.count) index \(rows.count == 1 ? "row" : "rows"); "
                + "the first that meets most rules is told of.",
            fired: [], nearMisses: [])
        let rules = result.rules.indices.map { rule in
            let others = rows.count { result.passes[rule].contains($0) }
            return Rule(
                position: rule, name: result.rules[rule], isMet: result.passes[rule].contains(best),
                isOn: isOn(rule), reason: "Met by \(others) of \(rows.count) index rows.",
                fired: [], nearMisses: [])
        }
        self.init([entry] + rules)
    }
}
