// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Intake

@Suite("Rejections")
struct RejectionTests {
    private static func changed(_ line: String, _ from: String, _ to: String) -> String {
        let result = line.replacing(from, with: to)
        precondition(result != line, "the sample does not hold what is to be changed")
        return result
    }

    private static let reasons: [(String, String)] = [
        ("broken JSON", #"{"resourceType":"Condition","id":"c1""#),
        ("broken JSON", #"{"resourceType":"Claim","id":"#),
        ("broken JSON", #"{"resourceType":"Claim","id":tru}"#),
        ("broken JSON", #"{"resourceType":"Claim"} {"resourceType":"Claim"}"#),
        ("not an object", "[1, 2]"),
        ("not an object", #""text""#),
        ("no resourceType", #"{"id":"x"}"#),
        ("no resourceType", #"{"resourceType":7}"#),
        ("no id", changed(Samples.condition, #""id":"c1","#, "")),
        ("no id", #"{"resourceType":"Patient","gender":"male"}"#),
        ("type not imported: Claim", Samples.claim),
        ("type not imported: not a FHIR R4 type", #"{"resourceType":"Ada Müller"}"#),
        ("status entered-in-error", changed(Samples.glucose, "final", "entered-in-error")),
        ("status entered-in-error", changed(Samples.condition, "confirmed", "entered-in-error")),
        ("status not-done", changed(Samples.procedure, "completed", "not-done")),
        ("status not-done", changed(Samples.immunization, "completed", "not-done")),
        ("status cancelled", changed(Samples.encounter, "finished", "cancelled")),
        ("status draft", changed(Samples.medication, "stopped", "draft")),
        ("status planned", changed(Samples.encounter, "finished", "planned")),
        ("status preparation", changed(Samples.procedure, "completed", "preparation")),
        ("status refuted", changed(Samples.condition, "confirmed", "refuted")),
        (
            "status refuted",
            changed(
                Samples.condition, #"[{"code":"confirmed"}]"#,
                #"[{"system":"http://snomed.info/sct","code":"1"},{"code":"refuted"}]"#)
        ),
        (
            "order not to perform",
            changed(Samples.medication, #""intent""#, #""doNotPerform":true,"intent""#)
        ),
        ("no patient reference", changed(Samples.condition, #""subject""#, #""about""#)),
        ("no patient reference", changed(Samples.condition, #""reference""#, #""display""#)),
        ("contained patient reference", changed(Samples.condition, "urn:uuid:p1", "#p1")),
        ("subject is not a patient", changed(Samples.condition, "urn:uuid:p1", "Group/p1")),
        (
            "unreadable patient reference",
            changed(Samples.condition, "urn:uuid:p1", "Patient?identifier=a|b")
        ),
        ("unreadable patient reference", changed(Samples.condition, "urn:uuid:p1", "Patient/")),
        ("no code", changed(Samples.procedure, #""coding""#, #""text":"as said","old""#)),
        ("no code", changed(Samples.glucose, #""2339-0""#, #""""#)),
        (
            "medication by reference",
            changed(
                Samples.medication, #""medicationCodeableConcept""#, #""medicationReference""#)
        ),
        ("no date", changed(Samples.medication, "authoredOn", "authored")),
        ("no date", changed(Samples.encounter, #""start""#, #""begin""#)),
        ("unreadable date", changed(Samples.medication, "2012-05-06", "06.05.2012")),
        ("unreadable date", changed(Samples.medication, "2012-05-06", "2012-02-30")),
        ("date out of range", changed(Samples.medication, "2012-05-06", "0000-01-01")),
        ("date out of range", changed(Samples.medication, "2012-05-06", "1849-12-31")),
        ("date out of range", changed(Samples.medication, "2012-05-06", "2200-01-01")),
        ("value not a number", changed(Samples.glucose, "86.25", #""86.25""#)),
        ("value not a number", changed(Samples.glucose, "86.25", "1e400")),
        ("value not a number", changed(Samples.pressure, ":80", ":null")),
    ]

    @Test("what cannot be imported is counted under its reason", arguments: reasons)
    func reason(_ reason: String, _ line: String) throws {
        let extraction = try extract(line + "\n" + Samples.allergy + "\n")
        #expect(extraction.report.rejected == [reason: 1])
        #expect(extraction.report.resources == 2)
        #expect(extraction.report.byType == ["AllergyIntolerance": 1])
        #expect(extraction.report.isBalanced)
        #expect(extraction.events.count == 1)
    }

    @Test("every reason has a test or a test of its own")
    func complete() {
        let tested = Set(RejectionTests.reasons.map(\.0))
        let elsewhere: Set<String> = ["duplicate id", "line too long", "no resource in the entry"]
        for reason in Rejection.allCases {
            #expect(tested.union(elsewhere).contains(reason.rawValue))
        }
    }

    @Test("a resource given twice is imported once, and the second is named with its line")
    func duplicate() throws {
        let extraction = try extract(
            [Samples.glucose, Samples.patient, Samples.glucose, Samples.patient]
                .joined(separator: "\n"))
        #expect(extraction.report.rejected == ["duplicate id": 2])
        #expect(extraction.report.issues.map(\.line) == [3, 4])
        #expect(extraction.persons.count == 1)
        #expect(extraction.events.count == 2)
    }

    @Test("an entry without a resource is counted")
    func emptyEntry() throws {
        let extraction = try extract(
            #"{"resourceType":"Bundle","entry":[{"request":{"method":"DELETE"}},5]}"#)
        #expect(extraction.report.rejected == ["no resource in the entry": 2])
        #expect(extraction.report.issues.map(\.line) == [1, 2])
    }

    @Test("an issue names file, line and what was expected")
    func issue() throws {
        let extraction = try extract("\n" + Samples.condition + "\n{\"a\":\n", name: "x.ndjson")
        let issue = try #require(extraction.report.issues.first)
        #expect(issue.file == "x.ndjson")
        #expect(issue.line == 3)
        #expect(issue.kind == "broken JSON")
        #expect(
            issue.message
                == "x.ndjson, line 3: broken JSON: it ends inside a value; expected one well-formed"
                + " JSON object.")
    }

    @Test("no issue repeats anything of its record")
    func silent() throws {
        let lines = RejectionTests.reasons.map(\.1)
        let report = try extract(lines.joined(separator: "\n")).report
        #expect(report.issues.count > 30)
        let words =
            report.issues.map(\.message) + report.issues.map(\.kind)
            + report.rejected.keys
        for secret in ["Ada", "p1", "44054006", "86.25", "1849", "06.05", "Müller", "c1"] {
            #expect(!words.contains { $0.contains(secret) })
        }
    }

    @Test("issues beyond the first thousand are only counted")
    func manyIssues() throws {
        let report = try extract(String(repeating: "{\n", count: 1200)).report
        #expect(report.issues.count == 1000)
        #expect(report.issuesOmitted == 200)
        let sum = report + report
        #expect(sum.issues.count == 1000)
        #expect(sum.issuesOmitted == 1400)
        #expect(sum.rejected == ["broken JSON": 2400])
        #expect(sum.isBalanced)
    }

    @Test(
        "a part that has no place is counted under its reason, the rest is imported",
        arguments: [
            (
                "component without a code", Samples.pressure,
                #"{"coding":[{"system":"http://loinc.org","code":"8480-6"}]}"#, #"{"text":"x"}"#
            ),
            ("attachment is not base64", Samples.document, "Tm90ZSBvbmU=", "Tm90ZSBvbmU"),
            ("unreadable end date", Samples.procedure, "2012-11-25T10:42", "2012-11-25T10h42"),
            ("unreadable date of death", Samples.patient, "2021-03-04T", "2021-03-34T"),
            ("end before start", Samples.condition, "2015-07", "2005-07"),
        ])
    func parts(_ reason: String, _ line: String, _ from: String, _ to: String) throws {
        let report = try extract(RejectionTests.changed(line, from, to)).report
        #expect(report.imported == 1)
        #expect((report.partsNotKept[reason] ?? 0) == 1)
    }

    @Test("what a rejected resource would have lost is not counted as lost")
    func rejectedLosesNothing() throws {
        let line = RejectionTests.changed(Samples.procedure, "T10:42", "T09:42")
            .replacing("73761001", with: "")
        let report = try extract(line).report
        #expect(report.rejected == ["no code": 1])
        #expect(report.partsNotKept == [:])
    }

    @Test("a document without a code is kept for its note")
    func noteWithoutCode() throws {
        let line = RejectionTests.changed(Samples.document, #""type""#, #""kind""#)
        let extraction = try extract(line)
        #expect(extraction.report.imported == 1)
        #expect(extraction.events.isEmpty)
        #expect(extraction.notes.count == 1)
    }
}
