// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Ledger
import Site
import Testing

@testable import Gateway

@Suite("Pages")
struct PageTests {
    private static let pages = ["/", "/work-up", "/cohort", "/ledger", "/api"]

    /// A page's cookie and form token, as a browser would keep them.
    private func open(_ site: GatewayFixture, _ path: String) async throws
        -> (cookie: String, token: String)
    {
        let page = try await site.send(.get, path)
        let cookie = try #require(page.header("set-cookie")?.split(separator: ";").first)
        let name = #"name="csrf" value=""#
        let start = try #require(page.text.range(of: name)?.upperBound)
        return (String(cookie), String(page.text[start...].prefix { $0 != "\"" }))
    }

    private func submit(
        _ site: GatewayFixture, _ path: String, _ cookie: String, _ fields: [(String, String)]
    ) async throws -> Answer {
        var allowed = CharacterSet.alphanumerics
        allowed.insert("-")
        let body = fields.map { name, value in
            let value = value.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
            return "\(name)=\(value)"
        }.joined(separator: "&")
        return try await site.send(
            .post, path,
            ["cookie": cookie, "content-type": "application/x-www-form-urlencoded"], body: body)
    }

    @Test("every page has one main landmark, the content policy and no cache", arguments: pages)
    func isAPage(path: String) async throws {
        try await GatewayFixture.serve { site in
            let page = try await site.send(.get, path)
            #expect(page.status == 200)
            #expect(page.text.components(separatedBy: "<main").count == 2)
            #expect(page.header("content-security-policy") == PageGuard.policy)
            #expect(page.header("x-content-type-options") == "nosniff")
            #expect(page.header("referrer-policy") == "no-referrer")
            #expect(page.header("cache-control") == "no-store")
            #expect(page.header("content-type")?.hasPrefix("text/html") == true)
            let cookie = try #require(page.header("set-cookie"))
            #expect(cookie.contains("HttpOnly"))
            #expect(cookie.contains("SameSite=Strict"))
        }
    }

    @Test(
        "a page asked for under another name is refused before anything is shown",
        arguments: [
            "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
            "127.0.0.1:8080@evil.example", "", "[::1]evil", "localhost:",
        ])
    func refusesForeignHosts(authority: String) async throws {
        try await GatewayFixture.serve { site in
            for path in PageTests.pages + ["/assets/workbench.css"] {
                let page = try await site.send(.get, path, authority: authority)
                #expect(page.status == 421, "\(path)")
                #expect(!page.text.contains("<main"))
            }
            let none = try await site.send(.get, "/", authority: nil)
            #expect(none.status == 421)
        }
    }

    @Test(
        "this machine's own names are accepted",
        arguments: [
            "localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080",
        ])
    func acceptsLocalNames(authority: String) {
        #expect(LoopbackHost.isLocal(authority: authority))
    }

    @Test(
        "pages are not served where others could reach them",
        arguments: [
            "0.0.0.0", "::", "10.0.0.7", "hospital.example", "127.0.0.1.example",
        ])
    func servesLoopbackOnly(host: String) async throws {
        try await GatewayFixture.serve({ $0.host = host }) { site in
            for path in PageTests.pages {
                let page = try await site.send(.get, path)
                #expect(page.status == 404)
            }
            let models = try await site.get("/v1/models")
            #expect(models.status == 200)
        }
    }

    @Test("a form without the session's token changes nothing")
    func refusesForeignForms() async throws {
        try await GatewayFixture.serve { site in
            let mine = try await open(site, "/cohort")
            let other = try await open(site, "/cohort")
            let size = site.service.log.size
            let definition = ("definition", "{}")
            let attempts: [(String, [(String, String)])] = [
                (mine.cookie, [definition]),
                (mine.cookie, [definition, ("csrf", "")]),
                (mine.cookie, [definition, ("csrf", other.token)]),
                ("", [definition, ("csrf", mine.token)]),
                (mine.cookie + "0", [definition, ("csrf", mine.token)]),
                ("bedside_session=a.b", [definition, ("csrf", mine.token)]),
            ]
            for path in ["/cohort", "/work-up", "/ledger/verify"] {
                for (cookie, fields) in attempts {
                    let page = try await submit(site, path, cookie, fields)
                    #expect(page.status == 403)
                    #expect(page.text.contains("<main"))
                    #expect(page.header("content-security-policy") == PageGuard.policy)
                }
            }
            #expect(site.service.log.size == size)
        }
    }

    @Test("a work-up goes on from finding to answer, each assessment on record")
    func worksUp() async throws {
        try await GatewayFixture.serve { site in
            let visit = try await open(site, "/work-up")
            let size = site.service.log.size
            let first = try await submit(
                site, "/work-up", visit.cookie,
                [("csrf", visit.token), ("complaint", "E_53"), ("age", "54"), ("sex", "female")])
            #expect(first.status == 200)
            #expect(first.text.contains("Differential"))
            #expect(site.service.log.size == size + 2)
            #expect(first.header("set-cookie") == nil)
            let second = try await submit(
                site, "/work-up", visit.cookie,
                [
                    ("csrf", visit.token), ("age", "54"), ("sex", "female"),
                    ("finding", "E_53:yes"), ("answer", "E_66:no"),
                ])
            #expect(second.text.contains("E_66:no"))
            #expect(site.service.log.size == size + 4)
        }
    }

    @Test("the same case shown again in one session is one call, in another it is its own")
    func billsACaseOnce() async throws {
        try await GatewayFixture.serve { site in
            func settled() throws -> Int {
                try site.service.log.records(0..<site.service.log.size)
                    .count { String(decoding: $0, as: UTF8.self).contains("call.settled") }
            }
            let fields = [("complaint", "E_53"), ("age", "54"), ("sex", "female")]
            let visit = try await open(site, "/work-up")
            for _ in 0..<3 {
                let page = try await submit(
                    site, "/work-up", visit.cookie, [("csrf", visit.token)] + fields)
                #expect(page.text.contains("Differential"))
            }
            #expect(try settled() == 1)
            // A rejected complaint leaves the case as it is.
            let rejected = try await submit(
                site, "/work-up", visit.cookie,
                [
                    ("csrf", visit.token), ("age", "54"), ("sex", "female"),
                    ("finding", "E_53:yes"), ("complaint", "no such thing"),
                ])
            #expect(rejected.text.contains("one of the list"))
            #expect(rejected.text.contains("Differential"))
            #expect(try settled() == 1)
            let other = try await open(site, "/work-up")
            _ = try await submit(
                site, "/work-up", other.cookie, [("csrf", other.token)] + fields)
            #expect(try settled() == 2)
        }
    }

    @Test("a first form with an age that is none is refused, and nothing is recorded")
    func billsNoRefusedForm() async throws {
        try await GatewayFixture.serve { site in
            let visit = try await open(site, "/work-up")
            let size = site.service.log.size
            let page = try await submit(
                site, "/work-up", visit.cookie,
                [("csrf", visit.token), ("complaint", "E_53"), ("age", "old")])
            #expect(page.text.contains("whole number of years"))
            #expect(!page.text.contains("Differential"))
            #expect(site.service.log.size == size)
        }
    }

    @Test("a work-up without a finding says what is needed and records nothing")
    func needsAFinding() async throws {
        try await GatewayFixture.serve { site in
            let visit = try await open(site, "/work-up")
            let size = site.service.log.size
            let page = try await submit(
                site, "/work-up", visit.cookie, [("csrf", visit.token), ("age", "54")])
            #expect(page.status == 200)
            #expect(page.text.contains("at least one finding"))
            #expect(site.service.log.size == size)
        }
    }

    @Test("a question answered with don't know is not asked again")
    func skipsAQuestion() async throws {
        try await GatewayFixture.serve { site in
            let visit = try await open(site, "/work-up")
            let common = [("csrf", visit.token), ("finding", "E_53:yes")]
            func asked(_ page: Answer) throws -> String {
                let name = #"name="answer" value=""#
                let start = try #require(page.text.range(of: name)?.upperBound)
                return String(page.text[start...].prefix { $0 != ":" })
            }
            let before = try asked(try await submit(site, "/work-up", visit.cookie, common))
            let after = try asked(
                try await submit(
                    site, "/work-up", visit.cookie, common + [("answer", "\(before):unknown")]))
            #expect(after != before)
        }
    }

    @Test("a definition with an unknown key is refused by name and nothing is recorded")
    func refusesADefinition() async throws {
        try await GatewayFixture.serve { site in
            let visit = try await open(site, "/cohort")
            let size = site.service.log.size
            let page = try await submit(
                site, "/cohort", visit.cookie,
                [("csrf", visit.token), ("definition", #"{"name":"x","indx":{}}"#)])
            #expect(page.status == 200)
            #expect(page.text.contains("refused"))
            #expect(site.service.log.size == size)
        }
    }

    @Test("a count is shown and put on record", arguments: [(20, "20"), (5, "&lt;11")])
    func counts(women: Int, shown: String) async throws {
        try await GatewayFixture.serve { site in
            try site.importWomen(women)
            try site.service.drainInbox()
            let visit = try await open(site, "/cohort")
            let size = site.service.log.size
            let definition =
                #"{"name":"diabetes","index":{"anyOf":["SNOMED/44054006"],"#
                + #""occurrence":"first"},"rules":[]}"#
            let page = try await submit(
                site, "/cohort", visit.cookie,
                [("csrf", visit.token), ("definition", definition)])
            #expect(page.text.contains(#"<span class="figure">\#(shown)</span>"#))
            #expect(page.text.contains("ledger entry"))
            #expect(site.service.log.size == size + 1)
            let record = String(decoding: try site.service.log.record(at: size), as: UTF8.self)
            #expect(page.text.contains("<p class=\"lede\">A subject enters at their first"))
            #expect(record.contains("cohort.counted"))
            #expect(record.contains(shown == "20" ? "20" : "<11"))
            let overview = try await site.send(.get, "/")
            #expect(overview.status == 200)
            #expect(overview.text.contains("44054006") == (women >= 11))
        }
    }

    @Test("the ledger page verifies, and an entry comes with its proof")
    func verifies() async throws {
        try await GatewayFixture.serve { site in
            _ = try await site.chat(GatewayFixture.caseText)
            let visit = try await open(site, "/ledger")
            let page = try await submit(
                site, "/ledger/verify", visit.cookie, [("csrf", visit.token)])
            #expect(page.text.contains("Sound."))
            #expect(page.text.contains("call.settled"))
            let entry = try await site.send(.get, "/ledger/0")
            #expect(entry.status == 200)
            #expect(entry.text.contains("Proof of inclusion"))
            for path in ["/ledger/99999", "/ledger/-1", "/ledger/x"] {
                let missing = try await site.send(.get, path)
                #expect(missing.status == 404)
                #expect(missing.text.contains("<main"))
            }
        }
    }

    @Test("older entries of the ledger are turned to fifty at a time")
    func turnsPages() async throws {
        try await GatewayFixture.serve { site in
            for _ in 0..<60 { _ = try await site.chat("no case") }
            let size = site.service.log.size
            func shown(_ path: String) async throws -> [Int] {
                let page = try await site.send(.get, path)
                #expect(page.status == 200)
                return (0..<size).filter { page.text.contains(#"href="/ledger/\#($0)""#) }
            }
            #expect(try await shown("/ledger") == Array(size - 50..<size))
            let first = size - 50
            let latest = try await site.send(.get, "/ledger")
            #expect(latest.text.contains("/ledger?before=\(first)"))
            #expect(try await shown("/ledger?before=\(first)") == Array(0..<first))
            #expect(try await shown("/ledger?before=55") == Array(5..<55))
            #expect(try await shown("/ledger?before=1") == [0])
            for none in ["0", "-7"] {
                #expect(try await shown("/ledger?before=\(none)").isEmpty)
            }
            for latest in ["999999", "x", ""] {
                #expect(
                    try await shown("/ledger?before=\(latest)") == Array(size - 50..<size))
            }
        }
    }

    private static let browser = ["accept": "text/html,application/xhtml+xml,*/*;q=0.8"]

    @Test("a browser that asks for an address nobody serves gets a page that says so")
    func answersUnknownAddresses() async throws {
        try await GatewayFixture.serve { site in
            for path in ["/nothing", "/work-up/more", "/v2", "/versions"] {
                let page = try await site.send(.get, path, PageTests.browser)
                #expect(page.status == 404)
                #expect(page.text.components(separatedBy: "<main").count == 2)
                #expect(page.text.contains("There is no page at this address."))
                #expect(page.header("content-type")?.hasPrefix("text/html") == true)
                #expect(page.header("content-security-policy") == PageGuard.policy)
                #expect(page.header("referrer-policy") == "no-referrer")
                #expect(page.header("cache-control") == "no-store")
                #expect(page.header("x-request-id") != nil)
                let plain = try await site.send(.get, path)
                #expect(try plain.json()["error"]?["code"]?.string == "unknown_url")
                let foreign = try await site.send(
                    .get, path, PageTests.browser, authority: "evil.example")
                #expect(try foreign.json()["error"]?["code"]?.string == "unknown_url")
                #expect(foreign.header("set-cookie") == nil)
            }
            let visit = try await open(site, "/work-up")
            let known = try await site.send(
                .get, "/nothing", PageTests.browser.merging(["cookie": visit.cookie]) { $1 })
            #expect(known.header("set-cookie") == nil)
        }
    }

    @Test("an unknown address of the API stays JSON for a browser, and so does every one elsewhere")
    func keepsTheShapeOfTheAPI() async throws {
        try await GatewayFixture.serve { site in
            let headers = PageTests.browser.merging(site.authorization) { $1 }
            for path in ["/v1/nothing", "/v1", "/openai/nothing", "/models/nothing"] {
                let answer = try await site.send(.get, path, headers)
                #expect(answer.status == 404)
                #expect(try answer.json()["error"]?["code"]?.string == "unknown_url")
            }
        }
        try await GatewayFixture.serve({ $0.workbench = false }) { site in
            let answer = try await site.send(.get, "/nothing", PageTests.browser)
            #expect(try answer.json()["error"]?["code"]?.string == "unknown_url")
        }
    }

    @Test(
        "assets are served by name only",
        arguments: [
            ("/assets/workbench.css", 200), ("/assets/workbench.js", 200),
            ("/assets/favicon.svg", 200), ("/assets/secret.txt", 404),
            ("/assets/..%2f..%2fsite.yaml", 404),
        ])
    func servesAssets(path: String, status: Int) async throws {
        try await GatewayFixture.serve { site in
            let file = try await site.send(.get, path)
            #expect(file.status == status)
            #expect(file.header("x-content-type-options") == "nosniff")
        }
    }
}

@Suite("Forms and sessions")
struct FormTests {
    @Test("a form is read as browsers write it")
    func reads() throws {
        let form = try #require(Form(Array("a=1+2&b=%C3%A9%26&a=3&c&d=".utf8)))
        #expect(form["a"] == "1 2")
        #expect(form.all("a") == ["1 2", "3"])
        #expect(form["b"] == "é&")
        #expect(form["c"] == "")
        #expect(form["d"] == "")
        #expect(form["e"] == nil)
    }

    @Test("what is not a form is refused", arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "%=1"])
    func refuses(text: String) {
        #expect(Form(Array(text.utf8)) == nil)
    }

    @Test("a form with more fields than any page sends is refused")
    func refusesTooManyFields() {
        let text = Array(repeating: "a=1", count: 1001).joined(separator: "&")
        #expect(Form(Array(text.utf8)) == nil)
    }

    @Test("a session is known by its own cookie and by no changed one")
    func signsSessions() throws {
        let key = SessionKey()
        let session = key.open()
        #expect(key.session(cookie: session.cookie) == session)
        #expect(SessionKey().session(cookie: session.cookie) == nil)
        for position in session.cookie.indices {
            var changed = session.cookie
            let old = changed[position]
            changed.replaceSubrange(position...position, with: old == "0" ? "1" : "0")
            #expect(key.session(cookie: changed) == nil)
        }
        #expect(key.accepts(token: session.token, in: session))
        #expect(!key.accepts(token: key.open().token, in: session))
        #expect(!key.accepts(token: "", in: session))
    }
}
