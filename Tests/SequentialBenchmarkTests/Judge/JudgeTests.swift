// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import Testing

@testable import SequentialBenchmark

@Suite("The judge")
struct JudgeTests {
    static func item(
        _ text: String, icd10: [String] = [], accepted: [String] = [], partial: [String] = [],
        isNoDisease: Bool = false, findings: [CaseFinding] = []
    ) -> BenchmarkCase {
        BenchmarkCase(
            id: "judge", abstract: "", findings: findings,
            diagnosis: CaseDiagnosis(
                text: text, icd10: icd10, accepted: accepted, partial: partial,
                isNoDisease: isNoDisease),
            provenance: CaseProvenance(source: "test", author: "test", licence: "Apache-2.0"))
    }

    private static let pneumonia = item(
        "Community-acquired pneumonia", icd10: ["J18.9"], accepted: ["pneumonia"],
        partial: ["lower respiratory tract infection"],
        findings: [CaseFinding(kind: .imaging, names: ["pleural effusion"], text: "Small.")])
    private static let infarction = item(
        "Acute myocardial infarction", icd10: ["I21.9"], accepted: ["myocardial infarction"],
        partial: ["acute coronary syndrome"])
    private static let arteritis = item(
        "Giant cell arteritis", icd10: ["M31.6"], accepted: ["temporal arteritis"])
    private static let bleed = item(
        "Subarachnoid hemorrhage", icd10: ["I60.9"], accepted: ["SAH"])
    private static let appendicitis = item("Acute appendicitis", icd10: ["K35.8"])

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var codes: [String] = []
        var item: BenchmarkCase
        var score: Int
        var testDescription: String { "\(name) \(codes) \(score)" }
    }

    static let table: [Row] = [
        Row(name: "pneumonia", item: pneumonia, score: 5),
        Row(name: "PNEUMONIA, community acquired", item: pneumonia, score: 5),
        Row(name: "CAP", item: pneumonia, score: 5),
        Row(name: "Right lower lobe pneumonia", item: pneumonia, score: 5),
        Row(name: "Pneumococcal pneumonia", item: pneumonia, score: 5),
        Row(name: "Lower respiratory tract infection", item: pneumonia, score: 3),
        Row(name: "pneumonia or pulmonary embolism", item: pneumonia, score: 3),
        Row(name: "Pneumonia vs lung cancer", item: pneumonia, score: 3),
        Row(name: "pneumonia and gout", item: pneumonia, score: 3),
        Row(name: "pneumonia and pleural effusion", item: pneumonia, score: 3),
        Row(name: "pneumonia, right lower lobe", item: pneumonia, score: 5),
        Row(name: "No pneumonia", item: pneumonia, score: 1),
        Row(name: "Pneumonia ruled out", item: pneumonia, score: 1),
        Row(name: "Asthma", item: pneumonia, score: 1),
        Row(name: "disease", item: pneumonia, score: 1),
        Row(name: "infection", item: pneumonia, score: 1),
        Row(name: "", item: pneumonia, score: 1),
        Row(name: "MI", item: infarction, score: 5),
        Row(name: "infarction of the myocardium", item: infarction, score: 1),
        Row(name: "NSTEMI", item: infarction, score: 5),
        Row(name: "ACS", item: infarction, score: 3),
        Row(name: "GCA", item: arteritis, score: 5),
        Row(name: "Arteritis, giant cell", item: arteritis, score: 5),
        Row(name: "giant-cell arteritis", item: arteritis, score: 5),
        Row(name: "subarachnoid haemorrhage", item: bleed, score: 5),
        Row(name: "Appendicitis", item: appendicitis, score: 4),
        Row(name: "Perforated acute appendicitis", item: appendicitis, score: 5),
        Row(name: "x", codes: ["J18.9"], item: pneumonia, score: 5),
        Row(name: "x", codes: ["j189"], item: pneumonia, score: 5),
        Row(name: "x", codes: ["I60.91"], item: bleed, score: 5),
        Row(name: "x", codes: ["J18"], item: pneumonia, score: 4),
        Row(name: "x", codes: ["J18.1"], item: pneumonia, score: 4),
        Row(name: "x", codes: ["M31.3"], item: arteritis, score: 3),
        Row(name: "Chronic appendicitis", item: appendicitis, score: 3),
        Row(name: "x", codes: ["J15.9"], item: pneumonia, score: 3),
        Row(name: "x", codes: ["I26.9"], item: infarction, score: 3),
        Row(name: "x", codes: ["G43.9"], item: pneumonia, score: 1),
        Row(name: "x", codes: ["J1"], item: pneumonia, score: 1),
        Row(
            name: "x", codes: ["J18.9", "I21.9", "G43.9", "K35.8"], item: pneumonia, score: 1),
        Row(name: "pneumonia or gout", codes: ["J18.9"], item: pneumonia, score: 3),
        Row(
            name: "Abdominal pain", codes: ["R10.1"], item: item("x y", icd10: ["R10.3"]), score: 3),
    ]

    @Test("gives each statement the score of the table", arguments: table)
    func scores(row: Row) {
        let verdict = Judge.judge(StatedDiagnosis(name: row.name, icd10: row.codes), row.item)
        #expect(verdict.score == row.score, "\(verdict.reason)")
        #expect(verdict.isCorrect == (row.score >= 4))
        #expect((verdict.by == .none) == (verdict.score == 1))
        #expect(!verdict.reason.isEmpty)
    }

    @Test("follows the author of each bundled case: accepted is right, partial isn't")
    func bundled() throws {
        for item in try GatekeeperFixture.ownCases() {
            for name in [item.diagnosis.text] + item.diagnosis.accepted {
                let verdict = Judge.judge(StatedDiagnosis(name: name), item)
                #expect(verdict.score == 5, "\(item.id): \(name): \(verdict.reason)")
            }
            let accepted = item.diagnosis.accepted.map { DiagnosisName($0).words }
            for name in item.diagnosis.partial
            where !accepted.contains(DiagnosisName(name).words) {
                let verdict = Judge.judge(StatedDiagnosis(name: name), item)
                #expect(verdict.score == 3, "\(item.id): \(name): \(verdict.reason)")
            }
            if !item.diagnosis.isNoDisease, let code = item.diagnosis.icd10.first {
                #expect(Judge.judge(StatedDiagnosis(name: "", icd10: [code]), item).score == 5)
            }
        }
    }

    @Test("knows no disease from disease")
    func noDisease() {
        let healthy = JudgeTests.item(
            "No disease found", icd10: ["Z71.1"],
            accepted: ["no disease", "healthy", "benign palpitations"], isNoDisease: true)
        func score(_ name: String, isNone: Bool = false, codes: [String] = []) -> Int {
            Judge.judge(
                StatedDiagnosis(name: name, icd10: codes, isNoDisease: isNone), healthy
            ).score
        }
        #expect(score("", isNone: true) == 5)
        #expect(score("no disease") == 5)
        #expect(score("Benign palpitations") == 5)
        #expect(score("Atrial fibrillation") == 1)
        #expect(score("Atrial fibrillation", codes: ["Z71.1"]) == 1)
        #expect(score("healthy or atrial fibrillation") <= 3)
        let sick = JudgeTests.pneumonia
        #expect(Judge.judge(StatedDiagnosis(name: "pneumonia", isNoDisease: true), sick).score == 1)
    }

    @Test("finds the right diagnosis in a differential, and doesn't where it isn't")
    func rank() {
        let differential = [
            StatedCondition(name: "Asthma", icd10: ["J45.9"], probability: 0.5),
            StatedCondition(name: "No disease found", probability: 0.3),
            StatedCondition(name: "Pneumonia", icd10: ["J18.9"], probability: 0.2),
        ]
        #expect(Judge.rank(differential, JudgeTests.pneumonia) == 3)
        #expect(Judge.rank(differential, JudgeTests.bleed) == nil)
        #expect(
            Judge.rank(differential, JudgeTests.item("No disease found", isNoDisease: true)) == 2)
    }

    @Test("agrees with another judge as much as Cohen's kappa says")
    func kappa() throws {
        // 20 both right, 15 both wrong, 5 and 10 apart: kappa 0.4 (Cohen's textbook table).
        let pairs =
            Array(repeating: (first: true, second: true), count: 20)
            + Array(repeating: (first: false, second: false), count: 15)
            + Array(repeating: (first: true, second: false), count: 5)
            + Array(repeating: (first: false, second: true), count: 10)
        let agreement = JudgeAgreement(pairs)
        #expect(agreement.count == 50)
        #expect(agreement.agreeing == 35)
        let kappa = try #require(agreement.kappa)
        #expect(abs(kappa - 0.4) < 1e-12)
        #expect(JudgeAgreement([]).kappa == nil)
        #expect(JudgeAgreement([(true, true), (true, true)]).kappa == nil)
        #expect(JudgeAgreement([(true, false), (false, true)]).kappa == -1)
    }

    @Test("is overruled in order, by name, and keeps its own word")
    func overrules() {
        let verdict = Verdict(score: 2, reason: "Little.", by: .name)
        let judged = [JudgedDiagnosis(caseID: "a", agent: "panel", verdict: verdict)]
        func change(_ from: Int, _ to: Int, case id: String = "a", by: String = "Dr A") -> Overrule
        {
            Overrule(caseID: id, agent: "panel", from: from, to: to, by: by, reason: "read again")
        }
        let changes = [
            change(2, 4), change(2, 5), change(4, 3), change(3, 6), change(3, 4, case: "b"),
            change(3, 4, by: ""),
        ]
        let (verdicts, refused) = JudgedDiagnosis.applying(changes, to: judged)
        #expect(verdicts[0].overrules == [changes[0], changes[2]])
        #expect(verdicts[0].score == 3)
        #expect(!verdicts[0].isCorrect)
        #expect(verdicts[0].verdict == verdict)
        #expect(refused == [changes[1], changes[3], changes[4], changes[5]])
    }
}
