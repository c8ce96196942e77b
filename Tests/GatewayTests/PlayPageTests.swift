// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Hummingbird
import Knowledge
import SequentialBenchmark
import Site
import Testing
import Workbench

@testable import Gateway

@Suite("Playing a case")
struct PlayPageTests {
    /// A browser at the pages: cookie and token of one session.
    private struct Browser {
        let site: GatewayFixture
        let cookie: String
        let token: String

        init(_ site: GatewayFixture) async throws {
            let page = try await site.send(.get, "/play")
            let name = #"name="csrf" value=""#
            let start = try #require(page.text.range(of: name)?.upperBound)
            self.site = site
            cookie = String(
                try #require(page.header("set-cookie")?.split(separator: ";").first))
            token = String(page.text[start...].prefix { $0 != "\"" })
        }

        func get(_ path: String) async throws -> Answer {
            try await site.send(.get, path, ["cookie": cookie])
        }

        func post(_ path: String, _ fields: KeyValuePairs<String, String>) async throws -> Answer {
            try await post(path, fields.map { ($0.key, $0.value) })
        }

        func post(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
            var allowed = CharacterSet.alphanumerics
            allowed.insert("-")
            let body = ([("csrf", token)] + fields).map { name, value in
                "\(name)=" + (value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")
            }.joined(separator: "&")
            return try await site.send(
                .post, path,
                ["cookie": cookie, "content-type": "application/x-www-form-urlencoded"], body: body)
        }

        /// Begins a case; the path its forms post to.
        func begin(_ arm: PlayArm, _ number: Int = 1) async throws -> (path: String, page: Answer) {
            let page = try await post(
                "/play",
                ["arm": arm.rawValue, "speciality": "neurology", "case": String(number)])
            let start = try #require(page.text.range(of: "action=\"/play/")?.upperBound)
            return ("/play/" + page.text[start...].prefix { $0 != "#" && $0 != "\"" }, page)
        }
    }

    private func table(_ site: GatewayFixture) -> PlayTable { PlayTable(site.service.site) }

    @Test("a case goes from question to verdict, and one line enters the table")
    func playsThrough() async throws {
        try await GatewayFixture.serve { site in
            let desk = try PlayDesk.opened.get()
            let item = desk.cases[0]
            let browser = try await Browser(site)
            let (path, _) = try await browser.begin(.unaided)
            let asked = try await browser.post(path, ["ask": "Any fever?"])
            #expect(asked.status == 200)
            #expect(asked.text.contains("Newest answer"))
            let ordered = try await browser.post(path, ["order": "complete blood count"])
            #expect(ordered.text.contains("Ordered: complete blood count"))
            var fields = [("diagnosis", item.diagnosis.text), ("certainty", "80")]
            if item.diagnosis.isNoDisease { fields.append(("no-disease", "yes")) }
            let pending = try await browser.post(path, fields)
            #expect(pending.text.contains("Are you sure?"))
            #expect(try table(site).rows().rows.isEmpty)
            let sure = fields + [("sure", "sure")]
            let verdict = try await browser.post(path, sure)
            #expect(verdict.text.contains("Score 5 of 5."))
            #expect(verdict.text.contains(item.id))
            #expect(verdict.text.contains("The panel"))
            let row = try #require(try table(site).rows().rows.first)
            #expect(row.caseID == item.id && row.arm == "unaided" && row.score == 5)
            #expect(row.speciality == "neurology" && row.certainty == 0.8)
            #expect(row.questions == 1 && row.visits >= 1 && row.cents > 0)
            // Sent again, or opened again, it is the same play.
            _ = try await browser.post(path, sure)
            let again = try await browser.get(path)
            #expect(again.text.contains("Score 5 of 5."))
            #expect(try table(site).rows().rows.count == 1)
            let start = try await browser.get("/play")
            #expect(start.text.contains("The panel, same cases"))
        }
    }

    @Test("nothing before the verdict names the case's id or its diagnosis")
    func givesNothingAway() async throws {
        try await GatewayFixture.serve { site in
            let browser = try await Browser(site)
            let start = try await browser.get("/play")
            let desk = try PlayDesk.opened.get()
            for (index, item) in desk.cases.enumerated() {
                #expect(!start.text.contains(item.id))
                guard index < 12 else { continue }
                let (_, page) = try await browser.begin(.unaided, index + 1)
                #expect(!page.text.contains(item.id))
                #expect(!page.text.contains("The truth"))
                #expect(!item.abstract.contains(item.diagnosis.text))
            }
        }
    }

    @Test("a play belongs to the session that began it")
    func belongsToSession() async throws {
        try await GatewayFixture.serve { site in
            let mine = try await Browser(site)
            let other = try await Browser(site)
            let (path, _) = try await mine.begin(.unaided)
            for answer in [
                try await other.get(path), try await other.post(path, ["ask": "fever"]),
                try await mine.get("/play/0123456789abcdef"), try await site.send(.get, path),
            ] {
                #expect(answer.status == 404)
                #expect(answer.text.contains("<main"))
            }
            let foreign = try await site.send(
                .post, path,
                ["cookie": mine.cookie, "content-type": "application/x-www-form-urlencoded"],
                body: "ask=fever")
            #expect(foreign.status == 403)
            let own = try await mine.get(path)
            #expect(own.status == 200)
            #expect(!own.text.contains("Newest answer"))
        }
    }

    @Test("whoever goes on asking is not asked a second time whether they are sure")
    func goesOn() async throws {
        try await GatewayFixture.serve { site in
            let browser = try await Browser(site)
            let (path, _) = try await browser.begin(.unaided, 2)
            let first = try await browser.post(path, ["diagnosis": "Gout", "certainty": "20"])
            #expect(first.text.contains("Are you sure?"))
            let on = try await browser.post(
                path, ["diagnosis": "Gout", "certainty": "20", "sure": "on"])
            #expect(on.text.contains("Ask or examine"))
            let last = try await browser.post(path, ["diagnosis": "Gout", "certainty": "30"])
            #expect(last.text.contains("of 5."))
            #expect(try table(site).rows().rows.map(\.certainty) == [0.3])
        }
    }

    @Test("help comes only to the arm that declared it")
    func arms() async throws {
        try await GatewayFixture.serve { site in
            let browser = try await Browser(site)
            let (unaided, first) = try await browser.begin(.unaided)
            #expect(!first.text.contains("The panel&#39;s differential"))
            let refused = try await browser.post(unaided, ["look": "Pneumonia"])
            #expect(refused.text.contains("another arm"))
            let (references, _) = try await browser.begin(.references)
            let desk = try PlayDesk.opened.get()
            let known = try #require(desk.desk.knowledge.figures.first)
            let name = desk.desk.knowledge.conditions[known.condition].name
            let looked = try await browser.post(references, ["look": name.uppercased()])
            #expect(looked.text.contains("published figures"))
            let (_, panel) = try await browser.begin(.panel)
            #expect(panel.text.contains("The panel&#39;s differential"))
            #expect(panel.text.contains("Test-Chooser"))
        }
    }

    @Test("a form that lacks its arm or names no case begins nothing and says why")
    func refusesToBegin() async throws {
        try await GatewayFixture.serve { site in
            let browser = try await Browser(site)
            for fields: KeyValuePairs<String, String> in [
                ["case": "1"], ["arm": "unaided", "case": "0"],
                ["arm": "unaided", "case": "99999"],
                ["arm": "unaided", "case": "-1"], ["arm": "unaided"],
            ] {
                let page = try await browser.post("/play", fields)
                #expect(page.status == 200)
                #expect(page.text.contains("Needed:"))
                #expect(!page.text.contains("action=\"/play/"))
            }
            let surprise = try await browser.post(
                "/play", ["arm": "unaided", "case": "surprise"])
            #expect(surprise.text.contains("action=\"/play/"))
        }
    }

    @Test("plays in progress are bounded in number and in age")
    func bounded() throws {
        let desk = try PlayDesk.opened.get()
        let rooms = PlayRooms(most: 3)
        for number in 0..<10 {
            rooms.add(
                desk.state(
                    id: "play-\(number)", session: "s", number: 1, arm: .unaided, speciality: ""))
        }
        #expect(rooms.count == 3)
        #expect(rooms.change("play-9", of: "s", { _ in }) != nil)
        #expect(rooms.change("play-9", of: "t", { _ in }) == nil)
        #expect(rooms.change("play-0", of: "s", { _ in }) == nil)
        let old = PlayRooms(most: 3, patience: .seconds(-1))
        old.add(desk.state(id: "a", session: "s", number: 1, arm: .unaided, speciality: ""))
        #expect(old.change("a", of: "s", { _ in }) == nil)
    }

    @Test("a play has room for many requests, not for any number")
    func boundedRequests() throws {
        let desk = try PlayDesk.opened.get()
        var state = desk.state(
            id: "a", session: "s", number: 1, arm: .unaided, speciality: "")
        for _ in 0..<PlayState.requestLimit {
            let refusal = state.answer(.ask("fever"))
            #expect(refusal == nil)
        }
        let refusal = state.answer(.ask("fever"))
        #expect(refusal != nil)
        #expect(state.answers.count == PlayState.requestLimit)
    }

    @Test("the same requests get the same answers at the same price as in a benchmark run")
    func sameGatekeeper() throws {
        let desk = try PlayDesk.opened.get()
        for number in [1, 5, 9] {
            var state = desk.state(
                id: "a", session: "s", number: number, arm: .unaided, speciality: "")
            var gatekeeper = Gatekeeper(
                case: state.item, catalogue: desk.desk.catalogue, schedule: desk.schedule,
                background: desk.desk.background, seed: 1)
            for request: EncounterRequest in [
                .ask("fever"), .ask("medication"), .order("complete blood count"),
                .order("CT chest"), .ask("travel"),
            ] {
                _ = state.answer(request)
                let expected = gatekeeper.answer(request)
                #expect(state.answers.last == expected)
            }
            #expect(state.gatekeeper.spentCents == gatekeeper.spentCents)
        }
    }
}
