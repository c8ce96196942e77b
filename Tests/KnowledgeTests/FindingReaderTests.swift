// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge
import Records
import Statistics
import Testing

/// Expectations are written as `id=outcome` or `id=outcome@number`.
@Suite("findings in free text")
struct FindingReaderTests {
    /// The vocabulary that ships, with intervals of our own: the sentences are about reading, not
    /// about where normal ends.
    private static let shared = Result {
        let folder = SharedData.root.appending(path: "Sources/Knowledge/Catalogue")
        func table(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        let ranges = """
            finding\tsex\tlow\thigh\tsource
            temperature\tany\t36\t38\ttest
            heart-rate\tany\t60\t100\ttest
            respiratory-rate\tany\t12\t20\ttest
            systolic-bp\tany\t90\t140\ttest
            diastolic-bp\tany\t60\t90\ttest
            oxygen-saturation\tany\t95\t\ttest
            hemoglobin\tfemale\t12\t16\ttest
            hemoglobin\tmale\t13\t17\ttest
            hemoglobin\tany\t12\t17\ttest
            wbc\tany\t4\t11\ttest
            platelets\tany\t150\t400\ttest
            creatinine\tany\t0.6\t1.2\ttest
            glucose\tany\t70\t140\ttest
            potassium\tany\t3.5\t5\ttest
            crp\tany\t\t5\ttest

            """
        return try FindingReader(
            catalogue: Catalogue(
                findings: table("findings.tsv"), tests: table("tests.tsv"), ranges: ranges,
                loinc: table("loinc.tsv")))
    }

    let catalogue: Catalogue
    let reader: FindingReader

    init() throws {
        reader = try Self.shared.get()
        catalogue = reader.catalogue
    }

    private func read(_ text: String, sex: Sex? = nil) -> [String] {
        reader.read(text, sex: sex).map { item in
            let finding = catalogue.findings[item.finding]
            let number = item.number.map { "@\(($0 * 100).rounded() / 100)" } ?? ""
            return "\(finding.id)=\(finding.outcomes[item.outcome])\(number)"
        }
    }

    @Test(
        "names and synonyms are found whatever their inflection and spelling",
        arguments: [
            ("He is coughing and vomited twice.", ["cough=present", "vomiting=present"]),
            ("Diarrhea since Monday", ["diarrhea=present"]),
            ("diarrhoea since Monday", ["diarrhea=present"]),
            ("She has had severe pain in the chest.", ["chest-pain=present"]),
            ("A productive cough", ["productive-cough=present", "cough=present"]),
            ("History of asthma", ["asthma-known=present"]),
        ])
    func finds(_ text: String, _ expected: [String]) { #expect(read(text) == expected) }

    @Test(
        "what is denied is absent, as far as the denial reaches",
        arguments: [
            (
                "Denies fever, chills, or cough but reports headache.",
                ["fever=absent", "chills=absent", "cough=absent", "headache=present"]
            ),
            (
                "She has not had abdominal pain, fever, or weight loss.",
                ["abdominal-pain=absent", "fever=absent", "weight-loss=absent"]
            ),
            (
                "No nausea or vomiting. Headache.",
                [
                    "nausea=absent", "vomiting=absent", "headache=present",
                ]
            ),
            ("No fever, cough for two days.", ["fever=absent", "cough=present"]),
            (
                "productive cough without hemoptysis",
                [
                    "productive-cough=present", "cough=present", "hemoptysis=absent",
                ]
            ),
            ("Denies fever and has a rash.", ["fever=absent", "rash=present"]),
            ("Rash: absent. Murphy sign: negative.", ["rash=absent", "murphy=absent"]),
            ("Rebound tenderness was not elicited", ["rebound=absent"]),
            ("Afebrile; nonsmoker", ["fever=absent", "smoker=absent"]),
            ("Absent cremasteric reflex", ["cremasteric-absent=present"]),
            ("The chest pain does not improve.", ["chest-pain=present"]),
            ("No relief of the headache", ["headache=present"]),
        ])
    func denies(_ text: String, _ expected: [String]) { #expect(read(text) == expected) }

    @Test(
        "relatives' illnesses and suspicions are not the patient's",
        arguments: [
            ("His mother has diabetes.", []),
            ("Hypertension in her father", []),
            ("There is a family history of diabetes.", []),
            ("Family history of migraine", ["migraine-history=present"]),
            ("His mother reports that he has a fever.", ["fever=present"]),
            ("Brought in by his father because of a rash", ["rash=present"]),
            ("He may have a rash.", []),
            ("Suspected pulmonary embolus", []),
            ("Hay fever", []),
            ("Rule out ectopic pregnancy", []),
        ])
    func others(_ text: String, _ expected: [String]) { #expect(read(text) == expected) }

    @Test(
        "numbers come in the catalogue's units",
        arguments: [
            ("T 38.6 °C", ["temperature=high@38.6"]),
            ("temperature is 102°F (38.9°C)", ["temperature=high@38.9"]),
            ("BP 125/80", ["systolic-bp=normal@125.0", "diastolic-bp=normal@80.0"]),
            (
                "heart rate 72, respirations are 26/min",
                [
                    "heart-rate=normal@72.0", "respiratory-rate=high@26.0",
                ]
            ),
            ("Hb 9.1 g/dL", ["hemoglobin=low@9.1"]),
            ("hemoglobin of 91 g/L", ["hemoglobin=low@9.1"]),
            ("WBC 8,300/mm3", ["wbc=normal@8.3"]),
            ("platelets 90 x 10^9/L", ["platelets=low@90.0"]),
            ("creatinine 120 µmol/L", ["creatinine=high@1.36"]),
            ("glucose 5.5 mmol/L", ["glucose=normal@99.09"]),
            ("K 5.6 mEq/L", ["potassium=high@5.6"]),
            ("potassium of 5.6 mEq/L and a rash", ["potassium=high@5.6", "rash=present"]),
            (
                "blood pressure is found to be 150/95 mm Hg and pulse 88",
                ["systolic-bp=high@150.0", "diastolic-bp=high@95.0", "heart-rate=normal@88.0"]
            ),
            ("CRP 12 mg/dL", ["crp=high@120.0"]),
            ("oxygen saturation is 91% on room air", ["oxygen-saturation=low@91.0"]),
        ])
    func numbers(_ text: String, _ expected: [String]) { #expect(read(text) == expected) }

    @Test(
        "a number that can't be trusted is not read",
        arguments: [
            "WBC 10-20 /HPF", "hemoglobin 9.1 parsecs", "temperature 400 °C", "heart rate 9999",
            "creatinine 1.1", "fetal heart rate 140/min",
            "lymphocytes with a high index", "potassium 5.6 g/dL", "pulse for 3 days",
            "pulse of the nation",
            "glucose 99999999999999999999999999999999 mg/dL",
        ])
    func untrusted(_ text: String) { #expect(read(text).isEmpty) }

    @Test("words stand for numbers")
    func words() {
        #expect(
            read("Troponin elevated; potassium within normal limits; low platelets") == [
                "troponin=high", "potassium=normal", "platelets=low",
            ])
        #expect(
            read("ANA positive, rheumatoid factor negative") == [
                "ana-positive=present", "rf-positive=absent",
            ])
        #expect(read("tachycardia and leukocytosis") == ["heart-rate=high", "wbc=high"])
        #expect(read("no tachycardia").isEmpty)
    }

    @Test("sex chooses the interval and leaves out what the other sex can't have")
    func sex() {
        #expect(read("Hb 12.5 g/dL", sex: .female) == ["hemoglobin=normal@12.5"])
        #expect(read("Hb 12.5 g/dL", sex: .male) == ["hemoglobin=low@12.5"])
        #expect(read("testicular pain", sex: .female).isEmpty)
        #expect(read("testicular pain", sex: .male) == ["testicular-pain=present"])
    }

    @Test("what is stated anywhere outweighs a denial elsewhere")
    func statedWins() {
        #expect(read("No chest pain at rest. Chest pain on stairs.") == ["chest-pain=present"])
    }

    @Test("the range is where the text names the finding")
    func ranges() {
        let text = "Möglich: severe chest pain."
        let found = reader.read(text)
        #expect(found.count == 1)
        let bytes = Array(text.utf8)[found[0].range]
        #expect(String(decoding: bytes, as: UTF8.self) == "chest pain")
    }

    @Test("any text is read without a crash, and twice the same")
    func anyText() {
        let pieces = [
            "no ", "fever", ", ", ".", "°", "38.6", "/", "BP ", "\u{0}", "é", "👩‍⚕️", "\n", "(", "-",
            "mother ", "T ", "1,000,", "not ", ":", "'s", "%", "absent ", "\u{301}", "x10^",
        ]
        for seed in UInt64(1)...60 {
            var random = SeededRandom(seed: seed)
            let text = (0..<80).map { _ in pieces[random.below(pieces.count)] }.joined()
            let first = reader.read(text)
            #expect(first == reader.read(text))
            #expect(first.allSatisfy { $0.range.upperBound <= text.utf8.count })
        }
    }
}
