// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Hummingbird
import Site
import Testing

@testable import Gateway

@Suite("Description of the interface")
struct OpenAPITests {
    @Test("every route is described and everything described is routed")
    func matchesTheRoutes() async throws {
        try await GatewayFixture.serve({ $0.workbench = false }) { site in
            let routes = router(service: site.service, operations: site.operations).routes
                .map { "\($0.method.rawValue) \(OpenAPITests.spelled($0.path))" }
            let described = OpenAPI(
                calls: site.service.calls, upstreams: site.operations.settings.upstreams
            ).operations.map { "\($0.method.rawValue) \($0.path)" }
            #expect(Set(routes) == Set(described))
            #expect(Set(described).count == described.count)
        }
    }

    /// A wildcard of the router as the description spells it.
    private static func spelled(_ path: RouterPath) -> String {
        path.description.replacingOccurrences(of: "**", with: "{path}")
    }

    @Test("the document is served without a key, and each operation has a name of its own")
    func isServed() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.send(.get, "/openapi.json")
            #expect(answer.status == 200)
            let json = try answer.json()
            #expect(json["openapi"]?.string == "3.1.0")
            guard case .object(let paths)? = json["paths"] else {
                Issue.record("no paths")
                return
            }
            var ids: [String] = []
            for case .object(let operations) in paths.values {
                ids += operations.values.compactMap { $0["operationId"]?.string }
            }
            #expect(ids.count > 20)
            #expect(Set(ids).count == ids.count)
        }
    }

    @Test("every reference in the document leads to a schema")
    func hasNoDanglingReference() async throws {
        try await GatewayFixture.serve { site in
            let text = try await site.send(.get, "/openapi.json").text
            let json = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            let names = try #require(json["components"]?["schemas"]?.keys)
            let parts = text.components(separatedBy: "#/components/schemas/").dropFirst()
            #expect(!parts.isEmpty)
            for part in parts {
                #expect(names.contains(String(part.prefix { $0 != "\"" })))
            }
        }
    }

    @Test("real answers, streams aside, are what their schemas say, to the last member and header")
    func describesAnswers() async throws {
        try await GatewayFixture.serve { site in
            let judge = SchemaJudge(
                document: try await site.send(.get, "/openapi.json").json())
            let chat = GatewayFixture.chatBody(GatewayFixture.caseText)
            let tools = #","tools":[{"type":"function","function":{"name":"panel_predict"}}]"#
            let input = JSONBody.text(GatewayFixture.caseText)
            let posts: [(String, String, String)] = [
                ("/v1/chat/completions", "/v1/chat/completions", chat),
                (
                    "/v1/chat/completions", "/v1/chat/completions",
                    GatewayFixture.chatBody(GatewayFixture.caseText, tools)
                ),
                (
                    "/v1/chat/completions", "/v1/chat/completions",
                    GatewayFixture.chatBody(
                        GatewayFixture.caseText, #","logprobs":true,"top_logprobs":5"#)
                ),
                ("/v1/chat/completions", "/v1/chat/completions", "{"),
                ("/models/chat/completions", "/models/chat/completions", chat),
                (
                    "/openai/deployments/bedside-panel/chat/completions",
                    "/openai/deployments/{model}/chat/completions", chat
                ),
                ("/v1/responses", "/v1/responses", #"{"model":"bedside-panel","input":\#(input)}"#),
                ("/openai/v1/responses", "/openai/v1/responses", "{}"),
                (
                    "/v1/panels/bedside-panel:predict", "/v1/panels/{model}:predict",
                    GatewayFixture.caseText
                ),
                ("/v1/panels/bedside-panel:predict", "/v1/panels/{model}:predict", "{}"),
                ("/v1/embeddings", "/v1/embeddings", "{}"),
            ]
            for (path, pattern, body) in posts {
                let answer = try await site.post(path, body)
                try judge.check(answer, "post", pattern)
            }
            let gets = [
                ("/v1/models", "/v1/models"), ("/v1/models/bedside-panel", "/v1/models/{id}"),
                ("/v1/models/a/b", "/v1/models/{id}/{model}"), ("/models/info", "/models/info"),
                ("/v1/panels", "/v1/panels"),
                ("/v1/panels/bedside-panel/knowledge", "/v1/panels/{model}/knowledge"),
                ("/v1/panels/bedside-panel/tool", "/v1/panels/{model}/tool"),
                ("/v1/panels/bedside-panel/card", "/v1/panels/{model}/card"),
                ("/v1/ledger/proof?index=0", "/v1/ledger/proof"),
                ("/v1/ledger/proof", "/v1/ledger/proof"), ("/health", "/health"),
                ("/ready", "/ready"), ("/metrics", "/metrics"), ("/checkpoint", "/checkpoint"),
                ("/tile/0/000.p/1", "/tile/{path}"), ("/witnessed", "/witnessed"),
            ]
            for (path, pattern) in gets {
                try judge.check(try await site.get(path), "get", pattern)
            }
            try judge.check(
                try await site.send(.get, "/v1/models"), "get", "/v1/models")
        }
    }

    @Test("examples in the description meet their own schemas and are answered")
    func hasTrueExamples() async throws {
        try await GatewayFixture.serve { site in
            let judge = SchemaJudge(document: try await site.send(.get, "/openapi.json").json())
            let operations = OpenAPI(
                calls: site.service.calls, upstreams: site.operations.settings.upstreams
            ).operations
            for operation in operations {
                guard let body = operation.body else { continue }
                for (name, example) in body.examples {
                    let text = JSONBody.text(example)
                    let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
                    let schema = try JSONDecoder().decode(
                        JSONValue.self, from: Data(JSONBody.text(body.schema.tree).utf8))
                    #expect(judge.faults(of: value, schema, "\(operation.id).\(name)") == [])
                    let path = operation.path.replacingOccurrences(
                        of: "{model}", with: "bedside-panel")
                    let answer = try await site.post(path, text)
                    #expect(answer.status == 200, "\(operation.id).\(name)")
                }
            }
        }
    }

    @Test("another method at a served address is 405 and names those that are served")
    func refusesMethods() async throws {
        try await GatewayFixture.serve { site in
            for (method, path, allowed) in [
                (HTTPRequest.Method.get, "/v1/chat/completions", "POST"),
                (.delete, "/v1/models", "GET, HEAD"),
                (.put, "/v1/panels/bedside-panel:predict", "POST"),
                (.post, "/tile/0/000", "GET, HEAD"),
            ] {
                let answer = try await site.send(method, path, site.authorization)
                #expect(answer.status == 405)
                #expect(answer.header("allow") == allowed)
                #expect(try answer.json()["error"]?["code"]?.string == "method_not_allowed")
            }
            #expect(try await site.send(.get, "/v1/nothing").status == 404)
        }
    }

    @Test("addresses of the OpenAI interface that nothing answers are refused by name")
    func refusesEndpoints() async throws {
        try await GatewayFixture.serve { site in
            for path in [
                "/v1/embeddings", "/openai/v1/completions", "/v1/images/generations",
                "/openai/deployments/m/embeddings", "/models/embeddings",
            ] {
                let answer = try await site.post(path, "{}")
                #expect(answer.status == 404)
                #expect(try answer.json()["error"]?["code"]?.string == "unsupported_endpoint")
                #expect(answer.header("x-should-retry") == "false")
                #expect(try await site.send(.post, path).status == 401)
            }
        }
    }

    @Test("a model whose name holds a slash is found, escaped or not")
    func findsSlashes() async throws {
        let upstreams = try Upstreams([
            Upstream(name: "cloud", base: "http://127.0.0.1:9/v1", models: ["a/b"])
        ])
        try await GatewayFixture.serve({ $0.upstreams = upstreams }) { site in
            for path in ["/v1/models/a/b", "/v1/models/a%2Fb"] {
                let model = try await site.get(path).json()
                #expect(model["id"]?.string == "a/b")
            }
        }
    }

    @Test("a key made for something else makes no call and reads no proof")
    func heedsScopes() async throws {
        try await GatewayFixture.serve { site in
            var terms = KeyTerms()
            terms.scopes = [.billing]
            let key = try site.service.keys.create(name: "accountant", terms: terms).key
            let headers = ["authorization": "Bearer \(key)"]
            let call = try await site.send(
                .post, "/v1/panels/bedside-panel:predict", headers, body: GatewayFixture.caseText)
            #expect(call.status == 403)
            #expect(try call.json()["error"]?["code"]?.string == "outside_scope")
            let proof = try await site.send(.get, "/v1/ledger/proof?index=0", headers)
            #expect(proof.status == 403)
        }
    }
}
