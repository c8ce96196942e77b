// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Foundation
import Testing

@testable import Gateway

@Suite("What is changed in a request that is passed on")
struct UpstreamRequestTests {
    private func sent(_ text: String, dialect: Dialect = .chat) throws -> String {
        let request = try UpstreamRequest(Array(text.utf8), dialect: dialect)
        let bytes = request.body(model: "theirs", cap: 50, dialect: dialect)
        #expect(try JSONObject(bytes).members.count > 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "the model's name is replaced, the limit that is held is added, the rest stays as it came")
    func changesLittle() throws {
        #expect(
            try sent(#"{ "model" : "mine", "messages":[ {"model":"x"} ],"seed":1.50}"#)
                == #"{"max_tokens":50, "model" : "theirs", "messages":[ {"model":"x"} ],"seed":1.50}"#
        )
        #expect(
            try sent(#"{"max_completion_tokens":7,"model":"mine"}"#)
                == #"{"max_completion_tokens":7,"model":"theirs"}"#)
        #expect(try sent("{}") == #"{"model":"theirs","max_tokens":50}"#)
        #expect(
            try sent(#"{"input":"a"}"#, dialect: .responses)
                == #"{"model":"theirs","max_output_tokens":50,"input":"a"}"#)
    }

    @Test("a stream is asked for its usage, whatever the caller's options were")
    func asksForUsage() throws {
        #expect(
            try sent(#"{"stream":true,"max_tokens":3,"model":"m"}"#)
                == #"{"stream_options":{"include_usage":true},"stream":true,"max_tokens":3,"#
                + #""model":"theirs"}"#)
        #expect(
            try sent(#"{"stream":true,"max_tokens":3,"model":"m","stream_options":null}"#)
                == #"{"stream":true,"max_tokens":3,"model":"theirs","#
                + #""stream_options":{"include_usage":true}}"#)
        #expect(
            try sent(
                #"{"stream":true,"max_tokens":3,"model":"m","stream_options":{"include_usage":true}}"#
            )
                == #"{"stream":true,"max_tokens":3,"model":"theirs","#
                + #""stream_options":{"include_usage":true}}"#)
    }

    @Test("the bound covers every answer that is asked for, and the larger of two limits")
    func boundsTokens() throws {
        func bound(_ text: String) throws -> Int {
            try UpstreamRequest(Array(text.utf8), dialect: .chat).completionBound(cap: 50)
        }
        #expect(try bound(#"{"model":"m"}"#) == 50)
        #expect(try bound(#"{"model":"m","max_tokens":9}"#) == 9)
        #expect(try bound(#"{"model":"m","max_tokens":9,"n":3}"#) == 27)
        #expect(try bound(#"{"model":"m","max_tokens":9,"max_completion_tokens":12}"#) == 12)
        #expect(try bound(#"{"model":"m","max_tokens":null}"#) == 50)
    }

    @Test(
        "members that decide over money are read one way or refused",
        arguments: [
            (#"{"model":"a","model":"b"}"#, "model"), (#"{"model":7}"#, "model"),
            (#"{"max_tokens":1,"max_tokens":99}"#, "max_tokens"),
            (#"{"max_tokens":1,"max_tok\u0065ns":99}"#, "max_tokens"),
            (#"{"max_tokens":0}"#, "max_tokens"), (#"{"max_tokens":-5}"#, "max_tokens"),
            (#"{"max_tokens":1.5}"#, "max_tokens"), (#"{"max_tokens":"9"}"#, "max_tokens"),
            (#"{"max_tokens":99999999999999999999}"#, "max_tokens"), (#"{"n":0}"#, "n"),
            (#"{"n":1000}"#, "n"), (#"{"stream":"true"}"#, "stream"), (#"{"stream":1}"#, "stream"),
            (#"{"stream_options":[]}"#, "stream_options"), (#"{"background":true}"#, "background"),
        ])
    func refuses(_ text: String, _ param: String) throws {
        let error = try #require(throws: APIError.self) {
            try UpstreamRequest(Array(text.utf8), dialect: .chat)
        }
        #expect(error.status == .badRequest)
        #expect(error.param == param)
    }

    @Test("what is not JSON is refused as such")
    func refusesMalformed() throws {
        let error = try #require(throws: APIError.self) {
            try UpstreamRequest(Array(#"{"model":"a""#.utf8), dialect: .chat)
        }
        #expect(error.code == "malformed_json")
    }

    @Test("an upstream is named, addressed and keyed without its key showing anywhere")
    func readsArguments() throws {
        let upstream = try Upstream(
            argument: "chat-1=http://127.0.0.1:8000/v1/",
            environment: ["BEDSIDE_UPSTREAM_KEY_CHAT_1": "sk-secret"])
        #expect(upstream.name == "chat-1")
        #expect(upstream.base == "http://127.0.0.1:8000/v1")
        #expect(upstream.key?.text == "sk-secret")
        var shown = ""
        dump(upstream, to: &shown)
        #expect(!"\(upstream)".contains("sk-secret"))
        #expect(!shown.contains("sk-secret"))
    }

    @Test(
        "an address with a key, a user or another scheme in it is refused",
        arguments: [
            "chat", "=http://h/v1", "a b=http://h/v1", "chat=", "chat=ftp://h", "chat=/v1",
            "chat=http://user:word@h/v1", "chat=http://h/v1?key=1", "chat=http://h/v1#x",
        ])
    func refusesArguments(_ argument: String) {
        #expect(throws: UpstreamError.self) { try Upstream(argument: argument, environment: [:]) }
    }

    @Test("a model is served under the upstream's name, behind it, and by its own")
    func findsModels() throws {
        let open = try Upstream(name: "chat", base: "http://h/v1")
        let closed = try Upstream(name: "lab", base: "http://h/v1", models: ["m1", "org/m2"])
        let upstreams = try Upstreams([open, closed], taken: ["bedside-panel"])
        #expect(upstreams.serving("chat")?.model == "chat")
        #expect(upstreams.serving("chat/llama-3:8b")?.model == "llama-3:8b")
        #expect(upstreams.serving("chat/\u{e9}") == nil)
        #expect(upstreams.serving("chat/") == nil)
        #expect(upstreams.serving("lab")?.model == "m1")
        #expect(upstreams.serving("lab/org/m2")?.model == "org/m2")
        #expect(upstreams.serving("org/m2")?.upstream.name == "lab")
        #expect(upstreams.serving("lab/other") == nil)
        #expect(upstreams.serving("bedside-panel") == nil)
        #expect(throws: UpstreamError.nameTaken(name: "bedside-panel")) {
            try Upstreams(
                [Upstream(name: "bedside-panel", base: "http://h")], taken: ["bedside-panel"])
        }
    }
}
