// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Ledger
import Site
import Testing
import Workbench

@testable import Gateway

@Suite("Pages about models, keys, money and records")
struct MoneyPageTests {
    private static let pages = [
        "/catalogue", "/keys", "/usage", "/invoices", "/ledger", "/who-saw", "/api",
    ]
    private static let data = [
        "/usage/live", "/proofs/0", "/proofs/0/record", "/proofs/consistency?from=1",
    ]

    private func open(_ site: GatewayFixture, _ path: String) async throws
        -> (cookie: String, token: String)
    {
        let page = try await site.send(.get, path)
        let cookie = try #require(page.header("set-cookie")?.split(separator: ";").first)
        let start = try #require(page.text.range(of: #"name="csrf" value=""#)?.upperBound)
        return (String(cookie), String(page.text[start...].prefix { $0 != "\"" }))
    }

    private func submit(
        _ site: GatewayFixture, _ path: String, _ visit: (cookie: String, token: String),
        _ fields: [(String, String)]
    ) async throws -> Answer {
        var allowed = CharacterSet.alphanumerics
        allowed.insert("-")
        let body = ([("csrf", visit.token)] + fields).map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.joined(separator: "&")
        return try await site.send(
            .post, path,
            ["cookie": visit.cookie, "content-type": "application/x-www-form-urlencoded"],
            body: body)
    }

    @Test("each is a page of its own with the content policy", arguments: pages)
    func isAPage(path: String) async throws {
        try await GatewayFixture.serve { site in
            let page = try await site.send(.get, path)
            #expect(page.status == 200)
            #expect(page.text.components(separatedBy: "<main").count == 2)
            #expect(page.header("content-security-policy") == PageGuard.policy)
            #expect(page.header("cache-control") == "no-store")
            #expect(page.text.contains(#"<a href="\#(path)" aria-current="page">"#))
        }
    }

    @Test("pages and what their scripts ask for are for this machine only")
    func answersLocalhostOnly() async throws {
        try await GatewayFixture.serve { site in
            for path in MoneyPageTests.pages + MoneyPageTests.data {
                #expect(try await site.send(.get, path).status == 200, "\(path)")
                let foreign = try await site.send(.get, path, authority: "evil.example")
                #expect(foreign.status == 421, "\(path)")
            }
        }
        try await GatewayFixture.serve({ $0.host = "0.0.0.0" }) { site in
            for path in MoneyPageTests.pages + MoneyPageTests.data {
                let answer = try await site.send(.get, path)
                #expect(answer.status == 404, "\(path)")
            }
        }
    }

    @Test("what a browser is given checks out: record, proof and signed checkpoint")
    func proves() async throws {
        try await GatewayFixture.serve { site in
            for _ in 0..<5 { _ = try await site.chat(GatewayFixture.caseText) }
            let log = site.service.log
            for index in 0..<log.size {
                let given = try await site.send(.get, "/proofs/\(index)").json()
                let record = try await site.send(.get, "/proofs/\(index)/record")
                let checkpoint = try Checkpoint(
                    parsing: try #require(given["checkpoint"]?.string))
                let key = try LedgerPublicKey(text: try #require(given["public_key"]?.string))
                #expect(checkpoint.verify(key))
                #expect(given["size"]?.int == checkpoint.size)
                #expect(given["index"]?.int == index)
                let path = (given["proof"]?.items ?? []).compactMap {
                    $0.string.flatMap(Digest32.init(hex:))
                }
                #expect(
                    MerkleTree.verifyInclusion(
                        index: index, size: checkpoint.size,
                        leaf: MerkleTree.leafHash(Array(record.text.utf8)), proof: path,
                        root: checkpoint.root))
            }
            for path in ["/proofs/99999", "/proofs/-1", "/proofs/x", "/proofs/99999/record"] {
                #expect(try await site.send(.get, path).status == 404)
            }
        }
    }

    @Test("consistency from any older size is proved, and from a longer log refused")
    func provesConsistency() async throws {
        try await GatewayFixture.serve { site in
            var older: [Checkpoint] = [try site.service.log.signedHead()]
            for _ in 0..<4 {
                _ = try await site.chat("no case")
                older.append(try site.service.log.signedHead())
            }
            for old in older {
                let given = try await site.send(.get, "/proofs/consistency?from=\(old.size)").json()
                let now = try Checkpoint(parsing: try #require(given["checkpoint"]?.string))
                let path = (given["proof"]?.items ?? []).compactMap {
                    $0.string.flatMap(Digest32.init(hex:))
                }
                let isProved = MerkleTree.verifyConsistency(
                    from: old.size, to: now.size, oldRoot: old.root, newRoot: now.root, proof: path)
                #expect(isProved || old.size == now.size && path.isEmpty)
            }
            for from in ["99999", "-1", "x", ""] {
                let answer = try await site.send(.get, "/proofs/consistency?from=\(from)")
                #expect(answer.status == 404)
            }
        }
    }

    @Test("entries are found by type, actor and time, and by nothing that only looks like it")
    func filters() async throws {
        try await GatewayFixture.serve { site in
            _ = try await site.chat(GatewayFixture.caseText)
            _ = try await site.chat("no case")
            func shown(_ query: String) async throws -> [Int] {
                let page = try await site.send(.get, "/ledger?" + query)
                #expect(page.status == 200)
                return (0..<site.service.log.size).filter {
                    page.text.contains(#"href="/ledger/\#($0)""#)
                }
            }
            func indices(of type: String) throws -> [Int] {
                try (0..<site.service.log.size).filter {
                    try CanonicalJSON(parsing: site.service.log.record(at: $0))["type"]?
                        .stringValue == type
                }
            }
            let settled = try indices(of: "call.settled")
            #expect(!settled.isEmpty)
            #expect(try await shown("type=call.settled") == settled)
            #expect(try await shown("type=call.refused") == indices(of: "call.refused"))
            #expect(try await shown("type=call.settled&actor=hospital-a") == settled)
            #expect(try await shown("type=call.settled&actor=hospital").isEmpty)
            // The model's name stands in the body; as an actor it is nobody.
            #expect(try await shown("actor=bedside-panel").isEmpty)
            #expect(try await shown("model=bedside-panel").contains(settled[0]))
            let size = site.service.log.size
            #expect(try await shown("from=2000-01-01T00:00") == Array(max(0, size - 50)..<size))
            #expect(try await shown("from=2200-01-01T00:00").isEmpty)
            #expect(try await shown("until=2000-01-01T00:00").isEmpty)
            let wrong = try await site.send(.get, "/ledger?from=yesterday")
            #expect(wrong.text.contains("a day and a time in UTC"))
        }
    }

    @Test("a key made on the page works, is shown once, and opens nothing once taken away")
    func makesKeys() async throws {
        try await GatewayFixture.serve { site in
            let visit = try await open(site, "/keys")
            let made = try await submit(
                site, "/keys", visit,
                [("do", "create"), ("name", "icu"), ("team", "acute"), ("requests", "600")])
            let start = try #require(made.text.range(of: "bsk_")?.lowerBound)
            let key = String(made.text[start...].prefix { $0 != "<" && $0 != "\n" })
            func call(_ key: String) async throws -> Int {
                try await site.send(
                    .get, "/v1/models", ["authorization": "Bearer \(key)"]
                ).status
            }
            #expect(try await call(key) == 200)
            let page = try await site.send(.get, "/keys")
            #expect(page.text.contains("icu") && page.text.contains("acute"))
            #expect(page.text.contains("600 requests"))
            #expect(!page.text.contains("bsk_"))
            let replaced = try await submit(
                site, "/keys", visit, [("do", "rotate"), ("name", "icu")])
            #expect(replaced.text.contains("bsk_"))
            #expect(try await call(key) == 401)
            let gone = try await submit(
                site, "/keys", visit, [("do", "revoke"), ("name", "icu")])
            #expect(gone.text.contains("opens nothing any more"))
            let again = try await submit(
                site, "/keys", visit, [("do", "revoke"), ("name", "icu")])
            #expect(again.text.contains("Not done."))
            let records = try site.service.log.records(0..<site.service.log.size)
                .map { String(decoding: $0, as: UTF8.self) }
            #expect(records.contains { $0.contains("key.created") && $0.contains("workbench") })
            #expect(records.contains { $0.contains("key.rotated") })
            #expect(records.contains { $0.contains("key.revoked") })
            #expect(!records.contains { $0.contains("bsk_") })
            #expect(!site.log.contains { $0.contains("bsk_") })
        }
    }

    @Test("a budget set on the page holds from the next call on")
    func setsBudgets() async throws {
        try await GatewayFixture.serve { site in
            let visit = try await open(site, "/keys")
            #expect(try await site.chat(GatewayFixture.caseText).status == 200)
            let set = try await submit(
                site, "/keys", visit,
                [
                    ("do", "budget"), ("kind", "principal"), ("owner", GatewayFixture.principal),
                    ("period", "total"), ("limit", "0.000001"),
                ])
            #expect(set.text.contains("is set."))
            #expect(set.text.contains("principal:\(GatewayFixture.principal)"))
            let refused = try await site.chat(
                #"{"age":55,"sex":"female","findings":[{"evidence":"E_53","present":true}]}"#)
            #expect(refused.status == 429)
            _ = try await submit(
                site, "/keys", visit,
                [
                    ("do", "budget"), ("kind", "principal"), ("owner", GatewayFixture.principal),
                    ("period", "total"), ("limit", ""),
                ])
            let free = try await site.chat(
                #"{"age":56,"sex":"female","findings":[{"evidence":"E_53","present":true}]}"#)
            #expect(free.status == 200)
        }
    }

    @Test("usage counts what the ledger has, again as it grows")
    func countsUsage() async throws {
        try await GatewayFixture.serve { site in
            func calls() async throws -> (Int, Int) {
                let live = try await site.send(.get, "/usage/live").json()
                let minutes = live["minutes"]?.items ?? []
                #expect(minutes.count == 60)
                return (
                    minutes.reduce(0) { $0 + ($1["calls"]?.int ?? 0) },
                    minutes.reduce(0) { $0 + ($1["refused"]?.int ?? 0) }
                )
            }
            #expect(try await calls() == (0, 0))
            _ = try await site.chat(GatewayFixture.caseText)
            _ = try await site.chat("no case")
            #expect(try await calls() == (1, 1))
            _ = try await site.chat("no case")
            #expect(try await calls() == (1, 2))
            let page = try await site.send(.get, "/usage")
            #expect(page.text.contains("bedside-panel"))
        }
    }

    @Test("the invoice of the month has the calls, adds up, and can be taken along")
    func bills() async throws {
        try await GatewayFixture.serve { site in
            let empty = try await site.send(.get, "/invoices")
            #expect(empty.text.contains("No call of The house was settled"))
            for age in 40..<43 {
                _ = try await site.chat(
                    #"{"age":\#(age),"sex":"female","findings":[{"evidence":"E_53","present":true}]}"#
                )
            }
            let page = try await site.send(.get, "/invoices")
            #expect(page.text.contains("0.060000"))
            #expect(page.text.contains("add up to the total exactly"))
            #expect(page.text.contains("The price recorded with every call"))
            for file in ["invoice.csv", "invoice.json", "invoice.html"] {
                let file = try await site.send(.get, "/invoices/\(file)")
                #expect(file.status == 200)
                #expect(file.header("content-disposition")?.contains("attachment") == true)
                #expect(file.text.contains("60000") || file.text.contains("0.060000"))
            }
            for path in [
                "/invoices/invoice.exe", "/invoices/invoice.csv?month=2026-13",
                "/invoices/invoice.csv?month=2001-01", "/invoices/invoice.csv?licensee=nobody",
            ] { #expect(try await site.send(.get, path).status == 404, "\(path)") }
            let wrong = try await site.send(.get, "/invoices?month=../../etc")
            #expect(wrong.text.contains("such as 2026-11"))
        }
    }

    @Test("who saw what is found by the handle, which is nowhere afterwards")
    func findsWhoSaw() async throws {
        try await GatewayFixture.serve { site in
            let handle = "MRN-4711/x"
            _ = try await site.chat(GatewayFixture.caseText, "", ["x-subject": handle])
            let visit = try await open(site, "/who-saw")
            let page = try await submit(site, "/who-saw", visit, [("subject", handle)])
            #expect(
                page.text.contains("<strong>1 entry</strong>"))
            #expect(page.text.contains("answered"))
            #expect(page.text.contains(GatewayFixture.principal))
            #expect(!page.text.contains("4711"))
            let other = try await submit(site, "/who-saw", visit, [("subject", "MRN-4712/x")])
            #expect(other.text.contains("Nothing in"))
            let past = try await submit(
                site, "/who-saw", visit,
                [("subject", handle), ("from", "2001-01-01"), ("until", "2001-01-31")])
            #expect(past.text.contains("Nothing in"))
            let wrong = try await submit(
                site, "/who-saw", visit,
                [("subject", handle), ("from", "2026-02-01"), ("until", "2026-01-01")])
            #expect(wrong.text.contains("Needed:"))
            let digest = site.service.subjectDigest(of: handle)
            let file = try await submit(site, "/who-saw/export", visit, [("digest", digest)])
            #expect(file.header("content-type")?.hasPrefix("text/csv") == true)
            #expect(file.text.contains("answered"))
            #expect(!file.text.contains("4711"))
            let bad = try await submit(site, "/who-saw/export", visit, [("digest", handle)])
            #expect(bad.status == 400)
            #expect(!site.log.contains { $0.contains("4711") || $0.contains(digest) })
            let records = try site.service.log.records(0..<site.service.log.size)
            #expect(!records.contains { String(decoding: $0, as: UTF8.self).contains("4711") })
        }
    }

    @Test("the catalogue has each model's card, price and a call that can be run")
    func catalogue() async throws {
        try await GatewayFixture.serve { site in
            let page = try await site.send(.get, "/catalogue")
            let model = try #require(site.service.models.first)
            #expect(page.text.contains(model.id) && page.text.contains(model.version))
            #expect(page.text.contains("0.020000"))
            #expect(page.text.contains("http://127.0.0.1:8080/v1/panels/\(model.id):predict"))
            #expect(page.text.contains("Intended use"))
        }
    }
}

@Suite("Times on pages, and latencies counted in buckets")
struct PageNumberTests {
    @Test("a moment is read as browsers send it, and nothing that is no moment")
    func times() {
        #expect(PageTime.milliseconds("1970-01-02") == 86_400_000)
        #expect(PageTime.milliseconds("1970-01-01T00:01") == 60_000)
        #expect(PageTime.milliseconds("1970-01-01T00:00:07") == 7_000)
        for wrong in [
            "", "2026", "2026-02-30", "2026-13-01", "2026-01-01T24:01", "2026-01-01 00:00",
            "٢٠٢٦-٠١-٠١",
        ] { #expect(PageTime.milliseconds(wrong) == nil, "\(wrong)") }
        #expect(PageTime.text(1_795_884_016_733) == "2026-11-28 16:40:16")
        #expect(PageTime.minute(1_795_884_016_733) == "16:40")
    }

    @Test("a quantile is the exact one or at most a sixteenth above it")
    func quantiles() throws {
        var buckets = LatencyBuckets()
        var values: [Int] = []
        for step in 0..<2000 {
            let value = (step * step * 7) % 500_003
            values.append(value)
            buckets.add(value)
        }
        values.sort()
        for share in [0.01, 0.25, 0.5, 0.95, 0.99, 1] {
            let exact = values[max(0, Int((share * 2000).rounded(.up)) - 1)]
            let found = try #require(buckets.quantile(share))
            #expect(found >= exact)
            #expect(Double(found) <= Double(exact) * (1 + 1.0 / 16) + 1)
        }
        #expect(LatencyBuckets().quantile(0.5) == nil)
    }

    @Test("buckets of two minutes together are those of all their calls")
    func sums() {
        var (one, other, both) = (LatencyBuckets(), LatencyBuckets(), LatencyBuckets())
        for value in [3, 900, 12_000] { one.add(value); both.add(value) }
        for value in [31, 32, 70_000] { other.add(value); both.add(value) }
        one.add(other)
        #expect(one == both)
    }
}
