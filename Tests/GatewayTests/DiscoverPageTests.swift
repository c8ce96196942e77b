// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Foundation
import HTTPTypes
import Ledger
import Records
import Site
import Testing
import Timelines
import Workbench

@testable import Gateway

@Suite("Discover page")
struct DiscoverPageTests {
    /// Adults with diabetes and a high HbA1c; the first rule holds for everybody.
    private static let definition = """
        {
          "name": "High HbA1c",
          "index": { "anyOf": ["SNOMED/44054006"], "occurrence": "first" },
          "rules": [
            { "name": "adult", "age": { "min": 18 } },
            {
              "name": "high HbA1c", "anyOf": ["LOINC/4548-4"], "withinDays": [-365, 365],
              "atLeast": 1, "value": { "min": 7, "unit": "%" }
            }
          ]
        }
        """

    private static let digest = Files.digest(of: Array(definition.utf8))

    @Test("the first page has examples that count and the frequent codes, and nothing hidden")
    func startsWithExamples() async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            let page = try await site.send(.get, "/discover")
            #expect(page.status == 200)
            #expect(page.header("content-security-policy") == PageGuard.policy)
            #expect(page.text.contains("Examples to try"))
            #expect(page.text.contains(#"<option value="SNOMED/44054006""#))
            #expect(!page.text.contains(#"<option value="SNOMED/22298006""#))
            let visitor = try await Visitor(site)
            for text in [ExampleCohort.json] + ExampleQuestions.all.map(\.json) {
                let answer = try await visitor.post("/discover", [("definition", text)])
                #expect(answer.text.contains("The definition in words"))
            }
        }
    }

    @Test("a site without timelines says so and keeps nothing")
    func hasNobody() async throws {
        try await GatewayFixture.serve { site in
            let visitor = try await Visitor(site)
            let answer = try await visitor.count(DiscoverPageTests.definition)
            #expect(answer.text.contains("There is nobody to count."))
            let page = try await site.send(.get, "/discover/\(DiscoverPageTests.digest)")
            #expect(page.status == 404)
        }
    }

    @Test("a count is kept under its digest, shown again by link, and on record once")
    func countsAndShares() async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            let visitor = try await Visitor(site)
            let size = site.service.log.size
            let answer = try await visitor.count(DiscoverPageTests.definition)
            #expect(answer.status == 200)
            #expect(answer.text.contains("High HbA1c"))
            #expect(answer.text.contains("/discover/\(DiscoverPageTests.digest)"))
            #expect(site.service.log.size == size + 1)
            #expect(try entry(site, size).contains("cohort.counted"))
            #expect(try entry(site, size).contains(DiscoverPageTests.digest))

            let link = "/discover/\(DiscoverPageTests.digest)"
            let shared = try await site.send(.get, link)
            #expect(shared.status == 200)
            #expect(shared.text.contains(#"href="/ledger/\#(size)""#))
            // Thirty of forty have the value; all of them are adults.
            #expect(shared.text.contains(#"<span class="figure">30</span> persons"#))
            #expect(site.service.log.size == size + 1)

            let off = try await site.send(.get, link + "?off=1")
            #expect(off.text.contains(#"<span class="figure">45</span> persons"#))
            #expect(off.text.contains("switched off") || off.text.contains("nobody is removed"))
            #expect(site.service.log.size == size + 2)
            #expect(try entry(site, size + 1).contains(#""rules_off":[1]"#))
            _ = try await site.send(.get, link + "?boxes=2&rule=0")
            _ = try await site.send(.get, link + "?off=1&off=99")
            #expect(site.service.log.size == size + 2)
        }
    }

    @Test("a small count is hidden on the page and in every file")
    func hidesSmallCounts() async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            let rare = DiscoverPageTests.definition.replacing("44054006", with: "22298006")
            let visitor = try await Visitor(site)
            let answer = try await visitor.count(rare)
            #expect(answer.text.contains(#"<span class="figure">&lt;11</span> persons"#))
            let digest = Files.digest(of: Array(rare.utf8))
            let csv = try await site.send(.get, "/discover/\(digest)/attrition.csv")
            #expect(csv.text.contains("Entry event,entry,,<11,"))
            #expect(!csv.text.contains(",\(People.rare),"))
            for file in ["codes.csv", "age-and-sex.csv", "before-index.csv", "survival.csv"] {
                let none = try await site.send(.get, "/discover/\(digest)/\(file)")
                #expect(none.status == 404, "\(file)")
            }
        }
    }

    @Test("names that are no digest or no file find nothing")
    func refusesOddAddresses() async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            _ = try await Visitor(site).count(DiscoverPageTests.definition)
            let digest = DiscoverPageTests.digest
            let odd = [
                "/discover/" + String(repeating: "0", count: 64),
                "/discover/" + digest.uppercased(), "/discover/\(digest.dropLast())",
                "/discover/..%2f..%2fsite.yaml", "/discover/%2e%2e", "/discover/\(digest).json",
                "/discover/\(digest)/definition.jsn", "/discover/\(digest)/..%2fdefinition.json",
                "/discover/\(digest)/survival.csv",
            ]
            for path in odd {
                let page = try await site.send(.get, path)
                #expect(page.status == 404, "\(path)")
                #expect(page.header("content-security-policy") == PageGuard.policy)
            }
        }
    }

    @Test("files come with their type, a name, and nothing the page does not show")
    func givesFiles() async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            _ = try await Visitor(site).count(DiscoverPageTests.definition)
            let link = "/discover/\(DiscoverPageTests.digest)"
            let query = "?outcome=SNOMED%2F38341003&days=365"
            let page = try await site.send(.get, link + query)
            #expect(page.text.contains("Share without the outcome"))
            for file in DiscoverFile.allCases where page.text.contains("\(link)/\(file.rawValue)") {
                let answer = try await site.send(.get, "\(link)/\(file.rawValue)\(query)")
                #expect(answer.status == 200, "\(file.rawValue)")
                #expect(answer.header("content-type") == file.contentType)
                #expect(answer.header("x-content-type-options") == "nosniff")
                let disposition = "attachment; filename=\"\(file.rawValue)\""
                #expect(answer.header("content-disposition") == disposition)
            }
            let definition = try await site.send(.get, "\(link)/definition.json")
            #expect(definition.text == DiscoverPageTests.definition)
            let unknown = try await site.send(.get, link + "?outcome=SNOMED%2F1")
            #expect(unknown.text.contains("None of these codes is on record here."))
        }
    }

    private func entry(_ site: GatewayFixture, _ index: Int) throws -> String {
        String(decoding: try site.service.log.records(index..<index + 1)[0], as: UTF8.self)
    }
}

@Suite("Discover page: asking")
struct DiscoverAskingTests {
    @Test("the form's question becomes a definition of the algebra that is shown and counted")
    func builds() async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            let visitor = try await Visitor(site)
            let answer = try await visitor.post(
                "/discover",
                [
                    ("name", "Built"), ("entry-codes", "SNOMED/44054006"),
                    ("entry-descendants", "on"), ("occurrence", "first"), ("prior-days", "0"),
                    ("rules", "1"), ("rule-0-name", "value"), ("rule-0-codes", "LOINC/4548-4"),
                    ("rule-0-sense", "at-least"), ("rule-0-count", "1"),
                    ("rule-0-from-day", "-365"), ("rule-0-to-day", "365"),
                    ("rule-0-relation", "at-least"), ("rule-0-value", "7"),
                    ("rule-0-unit", "%"), ("end", "observation"), ("do", "build"),
                ])
            #expect(answer.text.contains(#"<span class="figure">30</span> persons"#))
            #expect(
                answer.text.contains("&quot;algebra&quot;: 1")
                    || answer.text.contains(#""algebra": 1"#))
            #expect(answer.text.contains("Bedside cohort algebra"))
        }
    }

    @Test(
        "each way to count events means what it says",
        arguments: [
            (DiscoverQuestion.Sense.atLeast, 1, 30), (.exactly, 0, 15), (.exactly, 1, 30),
            (.atMost, 0, 15), (.atMost, 1, 45),
        ])
    func countsEvents(sense: DiscoverQuestion.Sense, count: Int, persons: Int) async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            let ground = try #require(try DiscoveryDesk(site.service).ground())
            var draft = DiscoverDraft()
            draft.entryCodes = "SNOMED/44054006"
            draft.rules[0].codes = "LOINC/4548-4"
            draft.rules[0].sense = sense
            draft.rules[0].count = String(count)
            draft.rules[0].relation = .over
            draft.rules[0].value = "6.9"
            let definition = AlgebraDefinition(try draft.question(), in: ground)
            let again = try AlgebraDefinition(json: definition.json())
            #expect(again == definition)
            let finding = try ground.find(definition.json(), named: "built")
            #expect(finding.rows().persons == persons)
        }
    }

    @Test("a search finds codes on record by name or code, with the counts that may be shown")
    func searches() async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            let visitor = try await Visitor(site)
            func search(_ text: String) async throws -> String {
                try await visitor.post(
                    "/discover",
                    [("entry-codes", ""), ("rules", "0"), ("search", text), ("do", "search")]
                ).text
            }
            let diabetes = try await search("diabetes")
            #expect(diabetes.contains("SNOMED/44054006"))
            #expect(diabetes.contains("45 persons"))
            let rare = try await search("22298006")
            #expect(rare.contains("Add to entry"))
            #expect(!rare.contains("\(People.rare) persons"))
            #expect(try await search("nothing of the kind").contains("Nothing here has"))
        }
    }

    @Test("what is wrong with a definition is said, with the construct and its place")
    func refuses() async throws {
        try await GatewayFixture.serve({ $0.maxBodyBytes = 8 << 20 }) { site in
            try People.bring(into: site)
            let visitor = try await Visitor(site)
            let size = site.service.log.size
            let circe = #"{"ConceptSets":[],"PrimaryCriteria":{"CriteriaList":[{"Sorcery":{}}]}}"#
            let texts = [
                ("{", "line 1"), (#"{"name":"x","index":{"anyOf":[]}}"#, "index"),
                (circe, "Sorcery"), (#"{"PrimaryCriteria":{"CriteriaList":[]}}"#, "OMOP"),
                (#"{"algebra":1,"name":"x","index":{"frist":"index"}}"#, "frist"),
                (String(repeating: " ", count: 1 << 20) + "{}", "MiB"),
            ]
            for (text, sentence) in texts {
                let answer = try await visitor.count(text)
                #expect(answer.text.contains("The definition was refused."), "\(sentence)")
                #expect(answer.text.localizedCaseInsensitiveContains(sentence), "\(sentence)")
            }
            #expect(site.service.log.size == size)
        }
    }

    @Test("why one subject is in or out needs the session's token and is on record first")
    func explains() async throws {
        try await GatewayFixture.serve { site in
            try People.bring(into: site)
            let visitor = try await Visitor(site)
            let answer = try await visitor.count(ExampleCohort.json)
            #expect(answer.text.contains("Why is this patient in or out?"))
            let digest = Files.digest(of: Array(ExampleCohort.json.utf8))
            let store = try site.service.timelines()
            let subject = store.subject(0).id.description
            let size = site.service.log.size
            let path = "/discover/\(digest)/why"
            let foreign = try await site.send(.post, path, body: "subject=\(subject)")
            #expect(foreign.status == 403)
            #expect(site.service.log.size == size)

            let told = try await visitor.post(path, [("subject", subject)])
            #expect(
                told.text.contains("In the cohort.") || told.text.contains("Not in the cohort."))
            #expect(site.service.log.size == size + 1)
            let record = String(
                decoding: try site.service.log.records(size..<size + 1)[0], as: UTF8.self)
            #expect(record.contains("subject.explained"))
            #expect(record.contains(subject) && record.contains(digest))

            let nobody = try await visitor.post(path, [("subject", "6000")])
            #expect(nobody.text.contains("Nothing to explain."))
            let empty = try await visitor.post(path, [("subject", "")])
            #expect(empty.text.contains("Needed:"))
            #expect(site.service.log.size == size + 1)
            // The patient asked about is in no address of the page.
            #expect(!told.text.contains("href=\"\(path)") && !told.text.contains("?subject"))
        }
    }
}

/// People who never were: 60 of them, 45 with diabetes of whom 30 have a high HbA1c, some with
/// hypertension later, few with a heart attack.
enum People {
    static let rare = 4

    static func bring(into site: GatewayFixture) throws {
        var lines: [String] = []
        for number in 0..<60 {
            let sex = number % 2 == 0 ? "female" : "male"
            lines.append(
                #"{"resourceType":"Patient","id":"p\#(number)","gender":"\#(sex)","#
                    + #""birthDate":"\#(1940 + number / 2)-03-01"}"#)
            func condition(_ code: String, _ name: String, _ day: String) {
                lines.append(
                    #"{"resourceType":"Condition","id":"c\#(lines.count)","#
                        + #""subject":{"reference":"Patient/p\#(number)"},"#
                        + #""code":{"coding":[{"system":"http://snomed.info/sct","#
                        + #""code":"\#(code)","display":"\#(name)"}]},"#
                        + #""onsetDateTime":"\#(day)"}"#)
            }
            condition("195662009", "Acute viral pharyngitis", "2012-05-0\(1 + number % 9)")
            if number < 45 { condition("44054006", "Diabetes", "2015-03-01") }
            if number < 30 {
                lines.append(
                    #"{"resourceType":"Observation","id":"o\#(number)","status":"final","#
                        + #""code":{"coding":[{"system":"http://loinc.org","code":"4548-4","#
                        + #""display":"HbA1c"}]},"#
                        + #""subject":{"reference":"Patient/p\#(number)"},"#
                        + #""effectiveDateTime":"2015-04-01T10:00:00Z","#
                        + #""valueQuantity":{"value":7.5,"unit":"%","code":"%","#
                        + #""system":"http://unitsofmeasure.org"}}"#)
            }
            if number % 2 == 0 {
                condition("38341003", "Hypertension", "2015-0\(5 + number % 4)-11")
            }
            if number < rare { condition("22298006", "Heart attack", "2016-01-01") }
            condition("444814009", "Viral sinusitis", "2018-06-01")
        }
        let file = site.service.site.path + ".ndjson"
        try Files.replace(file, with: Array((lines.joined(separator: "\n") + "\n").utf8))
        _ = try ImportJob(site: site.service.site).run(file)
        try site.service.drainInbox()
    }
}

/// A browser with its cookie and the token of its forms.
struct Visitor {
    private let site: GatewayFixture
    private let cookie: String
    private let token: String

    init(_ site: GatewayFixture) async throws {
        let page = try await site.send(.get, "/discover")
        let name = #"name="csrf" value=""#
        let start = try #require(page.text.range(of: name)?.upperBound)
        self.site = site
        cookie = String(try #require(page.header("set-cookie")?.split(separator: ";").first))
        token = String(page.text[start...].prefix { $0 != "\"" })
    }

    func count(_ definition: String) async throws -> Answer {
        try await post("/discover", [("definition", definition)])
    }

    func post(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
        var allowed = CharacterSet.alphanumerics
        allowed.insert("-")
        let body = (fields + [("csrf", token)]).map { name, value in
            let value = value.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
            return "\(name)=\(value)"
        }.joined(separator: "&")
        return try await site.send(
            .post, path,
            ["cookie": cookie, "content-type": "application/x-www-form-urlencoded"], body: body)
    }
}
