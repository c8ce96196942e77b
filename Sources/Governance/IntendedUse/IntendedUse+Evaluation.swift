// SPDX-License-Identifier: Apache-2.0
import Records

extension IntendedUse {
    /// Whether a call lies within this use; every reason is given, not only the first.
    ///
    /// - Complexity: O(settings + roles + uses + named codes).
    package func evaluate(_ context: IntendedUseContext) -> IntendedUseVerdict {
        var findings = Checklist(policies: notTold)
        checkPatient(context, &findings)
        checkFindings(context, &findings)
        let told: [(IntendedUseFact, String?, [String], String)] = [
            (.setting, context.setting, settings, "setting"),
            (.role, context.userRole, roles, "role of the reader"),
            (.use, context.use, uses, "use"),
        ]
        for (fact, value, listed, what) in told where !listed.isEmpty {
            findings.check(
                fact, value.map(listed.contains), what,
                outside: IntendedUseReason(
                    "\(fact.rawValue)_outside",
                    "the \(what) must be one of: \(listed.joined(separator: ", "))"))
        }
        for input in requiredInputs where !context.inputs.contains(input.code) {
            findings.outside.append(
                IntendedUseReason("input_missing", "an input is missing: \(input.name)"))
        }
        return findings.verdict
    }

    private func checkPatient(_ context: IntendedUseContext, _ findings: inout Checklist) {
        if population.minimumAge != nil || population.maximumAge != nil {
            let isInside = context.age.map { age in
                age >= population.minimumAge ?? Int.min && age <= population.maximumAge ?? Int.max
            }
            findings.check(
                .age, isInside, "age",
                outside: IntendedUseReason(
                    "age_outside", "the age must be: \(population.ages)"))
        }
        if !population.sexes.isEmpty {
            // A record that says "unknown" says nothing.
            let told = context.sex == .unknown ? nil : context.sex
            let names = population.sexes.map(\.rawValue).joined(separator: ", ")
            findings.check(
                .sex, told.map(population.sexes.contains), "sex",
                outside: IntendedUseReason("sex_outside", "the sex must be one of: \(names)"))
        }
        switch population.pregnancy {
        case .any: break
        case .excluded:
            findings.check(
                .pregnancy, context.isPregnant.map { !$0 }, "pregnancy",
                outside: IntendedUseReason(
                    "pregnancy_outside", "the model is not meant for pregnant patients"))
        case .required:
            findings.check(
                .pregnancy, context.isPregnant, "pregnancy",
                outside: IntendedUseReason(
                    "pregnancy_outside", "the model is meant for pregnant patients only"))
        }
    }

    private func checkFindings(_ context: IntendedUseContext, _ findings: inout Checklist) {
        func isPresent(_ finding: NamedCode) -> Bool? {
            if context.present.contains(finding.code) { return true }
            return context.absent.contains(finding.code) ? false : nil
        }
        for finding in population.requiredFindings {
            findings.check(
                .requiredFindings, isPresent(finding), finding.name, code: "finding",
                outside: IntendedUseReason(
                    "finding_required",
                    "the model is meant only for patients with: \(finding.name)"))
        }
        for finding in population.excludedFindings {
            findings.check(
                .excludedFindings, isPresent(finding).map { !$0 }, finding.name, code: "finding",
                outside: IntendedUseReason(
                    "finding_excluded",
                    "the model is not meant for patients with: \(finding.name)"))
        }
    }
}

/// Reasons as they are found.
private struct Checklist {
    let policies: [IntendedUseFact: NotToldPolicy]
    var outside: [IntendedUseReason] = []
    var notTold: [IntendedUseReason] = []

    init(policies: [IntendedUseFact: NotToldPolicy]) {
        self.policies = policies
    }

    /// - Parameter isInside: nil where the call does not say.
    mutating func check(
        _ fact: IntendedUseFact, _ isInside: Bool?, _ what: String, code: String? = nil,
        outside reason: IntendedUseReason
    ) {
        switch isInside {
        case true?: return
        case false?: outside.append(reason)
        case nil:
            let untold = IntendedUseReason(
                "\(code ?? fact.rawValue)_not_told", "the call does not say: \(what)")
            switch policies[fact] ?? .report {
            case .refuse: outside.append(untold)
            case .report: notTold.append(untold)
            case .ignore: return
            }
        }
    }

    var verdict: IntendedUseVerdict {
        if !outside.isEmpty { return .outside(outside) }
        return notTold.isEmpty ? .inside : .notAssessed(notTold)
    }
}
