// SPDX-License-Identifier: Apache-2.0
import Hummingbird

/// A finished answer told in pieces, as `text/event-stream`.
///
/// All pieces exist before the first is sent: the call they tell of is settled in the ledger.
struct ServerSentEvents: Sendable {
    private var frames: [String] = []

    /// Adds an event; `name` for streams whose events are named.
    mutating func add(_ value: some Encodable, name: String? = nil) {
        let event = name.map { "event: \($0)\n" } ?? ""
        frames.append("\(event)data: \(JSONBody.text(value))\n\n")
    }

    /// Adds the line with which a chat stream ends.
    mutating func addDone() {
        frames.append("data: [DONE]\n\n")
    }

    var response: Response {
        let frames = frames
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                for frame in frames { try await writer.write(ByteBuffer(string: frame)) }
                try await writer.finish(nil)
            })
    }
}
