// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge
import Records
import SequentialBenchmark
import Testing

@Suite("records of other people's sets")
struct ImporterTests {
    private func read(_ text: String) throws -> CaseImport {
        try CaseImport(
            Array(text.utf8), file: "set.jsonl", catalogue: CaseSamples.catalogue(),
            terms: HPOTerms(
                obo: """
                    [Term]
                    id: HP:0001945
                    name: Fever
                    synonym: "Pyrexia" EXACT []
                    [Term]
                    id: HP:0001250
                    name: Seizure
                    """))
    }

    private static let clinic = """
        {"OSCE_Examination": {"Objective_for_Doctor": "Work up a cough.", "Patient_Actor": {
        "Demographics": "40-year-old woman", "History": "She has a fever and denies cough at night.",
        "Symptoms": {"Primary_Symptom": "Cough", "Secondary_Symptoms": ["Tired"]},
        "Social_History": "Potter."},
        "Physical_Examination_Findings": {"Vital_Signs": {"Temperature": "38.6 C"},
        "Chest": {"Auscultation": "Bronchial breathing"}},
        "Test_Results": {"Blood": {"WBC": "15,200 /uL", "Odd_Marker": "Positive"},
        "Chest_X-ray": {"Findings": "Right basal consolidation."}, "CT": "Pending"},
        "Correct_Diagnosis": "Pneumonia (lung infection)"}}
        """

    @Test("AgentClinic: history is asked, results are ordered, values are coded")
    func agentClinic() throws {
        let set = try read(Self.clinic)
        #expect(set.format == .agentClinic)
        let item = try #require(set.cases.first)
        #expect(item.abstract == "40-year-old woman. Work up a cough.")
        #expect(item.age == 40)
        #expect(item.sex == .female)
        #expect(item.initial == ["cough"])
        #expect(item.diagnosis.text == "Pneumonia (lung infection)")
        #expect(item.diagnosis.accepted.contains("Pneumonia"))
        #expect(item.diagnosis.accepted.contains("lung infection"))
        func finding(_ id: String) -> CaseFinding? { item.findings.first { $0.id == id } }
        #expect(finding("fever")?.outcome == "present")
        #expect(finding("temperature")?.number == 38.6)
        #expect(finding("temperature")?.gate == .ask)
        #expect(finding("wbc")?.number == 15.2)
        #expect(finding("wbc")?.gate == .order)
        #expect(finding("opacity")?.outcome == "present")
        #expect(finding("opacity")?.gate == .order)
        let own = item.findings.first { $0.names.contains("Odd Marker") }
        #expect(own?.gate == .order)
        #expect(own?.text == "Positive")
        let picture = item.findings.first { $0.names.contains("Chest X-ray") }
        #expect(picture?.test == "xray")
        #expect(!item.findings.contains { $0.text == "Pending" })
    }

    @Test("Avey: complaints make the abstract, what is absent is recorded as absent")
    func avey() throws {
        let set = try read(
            """
            {"correct_diagnosis": "COVID 19", "demographics": "61 year old Male",
            "chief_complaints": "Fever", "presentation": "Coughing since Monday.",
            "absent_findings": "No blue nails, No pyrexia of long standing",
            "physical_history": "-", "family_history": "-", "social_history": ""}
            """)
        #expect(set.format == .avey)
        let item = try #require(set.cases.first)
        #expect(item.abstract == "A 61-year-old man comes with these complaints: Fever.")
        #expect(item.initial == ["fever"])
        #expect(item.findings.contains { $0.names == ["blue nails"] && $0.text == "No blue nails" })
        #expect(item.findings.contains { $0.id == "cough" && $0.outcome == "present" })
        #expect(item.findings.count { $0.id == "fever" } == 1)
        #expect(item.findings.first { $0.id == "fever" }?.outcome == "present")
        #expect(item.findings.allSatisfy { $0.gate == .ask })
    }

    @Test("Semigran: what follows the first sentence is asked, examined or ordered")
    func semigran() throws {
        let set = try read(
            """
            {"urgency_level": "em", "correct_diagnosis": "Kidney stones1 (renal colic acceptable)",
            "case_description": "A 12-year-old girl comes with a fever. On examination, her temperature is \
            39.0 C. Laboratory studies show WBC 15,000/mm3."}
            """)
        #expect(set.format == .semigran)
        let item = try #require(set.cases.first)
        #expect(item.stratum == .emergency)
        #expect(item.abstract == "A 12-year-old girl comes with a fever.")
        #expect(item.diagnosis.accepted == ["Kidney stones", "renal colic"])
        #expect(item.findings.first { $0.id == "temperature" }?.gate == .ask)
        #expect(item.findings.first { $0.id == "wbc" }?.gate == .order)
        #expect(item.findings.first { $0.id == "wbc" }?.number == 15)
    }

    @Test("MediQ: only questions for the diagnosis make cases")
    func mediQ() throws {
        func record(_ question: String) -> String {
            "{\"id\": 7, \"question\": \"\(question)\", \"context\": [\"A man has a cough.\"], "
                + "\"facts\": [\"1. A man has a cough.\", \"2. He has no fever.\"], "
                + "\"answer\": \"Flu\", \"patient\": {\"age\": \"13 months\", \"gender\": \"male\"}}\n"
        }
        let set = try read(
            record("Which of the following is the most likely diagnosis?")
                + record("Which of the following is the best next step in diagnosis?")
                + record("Which drug treats the most likely diagnosis?"))
        #expect(set.cases.count == 1)
        #expect(set.leftOut == 2)
        let item = set.cases[0]
        #expect(item.age == 1)
        #expect(item.sex == .male)
        #expect(item.findings.contains { $0.id == "fever" && $0.outcome == "absent" })
    }

    @Test("phenopackets: observed and excluded terms, by name where the ontology is at hand")
    func phenopackets() throws {
        let set = try read(
            """
            {"id": "P1", "disease": "OMIM:1", "label": "Odd syndrome; ODS", "observed":
            ["HP:0001250", "HP:0009999"], "excluded": ["HP:0001945"], "sex": "MALE", "age": "P3Y2M"}
            """)
        #expect(set.format == .phenopackets)
        let item = set.cases[0]
        #expect(item.stratum == .rare)
        #expect(item.age == 3)
        #expect(item.abstract == "A 3-year-old boy is referred; first complaint: seizure.")
        #expect(item.diagnosis.accepted == ["Odd syndrome", "ODS", "OMIM:1"])
        #expect(item.findings[0].names == ["Seizure", "HP:0001250"])
        #expect(item.findings[1].names == ["HP:0009999"])
        #expect(item.findings[2].id == "fever")
        #expect(item.findings[2].outcome == "absent")
    }

    @Test("CRAFT-MD: the question is left away")
    func craftMD() throws {
        let set = try read(
            """
            ,case_vignette,choice_1,answer,category,dataset,case_id
            0,"A man has a fever. What is the most likely diagnosis?",Flu,Flu,Other,MedQA_USMLE,case_0
            1,"A man has a fever. What is the best treatment?",Rest,Rest,Other,MedQA_USMLE,case_1
            2,"A man has a ""red"" spot.",Spot,Spot,Dermatology,dermatology_public,case_2

            """)
        #expect(set.format == .craftMD)
        #expect(set.cases.map(\.id) == ["craft-md-0", "craft-md-2"])
        #expect(set.leftOut == 1)
        #expect(set.cases[0].abstract == "A man has a fever.")
        #expect(set.cases[0].initial == ["fever"])
    }

    @Test("DDXPlus: evidences are asked, and one that the catalogue knows is coded")
    func ddxplus() throws {
        let set = try read(
            """
            age,top5_diagnoses,sex,diagnosis,features,feature_id
            39,[],F,Bronchitis,"['E_91', 'E_201', 'E_55_@_V_29', 'E_55_@_V_55']",E_201

            """)
        #expect(set.format == .ddxplus)
        let item = set.cases[0]
        #expect(item.abstract == "A 39-year-old woman comes with this complaint: cough.")
        #expect(item.initial == ["cough"])
        #expect(item.diagnosis.icd10.count == 1)
        #expect(item.findings.first { $0.id == "fever" }?.outcome == "present")
        let valued = item.findings.first { $0.names.contains("E_55") }
        #expect(valued?.text == "place of the pain: V_29, V_55.")
    }

    @Test(
        "a broken record is refused in one sentence with its line",
        arguments: [
            (
                "{\"OSCE_Examination\": 3}",
                "set.jsonl, line 1, OSCE_Examination: expected an object."
            ),
            (
                "{\"OSCE_Examination\": {}}",
                "set.jsonl, line 1, OSCE_Examination.Patient_Actor: expected a value."
            ),
            (
                "{\"disease\": \"OMIM:1\", \"observed\": [\"HP:1\"], \"id\": \"x\", \"label\": \"y\"}",
                "set.jsonl, line 1, observed[0]: expected an id such as HP:0001250."
            ),
            (
                "{\"disease\": \"OMIM:1\", \"observed\": [],\n\"age\": \"33\", \"label\": \"y\"}",
                "set.jsonl, line 2, age: expected a duration such as P33Y."
            ),
            (
                "age,diagnosis,features,feature_id\n1,Gout,[],E_1\n",
                "set.jsonl, line 2, column diagnosis: expected one of the 49 DDXPlus conditions."
            ),
            (
                "age,diagnosis,features,feature_id,sex\n1,Bronchitis,E_1,E_201,F\n",
                "set.jsonl, line 2, column features: expected a list such as ['E_53', "
                    + "'E_54_@_V_161']."
            ),
            (
                "age,diagnosis,features\n1,Bronchitis\n",
                "set.jsonl, line 2: expected 3 fields and found 2."
            ),
            (
                "case_vignette,answer\n\"a\"b,c\n",
                "set.jsonl, line 2: expected each quoted field to end with a quote and a comma."
            ),
        ])
    func broken(_ text: String, _ sentence: String) {
        #expect {
            try read(text)
        } throws: { error in
            (error as? BenchmarkError)?.sentence == sentence
        }
    }

    @Test("a record of another form than the first is refused")
    func mixed() throws {
        #expect {
            try read(Self.clinic + "\n{\"disease\": \"OMIM:1\", \"observed\": []}")
        } throws: { error in
            (error as? BenchmarkError)?.sentence
                == "set.jsonl, line 10, case: expected a record of the same form as the first, "
                + "AgentClinic."
        }
    }
}

// Where it is absent: "skipped: shared data not found".
@Suite(
    "the public sets as a whole",
    .enabled(if: SharedData.isPresent, "skipped: shared data not found"))
struct PublicSetTests {
    private func read(_ path: String) throws -> CaseImport {
        let file = CaseSamples.sets.appending(path: path)
        return try CaseImport(
            [UInt8](Data(contentsOf: file)), file: file.lastPathComponent,
            catalogue: Catalogue.shipped())
    }

    @Test(
        "every record is a case, or is left out because it asks for something else",
        arguments: [
            ("agentclinic/agentclinic_medqa.jsonl", CaseFormat.agentClinic, 107, 0),
            ("symptomcheck/avey_vignettes.jsonl", .avey, 191, 0),
            ("symptomcheck/semigran_vignettes.jsonl", .semigran, 45, 0),
            ("mediq/all_craft_md.jsonl", .mediQ, 140, 0),
            ("mediq/all_dev_good.jsonl", .mediQ, 112, 1160),
            ("craft-md/usmle_and_derm_dataset.csv", .craftMD, 1542, 462),
            ("ddxplus/test_patients_sample.csv", .ddxplus, 1360, 0),
        ])
    func counts(_ path: String, _ format: CaseFormat, _ cases: Int, _ leftOut: Int) throws {
        let set = try read(path)
        #expect(set.format == format)
        #expect(set.cases.count == cases)
        #expect(set.leftOut == leftOut)
        #expect(Set(set.cases.map(\.id)).count == cases)
        let catalogue = try Catalogue.shipped()
        for item in set.cases {
            #expect(!item.findings.isEmpty, "\(item.id)")
            let ids = item.findings.compactMap(\.id)
            #expect(Set(ids).count == ids.count, "\(item.id)")
            #expect(Set(item.initial).isSubset(of: ids), "\(item.id)")
            for finding in item.findings {
                guard let id = finding.id else { continue }
                #expect(catalogue.finding(id) != nil, "\(item.id)")
            }
        }
        let first = try #require(set.cases.first)
        let again = try BenchmarkCase(
            json: Array(first.json.utf8), file: first.id, catalogue: catalogue)
        #expect(again == first)
    }

    @Test(
        "an abstract names its diagnosis in three of Semigran's vignettes and nowhere else",
        arguments: [
            ("agentclinic/agentclinic_medqa.jsonl", 0), ("symptomcheck/avey_vignettes.jsonl", 0),
            ("symptomcheck/semigran_vignettes.jsonl", 3), ("mediq/all_craft_md.jsonl", 0),
            ("ddxplus/test_patients_sample.csv", 0),
        ])
    func leaks(_ path: String, _ expected: Int) throws {
        let cases = try read(path).cases
        let reported = cases.filter { item in
            CaseChecker.leaks(item).contains { $0.place == "abstract" }
        }
        #expect(reported.count == expected)
        // Without the checker: the bare name in the bare text.
        let plain = cases.filter { item in
            " \(item.abstract.lowercased()) ".contains(" \(item.diagnosis.text.lowercased()) ")
        }
        #expect(Set(plain.map(\.id)).isSubset(of: reported.map(\.id)))
    }

    @Test("AgentClinic keeps its results behind orders, and its numbers are coded")
    func gates() throws {
        let cases = try read("agentclinic/agentclinic_medqa.jsonl").cases
        #expect(cases.count { $0.findings.contains { $0.gate == .order } } >= 100)
        let temperatures = cases.flatMap(\.findings).filter { $0.id == "temperature" }
        #expect(temperatures.count { $0.number != nil } >= 90)
        #expect(temperatures.allSatisfy { (30...43).contains($0.number ?? 37) })
    }
}
