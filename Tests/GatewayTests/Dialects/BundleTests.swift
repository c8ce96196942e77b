// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import HTTPTypes
import Site
import Ledger
import Foundation
import Knowledge
import Records
import Testing

@testable import Gateway

@Suite("Cases as FHIR bundles")
struct BundleTests {
    private static let knowledge = try? KnowledgeBase.ddxplus()
    private static let today = CivilDay(year: 2026, month: 11, day: 28) ?? CivilDay(number: 0)

    private func read(_ text: String) throws -> CaseReading {
        try CaseReading(
            Array(text.utf8), knowledge: try #require(BundleTests.knowledge),
            today: BundleTests.today)
    }

    private func bundle(_ resources: String..., members: String = "") -> String {
        let entries = resources.map { #"{"resource":\#($0)}"# }.joined(separator: ",")
        return #"{"resourceType":"Bundle","type":"collection"\#(members),"entry":[\#(entries)]}"#
    }

    private func condition(_ system: String, _ code: String, _ more: String = "") -> String {
        #"{"resourceType":"Condition","id":"c1","code":{"coding":[{"system":"\#(system)","#
            + #""code":"\#(code)"}]}\#(more)}"#
    }

    private func observation(_ system: String, _ code: String, _ more: String) -> String {
        #"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":["#
            + #"{"system":"\#(system)","code":"\#(code)"}]}\#(more)}"#
    }

    private func patient(_ more: String) -> String {
        #"{"resourceType":"Patient","id":"p1"\#(more)}"#
    }

    private func status(_ word: String) -> String {
        #","clinicalStatus":{"coding":[{"code":"\#(word)"}]}"#
    }

    private let cough =
        #"{"resourceType":"Condition","code":{"coding":[{"system":"#
        + #""http://snomed.info/sct","code":"49727002"}]},"onsetDateTime":"2026-11-20"}"#

    @Test("a coded condition is a yes, with code, time and place of the resource")
    func readsACondition() throws {
        let reading = try read(
            bundle(
                condition(
                    BundleCodes.snomed, "49727002",
                    status("active") + #","onsetDateTime":"2026-11-20T08:00:00Z""#)))
        #expect(reading.input.findings == [Finding(evidence: "E_201", isPresent: true)])
        let used = try #require(reading.used.first)
        #expect(used.code == "http://snomed.info/sct|49727002")
        #expect(used.observedAt == "2026-11-20T08:00:00Z")
        #expect(used.sourceRef == "Condition/c1")
        #expect(used.value == true)
        #expect(reading.unused.isEmpty)
    }

    @Test(
        "a code lies in the longest category that means a question",
        arguments: [
            ("E11.9", "E_69"), ("J45.901", "E_124"), ("G47.33", "E_186"), ("e10", "E_69"),
            ("I82.401", "E_109"),
        ])
    func readsICD10(code: String, evidence: String) throws {
        let reading = try read(bundle(condition("http://hl7.org/fhir/sid/icd-10-cm", code)))
        #expect(reading.input.findings.map(\.evidence) == [evidence])
    }

    @Test("every mapped code leads to an evidence of the knowledge")
    func mapsToKnownEvidences() throws {
        let knowledge = try #require(BundleTests.knowledge)
        for (system, code) in [
            (BundleCodes.snomed, "77176002"), ("http://hl7.org/fhir/sid/icd-10", "B20"),
            (BundleCodes.evidenceSystem, "E_53"),
        ] {
            let evidence = BundleCodes.evidence(system: system, code: code, knowledge)
            #expect(evidence.map { knowledge.evidence(named: $0) != nil } == true)
        }
        #expect(BundleCodes.evidence(system: BundleCodes.snomed, code: "1", knowledge) == nil)
        #expect(
            BundleCodes.evidence(
                system: "http://hl7.org/fhir/sid/icd-10", code: "G47.3", knowledge) == nil)
    }

    @Test("age and sex come from the patient, the age at the bundle's own time")
    func readsThePatient() throws {
        let person = patient(#","gender":"male","birthDate":"1970-11-29""#)
        #expect(try read(bundle(person, cough)).input.age == 55)
        #expect(try read(bundle(person, cough)).input.sex == .male)
        let earlier = bundle(person, cough, members: #","timestamp":"2000-01-01T00:00:00Z""#)
        #expect(try read(earlier).input.age == 29)
    }

    @Test("a birth year alone gives no age and is listed as not used")
    func guessesNoAge() throws {
        let reading = try read(bundle(patient(#","birthDate":"1970""#), cough))
        #expect(reading.input.age == nil)
        #expect(reading.unused.map(\.sourceRef) == ["Patient/p1.birthDate"])
    }

    @Test("an answer is a yes or a no that its value spells out")
    func readsObservations() throws {
        let evidence = BundleCodes.evidenceSystem
        let yes = try read(bundle(observation(evidence, "E_53", #","valueBoolean":true"#)))
        #expect(yes.input.findings == [Finding(evidence: "E_53", isPresent: true)])
        let absent =
            #","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","#
            + #""code":"2667000"}]}"#
        let no = try read(bundle(observation(evidence, "E_53", absent)))
        #expect(no.input.findings == [Finding(evidence: "E_53", isPresent: false)])
        let words = try read(
            bundle(observation(evidence, "E_53", #","valueString":"maybe""#), cough))
        #expect(words.unused.map(\.sourceRef) == ["Observation/o1"])
    }

    @Test("a measured fever is a yes with its number; a normal temperature says nothing")
    func readsTemperature() throws {
        let value = { (number: String, unit: String) in
            #","valueQuantity":{"value":\#(number),"code":"\#(unit)"}"#
        }
        let reading = try read(
            bundle(observation(BundleCodes.loinc, "8310-5", value("38.6", "Cel"))))
        #expect(reading.input.findings == [Finding(evidence: "E_91", isPresent: true)])
        #expect(reading.used.first?.value == .number(38.6))
        #expect(reading.used.first?.unit == "Cel")
        let american = try read(
            bundle(observation(BundleCodes.loinc, "8310-5", value("102", "[degF]"))))
        #expect(american.input.findings.map(\.evidence) == ["E_91"])
        let normal = try read(
            bundle(observation(BundleCodes.loinc, "8310-5", value("36.8", "Cel")), cough))
        #expect(normal.input.findings.map(\.evidence) == ["E_201"])
        #expect(normal.unused.count == 1)
    }

    @Test("what is over is no yes to a question about the present, and the other way round")
    func heedsTime() throws {
        let over = try read(
            bundle(condition(BundleCodes.snomed, "386661006", status("resolved")), cough))
        #expect(over.input.findings.map(\.evidence) == ["E_201"])
        let past = try read(bundle(condition(BundleCodes.snomed, "233604007", status("resolved"))))
        #expect(past.input.findings.map(\.evidence) == ["E_118"])
        let present = try read(
            bundle(condition(BundleCodes.snomed, "233604007", status("active")), cough))
        #expect(present.input.findings.map(\.evidence) == ["E_201"])
    }

    @Test("a refuted condition is a no, an unconfirmed one is not used")
    func heedsVerification() throws {
        let verified = { (word: String) in
            #","verificationStatus":{"coding":[{"code":"\#(word)"}]}"#
        }
        let refuted = try read(
            bundle(condition(BundleCodes.snomed, "49727002", verified("refuted"))))
        #expect(refuted.input.findings == [Finding(evidence: "E_201", isPresent: false)])
        let unsure = try read(
            bundle(
                condition(BundleCodes.snomed, "386661006", verified("provisional")), cough))
        #expect(unsure.unused.map(\.sourceRef) == ["Condition/c1"])
    }

    @Test("other resources and unknown codes are listed with the reason")
    func listsWhatWasNotUsed() throws {
        let reading = try read(
            bundle(
                #"{"resourceType":"MedicationRequest","id":"m1"}"#,
                condition(BundleCodes.snomed, "123"), cough))
        #expect(reading.unused.map(\.sourceRef) == ["MedicationRequest/m1", "Condition/c1"])
        #expect(reading.unused.allSatisfy { !$0.reason.isEmpty })
    }

    @Test(
        "two patients, yes beside no, and a bundle without an answer are refused for what they say")
    func refusesMeaning() throws {
        let no = observation(
            BundleCodes.evidenceSystem, "E_201", #","valueBoolean":false"#)
        for text in [
            bundle(patient(""), patient(""), cough), bundle(cough, no),
            bundle(#"{"resourceType":"Encounter"}"#),
        ] {
            let refusal = #expect(throws: CaseRefusal.self) { try read(text) }
            #expect(refusal?.isAboutMeaning == true)
            #expect(refusal?.apiError.status == .unprocessableContent)
        }
    }

    @Test("what is no bundle is refused for its shape")
    func refusesShape() throws {
        for text in [
            #"{"resourceType":"Patient"}"#, #"{"resourceType":"Bundle"}"#,
            #"{"resourceType":"Bundle","entry":[{}]}"#, #"{"resourceType":"Bundle","entry":7}"#,
            #"{"bundle":{"resourceType":"Bundle","entry":[]},"age":4}"#, #"{"bundle":7}"#,
        ] {
            let refusal = #expect(throws: CaseRefusal.self) { try read(text) }
            if let refusal, refusal != .nothingUsed(parts: 0) {
                #expect(refusal.apiError.status == .badRequest)
            }
        }
    }

    @Test("a case may name subject, use, role and setting beside the flat case or the bundle")
    func readsWhatItSaysOfTheCall() throws {
        let members = #""subject":"mrn-1","use":"research","user_role":"physician","setting":"icu""#
        for text in [
            #"{"findings":[],"age":40,\#(members)}"#,
            #"{"bundle":\#(bundle(cough)),\#(members)}"#,
            bundle(cough, members: ",\(members)"),
        ] {
            let said = try read(text).said
            #expect(said.subject == "mrn-1")
            #expect(said.use == "research")
            #expect(said.role == "physician")
            #expect(said.setting == "icu")
        }
        #expect(throws: CaseRefusal.self) { try read(#"{"findings":[],"use":"Jane Doe"}"#) }
        #expect(throws: CaseRefusal.self) { try read(#"{"findings":[],"subject":7}"#) }
    }

    @Test(
        "only FHIR's own spellings of a time are handed back",
        arguments: [
            ("2026", true), ("2026-11", true), ("2026-11-28", true),
            ("2026-11-28T10:00:00Z", true), ("2026-11-28T10:00:00.123+01:00", true),
            ("yesterday", false), ("2026-11-28 Jane", false), ("2026-11-28T10:00:00Jane", false),
            ("", false),
        ])
    func knowsTimes(text: String, isTime: Bool) {
        #expect(FHIRDay.isTime(text) == isTime)
    }
}

@Suite("The native answer")
struct PanelAnswerTests {
    private let path = "/v1/panels/bedside-panel:predict"

    @Test("has every member the reference of panels asks for")
    func hasEveryMember() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.post(path, GatewayFixture.caseText)
            #expect(answer.status == 200)
            let json = try answer.json()
            let members: [String: Set<String>] = [
                "model": ["id", "version", "digest"],
                "abstained": ["bool", "reason"],
                "out_of_distribution": ["score", "flag", "reason"],
                "label": ["text", "kind"],
            ]
            for (name, parts) in members {
                #expect(json[name]?.keys == parts, "\(name)")
            }
            #expect(json["intended_use"]?["verdict"]?.string == "not_assessed")
            #expect(json["abstained"]?["bool"] == .bool(false))
            let output = try #require(json["outputs"]?[0])
            for name in ["ci95", "risk_band", "horizon", "calibration_ref"] {
                #expect(output[name] == .null)
                #expect(json["not_estimated"]?[name]?.string?.isEmpty == false)
            }
            let input = try #require(json["inputs_used"]?[0])
            #expect(input["feature"]?.string == "E_53")
            #expect(input["imputed"] == .bool(false))
            #expect(input["source_ref"]?.string == "findings[0]")
            let weight = try #require(json["basis"]?[0])
            #expect(weight["target"] == output["target"])
            #expect(["for", "against", "neutral"].contains(weight["direction"]?.string ?? ""))
            #expect(json["evidence"]?.items.isEmpty == false)
            #expect(json["receipt"]?["ledger_index"]?.int != nil)
        }
    }

    @Test("headers say entry, version, intended use, price and time")
    func hasHeaders() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.post(path, GatewayFixture.caseText)
            #expect(
                answer.header("x-intended-use") == "bedside-panel@1:not_assessed")
            #expect(answer.header("x-price-micros") == "20000")
            let told = try await site.post(
                path, GatewayFixture.caseText, ["x-use": "diagnosis-support"])
            #expect(told.header("x-intended-use") == "bedside-panel@1:inside")
        }
    }

    @Test("outside the intended use there is no score, a reason and an entry")
    func abstains() async throws {
        try await GatewayFixture.serve { site in
            let body = GatewayFixture.caseText.replacingOccurrences(
                of: #"{"age""#, with: #"{"use":"insurance-pricing","age""#)
            let answer = try await site.post(path, body)
            #expect(answer.status == 200)
            let json = try answer.json()
            #expect(json["abstained"]?["bool"] == .bool(true))
            #expect(json["abstained"]?["reason"]?.string?.contains("use") == true)
            #expect(json["outputs"]?.items.isEmpty == true)
            #expect(json["intended_use"]?["verdict"]?.string == "outside")
            #expect(answer.header("x-intended-use") == "bedside-panel@1:outside")
            let index = try #require(Int(answer.header("x-ledger-index") ?? ""))
            let record = String(decoding: try site.service.log.record(at: index), as: UTF8.self)
            #expect(record.contains("call.refused"))
            #expect(record.contains("outside_intended_use"))
            let chat = try await site.chat(body)
            #expect(try chat.json()["choices"]?[0]?["message"]?["refusal"]?.string != nil)
        }
    }

    @Test(
        "a header and a body that name different subjects are refused; the handle is never stored")
    func keepsNoHandle() async throws {
        try await GatewayFixture.serve { site in
            let handle = "patient-Zyxwvut"
            let body = GatewayFixture.caseText.replacingOccurrences(
                of: #"{"age""#, with: #"{"subject":"\#(handle)","age""#)
            let differing = try await site.post(path, body, ["x-subject": "somebody-else"])
            #expect(differing.status == 422)
            #expect(!differing.text.contains(handle))
            let answer = try await site.post(path, body)
            #expect(answer.status == 200)
            let index = try #require(Int(answer.header("x-ledger-index") ?? ""))
            let record = String(decoding: try site.service.log.record(at: index), as: UTF8.self)
            #expect(!record.contains(handle))
            #expect(record.contains(site.service.subjectDigest(of: handle)))
        }
    }

    @Test("panels, their function and their card can be read before a call")
    func describesPanels() async throws {
        try await GatewayFixture.serve { site in
            let list = try await site.get("/v1/panels").json()
            let panel = try #require(list["data"]?[0])
            #expect(panel["id"]?.string == "bedside-panel")
            let tool = try await site.get(try #require(panel["tool_url"]?.string)).json()
            #expect(tool["function"]?["name"]?.string == "panel_predict")
            #expect(
                tool["function"]?["parameters"]?["properties"]?["findings"] != nil)
            let card = try await site.get(try #require(panel["card_url"]?.string)).json()
            #expect(card["name"]?.string == "bedside-panel")
            #expect(try await site.get("/v1/panels/other/tool").status == 404)
        }
    }
}
