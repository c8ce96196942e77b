// SPDX-License-Identifier: Apache-2.0

/// What the gateway has to know of a request it passes on, and the body that it sends instead.
struct UpstreamRequest: Sendable, Equatable {
    /// The caller's name of the model; nil where the body has none.
    var model: String?
    var isStream = false
    /// The caller asked for the usage at the end of a stream.
    var wantsUsage = false
    /// Answers asked for at once.
    var choices = 1
    /// The most completion tokens an answer may have; nil where the caller names no number.
    var tokenLimit: Int?

    private var bytes: [UInt8] = []
    private var object: JSONObject

    /// Limits above any model's context are refused rather than multiplied.
    private static let mostTokens = 10_000_000
    private static let mostChoices = 128

    /// Reads a request's body.
    ///
    /// - Throws: `APIError` 400 for what is no JSON object, for members of the wrong kind, and for a
    ///   member given twice that decides over money: two readers might take different ones.
    init(_ bytes: [UInt8], dialect: Dialect) throws(APIError) {
        do throws(JSONFault) {
            object = try JSONObject(bytes)
        } catch {
            throw .invalid("the body is not valid JSON", code: "malformed_json")
        }
        self.bytes = bytes
        for name: StaticString in [
            "model", "stream", "stream_options", "n", "max_tokens", "max_completion_tokens",
            "max_output_tokens", "background",
        ] where object.count(of: name) > 1 {
            throw .invalid("this part of the request is there twice", param: "\(name)")
        }
        if let value = object["model"] {
            guard let text = JSONText.string(bytes, value) else {
                throw .invalid("expected text here", param: "model")
            }
            model = text
        }
        isStream = try flag("stream")
        if let options = object["stream_options"], !JSONText.isNull(bytes, options) {
            guard let inner = try? JSONObject(bytes, in: options) else {
                throw .invalid("expected an object here", param: "stream_options")
            }
            wantsUsage = JSONText.isTrue(bytes, inner["include_usage"])
        }
        if try flag("background") {
            throw .invalid(
                "an answer made in the background can't be metered", param: "background")
        }
        choices = try number("n", upTo: UpstreamRequest.mostChoices) ?? 1
        for name: StaticString in dialect.tokenLimits {
            guard let limit = try number(name, upTo: UpstreamRequest.mostTokens) else { continue }
            tokenLimit = max(tokenLimit ?? 0, limit)
        }
    }

    private func flag(_ name: StaticString) throws(APIError) -> Bool {
        let value = object[name]
        if JSONText.isTrue(bytes, value) { return true }
        guard JSONText.isNull(bytes, value) || JSONText.equals(bytes[value ?? 0..<0], "false")
        else { throw .invalid("expected true or false here", param: "\(name)") }
        return false
    }

    private func number(_ name: StaticString, upTo most: Int) throws(APIError) -> Int? {
        let value = object[name]
        if JSONText.isNull(bytes, value) { return nil }
        guard let number = JSONText.integer(bytes, value), (1...most).contains(number) else {
            throw .invalid("expected a whole number from 1 to \(most) here", param: "\(name)")
        }
        return number
    }

    /// The most tokens the prompt can be counted as: a token stands for at least one byte, and what
    /// a message's JSON takes is more than its template adds.
    var promptBound: Int { bytes.count }

    /// The most completion tokens of all answers together.
    func completionBound(cap: Int) -> Int { choices * (tokenLimit ?? cap) }

    /// The body for the upstream: its name of the model, the token limit that is held, and for a
    /// stream of chat chunks the usage at its end.
    ///
    /// Everything else is sent byte for byte as it came.
    func body(model: String, cap: Int, dialect: Dialect) -> [UInt8] {
        var edits = Edits(bytes: bytes, object: object)
        edits.set("model", to: JSONText.quoted(model))
        if tokenLimit == nil, let name = dialect.tokenLimits.first {
            edits.set(name, to: Array("\(cap)".utf8))
        }
        if isStream, dialect != .responses, !wantsUsage {
            edits.set("stream_options", to: Array(#"{"include_usage":true}"#.utf8))
        }
        return edits.applied
    }

    /// Members of an object that are given other values, in place, or added at its front.
    private struct Edits {
        let bytes: [UInt8]
        let object: JSONObject
        private var replaced: [(range: Range<Int>, value: [UInt8])] = []
        private var added: [UInt8] = []

        init(bytes: [UInt8], object: JSONObject) {
            self.bytes = bytes
            self.object = object
        }

        mutating func set(_ name: StaticString, to value: [UInt8]) {
            if let range = object[name] {
                replaced.append((range, value))
            } else {
                added += "\"\(name)\":".utf8
                added += value
                added.append(UInt8(ascii: ","))
            }
        }

        var applied: [UInt8] {
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count + added.count + 64)
            var position = object.range.lowerBound + 1
            result.append(UInt8(ascii: "{"))
            // Without other members a comma would be left over.
            result += object.members.isEmpty ? added.dropLast() : added[...]
            for edit in replaced.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
                result += bytes[position..<edit.range.lowerBound]
                result += edit.value
                position = edit.range.upperBound
            }
            result += bytes[position..<object.range.upperBound]
            return result
        }
    }

    static func == (left: UpstreamRequest, right: UpstreamRequest) -> Bool {
        left.bytes == right.bytes
    }
}

extension Dialect {
    /// Members of a request that limit the completion; the first is sent where none came.
    fileprivate var tokenLimits: [StaticString] {
        switch self {
        case .responses: ["max_output_tokens"]
        default: ["max_tokens", "max_completion_tokens"]
        }
    }

    /// What is asked of an upstream, behind its base address.
    var upstreamPath: String {
        self == .responses ? "/responses" : "/chat/completions"
    }
}
