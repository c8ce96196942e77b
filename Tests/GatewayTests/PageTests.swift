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
