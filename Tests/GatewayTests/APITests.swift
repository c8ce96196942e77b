// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Ledger
import Site
import Testing

@testable import Gateway

@Suite("Keys")
struct AuthenticationTests {
    @Test("a key is accepted as Bearer and as api-key, and either will do when both are sent")
    func acceptsBothHeaders() async throws {
        try await GatewayFixture.serve { site in
            for headers in [
                ["authorization": "Bearer \(site.key)"], ["authorization": "bearer  \(site.key)"],
                ["api-key": site.key],
                ["api-key": "bad", "authorization": "Bearer \(site.key)"],
                ["api-key": site.key, "authorization": "Bearer bad"],
            ] {
                let answer = try await site.send(.get, "/v1/models", headers)
                #expect(answer.status == 200)
            }
        }
    }

    @Test("without a valid key every keyed address answers 401 in the OpenAI shape")
    func refusesUnknownKeys() async throws {
        try await GatewayFixture.serve { site in
            let keyed: [(String, Bool)] = [
                ("/v1/models", false), ("/v1/models/bedside-panel", false),
                ("/v1/panels/bedside-panel/knowledge", false), ("/v1/ledger/proof?index=0", false),
                ("/openai/v1/models", false), ("/models/info", false),
                ("/v1/chat/completions", true), ("/v1/responses", true),
                ("/v1/panels/bedside-panel:predict", true), ("/models/chat/completions", true),
                ("/openai/deployments/bedside-panel/chat/completions", true),
            ]
            for (path, isPost) in keyed {
                for headers in [[:], ["authorization": "Bearer bad"], ["api-key": "bad"]] {
                    let answer = try await site.send(
                        isPost ? .post : .get, path, headers, body: GatewayFixture.caseText)
                    #expect(answer.status == 401, "\(path)")
                    let error = try answer.json()["error"]
                    #expect(error?["code"]?.string == "invalid_api_key")
                    #expect(error?["type"]?.string == "invalid_request_error")
                    #expect(error?["param"] == .null)
                    #expect(answer.header("x-request-id") != nil)
                }
            }
        }
    }

    @Test("health, readiness and the checkpoint need no key")
    func leavesTheOpenAddressesOpen() async throws {
        try await GatewayFixture.serve { site in
            for path in ["/health", "/ready", "/checkpoint"] {
                let answer = try await site.send(.get, path)
                #expect(answer.status == 200)
            }
        }
    }
}

@Suite("Health")
struct HealthTests {
    @Test("a load balancer that asks for the head gets what GET answers, without the body")
    func answersHeads() async throws {
        try await GatewayFixture.serve { site in
            for path in ["/health", "/ready"] {
                let whole = try await site.send(.get, path)
                let head = try await site.send(.head, path)
                #expect(head.status == 200)
                #expect(head.text.isEmpty)
                #expect(!whole.text.isEmpty)
                for name in ["content-type", "content-length"] {
                    #expect(head.header(name) != nil)
                    #expect(head.header(name) == whole.header(name))
                }
            }
        }
    }

    @Test("the head of a refusal has no body either")
    func refusesHeads() async throws {
        try await GatewayFixture.serve { site in
            for (path, status) in [("/nothing", 404), ("/v1/models", 401)] {
                for headers in [[:], ["accept": "text/html"]] {
                    let head = try await site.send(.head, path, headers)
                    #expect(head.status == status)
                    #expect(head.text.isEmpty)
                }
            }
        }
    }
}

@Suite("Models and the native dialect")
struct PanelAPITests {
    @Test("models are listed and can be asked for one by one")
    func listsModels() async throws {
        try await GatewayFixture.serve { site in
            let list = try await site.get("/v1/models").json()
            #expect(list["object"]?.string == "list")
            let model = try #require(list["data"]?[0])
            #expect(model["id"]?.string == "bedside-panel")
            #expect(model["owned_by"]?.string == "Test hospital")
            #expect(try await site.get("/v1/models/bedside-panel").json() == model)
            let info = try await site.get("/models/info?api-version=2024-05-01-preview").json()
            #expect(info["model_name"]?.string == "bedside-panel")
        }
    }

    @Test("a native prediction has every hypothesis, its reasons, the inputs and a receipt")
    func predicts() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.post(
                "/v1/panels/bedside-panel:predict", GatewayFixture.caseText)
            #expect(answer.status == 200)
            let json = try answer.json()
            let outputs = try #require(json["outputs"]?.items)
            #expect(outputs.count == 49)
            let sum = outputs.compactMap { $0["probability"]?.double }.reduce(0, +)
            #expect(abs(sum - 1) < 1e-9)
            #expect(outputs[0]["basis"]?[0]?["feature"]?.string == "E_53")
            #expect(json["inputs_used"]?[0]?["feature"]?.string == "E_53")
            #expect(json["model"]?["digest"]?.string == site.service.models.first?.digest)
            #expect(json["next_questions"]?[0]?["expected_information_bits"]?.double != nil)
            #expect(json["receipt"]?["ledger_index"]?.int != nil)
            #expect(json["price"]?["micros"]?.int == 20_000)
        }
    }

    @Test("what can be asked is listed with names and questions")
    func listsKnowledge() async throws {
        try await GatewayFixture.serve { site in
            let json = try await site.get("/v1/panels/bedside-panel/knowledge").json()
            #expect(json["evidences"]?.items.count == 208)
            #expect(json["conditions"]?.items.count == 49)
            #expect(json["evidences"]?[0]?.keys.isSuperset(of: ["id", "name", "question"]) == true)
        }
    }

    @Test("a native idempotent replay is billed once")
    func replays() async throws {
        try await GatewayFixture.serve { site in
            let path = "/v1/panels/bedside-panel:predict"
            let key = ["idempotency-key": "a"]
            let first = try await site.post(path, GatewayFixture.caseText, key)
            let size = site.service.log.size
            let second = try await site.post(path, GatewayFixture.caseText, key)
            #expect(second.header("x-idempotent-replay") == "true")
            #expect(
                try second.json()["prediction_id"] == first.json()["prediction_id"])
            #expect(try first.json()["price"]?["micros"]?.int == 20_000)
            #expect(try second.json()["price"]?["micros"]?.int == 0)
            #expect(site.service.log.size == size)
        }
    }

    @Test("the proof of a receipt leads from the entry's own hash to the signed root")
    func provesAReceipt() async throws {
        try await GatewayFixture.serve { site in
            for _ in 0..<3 { _ = try await site.chat(GatewayFixture.caseText) }
            let receipt = try await site.chat(GatewayFixture.caseText).json()["receipt"]
            for _ in 0..<2 { _ = try await site.chat("no case") }
            let url = try #require(receipt?["proof_url"]?.string)
            let proof = try await site.get(url).json()
            let index = try #require(proof["index"]?.int)
            #expect(index == receipt?["ledger_index"]?.int)
            let size = try #require(proof["size"]?.int)
            let leaf = MerkleTree.leafHash(try site.service.log.record(at: index))
            #expect(proof["leaf_hash"]?.string == leaf.hex)
            let path = try (proof["proof"]?.items ?? []).map {
                try #require(Digest32(hex: $0.string ?? ""))
            }
            let root = try #require(Digest32(hex: proof["root"]?.string ?? ""))
            #expect(
                MerkleTree.verifyInclusion(
                    index: index, size: size, leaf: leaf, proof: path, root: root))
            let text = try await site.send(.get, "/checkpoint").text
            let checkpoint = try Checkpoint(parsing: text)
            #expect(checkpoint.size == size)
            #expect(checkpoint.root == root)
        }
    }
}

@Suite("Refusals of the API")
struct RefusalTests {
    @Test("an unknown model, address or entry is 404 in the error shape")
    func answersNotFound() async throws {
        try await GatewayFixture.serve { site in
            let unknown = GatewayFixture.chatBody(GatewayFixture.caseText)
                .replacingOccurrences(of: "bedside-panel", with: "gpt-9")
            let answers = [
                try await site.post("/v1/chat/completions", unknown),
                try await site.get("/v1/models/gpt-9"),
                try await site.post("/v1/panels/gpt-9:predict", GatewayFixture.caseText),
            ]
            for answer in answers {
                #expect(answer.status == 404)
                #expect(try answer.json()["error"]?["code"]?.string == "model_not_found")
            }
            let entry = try await site.get("/v1/ledger/proof?index=99999")
            #expect(try entry.json()["error"]?["code"]?.string == "not_on_record")
            let address = try await site.get("/v1/nothing")
            #expect(address.status == 404)
            #expect(try address.json()["error"]?["code"]?.string == "unknown_url")
        }
    }

    @Test("a body over the limit is 413, announced or not")
    func refusesLargeBodies() async throws {
        try await GatewayFixture.serve({ $0.maxBodyBytes = 1000 }) { site in
            let large = GatewayFixture.chatBody(String(repeating: "x", count: 2000))
            for headers in [[:], ["content-length": "\(large.utf8.count)"]] {
                let answer = try await site.post("/v1/chat/completions", large, headers)
                #expect(answer.status == 413)
                #expect(try answer.json()["error"]?["code"]?.string == "request_too_large")
            }
        }
    }

    @Test(
        "a request of the wrong shape is 400 and names the part",
        arguments: [
            ("{", nil, "malformed_json"),
            ("[]", nil, nil),
            (#"{"model":"bedside-panel"}"#, "messages", nil),
            (#"{"messages":[{"role":"user","content":"x"}]}"#, "model", nil),
            (#"{"model":7,"messages":[]}"#, "model", nil),
            (#"{"model":"bedside-panel","messages":[]}"#, "messages", nil),
            (#"{"model":"bedside-panel","messages":[{"role":"robot"}]}"#, "messages.0.role", nil),
            (
                #"{"model":"bedside-panel","messages":[{"role":"user","content":7}]}"#,
                "messages.0.content", nil
            ),
            (
                #"{"model":"bedside-panel","messages":[{"role":"user","content":"#
                    + #"[{"type":"image_url"}]}]}"#, "messages.0.content.0.type", nil
            ),
            (
                #"{"model":"bedside-panel","n":2,"messages":[{"role":"user","content":"x"}]}"#, "n",
                nil
            ),
            (
                #"{"model":"bedside-panel","response_format":{"type":"xml"},"#
                    + #""messages":[{"role":"user","content":"x"}]}"#, "response_format.type", nil
            ),
        ] as [(String, String?, String?)])
    func namesThePart(body: String, param: String?, code: String?) async throws {
        try await GatewayFixture.serve { site in
            let size = site.service.log.size
            let answer = try await site.post("/v1/chat/completions", body)
            #expect(answer.status == 400)
            let error = try answer.json()["error"]
            #expect(error?["param"]?.string == param)
            if let code { #expect(error?["code"]?.string == code) }
            #expect(site.service.log.size == size)
        }
    }

    @Test("a native case that can't be read is 400 with what was needed, and on record")
    func refusesACase() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.post("/v1/panels/bedside-panel:predict", "{}")
            #expect(answer.status == 400)
            let error = try answer.json()["error"]
            #expect(error?["code"]?.string == "invalid_case")
            #expect(error?["message"]?.string?.contains("findings") == true)
            #expect(answer.header("x-ledger-index") != nil)
        }
    }

    @Test("nothing a caller sends comes back in an error or a refusal, or enters the ledger")
    func echoesNothing() async throws {
        let marker = "Zyxwvut1987"
        try await GatewayFixture.serve { site in
            let finding = { (name: String, value: String) in
                #"{"age":54,"findings":[{"evidence":\#(name),"present":\#(value)}]}"#
            }
            let cases = [
                marker, "{\"\(marker)\":1}", "{\"findings\":\"\(marker)\"}",
                finding("\"\(marker)\"", "true"), finding("\"E_53\"", "\"\(marker)\""),
                "{\"age\":\"\(marker)\",\"findings\":[]}",
                "{\"sex\":\"\(marker)\",\"findings\":[]}",
                "{\"id\":\"\(marker)\",\"findings\":[{\"evidence\":\"E_53\"}]}",
                "{\"age\":1987,\"findings\":[],\"note\":\"\(marker)\"}",
                "{\"findings\": \(marker)}",
            ]
            var answers: [Answer] = []
            for text in cases {
                answers.append(try await site.chat(text))
                answers.append(try await site.chat(text, #","stream":true"#))
                answers.append(try await site.post("/v1/panels/bedside-panel:predict", text))
                answers.append(try await site.post("/v1/chat/completions", text))
                answers.append(
                    try await site.post(
                        "/v1/responses",
                        JSONBody.text(["model": "bedside-panel", "input": text])))
            }
            let good = GatewayFixture.chatBody(GatewayFixture.caseText)
            answers += [
                try await site.get("/v1/\(marker)"), try await site.get("/v1/models/\(marker)"),
                try await site.get("/v1/ledger/proof?index=\(marker)"),
                try await site.post("/v1/panels/\(marker):predict", marker),
                try await site.post(
                    "/v1/chat/completions",
                    good.replacingOccurrences(of: "bedside-panel", with: marker)),
                try await site.post(
                    "/v1/chat/completions",
                    good.replacingOccurrences(of: "user", with: marker)),
                try await site.send(.get, "/v1/models", ["authorization": "Bearer \(marker)"]),
                try await site.post(
                    "/v1/chat/completions", good, ["idempotency-key": "\(marker) with spaces"]),
            ]
            for (number, answer) in answers.enumerated() {
                #expect(!answer.text.contains(marker), "answer \(number)")
                for field in answer.headers { #expect(!field.value.contains(marker)) }
            }
            #expect(site.log.count == answers.count)
            for line in site.log { #expect(!line.contains(marker)) }
            let ledger = try site.service.log.records(0..<site.service.log.size)
                .map { String(decoding: $0, as: UTF8.self) }.joined()
            #expect(!ledger.contains(marker))
        }
    }

    @Test("the access log has one line a request: method, route, status, time, request id")
    func logsOneLine() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.get("/v1/models/gpt-9?note=private")
            #expect(site.log.count == 1)
            let line = try JSONDecoder().decode(
                JSONValue.self, from: Data(try #require(site.log.first).utf8))
            #expect(
                line.keys == [
                    "ts", "level", "event", "method", "route", "status", "micros", "request",
                    "principal", "bytes",
                ])
            #expect(line["method"]?.string == "GET")
            #expect(line["route"]?.string == "/v1/models/{id}")
            #expect(line["status"]?.int == 404)
            #expect(line["request"]?.string == answer.header("x-request-id"))
            #expect(line["principal"]?.string == GatewayFixture.principal)
            #expect(line["bytes"]?.int == answer.text.utf8.count)
        }
    }

    @Test("each refusal of a site has one status, type and code")
    func mapsSiteErrors() {
        let table: [(SiteError, Int, String)] = [
            (.unknownModel("x"), 404, "model_not_found"),
            (.callInProgress, 409, "call_in_progress"),
            (.idempotencyKeyReused, 422, "idempotency_key_reused"),
            (.answeredByAnotherVersion, 409, "answered_by_another_version"),
            (.notRecorded("disk"), 503, "not_recorded"),
            (.busy(directory: "/x"), 503, "busy"),
            (.refused("inside"), 500, "internal_error"),
        ]
        for (error, status, code) in table {
            let refusal = APIError(error)
            #expect(refusal.status.code == status)
            #expect(refusal.code == code)
        }
        #expect(APIError(SiteError.callInProgress).retryAfter == 1)
        #expect(
            APIError(SiteError.notRecorded("disk full at /var")).message.contains("/var") == false)
    }
}

@Suite("Token counts")
struct TokenCountTests {
    @Test(
        "words and punctuation marks count one each, white space nothing",
        arguments: [
            ("", 0), ("  \n", 0), ("one", 1), ("one two", 2), ("one, two.", 4),
            (#"{"age":54}"#, 7), ("É47 ñ", 2),
        ])
    func counts(text: String, expected: Int) {
        #expect(TokenCount.of(text) == expected)
    }
}
