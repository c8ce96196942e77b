// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Site
import Testing

@testable import Gateway

typealias HTTPMethod = HTTPRequest.Method

/// The Prometheus text format, read strictly: what does not follow it is an issue.
struct Exposition {
    struct Sample: Equatable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    var kinds: [String: String] = [:]
    var samples: [Sample] = []

    init(_ text: String) throws {
        try #require(text.hasSuffix("\n"))
        let sample = try Regex(
            #"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|-?[0-9.e+-]+)"#)
        let label = try Regex(#"([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)"#)
        var current = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                current = String(line.split(separator: " ")[2])
                #expect(kinds[current] == nil, "\(current) twice")
                continue
            }
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ").map(String.init)
                #expect(words[2] == current)
                kinds[current] = words[3]
                continue
            }
            let match = try #require(try sample.wholeMatch(in: line), "\(line)")
            let name = String(try #require(match[1].substring))
            let kind = try #require(kinds[current])
            let bases = kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
            #expect(bases.contains { name == current + $0 }, "\(name) under \(current)")
            var labels: [String: String] = [:]
            if let inside = match[2].substring {
                var covered = 0
                for found in inside.matches(of: label) {
                    covered += found[0].substring?.count ?? 0
                    labels[String(found[1].substring ?? "")] = String(found[2].substring ?? "")
                }
                #expect(covered == inside.count, "\(line)")
            }
            let value = try #require(Double(String(match[3].substring ?? "")))
            samples.append(Sample(name: name, labels: labels, value: value))
        }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }
}

@Suite("Metrics")
struct MetricsTests {
    @Test("the text follows the format, and counts what was asked")
    func countsRequests() async throws {
        try await GatewayFixture.serve { site in
            for _ in 0..<3 { _ = try await site.get("/v1/models") }
            _ = try await site.send(.get, "/v1/models")
            _ = try await site.get("/v1/models/a-name-of-mine")
            _ = try await site.send(.get, "/Jane-Doe")
            _ = try await site.post(
                "/v1/panels/bedside-panel:predict", GatewayFixture.caseText)
            let answer = try await site.send(.get, "/metrics")
            #expect(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            let exposition = try Exposition(answer.text)
            let name = "bedside_http_requests_total"
            func count(_ route: String, _ dialect: String, _ status: String) -> Double? {
                exposition.value(name, ["route": route, "dialect": dialect, "status": status])
            }
            #expect(exposition.kinds[name] == "counter")
            #expect(count("/v1/models", "", "200") == 3)
            #expect(count("/v1/models", "", "401") == 1)
            #expect(count("/v1/models/{id}", "", "404") == 1)
            #expect(count("none", "", "404") == 1)
            #expect(count("/v1/panels/{model}:predict", "native", "200") == 1)
            #expect(!answer.text.contains("Jane"))
            #expect(!answer.text.contains("mine"))
            #expect((exposition.value("process_cpu_seconds_total") ?? 0) > 0)
            #expect((exposition.value("process_resident_memory_bytes") ?? 0) > 1_000_000)
            #expect((exposition.value("process_start_time_seconds") ?? 0) > 1_600_000_000)
            #expect((exposition.value("process_open_fds") ?? 0) > 3)
            #expect(exposition.value("bedside_ready") == 1)
        }
    }

    @Test("a histogram's buckets add up")
    func addsUp() throws {
        let metrics = Metrics()
        for micros in [0, 250, 251, 40_000_000] {
            metrics.request(route: "/a", status: 200, micros: micros)
        }
        let exposition = try Exposition(metrics.text(.init(process: .read())))
        let name = "bedside_http_request_duration_seconds"
        func bucket(_ bound: String) -> Double? {
            exposition.value("\(name)_bucket", ["route": "/a", "le": bound])
        }
        #expect(bucket("0.00025") == 2)
        #expect(bucket("0.0005") == 3)
        #expect(bucket("30.0") == 3)
        #expect(bucket("+Inf") == 4)
        #expect(exposition.value("\(name)_count", ["route": "/a"]) == 4)
        #expect(exposition.value("\(name)_sum", ["route": "/a"]) == 40.000501)
        let bounds = exposition.samples.filter { $0.name == "\(name)_bucket" }
        #expect(bounds.map(\.value) == bounds.map(\.value).sorted())
    }

    @Test("labels are escaped, and there are never more series than allowed")
    func boundsSeries() throws {
        let metrics = Metrics()
        metrics.model("a\"b\\c\nd") { $0.settled += 1 }
        for number in 0..<1000 { metrics.request(route: "/\(number)", status: 200, micros: 1) }
        for number in 0..<1000 { metrics.model("m\(number)") { $0.settled += 1 } }
        let exposition = try Exposition(metrics.text(.init(process: .read())))
        #expect(
            exposition.value(
                "bedside_calls_total", ["model": #"a\"b\\c\nd"#, "outcome": "settled"]) == 1)
        let routes = exposition.samples.filter { $0.name == "bedside_http_requests_total" }
        #expect(routes.count == 257)
        #expect(routes.reduce(0) { $0 + $1.value } == 1000)
        let models = exposition.samples.filter { $0.name == "bedside_predictions_total" }
        #expect(models.count == 257)
    }

    @Test("others than this machine need a key made for it, unless the site opens the metrics")
    func isForThisMachine() async throws {
        let elsewhere: [([String: String], String?)] = [
            ([:], "hospital.example:8080"), (["x-forwarded-for": "10.0.0.1"], "localhost"),
            (["forwarded": "for=10.0.0.1"], "localhost"), ([:], nil),
        ]
        try await GatewayFixture.serve { site in
            for (headers, host) in elsewhere {
                let answer = try await site.send(.get, "/metrics", headers, authority: host)
                #expect(answer.status == 404)
                #expect(try answer.json()["error"]?["code"]?.string == "unknown_url")
                let keyed = try await site.send(
                    .get, "/metrics", headers.merging(site.authorization) { $1 }, authority: host)
                #expect(keyed.status == 404, "a key for everything is for calls, not for this")
            }
        }
        try await GatewayFixture.serve({ $0.configuration.metrics = .open }) { site in
            for (headers, host) in elsewhere {
                let answer = try await site.send(.get, "/metrics", headers, authority: host)
                #expect(answer.status == 200)
            }
        }
    }

    @Test("requests under way and the ledger are seen from outside")
    func seesTheServer() async throws {
        try await LiveGateway.serve { live in
            let body = GatewayFixture.caseText
            let before = try await live.entries()
            let answer = try await live.exchange(
                live.posting + "connection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
                    + body)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            let whole = try await live.metrics()
            let text = try #require(whole.components(separatedBy: "\r\n\r\n").last)
            let exposition = try Exposition(text)
            #expect(exposition.value("bedside_ledger_entries_total") == Double(before + 2))
            #expect(exposition.value("bedside_ledger_checkpoint_age_seconds") != nil)
            #expect((exposition.value("bedside_connections") ?? 0) >= 1)
            #expect(exposition.value("bedside_connections_accepted_total") == 3)
        }
    }
}

@Suite("Counting at the desk")
struct CountingDeskTests {
    /// A desk that grants, settles at a price, or can't record.
    struct Stub: CallDesk {
        var fails = false

        func reserve(_ ask: CallAsk) async throws(SiteError) -> Leave {
            if ask.dialect == "refused" { throw .budgetExhausted(scope: "principal:a") }
            return .granted(Reservation(call: "c", ask: ask, holdMicros: 9, milliseconds: 1))
        }

        func settle(
            _ reservation: Reservation, used: CallQuantities, answer: [UInt8], keepsAnswer: Bool,
            status: Int
        ) async throws(SiteError) -> SettledCall {
            if fails { throw .notRecorded("disk full") }
            return SettledCall(
                call: "c", receipt: Receipt(index: 1, size: 2, root: ""), priceMicros: 7,
                version: "1")
        }

        func release(_ reservation: Reservation, reason: String) async {}

        func refuse(_ ask: CallAsk, reason: String) async throws(SiteError) -> Receipt {
            Receipt(index: 1, size: 2, root: "")
        }
    }

    @Test("what passes is counted by model, and a desk that can't record makes the gateway unready")
    func counts() async throws {
        let model = try await GatewayFixture.model()
        let metrics = Metrics()
        let readiness = Readiness(ledgerDirectory: nil)
        func ask(_ dialect: String) -> CallAsk {
            CallAsk(
                model: model, principal: Principal(name: "a", keySHA256: "", created: 0),
                dialect: dialect, request: [], worstCase: CallQuantities())
        }
        let used = CallQuantities(predictions: 1, promptTokens: 20, completionTokens: 3)
        let good = CountingDesk(desk: Stub(), metrics: metrics, readiness: readiness)
        let bad = CountingDesk(desk: Stub(fails: true), metrics: metrics, readiness: readiness)
        for _ in 0..<2 {
            guard case .granted(let leave) = try await good.reserve(ask("native")) else { return }
            _ = try await good.settle(
                leave, used: used, answer: [], keepsAnswer: false, status: 200)
        }
        await #expect(throws: SiteError.self) { try await good.reserve(ask("refused")) }
        guard case .granted(let leave) = try await bad.reserve(ask("native")) else { return }
        #expect(readiness.obstacle == nil)
        await #expect(throws: SiteError.self) {
            try await bad.settle(leave, used: used, answer: [], keepsAnswer: false, status: 200)
        }
        #expect(readiness.obstacle == .notRecording)
        await bad.release(leave, reason: "not_recorded")
        let figures = try #require(metrics.snapshot.models[model.id])
        #expect(figures.settled == 2 && figures.refused == 1 && figures.released == 1)
        #expect(figures.priceMicros == 14)
        #expect(
            figures.used == CallQuantities(predictions: 2, promptTokens: 40, completionTokens: 6))
        #expect(metrics.snapshot.appendFailures == 1)
        guard case .granted(let again) = try await good.reserve(ask("native")) else { return }
        _ = try await good.settle(again, used: used, answer: [], keepsAnswer: false, status: 200)
        #expect(readiness.obstacle == nil)
    }
}
