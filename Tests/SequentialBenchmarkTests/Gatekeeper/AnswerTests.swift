// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import Testing

@testable import SequentialBenchmark

@Suite("The gatekeeper answers")
struct AnswerTests {
    @Test("a question from the record, in the record's words where something is present")
    func recorded() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.ask("Have you had a fever?"))
        #expect(answer.status == .recorded)
        #expect(answer.text == "Fever: yes. Up to 39 for 3 days.")
        #expect(answer.observations == [Observation(finding: "fever", outcome: "present")])
        #expect(answer.cents == 0)
    }

    @Test(
        "the same thing under every spelling",
        arguments: [
            "haemoptysis", "Hemoptysis?", "coughing up blood", "HEMOPTYSIS", "blood in sputum",
            "hemoptysis", "Are you coughing up any blood",
        ])
    func spelling(text: String) throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.ask(text))
        #expect(answer.observations == [Observation(finding: "hemoptysis", outcome: "absent")])
        #expect(answer.text == "Coughing up blood: no.")
    }

    @Test(
        "one test under its names, spellings and word orders",
        arguments: [
            "chest x-ray", "Chest X-rays", "CXR", "X-ray of the chest", "chest radiograph",
            "chest-xray", "PA chest x-ray to look for pneumonia", "portable chest x ray, please",
        ])
    func chestFilm(text: String) throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.order(text))
        #expect(answer.status == .recorded)
        #expect(answer.cents == 3_267)
        #expect(answer.observations.count == 10)
        #expect(answer.text.contains("Consolidation: present. Dense opacity"))
        #expect(answer.text.contains("Pleural effusion: absent."))
    }

    @Test("an order bills the narrowest test and reveals only what was ordered")
    func component() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let white = gatekeeper.answer(.order("white blood cells"))
        #expect(white.observations.map(\.finding) == ["wbc"])
        #expect(white.text == "White cell count: 15.2 10³/uL.")
        #expect(white.cents == 777)
        let sodium = gatekeeper.answer(.order("sodium"))
        #expect(sodium.observations.map(\.finding) == ["sodium"])
        #expect(gatekeeper.bill.tests.map(\.id) == ["cbc", "bmp"])
        let two = gatekeeper.answer(.order("sodium, potassium"))
        #expect(two.cents == 846)
        #expect(two.observations.map(\.finding) == ["sodium", "potassium"])
    }

    @Test("several orders in one request, each of them charged, up to a limit")
    func bundles() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.order("CBC and chest x-ray"))
        #expect(answer.cents == 777 + 3_267)
        #expect(gatekeeper.bill.tests.map(\.id) == ["cbc", "chest-xray"])
        let four = gatekeeper.answer(.order("ECG, troponin, D-dimer and lipase"))
        #expect(four.cents == 1_391 + 1_247 + 1_018)
        #expect(four.text.contains(RefusalWording.limit(3, "tests")))
        let together = gatekeeper.answer(.order("CT abdomen and pelvis with contrast"))
        #expect(together.cents == 29_726)
    }

    @Test("several questions in one request, up to a limit")
    func severalQuestions() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.ask("Any fever, chills or night sweats?"))
        #expect(answer.observations.map(\.finding) == ["fever", "chills", "night-sweats"])
        let many = gatekeeper.answer(
            .ask("nausea, vomiting, diarrhoea, constipation, bloating, rash, hives"))
        #expect(many.observations.count == Gatekeeper.questionLimit)
        #expect(many.text.contains(RefusalWording.limit(5, "questions")))
        #expect(gatekeeper.visits == 1)
    }

    @Test("vital signs and blood pressure together")
    func vitals() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let vitals = gatekeeper.answer(.ask("vital signs"))
        #expect(
            vitals.observations.map(\.finding) == [
                "temperature", "heart-rate", "respiratory-rate", "systolic-bp", "diastolic-bp",
                "oxygen-saturation",
            ])
        #expect(vitals.text.contains("Body temperature: 38.7 °C."))
        for text in ["Blood pressure", "BP", "What is the blood pressure?"] {
            let pressure = gatekeeper.answer(.ask(text))
            #expect(pressure.observations.map(\.finding) == ["systolic-bp", "diastolic-bp"])
        }
    }

    @Test("an order for history as a question")
    func orderedQuestion() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.order("fever"))
        #expect(answer.status == .recorded)
        #expect(answer.cents == 0)
        #expect(gatekeeper.bill.tests.isEmpty)
        #expect(gatekeeper.visits == 1)
    }

    @Test("a visit for a run of questions, and a new one after an order")
    func visits() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        _ = gatekeeper.answers([.ask("fever"), .ask("cough"), .ask("rash")])
        #expect(gatekeeper.visits == 1)
        _ = gatekeeper.answers([.order("cbc"), .order("crp")])
        #expect(gatekeeper.visits == 1)
        _ = gatekeeper.answers([.ask("chills"), .ask("nausea")])
        #expect(gatekeeper.visits == 2)
        _ = gatekeeper.answers([.ask("tell me everything"), .order("labs")])
        #expect(gatekeeper.visits == 2)
        #expect(gatekeeper.spentCents == 2 * 10_901 + 777 + 518)
        #expect(gatekeeper.log.map(\.openedVisit).filter { $0 }.count == 2)
        var orderFirst = try GatekeeperFixture.gatekeeper()
        _ = orderFirst.answers([.order("cbc"), .ask("fever")])
        #expect(orderFirst.visits == 2)
    }

    @Test("a repeated test with the same values, charged and flagged")
    func repeats() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let first = gatekeeper.answer(.order("cbc"))
        let second = gatekeeper.answer(.order("full blood count"))
        #expect(first.text == second.text)
        #expect(first.observations == second.observations)
        #expect(gatekeeper.bill.tests.map(\.isRepeat) == [false, true])
        #expect(gatekeeper.bill.testCents == 2 * 777)
        let question = gatekeeper.answer(.ask("fever"))
        #expect(gatekeeper.answer(.ask("fever")) == question)
    }

    @Test("from the case's own names and words")
    func own() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        #expect(
            gatekeeper.answer(.ask("What is your job?")).text == "Occupation: Works as a baker.")
        let titre = gatekeeper.answer(.order("cold agglutinins"))
        #expect(titre.text == "Cold agglutinins: Titre 1:256.")
        #expect(titre.unpriced == ["cold agglutinin titre"])
        #expect(gatekeeper.bill.unpriced == ["cold agglutinin titre"])
        #expect(gatekeeper.answer(.order("MR venography")).text.contains("Patent sinuses."))
        let text = CaseFinding(
            kind: .history, names: ["history"],
            text: "Two weeks of malaise. He denies palpitations. Temp. was 38.5 once.")
        var told = try GatekeeperFixture.gatekeeper(GatekeeperFixture.item(findings: [text]))
        let answer = told.answer(.ask("palpitations"))
        #expect(answer.status == .recorded)
        #expect(answer.text == "Palpitations: He denies palpitations.")
        #expect(answer.observations.isEmpty)
    }

    @Test("a habit by the case's own words for it, without filling in what they may contradict")
    func ownGroup() throws {
        let findings = [
            CaseFinding(kind: .history, names: ["medicines"], text: "Ibuprofen today."),
            CaseFinding(kind: .history, id: "steroid-use", outcome: "present"),
            CaseFinding(kind: .history, names: ["past history"], text: "Tonsils out at six."),
        ]
        var gatekeeper = try GatekeeperFixture.gatekeeper(
            GatekeeperFixture.item(findings: findings))
        let answer = gatekeeper.answer(.ask("What medication do you take?"))
        #expect(
            answer.text == "Long-term steroid tablets: yes.\nMedicines: Ibuprofen today.")
        #expect(gatekeeper.answer(.ask("past history")).text == "Past history: Tonsils out at six.")
        var other = try GatekeeperFixture.gatekeeper()
        #expect(other.answer(.ask("What medication do you take?")).observations.count == 5)
    }

    @Test("a test that only the price list knows, and one that nobody prices")
    func priced() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.order("magnesium"))
        #expect(answer.status == .byDefault)
        #expect(answer.cents == 670)
        #expect(answer.text == "Magnesium: nothing unusual.")
        let unpriced = gatekeeper.answer(.order("urinalysis"))
        #expect(unpriced.cents == 0)
        #expect(unpriced.unpriced == ["urinalysis"])
    }

    @Test("what gives the diagnosis away only when named exactly")
    func pathognomonic() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        #expect(gatekeeper.answer(.ask("rings")).text.contains("Brown") == false)
        #expect(gatekeeper.answer(.ask("neurological exam")).text.contains("Brown") == false)
        let answer = gatekeeper.answer(.ask("Kayser-Fleischer rings"))
        #expect(answer.text.contains("Brown ring around the cornea."))
    }

    @Test("by LOINC code")
    func codes() throws {
        let catalogue = try GatekeeperFixture.smallCatalogue()
        var gatekeeper = Gatekeeper(
            case: GatekeeperFixture.item(findings: []), catalogue: catalogue,
            schedule: try GatekeeperFixture.smallSchedule(catalogue))
        #expect(gatekeeper.answer(.order("2951-2")).observations.map(\.finding) == ["sodium"])
        #expect(gatekeeper.answer(.order("30746-2")).observations.map(\.finding) == ["shadow"])
        #expect(gatekeeper.answer(.ask("2951-2")).status == .needsOrder)
    }
}
