// SPDX-License-Identifier: Apache-2.0

/// Cuts the bytes of an event stream into its events, whatever pieces they arrive in.
struct EventSplitter: Sendable {
    /// Bytes since the end of the last event.
    private(set) var rest: [UInt8] = []
    /// Where looking for an event's end goes on.
    private var looked = 0
    /// Longest event; a stream that sends more without a blank line is not one.
    static let longestEvent = 8 << 20

    /// Takes in bytes and returns the events that are complete, each with its blank line.
    ///
    /// - Throws: `UpstreamFailure.malformed` for an event above the limit.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(UpstreamFailure) -> [[UInt8]] {
        rest.append(contentsOf: bytes)
        var events: [[UInt8]] = []
        var start = 0
        var position = max(0, looked)
        while position < rest.count {
            guard rest[position] == UInt8(ascii: "\n"),
                let end = blankLine(behind: position)
            else {
                position += 1
                continue
            }
            events.append(Array(rest[start..<end]))
            start = end
            position = end
        }
        rest.removeFirst(start)
        // A blank line may have come in two pieces.
        looked = max(0, rest.count - 2)
        guard rest.count <= EventSplitter.longestEvent else { throw .malformed }
        return events
    }

    /// Behind the blank line that follows a line's end; nil where none follows.
    private func blankLine(behind position: Int) -> Int? {
        let next = position + 1
        guard next < rest.count else { return nil }
        if rest[next] == UInt8(ascii: "\n") { return next + 1 }
        guard rest[next] == UInt8(ascii: "\r"), next + 1 < rest.count,
            rest[next + 1] == UInt8(ascii: "\n")
        else { return nil }
        return next + 2
    }
}

/// What one event of an upstream's stream says to the gateway.
struct UpstreamEvent: Sendable {
    let bytes: [UInt8]
    /// The text behind `data:`, joined where it has several lines; empty where there is none.
    let data: [UInt8]
    /// The data as an object; nil where it is none.
    let object: JSONObject?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var data: [UInt8] = []
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        where line.starts(with: "data:".utf8) {
            if !data.isEmpty { data.append(0x0A) }
            let text = line.dropFirst("data:".utf8.count)
            data += text.first == 0x20 ? text.dropFirst() : text
        }
        self.data = data
        object = data.first == UInt8(ascii: "{") ? try? JSONObject(data) : nil
    }

    /// The event with which a chat stream ends.
    var isDone: Bool { JSONText.equals(data, "[DONE]") }

    /// The usage it tells; of the response inside where it is an event of the Responses API.
    var usage: UpstreamUsage? {
        guard let object else { return nil }
        if let usage = UpstreamUsage(data, in: object) { return usage }
        guard let range = object["response"], let inner = try? JSONObject(data, in: range) else {
            return nil
        }
        return UpstreamUsage(data, in: inner)
    }

    /// The chunk that holds nothing but the usage.
    var isUsageOnly: Bool {
        guard let object, let choices = object["choices"], let usage = object["usage"],
            !JSONText.isNull(data, usage)
        else { return false }
        return data[choices].allSatisfy { $0 == 0x5B || $0 == 0x5D || $0 <= 0x20 }
    }

    /// The chunk that ends an answer, or the event that ends a response.
    var isClosing: Bool {
        guard let object else { return isDone }
        if let type = JSONText.string(data, object["type"]) {
            return ["response.completed", "response.incomplete", "response.failed"].contains(type)
        }
        guard let choices = object["choices"] else { return false }
        var scanner = JSONScanner(data, choices)
        var isFinished = false
        try? scanner.array(depth: 0) { choice in
            guard let inner = try? JSONObject(data, in: choice) else { return }
            isFinished = isFinished || !JSONText.isNull(data, inner["finish_reason"])
        }
        return isFinished || isUsageOnly
    }

    /// An error the upstream tells in its stream.
    var isError: Bool {
        guard let object else { return false }
        return !JSONText.isNull(data, object["error"])
            || JSONText.equals(data[object["type"] ?? 0..<0], "\"error\"")
    }

    /// Bytes of the words in it.
    var words: Int { object.map { AnswerWords.bytes(in: data, $0.range) } ?? 0 }

    /// The same event with a further member in its data.
    func adding(_ name: StaticString, _ value: [UInt8]) -> [UInt8] {
        guard let object else { return bytes }
        let end = object.range.upperBound - 1
        var bytes = Array("data: ".utf8)
        bytes += data[..<end]
        bytes += Array("\(object.members.isEmpty ? "" : ",")\"\(name)\":".utf8)
        bytes += value
        bytes += data[end...]
        bytes += Array("\n\n".utf8)
        return bytes
    }
}
