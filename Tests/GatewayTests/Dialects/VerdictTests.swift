// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Gateway

@Suite("Log probabilities of a verdict")
struct VerdictTests {
    @Test("the answer is the leading condition as one token with the log of its probability")
    func tellsLogprobs() async throws {
        try await GatewayFixture.serve { site in
            let native = try await site.post(
                "/v1/panels/bedside-panel:predict", GatewayFixture.caseText
            ).json()
            let outputs = try #require(native["outputs"]?.items)
            let answer = try await site.chat(
                GatewayFixture.caseText, #","logprobs":true,"top_logprobs":3"#)
            let choice = try #require(try answer.json()["choices"]?[0])
            #expect(choice["message"]?["content"] == outputs[0]["target"])
            let token = try #require(choice["logprobs"]?["content"]?[0])
            #expect(token["token"] == outputs[0]["target"])
            let bytes = token["bytes"]?.items.compactMap { $0.int.map(UInt8.init) } ?? []
            #expect(String(decoding: bytes, as: UTF8.self) == token["token"]?.string)
            let top = try #require(token["top_logprobs"]?.items)
            #expect(top.count == 3)
            for (entry, output) in zip(top, outputs) {
                let probability = exp(try #require(entry["logprob"]?.double))
                #expect(abs(probability - (output["probability"]?.double ?? -1)) < 1e-12)
            }
        }
    }

    @Test("a stream tells the verdict as one piece with its log probability")
    func streamsLogprobs() async throws {
        try await GatewayFixture.serve { site in
            let events = try await site.chat(
                GatewayFixture.caseText, #","logprobs":true,"stream":true"#
            ).events()
            let told = events.filter { $0["choices"]?[0]?["logprobs"]?["content"] != nil }
            #expect(told.count == 1)
            let choice = try #require(told.first?["choices"]?[0])
            #expect(
                choice["delta"]?["content"] == choice["logprobs"]?["content"]?[0]?["token"])
        }
    }

    @Test("a class without probability has the interface's lowest number, not minus infinity")
    func floorsLogs() {
        #expect(VerdictToken(token: "x", probability: 0).logprob == -9999)
        #expect(VerdictToken(token: "x", probability: 1).logprob == 0)
    }

    @Test("the Responses API tells them where include asks for them")
    func tellsLogprobsInResponses() async throws {
        try await GatewayFixture.serve { site in
            let text = JSONBody.text(GatewayFixture.caseText)
            let json = try await site.post(
                "/v1/responses",
                #"{"model":"bedside-panel","input":\#(text),"top_logprobs":2,"#
                    + #""include":["message.output_text.logprobs"]}"#
            ).json()
            let part = try #require(json["output"]?[0]?["content"]?[0])
            #expect(part["logprobs"]?[0]?["token"] == part["text"])
            #expect(part["logprobs"]?[0]?["top_logprobs"]?.items.count == 2)
        }
    }
}

@Suite("Tools, formats and members of requests")
struct RequestMemberTests {
    private static let tool =
        #"{"type":"function","function":{"name":"panel_predict","parameters":{}}}"#

    @Test(
        "tool_choice decides whether the panel's function is asked for",
        arguments: [
            (#""auto""#, "tool_calls"), (#""required""#, "tool_calls"), (#""none""#, "stop"),
            (#"{"type":"function","function":{"name":"panel_predict"}}"#, "tool_calls"),
        ])
    func heedsToolChoice(choice: String, finish: String) async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.chat(
                GatewayFixture.caseText,
                #","tools":[\#(RequestMemberTests.tool)],"tool_choice":\#(choice)"#)
            #expect(try answer.json()["choices"]?[0]?["finish_reason"]?.string == finish)
        }
    }

    @Test(
        "a call that this model can't make is refused, not ignored",
        arguments: [
            #","tool_choice":"required""#,
            #","tool_choice":{"type":"function","function":{"name":"other"}}"#,
            #","tools":[{"type":"function","function":{"name":"other"}}],"tool_choice":"required""#,
        ])
    func refusesOtherTools(more: String) async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.chat(GatewayFixture.caseText, more)
            #expect(answer.status == 422)
            #expect(try answer.json()["error"]?["param"]?.string == "tool_choice")
        }
    }

    @Test("the Responses API asks for the function with a call id and streams its arguments")
    func callsInResponses() async throws {
        try await GatewayFixture.serve { site in
            let text = JSONBody.text(GatewayFixture.caseText)
            let body =
                #"{"model":"bedside-panel","input":\#(text),"#
                + #""tools":[{"type":"function","name":"panel_predict","strict":true}]"#
            let json = try await site.post("/v1/responses", body + "}").json()
            let item = try #require(json["output"]?[0])
            #expect(item["type"]?.string == "function_call")
            #expect(item["call_id"]?.string?.hasPrefix("call_") == true)
            #expect(item["arguments"]?.string?.contains("E_53") == true)
            #expect(json["tools"]?[0]?["strict"] == .bool(true))
            let events = try await site.post("/v1/responses", body + #","stream":true}"#).events()
            let types = events.compactMap { $0["type"]?.string }
            #expect(types.contains("response.function_call_arguments.done"))
            #expect(types.last == "response.completed")
            #expect(events.compactMap { $0["sequence_number"]?.int } == Array(0..<events.count))
        }
    }

    @Test("a schema chooses among the answer's members")
    func projectsAnswers() async throws {
        try await GatewayFixture.serve { site in
            let schema =
                #"{"type":"object","required":["outputs"],"additionalProperties":false,"#
                + #""properties":{"outputs":{},"label":{}}}"#
            let answer = try await site.chat(
                GatewayFixture.caseText,
                #","response_format":{"type":"json_schema","json_schema":{"name":"x","#
                    + #""schema":\#(schema)}}"#)
            let text = try #require(
                try answer.json()["choices"]?[0]?["message"]?["content"]?.string)
            let content = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            #expect(content.keys == ["outputs", "label"])
            let unmet = try await site.chat(
                GatewayFixture.caseText,
                #","response_format":{"type":"json_schema","json_schema":{"name":"x","#
                    + #""schema":{"type":"object","required":["iq"]}}}"#)
            #expect(unmet.status == 422)
        }
    }

    @Test(
        "members of the wrong kind or out of range are 400 and named",
        arguments: [
            (#""temperature":3"#, "temperature"), (#""temperature":"hot""#, "temperature"),
            (#""top_p":-1"#, "top_p"),
            (#""top_logprobs":21"#, "top_logprobs"),
            (#""logprobs":1"#, "logprobs"), (#""max_tokens":0"#, "max_tokens"),
            (#""stream":"yes""#, "stream"), (#""modalities":["audio"]"#, "modalities"),
            (#""tools":[{"type":"web_search"}]"#, "tools.0.type"),
            (#""tool_choice":"maybe""#, "tool_choice"),
            (#""stream_options":{"include_usage":1}"#, "stream_options.include_usage"),
        ])
    func namesMembers(member: String, param: String) async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.chat(GatewayFixture.caseText, "," + member)
            #expect(answer.status == 400)
            #expect(try answer.json()["error"]?["param"]?.string == param)
        }
    }

    @Test("members that steer a sampler, and unknown ones, change nothing")
    func ignoresSamplers() async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.chat(
                GatewayFixture.caseText,
                #","temperature":1.5,"seed":7,"top_p":null,"max_tokens":1,"panel_options":{"x":1}"#)
            #expect(answer.status == 200)
            #expect(try answer.json()["choices"]?[0]?["finish_reason"]?.string == "stop")
        }
    }

    @Test(
        "stored state of the Responses API is refused by name",
        arguments: [
            (#""previous_response_id":"resp_1""#, "previous_response_id"),
            (#""conversation":"conv_1""#, "conversation"), (#""background":true"#, "background"),
            (#""metadata":{"Jane":7}"#, "metadata"),
        ])
    func refusesState(member: String, param: String) async throws {
        try await GatewayFixture.serve { site in
            let answer = try await site.post(
                "/v1/responses", #"{"model":"bedside-panel","input":"x",\#(member)}"#)
            #expect(answer.status == 400)
            #expect(try answer.json()["error"]?["param"]?.string == param)
            #expect(!answer.text.contains("Jane"))
        }
    }

    @Test("instructions and metadata come back as they were sent")
    func echoes() async throws {
        try await GatewayFixture.serve { site in
            let json = try await site.post(
                "/v1/responses",
                #"{"model":"bedside-panel","input":"x","instructions":"be brief","#
                    + #""metadata":{"ward":"3"},"store":true}"#
            ).json()
            #expect(json["instructions"]?.string == "be brief")
            #expect(json["metadata"]?["ward"]?.string == "3")
            #expect(json["store"] == .bool(false))
        }
    }
}
