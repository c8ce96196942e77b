// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records

@testable import SequentialBenchmark

/// A case with a bit of everything, a small catalogue with reference intervals, and prices.
enum GatekeeperFixture {
    static let shipped: Result<Catalogue, KnowledgeError> = {
        do throws(KnowledgeError) { return .success(try Catalogue.shipped()) } catch {
            return .failure(error)
        }
    }()

    static func catalogue() throws -> Catalogue { try shipped.get() }

    private static let made: Result<RequestVocabulary, any Error> = Result {
        let words = try shipped.get()
        return RequestVocabulary(
            catalogue: words,
            schedule: try PriceSchedule.named("us-medicare", catalogue: words))
    }

    static func vocabulary() throws -> RequestVocabulary { try made.get() }

    /// The bundled cases, or the fixture's where none is bundled.
    static func ownCases() throws -> [BenchmarkCase] {
        let words = try catalogue()
        do throws(BenchmarkError) {
            return try CaseLibrary.own(catalogue: words)
        } catch .noCases {
            return [item()]
        }
    }

    static let provenance = CaseProvenance(source: "test", author: "test", licence: "Apache-2.0")

    static func item(
        policy: DefaultPolicy = .normal, sex: Sex = .female, findings: [CaseFinding]? = nil
    ) -> BenchmarkCase {
        BenchmarkCase(
            id: "test-1", abstract: "A person with a cough.", age: 40, sex: sex,
            findings: findings ?? standard, defaultPolicy: policy,
            diagnosis: CaseDiagnosis(
                text: "Community-acquired pneumonia", icd10: ["J18.9"], accepted: ["pneumonia"],
                partial: ["lower respiratory tract infection"]),
            provenance: provenance)
    }

    static let standard: [CaseFinding] = [
        CaseFinding(kind: .symptom, id: "fever", outcome: "present", text: "Up to 39 for 3 days."),
        CaseFinding(
            kind: .symptom, id: "hemoptysis", outcome: "absent", text: "No blood in the sputum."),
        CaseFinding(kind: .vital, id: "temperature", outcome: "high", number: 38.7),
        CaseFinding(kind: .lab, id: "wbc", outcome: "high", number: 15.2),
        CaseFinding(
            kind: .imaging, id: "cxr-consolidation", outcome: "present",
            text: "Dense opacity in the right lower zone."),
        CaseFinding(
            kind: .exam, id: "kayser-fleischer", outcome: "present",
            text: "Brown ring around the cornea.", isPathognomonic: true),
        CaseFinding(kind: .history, names: ["occupation", "job"], text: "Works as a baker."),
        CaseFinding(
            kind: .lab, names: ["cold agglutinins"], text: "Titre 1:256.", gate: .order,
            test: "cold agglutinin titre"),
        CaseFinding(
            kind: .imaging, names: ["MR venography"], text: "Patent sinuses.", gate: .order),
    ]

    static func gatekeeper(
        _ item: BenchmarkCase = item(), seed: UInt64 = 1,
        background: @escaping BackgroundRates = { _, _ in 0 }
    ) throws -> Gatekeeper {
        Gatekeeper(
            case: item, vocabulary: try vocabulary(), background: background, seed: seed)
    }

    /// Few findings, with intervals that no one will change.
    static func smallCatalogue() throws -> Catalogue {
        try Catalogue(
            findings: """
                id\tkind\tname\tsynonyms\toutcomes\ttest\tddxplus\tsex\tunit
                fever\tsymptom\tfever\thigh temperature\tabsent|present\t\t\t\t
                cramps\tsymptom\tmenstrual cramps\t\tabsent|present\t\t\tfemale\t
                temperature\tvital\tbody temperature\ttemp\tlow|normal|high\t\t\t\tCel
                sodium\tlab\tsodium\tNa\tlow|normal|high\tpanel\t\t\tmmol/L
                potassium\tlab\tpotassium\tK\tlow|normal|high\tpanel\t\t\tmmol/L
                crp\tlab\tC-reactive protein\t\tlow|normal|high\tcrp\t\t\tmg/L
                shadow\timaging\tshadow\t\tabsent|present\tfilm\t\t\t

                """,
            tests: """
                id\tname\tsynonyms\treveals
                panel\telectrolyte panel\telectrolytes\tsodium|potassium
                crp\tC-reactive protein\tCRP\tcrp
                film\tchest radiograph\tchest x-ray\tshadow

                """,
            ranges: """
                finding\tsex\tlow\thigh\tsource
                temperature\tany\t36.1\t37.2\ttest
                sodium\tany\t135\t145\ttest
                potassium\tany\t3.5\t5\ttest
                crp\tany\t\t5\ttest

                """,
            loinc: """
                kind\tid\tloinc\tsource
                finding\tsodium\t2951-2\ttest
                test\tfilm\t30746-2\ttest

                """)
    }

    static func smallSchedule(_ catalogue: Catalogue) throws -> PriceSchedule {
        try PriceSchedule(
            name: "small", table: Array("name,usd\nvisit,100\nelectrolyte panel,7.01\n".utf8),
            file: "small.csv", catalogue: catalogue, shipsBurdens: false)
    }
}

extension Gatekeeper {
    /// Answers one after the other.
    mutating func answers(_ requests: [EncounterRequest]) -> [EncounterAnswer] {
        requests.map { answer($0) }
    }
}
