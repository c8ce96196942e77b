// SPDX-License-Identifier: Apache-2.0

/// What the stand-in for a model's server answers, how late, and how it fails.
package struct CannedAnswer: Sendable {
    /// What becomes of the calls that are chosen to fail.
    package enum Failure: Sendable, Hashable {
        /// An error in the shape of the OpenAI API.
        case status(Int)
        /// The connection ends in the middle of the answer.
        case cut
        /// No answer ever comes.
        case silence
    }

    /// Milliseconds between a request and its answer.
    package var delayMilliseconds = 0
    /// Pieces of a streamed answer, and milliseconds between them.
    package var pieces = 8
    package var pieceMilliseconds = 0
    /// Every so manieth call fails; 0 for none.
    package var failsEvery = 0
    package var failure = Failure.status(500)

    package init() {}

    /// Prompt and completion tokens that every answer states.
    package static let usage = (prompt: 38, completion: 19)

    private static let words = [
        "Likely", " pneumonia", ";", " chest", " film", " and", " blood", " count", " next", ".",
    ]
    private static let stated =
        #""usage":{"prompt_tokens":38,"completion_tokens":19,"total_tokens":57}"#
    private static let head =
        #"{"id":"canned-1","object":"chat.completion","created":1750000000,"model":"canned","#
    private static let chunkHead =
        #"{"id":"canned-1","object":"chat.completion.chunk","created":1750000000,"model":"canned","#

    /// A whole answer, head and body.
    package static let completion: [UInt8] = {
        let text = words.joined()
        return response(
            status: 200,
            body: head
                + #""choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)","#
                + #""refusal":null},"logprobs":null,"finish_reason":"stop"}],\#(stated)}"#)
    }()

    /// The list of models that a gateway may ask for.
    static let models = response(
        status: 200,
        body: #"{"object":"list","data":[{"id":"canned","object":"model","created":1750000000,"#
            + #""owned_by":"canned"}]}"#)

    static let notFound = error(404)

    /// An error in the shape of the OpenAI API.
    static func error(_ status: Int) -> [UInt8] {
        response(
            status: status,
            body: #"{"error":{"message":"canned failure","type":"server_error","param":null,"#
                + #""code":"canned_\#(status)"}}"#)
    }

    /// The head of a streamed answer.
    static let streamHead = Array(
        ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n").utf8)

    /// The pieces of a streamed answer, each a chunk of the transfer, with the ending ones.
    func stream(statesUsage: Bool) -> [[UInt8]] {
        let usage = statesUsage ? #","usage":null"# : ""
        var events = (0..<pieces).map { piece in
            let word = CannedAnswer.words[piece % CannedAnswer.words.count]
            return CannedAnswer.chunkHead
                + #""choices":[{"index":0,"delta":{"content":"\#(word)"},"#
                + #""logprobs":null,"finish_reason":null}]\#(usage)}"#
        }
        events.append(
            CannedAnswer.chunkHead
                + #""choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]"#
                + usage + "}")
        if statesUsage {
            events.append(CannedAnswer.chunkHead + #""choices":[],\#(CannedAnswer.stated)}"#)
        }
        events.append("[DONE]")
        var chunks = events.map { event in
            let text = "data: \(event)\n\n"
            return Array("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n".utf8)
        }
        chunks[chunks.count - 1] += Array("0\r\n\r\n".utf8)
        return chunks
    }

    private static func response(status: Int, body: String) -> [UInt8] {
        Array(
            ("HTTP/1.1 \(status) \(status == 200 ? "OK" : "Canned")\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body).utf8)
    }
}
