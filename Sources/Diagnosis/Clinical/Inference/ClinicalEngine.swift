// SPDX-License-Identifier: Apache-2.0
package import Knowledge
package import Records

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What all turns of a case share: knowledge, settings, and the tables made from both.
package final class ClinicalEngine: Sendable {
    package let knowledge: ClinicalKnowledge
    package let settings: ClinicalSettings
    package let tables: ClinicalTables
    /// Positions of the findings that can be asked about or examined and say something.
    let questions: [Int]
    /// By test: the findings it reveals that say something.
    let revealed: [[Int]]

    /// - Parameter seed: see `ClinicalTables`.
    package init(
        knowledge: ClinicalKnowledge, settings: ClinicalSettings = .standard, seed: UInt64 = 1
    ) {
        self.knowledge = knowledge
        self.settings = settings
        tables = ClinicalTables(knowledge, settings, seed: seed)
        let catalogue = knowledge.catalogue
        let linked = Set(knowledge.linkedFindings)
        questions = linked.sorted().filter { catalogue.findings[$0].kind.isAskable }
        revealed = catalogue.tests.map { test in test.reveals.filter { linked.contains($0) } }
    }

    /// Conditions that must not be missed.
    func isDanger(_ hypothesis: Int) -> Bool {
        hypothesis < knowledge.conditions.count && knowledge.conditions[hypothesis].mustNotMiss
    }

    /// What is believed of each hypothesis before any finding: the knowledge's rates for this age
    /// and sex to the power of `priorExponent`, beside the fixed shares of "no disease" and "none of
    /// these".
    package func prior(age: Int?, sex: Sex?) -> [Double] {
        let known = sex == .female || sex == .male ? sex : nil
        return knowledge.prior(age: age, sex: known, exponent: settings.priorExponent)
    }

    /// False where this patient can't have the finding, so that nobody asks.
    func fits(finding: Int, age: Int?, sex: Sex?) -> Bool {
        let entry = knowledge.catalogue.findings[finding]
        if let only = entry.sex, let sex, sex == .female || sex == .male, only != sex {
            return false
        }
        if let age, ClinicalEngine.childbearing.contains(entry.id),
            !ClinicalEngine.childbearingAges.contains(age)
        {
            return false
        }
        return true
    }

    /// False where the test makes no sense in this patient.
    func fits(test: Int, age: Int?, sex: Sex?) -> Bool {
        let entry = knowledge.catalogue.tests[test]
        if let only = ClinicalEngine.testsOfOneSex[entry.id], let sex,
            sex == .female || sex == .male, only != sex
        {
            return false
        }
        if let age, entry.id == "hcg", !ClinicalEngine.childbearingAges.contains(age) {
            return false
        }
        return entry.reveals.contains { fits(finding: $0, age: age, sex: sex) }
    }

    private static let testsOfOneSex: [String: Sex] = [
        "hcg": .female, "pelvic-us": .female, "scrotal-us": .male,
    ]
    private static let childbearing: Set = [
        "missed-period", "heavy-periods", "pregnancy-possible", "hcg-positive", "us-iup",
    ]
    /// Outside these years a pregnancy is not looked for.
    private static let childbearingAges = 10...57
}
